"""A facilitator who has left: a code stays, and a name for as long as the audit needs it."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from rj.accounts.models import Account, AccountRole
from rj.accounts.services import reactivate
from rj.audit.chain import ChainKey, seal_waiting
from rj.audit.services import SERVICE, Actor, note
from rj.calendars.feeds import feeds_of, open_feed
from rj.conferences.models import Meeting, MeetingState
from rj.db.database import Database
from rj.facilitators.models import Facilitator, FacilitatorBusy, Leave
from rj.kernel.errors import Conflict
from rj.policy.terms import Role
from rj.rights.commands import erase_again_command, erase_command
from rj.rights.retention import run_retention
from tests.builders import NOW, SEAL
from tests.integration.messages.conftest import KEY
from tests.integration.rights.test_rights import bytes_of, every_text
from tests.integration.web.facilitators.cases import Case, a_case
from tests.web_client import nobody_tells

OF_THE_LEAVER = ("Fay Lead", "07700 900321", "fay.lead@canary.test", "canary telephone")


def plant(session: Session, case: Case) -> Facilitator:
    leaver = session.get_one(Facilitator, case.facilitator_id)
    leaver.telephone, leaver.email = "07700 900321", "fay.lead@canary.test"
    session.add(Leave(facilitator_id=leaver.id, first_day=date(2026, 8, 3), last_day=NOW.date()))
    session.add(FacilitatorBusy(facilitator_id=leaver.id, starts_at=NOW, ends_at=NOW))
    open_feed(session, leaver.id, "canary telephone", actor=SERVICE, now=NOW)
    note(session, Actor(leaver.account_id), "viewed", "order", "x", now=NOW)
    return leaver


def leave(database: Database, case: Case, *, has_meetings: bool = False) -> str:
    with database.writing() as session:
        leaver = session.get_one(Facilitator, case.facilitator_id)
        leaver.is_active = False
        session.get_one(Account, case.facilitator.account_id).is_active = False
        for meeting in session.exec(select(Meeting)):
            meeting.state = MeetingState.TOLD if has_meetings else MeetingState.OCCURRED
        return leaver.code


def test_who_has_left_is_erased_and_the_audit_names_them_until_it_ends(
    database: Database, tmp_path: Path
) -> None:
    case = a_case(database)
    journal = tmp_path / "erasures.journal"
    with database.writing() as session:
        code = plant(session, case).code
    with pytest.raises(Conflict, match="still work here"):
        erase_command(database, SEAL, nobody_tells, code, journal, now=NOW)
    leave(database, case, has_meetings=True)
    with pytest.raises(Conflict, match="coming meetings"):
        erase_command(database, SEAL, nobody_tells, code, journal, now=NOW)
    assert not journal.exists()
    leave(database, case)
    assert erase_command(database, SEAL, nobody_tells, code, journal, now=NOW)

    with database.reading() as session:
        account = session.get_one(Account, case.facilitator.account_id)
        assert (account.name, account.password_hash) == ("Fay Lead", "")
        held = select(AccountRole).where(AccountRole.account_id == account.id)
        assert session.exec(held).all() == []
        assert feeds_of(session, case.facilitator_id) == []
        left = every_text(session).replace("'Fay Lead'", "", 1)
        assert [each for each in OF_THE_LEAVER if each in left] == []
    assert str(case.facilitator_id) in journal.read_text()
    with database.writing() as session, pytest.raises(Conflict, match="invite them anew"):
        reactivate(session, account.id, based_on=account.version, actor=SERVICE, now=NOW)

    seal_waiting(database, ChainKey(KEY), is_complete=True)
    run_retention(database, SEAL, tell=nobody_tells, now=NOW + timedelta(days=2200))
    with database.reading() as session:
        assert session.get_one(Account, case.facilitator.account_id).name == "Erased"
    if database.is_sqlite:
        assert b"Fay Lead" not in bytes_of(database)


def test_after_a_restore_the_journal_erases_who_has_left_again(
    database: Database, tmp_path: Path
) -> None:
    case = a_case(database)
    journal = tmp_path / "erasures.journal"
    with database.writing() as session:
        plant(session, case)
    journal.write_text(f"{NOW.isoformat()} {case.facilitator_id}\n")
    said = io.StringIO()
    erase_again_command(database, SEAL, nobody_tells, journal, said, now=NOW)
    assert "still work here" in said.getvalue()
    leave(database, case)
    erase_again_command(database, SEAL, nobody_tells, journal, said, now=NOW)
    erase_again_command(database, SEAL, nobody_tells, journal, said, now=NOW)
    assert said.getvalue().count("1 people were erased again") == 1
    with database.reading() as session:
        assert session.get_one(Facilitator, case.facilitator_id).telephone == ""
        assert (
            Role.FACILITATOR
            not in session.exec(
                select(AccountRole.role).where(
                    AccountRole.account_id == case.facilitator.account_id
                )
            ).all()
        )
