"""Sentences about a plan speak a coordinator's words, not the planner's codes."""

from rj.accounts.models import Area
from rj.db.database import Database
from rj.scheduling.names import Names
from rj.scheduling.wording import in_words


def test_a_reason_names_the_language_and_the_area(database: Database) -> None:
    with database.writing() as session:
        session.add(Area(id="wen", name="Wenshire"))
    with database.reading() as session:
        told = in_words(session, Names())

    assert (
        told("No facilitator covers wen, speaks bn and has no conflict of interest.")
        == "No facilitator covers Wenshire, speaks Bengali and has no conflict of interest."
    )
    assert told("No facilitator covers west, speaks xx") == "No facilitator covers west, speaks xx"
