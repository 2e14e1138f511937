"""What the inventory says of each column is so: planted words are in the file, and gone after."""

from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Enum, Table, select, update
from sqlmodel import AutoString, Session

from rj.audit.services import SERVICE, note
from rj.conferences.models import GateRecord, MeetingVersion
from rj.db.database import Database
from rj.facilitators.models import Facilitator, Leave
from rj.kernel.errors import Conflict
from rj.orders.models import ContactAttempt, Order, OrderChange
from rj.outbox.keeping import Keeper
from rj.parties.contact import lift_stop
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.terms import ChangeGround, ContactOutcome, Gate, GateValue, Role, Side
from rj.rights.commands import erase_again_command, erase_command, restrict_command
from rj.rights.erasing import scrub
from rj.rights.export import export_person
from rj.rights.inventory import INVENTORY, ROW
from rj.scheduling.freezing import freeze
from rj.scheduling.models import (
    LeftOut,
    PlanningRun,
    PlanningWish,
    PlanningWishKind,
    ProposalChange,
    ProposedMeeting,
)
from rj.scheduling.names import PERSON
from rj.scheduling.runs import get_run
from rj.scheduling.solving import replay_run
from rj.tables import metadata
from tests.builders import AREA, NOW, an_account, an_actor
from tests.integration.messages.conftest import (  # noqa: F401 - fixtures
    KEY,
    SEAL,
    Story,
    case,
    mail,
    post,
    sender,
    story,
    teller,
    third_step,
)
from tests.integration.rights.test_rights import bytes_of
from tests.scheduling_builders import a_county, a_solved_run
from tests.web_client import nobody_tells
from tests.who_may_see import strings_of_cases, strings_of_people

SHORTEST = 6
"""A planted word has six letters, as long as the shortest text that could name somebody."""

MADE_UP = {"party.reference", "message.kind", "message.message_id", "sentence_order.language"}
"""Words of the service's own."""


def fill(session: Session, story: Story) -> None:  # noqa: F811
    """A row wherever the case could have one."""
    staff, found = an_account(session).id, story.case
    step, order_id = third_step(session, found.order_id), found.order_id
    run = PlanningRun(
        reference="PR-INVENT",
        area_id=session.get_one(Order, order_id).area_id,
        requested_at=NOW,
        problem='{"people": []}',
        identifiers={},
        seed=1,
        effort=0,
        time_limit_seconds=1,
    )
    session.add(run)
    session.flush()
    times = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1), "lead_id": found.lead}
    session.add_all(
        [
            GateRecord(
                order_id=order_id,
                party_id=found.harmer,
                gate=Gate.CONSENT,
                value=GateValue.YES,
                note="x",
                recorded_by=staff,
                recorded_at=NOW,
            ),
            ContactAttempt(
                order_id=order_id,
                attempted_at=NOW,
                outcome=ContactOutcome.NO_ANSWER,
                recorded_by=staff,
                recorded_at=NOW,
            ),
            OrderChange(
                order_id=order_id,
                fact="risk",
                value_before="low",
                value_after="high",
                ground=ChangeGround.CORRECTION,
                changed_at=NOW,
            ),
            MeetingVersion(
                meeting_id=found.meeting_id,
                version=1,
                state=story.meeting().state,
                changed_at=NOW,
                **times,
            ),
            PlanningWish(
                order_id=order_id,
                kind=PlanningWishKind.LEAVE_OUT,
                asked_by=staff,
                asked_at=NOW,
            ),
            LeftOut(run_id=run.id, step_id=step.id, order_id=order_id, reason="x"),
            ProposedMeeting(
                run_id=run.id,
                step_id=step.id,
                order_id=order_id,
                change=ProposalChange.NEW,
                reason="x",
                **times,
            ),
        ]
    )
    session.flush()


def of_the_person(session: Session, table: Table, order_id: UUID, party_id: UUID) -> Iterator[UUID]:
    """The rows that speak of the person on probation, by primary key."""
    wanted = {
        "party": ("id", party_id),
        "message": ("recipient_id", party_id),
        "invitation": ("reader_id", party_id),
        "sentence_order": ("id", order_id),
    }.get(table.name)
    if wanted is None:
        name = "party_id" if "party_id" in table.c else "order_id"
        wanted = (name, party_id if name == "party_id" else order_id)
    if table.name == "plan_step":
        plans = metadata.tables["plan"]
        in_plans = select(plans.c.id).where(plans.c.order_id == order_id)
        found = session.execute(select(table).where(table.c.plan_id.in_(in_plans)))
    elif table.name == "meeting_version":
        meetings = metadata.tables["meeting"]
        in_case = select(meetings.c.id).where(meetings.c.order_id == order_id)
        found = session.execute(select(table).where(table.c.meeting_id.in_(in_case)))
    elif wanted[0] in table.c:
        found = session.execute(select(table).where(table.c[wanted[0]] == wanted[1]))
    else:
        return
    yield from (tuple(row[key.name] for key in table.primary_key) for row in found.mappings())


def plant(session: Session, story: Story) -> tuple[dict[str, str], dict[str, str]]:  # noqa: F811
    """A word of its own in every text that a file gives, and in every text that an erasure takes;
    by column."""
    numbers, told, erased = count(1), {}, {}
    for kept in INVENTORY:
        table = metadata.tables[kept.table]
        if table.name == "audit_entry":
            continue
        texts = [
            column
            for column in table.columns
            if isinstance(column.type, AutoString)
            and not isinstance(column.type, Enum)
            and not column.foreign_keys
            and f"{table.name}.{column.name}" not in MADE_UP
            and (column.name in kept.told | kept.erased or kept.erased >= ROW)
        ]
        for key in of_the_person(session, table, story.case.order_id, story.case.harmer):
            for column in texts:
                word = f"Q{next(numbers):05}"
                same = [name == value for name, value in zip(table.primary_key, key, strict=True)]
                session.execute(update(table).where(*same).values({column.name: word}))
                name = f"{table.name}.{column.name}"
                if column.name in kept.told:
                    told[f"{name} {word}"] = word
                if column.name in kept.erased or kept.erased >= ROW:
                    erased[f"{name} {word}"] = word
    return told, erased


def test_planted_words_are_in_the_file_and_after_an_erasure_in_no_file_of_the_database(
    story: Story,  # noqa: F811
    tmp_path: Path,
) -> None:
    story.tell()
    story.send()
    with story.database.writing() as session:
        fill(session, story)
        told, erased = plant(session, story)
        note(
            session,
            SERVICE,
            "view contact details",
            "party",
            story.case.harmer,
            now=NOW,
            reason="Q99999",
        )
        session.get_one(Order, story.case.order_id, populate_existing=True).closed_at = NOW
    assert len({name.split()[0] for name in told}) > 8
    assert len({name.split()[0] for name in erased}) > 15
    with story.database.writing() as session:
        code = session.get_one(Party, story.case.harmer).reference
        file = str(
            export_person(session, code, seal=SEAL, keeper=Keeper(KEY), actor=SERVICE, now=NOW)
        )
        other = session.get_one(Party, story.case.supporter).reference
        others = str(
            export_person(session, other, seal=SEAL, keeper=Keeper(KEY), actor=SERVICE, now=NOW)
        )
    assert [name for name, word in told.items() if word not in file] == []
    assert [name for name, word in (told | erased).items() if word in others] == []

    journal = tmp_path / "erasures.journal"
    assert erase_command(story.database, SEAL, nobody_tells, code, journal, now=NOW)

    with story.database.reading() as session:
        rows = "\n".join(
            repr(tuple(row))
            for table in metadata.sorted_tables
            for row in session.execute(table.select())
        )
    assert [
        name for name, word in (erased | {"audit Q99999": "Q99999"}).items() if word in rows
    ] == []
    if story.database.is_sqlite:
        raw = bytes_of(story.database)
        assert [name for name, word in erased.items() if word.encode() in raw] == []


def test_a_facilitators_file_is_theirs_and_tells_of_nobodys_case(
    story: Story,  # noqa: F811
) -> None:
    story.tell()
    story.send()
    with story.database.writing() as session:
        lead = session.get_one(Facilitator, story.case.lead)
        session.add(
            Leave(facilitator_id=lead.id, first_day=date(2026, 8, 3), last_day=date(2026, 8, 7))
        )
        people = strings_of_people(session, SEAL.open)
        file = str(
            export_person(session, lead.code, seal=SEAL, keeper=Keeper(KEY), actor=SERVICE, now=NOW)
        )
        of_cases = strings_of_cases(session)
    own = people[lead.id]
    assert [each for each in (own - {str(lead.id)}) | {"2026-08-03"} if each not in file] == []
    others = {text for who, texts in people.items() if who != lead.id for text in texts} - own
    assert [each for each in others | of_cases if len(each) > 4 and each in file] == []
    assert story.meeting().code in file
    assert "Subject: " in file


def test_a_copy_in_the_log_is_named_while_somebody_reads(
    story: Story,  # noqa: F811
) -> None:
    if not story.database.is_sqlite:
        assert scrub(story.database) is True, "PostgreSQL keeps its log by itself"
        return
    with story.database.reading() as session:
        session.get_one(Order, story.case.order_id)
        with story.database.writing() as writing:
            note(writing, SERVICE, "viewed", "order", "x", now=NOW)
        assert scrub(story.database, patience=timedelta(milliseconds=50)) is False
    assert scrub(story.database) is True


def test_a_meeting_may_move_after_somebody_who_was_told_of_it_was_erased(
    story: Story,  # noqa: F811
    tmp_path: Path,
) -> None:
    story.tell()
    story.send()
    with story.database.reading() as session:
        code = session.get_one(Party, story.case.supporter).reference
    journal = tmp_path / "erasures.journal"
    erase_command(story.database, SEAL, story.teller, code, journal, now=story.clock.now())
    before = len(story.messages(story.case.supporter))
    story.move()
    story.send()
    assert len(story.messages(story.case.supporter)) == before
    assert len(story.mails(story.case.harmer)) == 2


def test_after_a_restore_the_journal_erases_again_whom_it_names(
    story: Story,  # noqa: F811
    tmp_path: Path,
) -> None:
    journal, said = tmp_path / "erasures.journal", StringIO()
    lines = [f"{NOW.isoformat()} {each}" for each in (story.case.harmed, story.case.harmer)]
    journal.write_text("\n".join([*lines, f"{NOW.isoformat()} {story.case.lead}"[:40]]))
    erase_again_command(story.database, SEAL, nobody_tells, journal, said, now=NOW)
    with story.database.reading() as session:
        assert session.get_one(Party, story.case.harmed).erased_at == NOW
        harmer = session.get_one(Party, story.case.harmer)
        assert harmer.erased_at is None, "the order is open"
    assert said.getvalue().splitlines() == [
        f"{harmer.reference} was not erased: Close the order first: it is carried out with this "
        "person",
        "1 people were erased again.",
    ]


def test_a_stored_run_that_lost_a_person_knows_nothing_of_them_and_can_no_longer_be_replayed(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        county = a_county(session, orders=1)
        [harmer] = [
            each for each in parties_of(session, county.orders[0].id) if each.side is Side.HARMER
        ]
        harmer.hours = [["tue", "13:15", "16:45"]]
    run_id = a_solved_run(database, county.actor)
    with database.reading() as session:
        run = get_run(session, run_id)
        made_up = {text: name for name, text in run.identifiers.items()}[f"{PERSON}:{harmer.id}"]
        assert "13:15" in run.problem
    assert replay_run(database, run.reference) == []

    with database.writing() as session:
        session.get_one(Order, county.orders[0].id).closed_at = NOW
    journal = tmp_path / "erasures.journal"
    erase_command(database, SEAL, nobody_tells, harmer.reference, journal, now=NOW)
    with database.reading() as session:
        run = get_run(session, run_id)
        assert made_up not in run.identifiers
        assert str(harmer.id) not in str(run.identifiers)
        assert "13:15" not in run.problem
    with pytest.raises(Conflict, match="lost a person to erasure"):
        replay_run(database, run.reference)


def test_whose_data_may_only_be_kept_is_not_planned(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session, orders=2)
        kept, other = county.orders
        [harmed] = [p for p in parties_of(session, kept.id) if p.side is Side.HARMED]
    restrict_command(database, harmed.reference, nobody_tells, is_lifted=False, now=NOW)
    with database.writing() as session:
        frozen = freeze(session, AREA, now=NOW)
        assert {frozen.names.record(each.id) for each in frozen.problem.cases} == {other.id}
        assert {each.reason for each in frozen.later if each.order_id == kept.id} == {
            "Somebody's data may only be kept for now: nothing of this case is planned"
        }
    with database.writing() as session, pytest.raises(Conflict, match="restricted"):
        lift_stop(
            session,
            harmed.id,
            reason="asked",
            actor=an_actor(session, Role.LIAISON_OFFICER),
            now=NOW,
        )
