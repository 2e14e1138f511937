"""The same person written differently has the same marks; nobody is known by less than that."""

from datetime import date

import pytest

from rj.parties.sealing import ContactDetails
from rj.suppression.marks import MarkKind, marks_of
from tests.builders import SEAL

BORN = date(1984, 5, 6)


def kinds_alike(one: ContactDetails, other: ContactDetails) -> set[MarkKind]:
    return {mark.kind for mark in marks_of(SEAL, one, BORN) & marks_of(SEAL, other, BORN)}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (
            ContactDetails(email="Beth.Hughes@People.test"),
            ContactDetails(email=" beth.hughes+rj@people.test"),
            {MarkKind.EMAIL},
        ),
        (
            ContactDetails(telephone="+44 (0)7700 900123"),
            ContactDetails(telephone="07700-900123"),
            {MarkKind.TELEPHONE},
        ),
        (
            ContactDetails(name="Siân O’Neil", address="1 Mill Lane, Northmoor, ZZ1 1ZZ"),
            ContactDetails(name="ONEIL, Sian", address="Somewhere else\nzz11zz"),
            {MarkKind.NAME_AND_BIRTH, MarkKind.NAME_AND_POSTCODE},
        ),
        (
            ContactDetails(name="Beth Hughes", telephone="01632 960001", email="a@b.test"),
            ContactDetails(name="Bethan Hughes", telephone="01632 960002", email="c@b.test"),
            set(),
        ),
        (ContactDetails(name="Beth", telephone="101"), ContactDetails("Beth", "", "101"), set()),
        (ContactDetails(), ContactDetails(), set()),
    ],
)
def test_who_is_known_again(
    one: ContactDetails, other: ContactDetails, alike: set[MarkKind]
) -> None:
    assert kinds_alike(one, other) == alike


def test_a_mark_tells_nothing() -> None:
    [mark] = marks_of(SEAL, ContactDetails(email="beth@people.test"))
    assert "beth" not in mark.fingerprint
    assert len(mark.fingerprint) == 64
