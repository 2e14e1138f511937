"""What an order must be like, by form and by file alike."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from uuid import uuid4

import pytest

from rj.intake.entry import ORDER_REQUIRED, read_day, read_order, read_party
from rj.intake.rules import (
    Known,
    adult_on,
    by_code_or_name,
    home_office_code,
    is_email,
    order_faults,
    person_faults,
    resolve,
)
from rj.policy.terms import Side, Skill

TODAY = date(2026, 3, 9)
VENUE = uuid4()
KNOWN = Known(
    courts=by_code_or_name({"NMORMC": "Northmoor Magistrates' Court"}),
    areas=by_code_or_name({"N1": "Northmoor", "S9": "Southvale"}),
    offences=frozenset({"008/06", "028/01"}),
    court_offences={"ZZ99001": "008/06"},
    officers={"RO01": uuid4()},
    venues={"V1": VENUE},
    liaisons={"liaison@service.test": uuid4()},
)
ORDER = {
    "reference": "NM/2026/1",
    "crn": "X123456",
    "name": "Jordan Pike",
    "date_of_birth": "1990-01-31",
    "court": "NMORMC",
    "sentenced_on": "2026-03-02",
    "order_type": "community_order",
    "requirement": "rar",
    "days": "20",
    "ends_on": "2027-03-01",
    "offences": "8/6",
    "plea": "guilty",
    "risk": "medium",
    "officer": "RO01",
    "area": "N1",
}


def faulty(cells: Mapping[str, str] = MappingProxyType({}), known: Known = KNOWN) -> set[str]:
    """The columns at fault in an order that is right but for these cells."""
    order, faults = read_order({**ORDER, **cells})
    unread = {fault.column for fault in faults}
    return unread | {
        fault.column for fault in order_faults(resolve(order, known), known, TODAY, unread=unread)
    }


def test_a_right_order_has_no_fault() -> None:
    assert faulty() == set()


def test_everything_that_is_missing_is_told_in_one_look() -> None:
    _, faults = read_order({})

    assert {fault.column for fault in faults} == set(ORDER_REQUIRED)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"crn": "123456X"}, "crn"),
        ({"crn": "X12345"}, "crn"),
        ({"crn": ""}, "crn"),
        ({"reference": "A\\B"}, "reference"),
        ({"court": "NOWHERE"}, "court"),
        ({"area": "Z1"}, "area"),
        ({"offences": "999/99"}, "offences"),
        ({"offences": ""}, "offences"),
        ({"sentenced_on": "2026-03-10"}, "sentenced_on"),
        ({"sentenced_on": "03/25/2026"}, "sentenced_on"),
        ({"ends_on": "2026-03-01"}, "ends_on"),
        ({"ends_on": "soon"}, "ends_on"),
        ({"starts_on": "2026-03-01"}, "starts_on"),
        ({"requirement_ends_on": "2028-01-01"}, "requirement_ends_on"),
        ({"received_on": "2026-03-10"}, "received_on"),
        ({"received_on": "2026-03-01"}, "received_on"),
        ({"date_of_birth": "2009-01-01"}, "date_of_birth"),
        ({"date_of_birth": "2026-03-09"}, "date_of_birth"),
        ({"date_of_birth": "1900-01-01"}, "date_of_birth"),
        ({"convicted_on": "2026-03-03"}, "convicted_on"),
        ({"order_type": "fine"}, "order_type"),
        ({"order_type": "deferred_sentence"}, "requirement"),
        ({"requirement": "deferment_rj"}, "requirement"),
        ({"days": "0"}, "days"),
        ({"days": "ten"}, "days"),
        ({"requirement": "specified_activity", "days": "61"}, "days"),
        ({"plea": "maybe"}, "plea"),
        ({"risk": "5"}, "risk"),
        ({"officer": "RO77"}, "officer"),
        ({"officer": "RO77", "officer_name": "A", "officer_email": "nobody"}, "officer_email"),
        ({"language": "klingon"}, "language"),
        ({"skills": "juggling"}, "skills"),
        ({"sensitive_complex": "perhaps"}, "sensitive_complex"),
        ({"venues": "V9"}, "venues"),
        ({"liaison": "nobody@service.test"}, "liaison"),
        ({"email": "not an address"}, "email"),
        ({"telephone": "ring me"}, "telephone"),
        ({"channel": "email"}, "email"),
        ({"channel": "letter"}, "address"),
        ({"channel": "phone", "telephone": "01632 960123", "calendar": "invitation"}, "calendar"),
        ({"channel": "pigeon"}, "channel"),
        ({"calendar": "invitation"}, "channel"),
        ({"curfew": "night"}, "curfew"),
        ({"hours": "mon 17:00-09:00"}, "hours"),
        ({"away": "2026-04-10 to 2026-04-01"}, "away"),
        ({"avoid_venues": "V9"}, "avoid_venues"),
        ({"avoid_venues": "V1", "like_venues": "V1"}, "like_venues"),
        ({"letters_in": "fr"}, "letters_in"),
    ],
)
def test_a_fault_is_told_in_its_column(cells: dict[str, str], column: str) -> None:
    assert faulty(cells) == {column}


@pytest.mark.parametrize("missing", sorted(set(ORDER) - {"days", "plea", "risk"}))
def test_nothing_required_may_be_missing(missing: str) -> None:
    assert missing in faulty({missing: ""})


@pytest.mark.parametrize(
    "cells",
    [
        {"sentenced_on": "02/03/2026", "ends_on": "01/03/2027", "date_of_birth": "31/1/1990"},
        {"court": "northmoor magistrates' court", "area": "Northmoor"},
        {"offences": "008/06"},
        {"offences": "00806; ZZ99001, 28/1"},
        {"order_type": "CO", "requirement": "Rehabilitation Activity Requirement"},
        {"order_type": "SSO"},
        {
            "order_type": "Deferred sentence",
            "requirement": "deferment_rj",
            "days": "",
            "ends_on": "2026-09-01",
        },
        {"plea": "", "risk": "", "days": ""},
        {"plea": "Not guilty", "risk": "Very high"},
        {"officer": "RO77", "officer_name": "Ann Lee", "officer_email": "ann@officers.test"},
        {"language": "Welsh", "skills": "sensitive; sexual"},
        {"liaison": "Liaison@service.test"},
        {"channel": "email", "email": "a@people.test", "calendar": "yes"},
        {"curfew": "19:00-07:00", "hours": "Mon-Fri 09:00-17:00; sat 10:00-12:00"},
        {"away": "03/08/2026 to 14/08/2026; 2026-12-24..2026-12-26; 2026-05-04"},
    ],
)
def test_what_people_write_is_understood(cells: dict[str, str]) -> None:
    assert faulty(cells) == set()


@pytest.mark.parametrize("text", ["8/1", "008/01", "00801", "8/01"])
def test_every_form_of_a_home_office_code_is_one_offence(text: str) -> None:
    assert home_office_code(text) == "008/01"


def test_a_courts_code_and_a_home_office_code_are_one_offence() -> None:
    order, _ = read_order({**ORDER, "offences": "ZZ99001; 8/6; 28/1"})

    assert resolve(order, KNOWN).offences == ("008/06", "028/01")


@pytest.mark.parametrize(
    ("born", "convicted", "columns"),
    [
        ("2008-03-03", "", {"date_of_birth"}),  # 18 the day after sentence
        ("2008-03-02", "", {"convicted_on"}),  # 18 on the day of sentence: conviction decides
        ("2008-03-02", "2026-03-01", {"date_of_birth"}),
        ("2008-03-02", "2026-03-02", set()),
        ("2007-03-03", "", {"convicted_on"}),  # 18 for 364 days
        ("2007-03-02", "", set()),  # 18 for a year
    ],
)
def test_the_eighteenth_birthday_decides_and_conviction_is_asked_for_near_it(
    born: str, convicted: str, columns: set[str]
) -> None:
    assert faulty({"date_of_birth": born, "convicted_on": convicted}) == columns


def test_somebody_born_on_29_february_is_an_adult_on_1_march() -> None:
    assert adult_on(date(2008, 2, 29)) == date(2026, 3, 1)


def test_an_order_of_anothers_area_is_left_to_them() -> None:
    own = Known(
        **{name: getattr(KNOWN, name) for name in KNOWN.__slots__}
        | {"own_areas": frozenset({"S9"})}
    )

    assert faulty(known=own) == {"area"}


def test_a_domestic_abuse_case_is_sensitive_and_complex() -> None:
    order, _ = read_order({**ORDER, "skills": "domestic_abuse"})
    resolved = resolve(order, KNOWN)

    assert resolved.is_sensitive_complex
    assert Skill.SENSITIVE in resolved.skills


def test_what_a_harmed_person_typed_is_never_repeated() -> None:
    typed = {
        "side": "harmed",
        "role": "principal",
        "name": "Bethan Hughes",
        "email": "bethan at home",
        "telephone": "call Gwen",
        "channel": "letter",
        "calendar": "Bethan's",
        "hours": "when Gwen is in",
        "curfew": "Bethan",
        "away": "Bethan",
        "avoid_venues": "Bethans-house",
        "letters_in": "Bethan",
    }
    person, faults = read_party(typed)
    faults += person_faults(person, KNOWN, TODAY)

    assert len(faults) >= 8
    assert "ethan" not in repr(faults)
    assert "Gwen" not in repr(faults)
    assert "Bethan" not in repr(person)


def test_a_harmed_person_may_have_no_name_and_no_plan_yet() -> None:
    person, faults = read_party({"side": "victim", "role": "principal"})

    assert (person.side, person.terms, faults) == (Side.HARMED, None, [])
    assert person_faults(person, KNOWN, TODAY) == []


def test_the_person_on_probation_does_not_stand_among_the_others() -> None:
    _, faults = read_party({"side": "harmer", "role": "principal", "name": "Jordan"})

    assert [fault.column for fault in faults] == ["role"]


@pytest.mark.parametrize("text", ["2026-03-09", "09/03/2026", "9/3/2026", "9.3.2026", "09-03-2026"])
def test_a_day_is_read_as_british_people_write_it(text: str) -> None:
    assert read_day(text) == TODAY


@pytest.mark.parametrize("text", ["2026-02-30", "9/3/26", "1/13/2026", "0001-01-01", "tomorrow"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        read_day(text)


@pytest.mark.parametrize("text", ["a@b.test", "sian.o'neil+x@mail.people.test"])
def test_an_address_is_an_address(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text", ["a@b", "a b@c.test", "a..b@c.test", "a@c.test\nBcc: d@e.test", "@c.test"]
)
def test_what_no_mail_server_takes_is_no_address(text: str) -> None:
    assert not is_email(text)


DEFERRED = {"order_type": "deferred_sentence", "requirement": "deferment_rj", "days": ""}


@pytest.mark.parametrize(
    ("sentenced", "convicted", "ends", "at_fault"),
    [
        ("2026-03-02", "", "2026-09-02", set()),
        ("2026-03-02", "", "2026-09-03", {"ends_on"}),
        ("2026-03-31", "2026-03-21", "2026-09-30", set()),
        ("2026-03-31", "2026-03-21", "2026-10-01", {"ends_on"}),
        ("2026-03-31", "2026-03-22", "2027-03-31", set()),
        ("2026-03-31", "2026-03-22", "2027-04-01", {"ends_on"}),
        ("2026-03-31", "", "2026-10-01", {"convicted_on"}),
    ],
)
def test_r4_a_deferment_has_a_hard_end(sentenced, convicted, ends, at_fault):
    cells = DEFERRED | {"sentenced_on": sentenced, "convicted_on": convicted, "ends_on": ends}
    order, faults = read_order({**ORDER, **cells})
    assert faults == []
    found = order_faults(resolve(order, KNOWN), KNOWN, date(2026, 4, 1))
    assert {fault.column for fault in found} == at_fault


@pytest.mark.parametrize(
    ("cells", "at_fault"),
    [
        ({"side": "harmed", "role": "principal", "name": "Ann Bee"}, set()),
        ({"side": "harmed", "role": "principal", "name": ""}, {"name"}),
        ({"side": "harmed", "role": "supporter", "name": "Ann Bee"}, {"organisation"}),
        ({"side": "harmer", "role": "supporter", "name": "Ann Bee"}, {"organisation"}),
    ],
)
def test_an_organisation_is_harmed_by_way_of_somebody_named_who_speaks_for_it(cells, at_fault):
    person, faults = read_party({"order_reference": "A", "organisation": "Corner Shop", **cells})
    assert faults == []
    assert {fault.column for fault in person_faults(person, KNOWN, TODAY)} == at_fault
