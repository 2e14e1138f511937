"""One whole county for each kind of database, loaded once: the tests that share it only read."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from rj.db.database import Database
from rj.demo.county import a_county
from rj.demo.facts import County
from rj.demo.loading import Loaded, load_county
from rj.kernel.london import london_day
from tests.builders import NOW, SEAL
from tests.conftest import an_empty_database


@dataclass(frozen=True)
class Wenshire:
    """A county as loaded, and what it was loaded from."""

    database: Database
    county: County
    loaded: Loaded


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def wenshire(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wenshire]:
    """Sixty live orders and everybody around them, recorded at the tests' stopped clock."""
    folder = tmp_path_factory.mktemp("wenshire")
    with an_empty_database(request, request.param, folder) as database:
        county = a_county(1, london_day(NOW))
        yield Wenshire(database, county, load_county(database, county, seal=SEAL, now=NOW))
