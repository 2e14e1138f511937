"""Starting the demo again: what is kept, and what begins anew."""

import pytest
from sqlalchemy import text

from rj.db.database import Database
from rj.db.migrating import upgrade
from rj.demo.running import READY, clear_away, in_use, refuse_another_version
from rj.kernel.errors import Conflict
from rj.tables import metadata


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "demo"
    made.mkdir()
    (made / "rj.sqlite").touch()
    return made


def test_a_finished_demo_is_kept(folder):
    (folder / READY).touch()
    assert clear_away(folder, reset=False) == ""
    assert (folder / "rj.sqlite").exists()


def test_a_demo_stopped_halfway_begins_anew(folder):
    assert "begins anew" in clear_away(folder, reset=False)
    assert not folder.exists()


def test_a_reset_starts_over(folder):
    (folder / READY).touch()
    assert "the old demo is gone" in clear_away(folder, reset=True)
    assert not folder.exists()
    assert clear_away(folder, reset=True) == ""


@pytest.mark.parametrize("is_finished", [True, False])
def test_a_demo_that_is_running_is_not_deleted_underneath(folder, is_finished):
    if is_finished:
        (folder / READY).touch()
    with in_use(folder), in_use(folder):
        with pytest.raises(Conflict, match="A demo is running here"):
            clear_away(folder, reset=True)
        assert (folder / "rj.sqlite").exists()
    clear_away(folder, reset=True)
    assert not folder.exists()


def test_a_demo_of_another_version_says_how_to_start_over(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'demo.sqlite'}")
    upgrade(database, metadata)
    refuse_another_version(database)
    with database.writing() as session:
        session.execute(text("DROP TABLE what_if"))
    with pytest.raises(Conflict, match="--reset"):
        refuse_another_version(database)
    database.close()
