"""Everybody of whom rj keeps something has their rights: whoever signs in, and officers."""

import io
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from rj.accounts.keys import AccountKeys
from rj.accounts.models import Account, UnsentForm
from rj.accounts.sessions import open_session
from rj.audit.chain import ChainKey, seal_waiting
from rj.audit.models import AuditEntry
from rj.audit.services import Actor
from rj.calendars.hand_over import send_hand_over
from rj.clocks.digest import queue_digest
from rj.conferences.models import Meeting
from rj.conferences.provisional import Wanted, place_hold
from rj.db.database import Database
from rj.intake.drafts import save_draft
from rj.kernel.errors import Conflict, Invalid, NotFound
from rj.orders.models import OfficerAway, Order, ResponsibleOfficer
from rj.outbox.keeping import Keeper
from rj.outbox.models import Message, MessageState
from rj.policy.terms import Role, Stage
from rj.rights.commands import (
    erase_again_command,
    erase_command,
    rectify_command,
)
from rj.rights.retention import run_retention
from rj.settings import MailSettings
from rj.suitability.facts import Facts
from rj.suitability.services import CheckEntry, start_check
from tests.builders import AREA, NOW, SEAL
from tests.integration.messages.conftest import KEY
from tests.integration.rights.holder import HOLDER, export
from tests.integration.rights.test_rights import bytes_of, every_text
from tests.integration.web.facilitators.cases import a_case
from tests.web_client import TELLER, nobody_tells

OFFICER = "officer"
KINDS = [role for role in Role if role is not Role.FACILITATOR]
NAME, ADDRESS, TELEPHONE = "Canary Tombstone", "canary.staff@mail.test", "07700 900444"
TRACES = (NAME, ADDRESS, TELEPHONE, "canary typed")


@dataclass(frozen=True)
class AtWork:
    """Somebody with something in every place where rj keeps things of staff."""

    id: UUID
    code: str
    order_id: UUID


def at_work(database: Database, kind: Role | str) -> AtWork:
    case = a_case(database)
    mail, keys = MailSettings(), AccountKeys(KEY)
    with database.writing() as session:
        if kind == OFFICER:
            order = session.get_one(Order, case.order_id)
            officer = session.get_one(ResponsibleOfficer, order.responsible_officer_id)
            officer.name, officer.email, officer.telephone = NAME, ADDRESS, TELEPHONE
            first = date(2026, 8, 3)
            session.add(OfficerAway(officer_id=officer.id, first_day=first, last_day=first))
            send_hand_over(session, case.order_id, mail=mail, actor=case.actor, now=NOW)
            reader_id, code = officer.id, officer.code
        else:
            owner = {
                Role.COORDINATOR: case.coordinator,
                Role.LIAISON_OFFICER: case.liaison,
            }.get(Role(kind))
            if owner is None:
                account = Account(
                    email="somebody@work.test", name="x", password_hash="x", created_at=NOW
                )
                session.add(account)
                session.flush()
            else:
                account = session.get_one(Account, owner.account_id)
            account.name, account.email = NAME, ADDRESS
            typed = {"note": ("canary typed",)}
            save_draft(session, keys, account.id, typed, now=NOW)
            sealed = keys.seal("canary typed")
            session.add(UnsentForm(account_id=account.id, sealed=sealed, kept_at=NOW))
            open_session(session, account.id, now=NOW)
            actor = Actor(account.id, Role(kind))
            check = start_check(
                session,
                CheckEntry(AREA, Facts()),
                writer_id=account.id,
                actor=actor,
                now=NOW,
            )
            held = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT])
            wanted = Wanted(
                check=check,
                sentence_on=NOW.date(),
                lead_id=held.lead_id,
                second_id=None,
                contact_starts_at=NOW + timedelta(days=8),
                contact_minutes=30,
                assessment_starts_at=NOW + timedelta(days=12),
                assessment_minutes=60,
                room_id=held.room_id,
            )
            place_hold(session, wanted, actor=actor, now=NOW)
            reader_id, code = account.id, account.email.upper()
        session.flush()
        queue_digest(session, mail, now=NOW + timedelta(days=16))
        for message in session.exec(select(Message).where(Message.recipient_id == reader_id)):
            message.rendered = Keeper(KEY).close(f"To: {ADDRESS}\r\n\r\ncanary typed".encode())
            message.state, message.sent_at = MessageState.SENT, NOW
        return AtWork(reader_id, code, case.order_id)


def leave(database: Database, gone: AtWork) -> None:
    """Deactivated, and of no open order any more."""
    with database.writing() as session:
        session.get_one(Order, gone.order_id).closed_at = NOW
        account = session.get(Account, gone.id)
        if account is not None:
            account.is_active = False


@pytest.mark.parametrize(
    ("database", "kind"),
    [
        *(("sqlite", kind) for kind in (*KINDS, OFFICER)),
        *(("postgresql", kind) for kind in (Role.COORDINATOR, OFFICER)),
    ],
    indirect=["database"],
)
def test_staff_have_their_file_are_put_right_and_erased_to_a_tombstone(
    database: Database, tmp_path: Path, kind: Role | str
) -> None:
    who = at_work(database, kind)
    journal, file = tmp_path / "erasures.journal", tmp_path / "file.json"
    export(database, who.code, file)
    told = json.loads(HOLDER.opened(file))
    known = told.get("person") or told
    assert (known["name"], known["email"]) == (NAME, ADDRESS)
    if kind in (Role.COORDINATOR, OFFICER):
        assert told["messages"][0]["rendered"]

    with pytest.raises(Conflict):
        erase_command(database, SEAL, nobody_tells, who.code, journal, now=NOW)
    assert not journal.exists()
    leave(database, who)
    before = acts(database, who)
    assert erase_command(database, SEAL, nobody_tells, who.code, journal, now=NOW)
    assert str(who.id) in journal.read_text()
    assert acts(database, who)[: len(before)] == before
    with database.reading() as session:
        left = every_text(session)
    keeps_name = kind != OFFICER and bool(before)
    assert [each for each in TRACES if each in left] == [NAME] * keeps_name
    if database.is_sqlite:
        raw = bytes_of(database)
        assert [each for each in TRACES[keeps_name:] if each.encode() in raw] == []

    seal_waiting(database, ChainKey(KEY), is_complete=True)
    run_retention(database, SEAL, tell=nobody_tells, now=NOW + timedelta(days=2200))
    with database.reading() as session:
        left = every_text(session)
        assert [each for each in TRACES if each in left] == []
    if database.is_sqlite:
        raw = bytes_of(database)
        assert [each for each in TRACES if each.encode() in raw] == []
    said = io.StringIO()
    erase_again_command(database, SEAL, nobody_tells, journal, said, now=NOW)
    assert said.getvalue().startswith("0 people")
    if kind != OFFICER:
        with pytest.raises(NotFound):
            export(database, who.code, tmp_path / "again.p7m")


def acts(database: Database, who: AtWork) -> list[int]:
    """What the audit says they did, by the id that it keeps."""
    with database.reading() as session:
        theirs = select(AuditEntry.id).where(AuditEntry.account_id == who.id)
        return list(session.exec(theirs.order_by(col(AuditEntry.id))))


@pytest.mark.parametrize("kind", [Role.REPORT_WRITER, OFFICER])
def test_what_is_wrong_of_staff_is_put_right_and_waiting_mails_follow(
    database: Database, kind: Role | str
) -> None:
    who = at_work(database, kind)
    right = json.dumps({"name": "Right Name", "email": "Right@Mail.test"})
    rectify_command(database, who.code, right, TELLER, io.StringIO(), now=NOW)
    with database.reading() as session:
        found = session.get(Account, who.id) or session.get_one(ResponsibleOfficer, who.id)
        assert found.name == "Right Name"
        assert found.email.lower() == "right@mail.test"
        assert "rectify staff" in session.exec(select(AuditEntry.action)).all()
    for wrong in ({"address": "9 Row"}, {"email": ""}, {"email": "cerys.owen@service.test"}):
        text = json.dumps(wrong)
        if kind == OFFICER and wrong.get("email"):
            continue
        with database.writing() as session:
            taken = session.exec(select(Account).where(Account.name == "Cerys Owen")).one()
            taken.email = "cerys.owen@service.test"
        code = found.email if kind != OFFICER else who.code
        with pytest.raises(Invalid):
            rectify_command(database, code, text, TELLER, io.StringIO(), now=NOW)
