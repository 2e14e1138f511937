"""A person's file is complete and alone; what is erased is gone from the files themselves."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from rj.audit.chain import ChainKey, seal_waiting, verify
from rj.audit.models import AuditEntry
from rj.audit.services import SERVICE, note
from rj.conferences.gates import record_gate
from rj.conferences.models import GateRecord
from rj.db.database import Database
from rj.intake.models import OrderSource
from rj.kernel.clock import StoppedClock
from rj.kernel.errors import Conflict, Invalid
from rj.orders.models import ContactAttempt, Order
from rj.outbox.keeping import Keeper
from rj.outbox.models import Message, MessageState
from rj.parties.contact import stop_contact
from rj.parties.models import HarmedDetails, HarmerDetails, Party, SafeContactPlan
from rj.parties.wishes import set_chosen_name
from rj.policy.terms import ContactOutcome, Gate, GateValue, Stage
from rj.rights.commands import erase_command, export_command, hold_command, restrict_command
from rj.rights.export import export_person
from rj.rights.models import ClosedCount, RetentionReport
from rj.rights.retention import Nightly, run_retention
from rj.suitability.facts import Facts
from rj.suitability.models import SuitabilityCheck
from rj.suitability.services import CheckEntry, start_check
from rj.suppression.models import SaidNo
from rj.suppression.services import stop_who_is_alike
from rj.tables import metadata
from tests.builders import AREA, NOW, a_party, an_account, an_actor, an_order
from tests.integration.conferences.test_several_harmed import harmer_of, two_harmed
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
)
from tests.integration.rights.holder import HOLDER, Holder, export
from tests.web_client import nobody_tells
from tests.who_may_see import strings_of_people

HARMER_NOTE = "canary-note-of-harmer"
HARMED_NOTE = "canary-note-of-harmed"
ATTEMPT_NOTE = "canary-note-of-attempt"
TYPED_REASON = "canary-typed-reason"


def filled(story: Story) -> dict[str, str]:  # noqa: F811
    """Everything that is kept of both people of a case; their references by side."""
    story.tell()
    story.send()
    with story.database.writing() as session:
        staff = an_account(session)
        for party_id, text in (
            (story.case.harmer, HARMER_NOTE),
            (story.case.harmed, HARMED_NOTE),
        ):
            session.add(
                GateRecord(
                    order_id=story.case.order_id,
                    party_id=party_id,
                    gate=Gate.CONSENT,
                    value=GateValue.YES,
                    note=text,
                    recorded_by=staff.id,
                    recorded_at=NOW,
                )
            )
            note(
                session,
                SERVICE,
                "view contact details",
                "party",
                party_id,
                now=NOW,
                order_id=story.case.order_id,
                reason=TYPED_REASON,
            )
        session.add(
            ContactAttempt(
                order_id=story.case.order_id,
                attempted_at=NOW,
                outcome=ContactOutcome.NO_ANSWER,
                note=ATTEMPT_NOTE,
                recorded_by=staff.id,
                recorded_at=NOW,
            )
        )
        plan = session.get_one(SafeContactPlan, story.case.harmed)
        plan.alias, plan.safe_times = "canary-alias", "canary-safe-times"
        set_chosen_name(session, story.case.harmed, "Canarychosen", actor=SERVICE, now=NOW)
        return {
            "harmer": session.get_one(Party, story.case.harmer).reference,
            "harmed": session.get_one(Party, story.case.harmed).reference,
        }


def test_a_persons_file_holds_all_of_theirs_and_nothing_of_anybody_else(
    story: Story,  # noqa: F811
    tmp_path: Path,
) -> None:
    codes = filled(story)
    own_notes = {
        "harmer": {HARMER_NOTE, ATTEMPT_NOTE},
        "harmed": {HARMED_NOTE, "canary-alias", "canary-safe-times", "Canarychosen"},
    }
    with story.database.reading() as session:
        people = strings_of_people(session, SEAL.open)
        crn = session.get_one(Order, story.case.order_id).crn
    for side, party_id in (("harmer", story.case.harmer), ("harmed", story.case.harmed)):
        path = tmp_path / f"{side}.json"
        export(story.database, codes[side], path, SEAL)
        text = HOLDER.opened(path)
        sealed = path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
        own = people[party_id] - {str(party_id)}
        assert [each for each in own if each not in text] == []
        assert [each for each in own if each.encode() in sealed] == []
        others = {each for who, texts in people.items() if who != party_id for each in texts}
        whole = {each for each in others - own if len(each) > 4}
        assert [each for each in whole if each in text] == []
        for of_side, notes in own_notes.items():
            for each in notes:
                assert (each in text) is (of_side == side), each
        assert (crn in text) is (side == "harmer")
        told = json.loads(text)
        assert any("appointment" in (each["rendered"] or "").lower() for each in told["messages"])
        assert told["appointments"]
        assert TYPED_REASON not in text
    with pytest.raises(Conflict, match="already"):
        export(story.database, codes["harmer"], path, SEAL)


def test_a_file_says_neither_how_many_were_harmed_nor_that_one_of_them_said_no(
    story: Story,  # noqa: F811
) -> None:
    with story.database.writing() as session:
        actor = an_actor(session)
        order, _, bea = two_harmed(session, actor)
        code = harmer_of(session, order).reference

        def stages() -> list[tuple[str, str]]:
            file = export_person(session, code, seal=SEAL, keeper=Keeper(KEY), actor=actor, now=NOW)
            return [(each["stage"], each["state"]) for each in file["plan"]]

        alike = [(stage.value, "open") for stage in Stage]
        assert sorted(stages()) == sorted(alike)
        record_gate(
            session,
            order.id,
            gate=Gate.CONSENT,
            value=GateValue.NO,
            party_id=bea.id,
            actor=actor,
            now=NOW,
            tell=nobody_tells,
        )
        assert sorted(stages()) == sorted(alike)


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (b"none", "no certificate"),
        (Holder(lasts=timedelta(days=-1)).pem, "not valid today"),
        (Holder(bits=1024).pem, "2048 bits or more"),
    ],
)
def test_a_file_is_made_for_no_certificate_that_cannot_be_used(
    database: Database, tmp_path: Path, pem: bytes, why: str
) -> None:
    path = tmp_path / "file.p7m"
    with pytest.raises(Invalid, match=why):
        export_command(database, SEAL, Keeper(KEY), "AP-NOBODY22", path, certificate=pem, now=NOW)
    assert not path.exists()


def test_nobody_but_the_holder_of_the_key_opens_a_file(
    story: Story,  # noqa: F811
    tmp_path: Path,
) -> None:
    path = tmp_path / "file.p7m"
    export(story.database, filled(story)["harmed"], path, SEAL)
    with pytest.raises(ValueError, match="recipient"):
        Holder().opened(path)


def bytes_of(database: Database) -> bytes:
    """The raw files of a SQLite database, its log included."""
    path = Path(str(database.engine.url.database))
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def every_text(session: Session) -> str:
    """Every row of every table."""
    return "\n".join(
        repr(tuple(row))
        for table in metadata.sorted_tables
        for row in session.execute(table.select())
    )


def test_after_an_erasure_nothing_is_left_but_a_tombstone_and_the_no(
    story: Story,  # noqa: F811
    tmp_path: Path,
) -> None:
    codes = filled(story)
    chain = ChainKey(KEY)
    with story.database.writing() as session:
        harmed_texts = strings_of_people(session, SEAL.open)[story.case.harmed]
        sealed = session.get_one(HarmedDetails, story.case.harmed).sealed
        stop_contact(session, story.case.harmed, actor=SERVICE, now=NOW)
    seal_waiting(story.database, chain)
    gone = {
        *harmed_texts,
        HARMED_NOTE,
        TYPED_REASON,
        "canary-alias",
        "canary-safe-times",
        "Canarychosen",
    } - {str(story.case.harmed), codes["harmed"]}
    journal = tmp_path / "erasures.journal"
    if story.database.is_sqlite:
        before = bytes_of(story.database)
        assert sealed in before
        assert b"canary-alias" in before
    erase_command(story.database, SEAL, nobody_tells, codes["harmed"], journal, now=NOW)

    if story.database.is_sqlite:
        raw = bytes_of(story.database)
        assert [each for each in gone if each.encode() in raw] == []
        assert sealed not in raw
    assert str(story.case.harmed) in journal.read_text()
    with story.database.writing() as session:
        rows = every_text(session)
        assert [each for each in gone if each in rows] == []
        assert session.get_one(Party, story.case.harmed).erased_at == NOW
        theirs = session.exec(
            select(Message).where(Message.recipient_id == story.case.harmed)
        ).all()
        assert theirs
        assert all(each.rendered is None and not each.envelope["mark"] for each in theirs)
        assert session.exec(select(SaidNo).where(SaidNo.party_id == story.case.harmed)).first()
        again = a_party(
            session,
            an_order(session, with_harmer=False).id,
            name="Rhiannon Tŷ-Mawr",
            telephone="07700 900202",
            seal=SEAL,
        )
        assert stop_who_is_alike(session, SEAL, again.id, actor=SERVICE, now=NOW, tell=nobody_tells)
        assert verify(session, chain).holds


def test_a_hold_keeps_a_case_whole_and_an_open_order_its_person(
    story: Story,  # noqa: F811
    tmp_path: Path,
) -> None:
    codes = filled(story)
    journal = tmp_path / "erasures.journal"
    with story.database.reading() as session:
        reference = session.get_one(Order, story.case.order_id).reference
    with pytest.raises(Invalid, match="two years"):
        hold_command(story.database, reference, "court", "2030-01-01", is_lifted=False, now=NOW)
    hold_command(story.database, reference, "court", "2026-03-31", is_lifted=False, now=NOW)
    with pytest.raises(Conflict, match="court needs it, until"):
        erase_command(story.database, SEAL, nobody_tells, codes["harmed"], journal, now=NOW)
    assert not journal.exists(), "a refused erasure must not come true after a restore"
    hold_command(story.database, codes["harmed"], "court", "", is_lifted=True, now=NOW)
    with pytest.raises(Conflict, match="Close the order first"):
        erase_command(story.database, SEAL, nobody_tells, codes["harmer"], journal, now=NOW)


def test_who_is_restricted_hears_nothing(story: Story) -> None:  # noqa: F811
    with story.database.reading() as session:
        code = session.get_one(Party, story.case.harmer).reference
    story.tell()
    restrict_command(story.database, code, story.teller, is_lifted=False, now=NOW)
    story.send()
    assert story.last(story.case.harmer).state is MessageState.STOPPED
    with story.database.reading() as session:
        assert session.get_one(Party, story.case.harmer).restricted_at == NOW


def test_each_night_ends_what_is_due_and_says_so(story: Story) -> None:  # noqa: F811
    filled(story)

    def after(days: int) -> RetentionReport:
        return run_retention(
            story.database, SEAL, tell=nobody_tells, now=NOW + timedelta(days=days)
        )

    with story.database.writing() as session:
        session.get_one(Order, story.case.order_id).closed_at = NOW
        session.add(
            OrderSource(
                order_id=story.case.order_id,
                facts_fingerprint="f",
                people_fingerprint="p",
                imported_at=NOW,
            )
        )
    assert after(29).counts["message_bodies"] == 0
    assert after(31).counts["message_bodies"] > 0
    assert after(89).counts["harmed_contacts"] == 0
    assert after(91).counts["harmed_contacts"] == 1
    assert after(366).counts["said"] > 3
    assert after(367).counts["said"] == 0
    with story.database.reading() as session:
        assert session.get(HarmedDetails, story.case.harmed) is None
        assert session.get(HarmerDetails, story.case.harmer) is not None
        assert HARMER_NOTE not in every_text(session)
    assert after(731).counts["cases"] == 1
    with story.database.reading() as session:
        assert session.exec(select(Order)).all() == []
        assert session.exec(select(Party)).all() == []
        [counted] = session.exec(select(ClosedCount)).all()
        assert (counted.cases, counted.year) == (1, 2026)


def test_old_audit_goes_by_its_kind_and_the_chain_still_holds(
    database: Database, clock: StoppedClock
) -> None:
    chain = ChainKey(KEY)
    with database.writing() as session:
        for action in ("signed in", "viewed", "send message"):
            note(session, SERVICE, action, "order", "x", now=NOW)
    seal_waiting(database, chain)
    nightly = Nightly(database, SEAL, nobody_tells)
    nightly.step(NOW + timedelta(days=731))
    nightly.step(NOW + timedelta(days=731, hours=1))
    with database.reading() as session:
        left = {entry.action for entry in session.exec(select(AuditEntry))}
        assert left >= {"viewed", "send message", "remove old audit entries"}
        assert "signed in" not in left
        assert len(session.exec(select(RetentionReport)).all()) == 1
    seal_waiting(database, chain, is_complete=True)
    with database.reading() as session:
        verdict = verify(session, chain)
    assert verdict.holds
    assert verdict.removed == 1


def test_a_held_case_keeps_its_audit_and_what_tells_of_a_removal_stays(
    story: Story,  # noqa: F811
) -> None:
    chain = ChainKey(KEY)
    years = timedelta(days=2200)
    with story.database.writing() as session:
        reference = session.get_one(Order, story.case.order_id).reference
        for order_id in (story.case.order_id, None):
            note(session, SERVICE, "viewed", "order", "x", now=NOW, order_id=order_id)
    seal_waiting(story.database, chain)
    then = NOW + years
    held = (then + timedelta(days=300)).date().isoformat()
    hold_command(story.database, reference, "court", held, is_lifted=False, now=then)
    for night in (then, then + years):
        run_retention(story.database, SEAL, tell=nobody_tells, now=night)
        seal_waiting(story.database, chain, is_complete=True)
        with story.database.reading() as session:
            viewed = select(AuditEntry.order_id).where(AuditEntry.action == "viewed")
            left = session.exec(viewed).all()
            assert verify(session, chain).holds
        # the hold has ended by the second night
        assert left == ([story.case.order_id] if night == then else [])


def test_a_saved_check_goes_half_a_year_after_its_hearing(database: Database) -> None:
    with database.writing() as session:
        writer = an_account(session)
        for label, hearing_on in (("no day", None), ("late", (NOW + timedelta(days=90)).date())):
            start_check(
                session,
                CheckEntry(AREA, Facts(), label=label, hearing_on=hearing_on),
                writer_id=writer.id,
                actor=SERVICE,
                now=NOW,
            )

    def left_after(days: int) -> set[str]:
        now = NOW + timedelta(days=days)
        run_retention(database, SEAL, tell=nobody_tells, now=now)
        with database.reading() as session:
            return set(session.exec(select(SuitabilityCheck.label)))

    assert left_after(182) == {"no day", "late"}
    assert left_after(184) == {"late"}
    assert left_after(184 + 91) == set()
