"""The lists that orders are judged by, and the two commands."""

import io
from pathlib import Path

import pytest
from sqlmodel import select

from rj.audit.services import SERVICE
from rj.db.database import Database
from rj.intake.commands import import_orders_command, import_reference_command
from rj.intake.reference_file import (
    ReferenceKind,
    ReferenceReport,
    import_reference,
    load_samples,
    sample,
    street_parts,
)
from rj.kernel.clock import StoppedClock
from rj.orders.models import Court, Offence
from rj.policy.offences import harm_class
from rj.policy.terms import HarmClass
from rj.venues.models import Venue
from tests.builders import NOW, SEAL


def taken(database: Database, kind: ReferenceKind, content: str) -> ReferenceReport:
    """A list that has been imported, or refused."""
    return import_reference(database, kind, content.encode(), actor=SERVICE, now=NOW)


def test_a_fresh_installation_gets_samples_once(database: Database) -> None:
    with database.writing() as session:
        assert load_samples(session, now=NOW)
        assert not load_samples(session, now=NOW)

    for kind in ReferenceKind:
        report = import_reference(database, kind, sample(kind.value), actor=SERVICE, now=NOW)
        assert (report.problems, report.added, report.changed) == ((), 0, 0)
        assert report.unchanged > 0


def test_a_renewed_list_adds_and_changes_and_removes_nothing(county: Database) -> None:
    report = taken(
        county,
        ReferenceKind.COURTS,
        "court_id,name,type,active\n"
        "NMORMC,Northmoor Magistrates' Court,magistrates,false\n"
        "NEWXCC,New Crown Court,crown,true\n",
    )

    assert (report.added, report.changed, report.unchanged) == (1, 1, 0)
    with county.reading() as session:
        assert not session.get_one(Court, "NMORMC").is_active
        assert session.get_one(Court, "SVALCC").is_active


def test_a_bad_row_keeps_the_whole_list_out(county: Database) -> None:
    report = taken(
        county,
        ReferenceKind.COURTS,
        "court_id,name,type,active\nNEWXCC,New,crown,true\nBADXCC,Bad,tribunal,true\n",
    )

    assert [(problem.line, problem.fault.column) for problem in report.problems] == [(3, "type")]
    with county.reading() as session:
        assert session.get(Court, "NEWXCC") is None


def test_an_office_of_an_unknown_area_is_refused(county: Database) -> None:
    report = taken(
        county,
        ReferenceKind.OFFICES,
        'probation_office_id,name,address,probation_region_id\n9,Far,"1 Row, Town",Z\n',
    )

    assert [problem.fault.column for problem in report.problems] == ["probation_region_id"]


def test_an_office_never_shows_whose_it_is(county: Database) -> None:
    with county.reading() as session:
        offices = session.exec(select(Venue)).all()

        assert len(offices) == 4
        assert not [
            office.code
            for office in offices
            if "probation" in f"{office.street_name} {office.address}".lower()
        ]
        assert {office.street_name for office in offices} >= {"Mill House", "3 Chapel Lane"}


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("Probation Office, Mill House, 1 Row, ZZ1 1ZZ", ("Mill House", "1 Row", "ZZ1 1ZZ")),
        ("HMPPS Centre, National Probation Service, 2 Row", ("2 Row",)),
        ("Justice Hub,, 3 Row", ("3 Row",)),
    ],
)
def test_the_street_does_not_know_the_service(address: str, parts: tuple[str, ...]) -> None:
    assert street_parts(address) == parts


def test_a_street_that_stands_in_the_name_is_found(county: Database) -> None:
    report = taken(
        county,
        ReferenceKind.OFFICES,
        "probation_office_id,name,address,probation_region_id\n9,Far Town: 8 Row,ZZ1 1ZZ,N1\n",
    )

    assert report.added == 1
    with county.reading() as session:
        office = session.exec(select(Venue).where(Venue.code == "9")).one()
        assert (office.street_name, office.address) == ("8 Row", "8 Row, ZZ1 1ZZ")


@pytest.mark.parametrize(
    ("risk_class", "category", "expected"),
    [
        ("violence_against_the_person_sub_abh", "Common assault", HarmClass.VIOLENCE),
        ("acquisitive_violence", "Robbery", HarmClass.VIOLENCE),
        ("burglary_domestic", "Burglary of a home", HarmClass.DOMESTIC_BURGLARY),
        ("burglary_other", "Burglary of a shop", HarmClass.NONE),
        ("theft_non_motor", "Theft from the person", HarmClass.OTHER_PERSONAL_HARM),
        ("theft_non_motor", "Theft from a shop", HarmClass.NONE),
        ("public_order_and_harrassment", "Harassment", HarmClass.OTHER_PERSONAL_HARM),
        ("motoring_offences", "Speeding", HarmClass.NONE),
        ("a class of next year", "Something", HarmClass.NONE),
    ],
)
def test_an_offence_stands_to_the_rule_as_its_class_and_words_say(
    risk_class: str, category: str, expected: HarmClass
) -> None:
    assert harm_class(risk_class, category, "") is expected


def test_a_reviewed_harm_class_outlives_a_renewed_list(county: Database) -> None:
    with county.writing() as session:
        session.get_one(Offence, "058/01").harm_class = HarmClass.NONE

    report = import_reference(
        county, ReferenceKind.OFFENCES, sample("offences"), actor=SERVICE, now=NOW
    )

    assert report.changed == 0
    with county.reading() as session:
        assert session.get_one(Offence, "058/01").harm_class is HarmClass.NONE


def test_a_long_description_is_cut_and_odd_characters_are_cleaned(county: Database) -> None:
    report = taken(
        county,
        ReferenceKind.OFFENCES,
        "ho_category,ho_subcategory,group,category,description,risk_class\n"
        f"9,9,Other,=Other,-{'x' * 900}\x01,unknown\n",
    )

    assert report.added == 1
    with county.reading() as session:
        kept = session.get_one(Offence, "009/09").description
        assert len(kept) == 600
        assert kept.endswith("x…")


def test_the_commands_report_and_answer_with_their_exit_code(
    county: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    def run(name: str, content: bytes, parties: Path | None = None) -> tuple[int, str]:
        path = tmp_path / name
        path.write_bytes(content)
        stream = io.StringIO()
        code = import_orders_command(county, SEAL, path, parties, clock, stream)
        return code, stream.getvalue()

    people = tmp_path / "parties.csv"
    people.write_bytes(sample("parties"))
    bad = sample("orders").replace(b"X310002", b"310002X")

    assert run("bad.csv", bad, people) == (
        1,
        "orders file, line 3 (NM/2026/0102):\n"
        "  crn: The CRN is not a letter and six figures. Write it like X123456.\n"
        "Nothing was recorded: 1 row must be put right. Correct the file and import it again.\n",
    )
    assert run("good.csv", sample("orders"), people) == (
        0,
        "5 orders recorded, with 7 further people.\n",
    )
    assert run("good.csv", sample("orders"), people) == (
        0,
        "Nothing was new: 5 orders recorded already.\n",
    )
    other = sample("orders").replace(b"guilty,medium,RO01", b"guilty,high,RO01", 1)
    code, told = run("other.csv", other)
    assert code == 1
    assert "    risk: recorded medium | in the file high\n" in told


def test_a_file_that_is_not_there_is_said_plainly(
    county: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    stream = io.StringIO()

    assert import_orders_command(county, SEAL, tmp_path / "no.csv", None, clock, stream) == 1
    assert import_reference_command(county, "courts", tmp_path, clock, stream) == 1
    assert import_reference_command(county, "judges", tmp_path / "no.csv", clock, stream) == 1
    assert "cannot be read" in stream.getvalue()
    assert "There is no list “judges”" in stream.getvalue()
    assert "Traceback" not in stream.getvalue()


def test_the_reference_command_counts(
    county: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    path = tmp_path / "courts.csv"
    path.write_bytes(sample("courts"))
    stream = io.StringIO()

    assert import_reference_command(county, "courts", path, clock, stream) == 0
    assert stream.getvalue() == "courts: 0 added, 0 changed, 6 unchanged.\n"
