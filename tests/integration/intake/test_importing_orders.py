"""Court orders come in from a file, whole or not at all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, text
from sqlmodel import Session, col, func, select

from rj.audit.models import AuditEntry
from rj.audit.services import SERVICE
from rj.conferences.models import HoldState, ProvisionalHold
from rj.db.database import Database
from rj.intake.entry import read_order
from rj.intake.orders_file import import_orders
from rj.intake.report import Difference, FileName, RowResult
from rj.intake.services import record_order
from rj.kernel.errors import Invalid
from rj.kernel.london import london_day
from rj.orders.models import Order, Plan, PlanStep, ResponsibleOfficer
from rj.orders.queries import (
    find_order_by_reference,
    get_requirement,
    live_plan,
    offences_of,
    steps_of,
)
from rj.parties.contact import contact_details, set_contact_details, stop_contact
from rj.parties.models import HarmedDetails, Party
from rj.parties.queries import contact_plan, parties_of, time_of
from rj.parties.sealing import ContactDetails
from rj.policy.terms import Channel, HarmClass, PartyRole, Side, Stage
from rj.rights.erasing import erase_person
from tests.builders import NOW, SEAL, a_facilitator, a_venue_with_rooms, an_area, an_order
from tests.integration.intake.conftest import Import, as_csv, rows_of
from tests.web_client import nobody_tells

PROTECTED = (
    "Bethan Hughes",
    "bethan.hughes@people.test",
    "07700 900301",
    "22 Orchard Way",
    "Ifor Jenkins",
    "1 Chapel Lane",
    "kulwinder",
)


def orders_in(session: Session) -> int:
    """How many orders are recorded."""
    return session.exec(select(func.count()).select_from(Order)).one()


def test_the_samples_are_recorded_with_people_and_plans(imported: Import, county: Database) -> None:
    report = imported(parties=rows_of("parties"))

    assert report.is_accepted
    assert report.count(RowResult.RECORDED) == 5
    assert report.count(RowResult.RECORDED, FileName.PARTIES) == 7
    with county.reading() as session:
        order = find_order_by_reference(session, "NM/2026/0101")
        assert order is not None
        assert (order.crn, order.court_code, order.area_id) == ("X310001", "NMORMC", "N1")
        assert get_requirement(session, order.id).days == 20
        assert [offence.harm_class for offence in offences_of(session, order.id)] == [
            HarmClass.VIOLENCE
        ]
        plan = live_plan(session, order.id)
        assert plan is not None
        steps = steps_of(session, plan.id)
        assert steps[0].stage is Stage.CONTACT
        assert steps[0].due_on == date(2026, 3, 18)
        assert len(steps) == 5
        people = parties_of(session, order.id)
        assert [(person.side, person.role) for person in people] == [
            (Side.HARMER, PartyRole.PRINCIPAL),
            (Side.HARMER, PartyRole.SUPPORTER),
            (Side.HARMED, PartyRole.PRINCIPAL),
            (Side.HARMED, PartyRole.SUPPORTER),
        ]
        beth = people[2]
        assert beth.hours == [["mon", "17:00", "20:00"], ["wed", "17:00", "20:00"]]
        assert contact_details(session, SEAL, beth.id).name == "Bethan Hughes"
        plan_of_beth = contact_plan(session, beth.id)
        assert plan_of_beth is not None
        assert plan_of_beth.channel is Channel.EMAIL
        assert len(time_of(session, beth.id).avoids) == 1


def test_each_of_several_harmed_people_has_a_third_meeting_of_their_own(
    imported: Import, county: Database
) -> None:
    people = rows_of("parties")
    nobody = dict.fromkeys(people[0], "") | {"order_reference": "NM/2026/0101", "side": "harmed"}
    people += [
        nobody | {"role": "principal", "name": "Carys Hughes"},
        nobody | {"role": "supporter", "name": "Dilys Hughes"},
    ]
    assert imported(parties=people).is_accepted
    with county.reading() as session:
        order = find_order_by_reference(session, "NM/2026/0101")
        assert order is not None
        plan = live_plan(session, order.id)
        assert plan is not None
        thirds = [each for each in steps_of(session, plan.id) if each.stage is Stage.REPARATION]
        name = {
            party.id: contact_details(session, SEAL, party.id).name
            for party in parties_of(session, order.id)
        }
        assert {name[each.harmed_id] for each in thirds if each.harmed_id} == {
            "Bethan Hughes",
            "Carys Hughes",
        }
        helped = {
            name[party.id]: name[party.supports_id]
            for party in parties_of(session, order.id)
            if party.supports_id is not None
        }
        assert helped == {"Gwen Hughes": "Bethan Hughes", "Dilys Hughes": "Carys Hughes"}


def test_an_officer_who_comes_with_an_order_is_added(imported: Import, county: Database) -> None:
    imported()

    with county.reading() as session:
        added = session.exec(
            select(ResponsibleOfficer).where(ResponsibleOfficer.code == "RO09")
        ).one()
        assert (added.name, added.area_id) == ("Harpreet Sandhu", "N1")


def test_a_person_without_hours_has_none_in_the_database(
    imported: Import, county: Database
) -> None:
    imported()

    with county.reading() as session:
        unbound = session.exec(select(Party).where(col(Party.hours).is_(None))).all()
        assert len(unbound) == 3


def test_a_harmed_person_without_a_contact_plan_has_none(
    imported: Import, county: Database
) -> None:
    imported(parties=rows_of("parties"))

    with county.reading() as session:
        order = find_order_by_reference(session, "NM/2026/0103")
        assert order is not None
        asha = parties_of(session, order.id)[-1]
        assert asha.side is Side.HARMED
        assert contact_plan(session, asha.id) is None


def test_the_harmed_side_lies_sealed_and_nowhere_else(imported: Import, county: Database) -> None:
    report = imported(parties=rows_of("parties"))

    assert not [word for word in PROTECTED if word in repr(report)]
    with county.reading() as session:
        tables = [
            name
            for (name,) in session.connection().execute(
                text(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                    if county.is_sqlite
                    else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                )
            )
        ]
        for table in tables:
            kept = repr(
                session.connection().execute(text(f'SELECT * FROM "{table}"')).fetchall()  # noqa: S608
            )
            assert not [word for word in PROTECTED if word in kept], table
        assert session.exec(select(func.count()).select_from(HarmedDetails)).one() == 6


def test_the_same_files_twice_change_nothing(imported: Import, county: Database) -> None:
    imported(parties=rows_of("parties"))
    with county.reading() as session:
        before = (orders_in(session), session.exec(select(func.count(col(AuditEntry.id)))).one())

    report = imported(parties=rows_of("parties"))

    assert report.is_accepted
    assert {row.result for row in report.rows} == {RowResult.UNCHANGED}
    with county.reading() as session:
        assert before == (
            orders_in(session),
            session.exec(select(func.count(col(AuditEntry.id)))).one(),
        )


def test_the_same_facts_written_another_way_change_nothing(imported: Import) -> None:
    imported()
    rows = rows_of("orders")[:1]
    rows[0] |= {"sentenced_on": "03/03/2026", "offences": "00806", "order_type": "CO"}

    assert imported(rows).rows[0].result is RowResult.UNCHANGED


def test_an_old_file_neither_undoes_what_was_changed_here_nor_brings_back_a_stopped_person(
    imported: Import, county: Database
) -> None:
    imported(parties=rows_of("parties"))
    with county.writing() as session:
        order = find_order_by_reference(session, "NM/2026/0101")
        assert order is not None
        beth = parties_of(session, order.id)[2]
        set_contact_details(
            session,
            SEAL,
            beth.id,
            ContactDetails("Bethan Hughes", "new@people.test", "", ""),
            actor=SERVICE,
            now=NOW,
        )
        stop_contact(session, beth.id, actor=SERVICE, now=NOW)

    report = imported(parties=rows_of("parties"))

    assert report.is_accepted
    with county.reading() as session:
        kept = session.get(Party, beth.id)
        assert kept is not None
        assert kept.stopped_at == NOW
        assert contact_details(session, SEAL, beth.id).email == "new@people.test"


def test_the_same_file_does_not_bring_back_an_order_whose_person_was_erased(
    imported: Import, county: Database
) -> None:
    imported()
    with county.writing() as session:
        order = session.exec(select(Order)).first()
        assert order is not None
        reference, order.closed_at = order.reference, NOW
        session.flush()
        for party in parties_of(session, order.id):
            erase_person(session, party, seal=SEAL, actor=SERVICE, now=NOW, tell=nobody_tells)
        before = len(session.exec(select(Order)).all())
    report = imported()
    assert {row.result for row in report.rows} == {RowResult.UNCHANGED}
    with county.reading() as session:
        assert len(session.exec(select(Order)).all()) == before
        assert session.exec(select(Order).where(Order.reference == reference)).first() is None


def test_a_known_reference_with_other_facts_is_shown_side_by_side(imported: Import) -> None:
    imported()
    rows = rows_of("orders")
    rows[0] |= {"ends_on": "2027-09-02", "risk": "high", "name": "Jordan Pyke"}

    report = imported(rows)

    assert not report.is_accepted
    assert report.rows[0].differences == (
        Difference("ends_on", "2027-03-02", "2027-09-02"),
        Difference("requirement_ends_on", "2027-03-02", "2027-09-02"),
        Difference("risk", "medium", "high"),
        Difference("name", "Jordan Pike", "Jordan Pyke"),
    )
    assert report.rows[0].result is RowResult.REFUSED
    assert report.rows[1].result is RowResult.UNCHANGED


def test_other_facts_of_a_harmed_person_are_noticed_and_never_shown(imported: Import) -> None:
    imported(parties=rows_of("parties"))
    people = rows_of("parties")
    people[0] |= {"telephone": "07700 900999"}

    report = imported(parties=people)

    assert [difference.column for difference in report.rows[0].differences] == ["people"]
    assert not [word for word in (*PROTECTED, "07700 900999") if word in repr(report)]


def test_an_order_entered_by_form_is_known_again_in_a_file(
    imported: Import, county: Database
) -> None:
    with county.writing() as session:
        new_order, faults = read_order(rows_of("orders")[0])
        assert faults == []
        record_order(session, new_order, seal=SEAL, actor=SERVICE, now=NOW)

    report = imported(rows_of("orders")[:1])

    assert [row.result for row in report.rows] == [RowResult.UNCHANGED]


def test_one_bad_row_holds_back_all_the_others(imported: Import, county: Database) -> None:
    rows = rows_of("orders")
    rows[2]["crn"] = "12"
    rows[3]["court"] = "NOWHERE"

    report = imported(rows, rows_of("parties"))

    assert [row.result for row in report.rows[:5]] == [
        RowResult.HELD_BACK,
        RowResult.HELD_BACK,
        RowResult.REFUSED,
        RowResult.REFUSED,
        RowResult.HELD_BACK,
    ]
    assert [(row.line, row.faults[0].column) for row in report.refused] == [
        (4, "crn"),
        (5, "court"),
    ]
    with county.reading() as session:
        assert orders_in(session) == 0
        assert session.exec(select(func.count()).select_from(Party)).one() == 0


def test_a_bad_person_holds_back_every_order(imported: Import, county: Database) -> None:
    people = rows_of("parties")
    people[1]["channel"] = "email"  # who has no address

    report = imported(parties=people)

    assert [(row.file, row.line, row.faults[0].column) for row in report.refused] == [
        (FileName.PARTIES, 3, "email")
    ]
    with county.reading() as session:
        assert orders_in(session) == 0


def test_a_person_of_an_order_that_is_not_in_the_file_is_refused(imported: Import) -> None:
    people = rows_of("parties")
    people[0]["order_reference"] = "22 Orchard Way"

    report = imported(parties=people)

    assert [row.faults[0].column for row in report.refused] == ["order_reference"]
    assert "Orchard" not in repr(report).replace("order_reference", "")


def test_the_same_reference_twice_in_a_file_is_refused(imported: Import) -> None:
    rows = rows_of("orders")[:2]
    rows[1]["reference"] = rows[0]["reference"].lower()

    report = imported(rows)

    assert [(row.line, row.faults[0].column) for row in report.refused] == [(3, "reference")]
    assert "line 2" in report.refused[0].faults[0].wrong


def test_a_new_officer_with_two_names_is_refused(imported: Import) -> None:
    rows = rows_of("orders")[3:4] * 2
    rows[1] = rows[1] | {"reference": "NM/2", "officer_name": "Somebody Else"}

    assert [row.faults[0].column for row in imported(rows).refused] == ["officer"]


def a_hold_in(session: Session, reference: str, **facts: object) -> ProvisionalHold:
    """A provisional hold of the samples' area, as placed for a report."""
    begins = NOW + timedelta(days=7)
    hold = ProvisionalHold(
        reference=reference,
        area_id="N1",
        sentence_on=london_day(NOW),
        lead_id=a_facilitator(session).id,
        contact_starts_at=begins,
        contact_ends_at=begins + timedelta(minutes=30),
        assessment_starts_at=begins + timedelta(days=7),
        assessment_ends_at=begins + timedelta(days=7, hours=1),
        room_id=a_venue_with_rooms(session)[1][0].id,
        placed_at=NOW,
        expires_on=london_day(NOW) + timedelta(days=28),
    )
    for name, value in facts.items():
        setattr(hold, name, value)
    session.add(hold)
    session.flush()
    return hold


def test_a_row_names_the_hold_that_its_order_takes_over(imported: Import, county: Database) -> None:
    with county.writing() as session:
        a_hold_in(session, "PH-AAAAAA")
    rows = rows_of("orders")
    rows[0]["hold"] = " ph-aaaaaa"

    assert imported(rows).is_accepted
    assert [row.result for row in imported(rows).rows] == [RowResult.UNCHANGED] * len(rows)
    with county.reading() as session:
        hold = session.exec(select(ProvisionalHold)).one()
        order = session.exec(select(Order).where(Order.id == hold.order_id)).one()
        assert (hold.state, order.reference) == (HoldState.KEPT, rows[0]["reference"])
    with county.writing() as session:
        a_hold_in(session, "PH-CCCCCC")
    rows[0]["hold"] = "PH-CCCCCC"
    assert imported(rows).rows[0].differences == (Difference("hold", "PH-AAAAAA", "PH-CCCCCC"),)


def test_a_hold_that_cannot_be_taken_over_is_told_row_by_row(
    imported: Import, county: Database
) -> None:
    with county.writing() as session:
        over = {"state": HoldState.EXPIRED, "ended_at": NOW}
        a_hold_in(session, "PH-EXPIRE", **over)
        a_hold_in(session, "PH-GIVEN", **over | {"state": HoldState.RELEASED})
        a_hold_in(session, "PH-TWICE")
        an_area(session, "S1")
        a_hold_in(session, "PH-AWAY", area_id="S1")
        order = an_order(session)
        a_hold_in(session, "PH-USED", **over | {"state": HoldState.KEPT, "order_id": order.id})
    named = ("PH-NOBODY", "PH-AWAY", "PH-EXPIRE", "PH-GIVEN", "PH-USED", "PH-TWICE", "PH-TWICE")
    rows = [
        rows_of("orders")[0] | {"reference": f"NM/{number}", "hold": hold}
        for number, hold in enumerate(named)
    ]

    refused = imported(rows).refused

    assert [(row.line, row.faults[0].column, row.faults[0].wrong) for row in refused] == [
        (2, "hold", "No provisional hold of this area stands under this reference"),
        (3, "hold", "No provisional hold of this area stands under this reference"),
        (4, "hold", "This provisional hold stood until 6 April 2026"),
        (5, "hold", "This provisional hold was released on 9 March 2026"),
        (6, "hold", "An order has this provisional hold already"),
        (8, "hold", "Another row has the same provisional hold"),
    ]
    assert all(row.faults[0].remedy for row in refused)


def test_a_coordinator_imports_for_own_areas_only(imported: Import) -> None:
    report = imported(areas=["N1"])

    assert [(row.reference, row.faults[0].column) for row in report.refused] == [
        ("SV/2026/0044", "area")
    ]


def test_a_file_in_another_encoding_is_refused_by_line(imported: Import) -> None:
    content = as_csv(rows_of("orders")).replace(b"Rhodri", b"Rh\xf4dri")

    report = imported(content)

    assert [(row.line, row.result) for row in report.rows] == [(3, RowResult.REFUSED)]


@pytest.mark.parametrize("broken", [b"", b"\x00\x01", b"reference\n1\n", b'"', b"sep=;"])
def test_no_file_makes_it_stumble(imported: Import, broken: bytes) -> None:
    assert not imported(broken).is_accepted
    assert not imported(parties=broken).is_accepted


def test_a_form_is_judged_by_the_same_words(county: Database, imported: Import) -> None:
    row = (
        rows_of("orders")[0]
        | {"crn": "12", "starts_on": "", "court": "X"}
        | {"sentenced_on": "2026-03-10"}
    )
    in_file = [fault.as_field_problem() for fault in imported([row]).rows[0].faults]

    new_order, _ = read_order(row)
    with pytest.raises(Invalid) as refused, county.writing() as session:
        record_order(session, new_order, seal=SEAL, actor=SERVICE, now=NOW)

    assert list(refused.value.problems) == in_file
    assert {problem.field for problem in in_file} == {"crn", "sentenced_on", "court"}


def test_a_form_cannot_record_a_reference_twice(county: Database) -> None:
    new_order, _ = read_order(rows_of("orders")[0])
    with county.writing() as session:
        record_order(session, new_order, seal=SEAL, actor=SERVICE, now=NOW)

    with pytest.raises(Invalid) as refused, county.writing() as session:
        record_order(session, new_order, seal=SEAL, actor=SERVICE, now=NOW)

    assert [problem.field for problem in refused.value.problems] == ["reference"]


def test_hundreds_of_orders_come_in_few_statements(county: Database) -> None:
    row = rows_of("orders")[0]
    rows = [row | {"reference": f"BIG/{number}", "crn": f"Y{number:06}"} for number in range(300)]
    statements: list[str] = []

    def note(*call: object) -> None:
        statements.append(str(call[2]))

    event.listen(county.engine, "before_cursor_execute", note)

    report = import_orders(county, as_csv(rows), seal=SEAL, actor=SERVICE, now=NOW)

    event.remove(county.engine, "before_cursor_execute", note)

    assert report.count(RowResult.RECORDED) == 300
    assert len(statements) < 40
    with county.reading() as session:
        assert session.exec(select(func.count()).select_from(Plan)).one() == 300
        assert session.exec(select(func.count()).select_from(PlanStep)).one() == 1500
        references = session.exec(select(Party.reference)).all()
        assert len(set(references)) == 300
