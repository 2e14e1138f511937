"""Erasing staff who have left: an id or a code stays, and a name while the audit needs it.

    erase_leaver(session, staff, ...)            record, diary, feeds, mails, way of signing in
    forget_leavers_names(session)                nightly: the account's name, once it is not needed

Who opened a person's record must be answered for as long as the audit is kept; so long the account
keeps its name and nothing else, and nobody can sign in to it.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, delete, or_, select

from rj.accounts.models import (
    ERASED_DOMAIN,
    Account,
    AccountLink,
    AccountRole,
    HandledForm,
    RecoveryCode,
    UnsentForm,
)
from rj.accounts.sessions import end_sessions
from rj.audit.models import AuditEntry
from rj.audit.services import Actor, note
from rj.calendars.models import Feed
from rj.conferences.models import Meeting
from rj.conferences.queries import COMING
from rj.facilitators.models import (
    ConflictOfInterest,
    Facilitator,
    FacilitatorBusy,
    Leave,
    Mentoring,
    PastConference,
)
from rj.intake.models import OrderDraft
from rj.kernel.errors import Conflict
from rj.orders.models import OfficerAway, Order, ResponsibleOfficer
from rj.rights.erasing import ERASED, erase_messages, forget_in_runs
from rj.rights.finding import Staff

OF_A_FACILITATOR: tuple[type[SQLModel], ...] = (
    ConflictOfInterest,
    FacilitatorBusy,
    Feed,
    Leave,
    Mentoring,
    PastConference,
)
OF_AN_ACCOUNT: tuple[type[SQLModel], ...] = (
    AccountLink,
    AccountRole,
    HandledForm,
    OrderDraft,
    RecoveryCode,
    UnsentForm,
)


def erase_leaver(session: Session, staff: Staff, *, actor: Actor, now: datetime) -> None:
    """Empty what is kept of somebody who has left. Safe to repeat.

    Raises Conflict while they work here: on their record or in their account, in a meeting to come,
    or on an open order.
    """
    match staff:
        case Facilitator():
            _erase_facilitator(session, staff, actor, now)
        case ResponsibleOfficer():
            _erase_officer(session, staff, actor, now)
        case _:
            _erase_account(session, staff, actor, now)
    session.flush()


def _erase_account(session: Session, account: Account, actor: Actor, now: datetime) -> None:
    if account.is_active:
        raise Conflict("They still work here: deactivate their account first")
    _close_for_good(session, account)
    note(session, actor, "erase account", "account", account.id, now=now)
    session.flush()
    forget_leavers_names(session)


def _erase_officer(
    session: Session, officer: ResponsibleOfficer, actor: Actor, now: datetime
) -> None:
    """Their code stays on orders that are closed."""
    theirs = select(Order.id).where(
        Order.responsible_officer_id == officer.id, col(Order.closed_at).is_(None)
    )
    if session.exec(theirs).first() is not None:
        raise Conflict("They answer for open orders: give those to another officer first")
    session.exec(delete(OfficerAway).where(col(OfficerAway.officer_id) == officer.id))
    session.exec(delete(ConflictOfInterest).where(col(ConflictOfInterest.person_id) == officer.id))
    erase_messages(session, officer.id)
    forget_in_runs(session, [officer.id])
    officer.name = f"{ERASED} {officer.code}"
    officer.email = f"{officer.id}@{ERASED_DOMAIN}"
    officer.telephone, officer.hours, officer.is_active = "", [], False
    note(session, actor, "erase officer", "responsible_officer", officer.id, now=now)


def _erase_facilitator(
    session: Session, facilitator: Facilitator, actor: Actor, now: datetime
) -> None:
    account = session.get(Account, facilitator.account_id) if facilitator.account_id else None
    if facilitator.is_active or (account is not None and account.is_active):
        raise Conflict("They still work here: close their record and their account first")
    theirs = or_(Meeting.lead_id == facilitator.id, Meeting.second_id == facilitator.id)
    if session.exec(select(Meeting.id).where(theirs, col(Meeting.state).in_(COMING))).first():
        raise Conflict("Give their coming meetings to somebody else first")
    for table in OF_A_FACILITATOR:
        session.exec(delete(table).where(_column(table, "facilitator_id") == facilitator.id))
    session.exec(delete(Mentoring).where(col(Mentoring.mentor_id) == facilitator.id))
    erase_messages(session, facilitator.id)
    facilitator.name = f"{ERASED} {facilitator.code}"
    facilitator.email = f"{facilitator.id}@{ERASED_DOMAIN}"
    facilitator.telephone = ""
    facilitator.hours, facilitator.skills, facilitator.languages = [], [], []
    facilitator.base_x = facilitator.base_y = 0
    if account is not None:
        _close_for_good(session, account)
    note(session, actor, "erase facilitator", "facilitator", facilitator.id, now=now)


def is_erased(staff: Staff) -> bool:
    """Whether only a code or an id is left of them, and a name while the audit needs it."""
    return staff.email.endswith(f"@{ERASED_DOMAIN}")


def _close_for_good(session: Session, account: Account) -> None:
    """Nothing is left that opens it; what a provider vouched for stays, to keep it closed.

    Raises Conflict while a case would be left without anybody on its harmed side.
    """
    answers_for = select(Order.id).where(
        Order.liaison_account_id == account.id, col(Order.closed_at).is_(None)
    )
    if session.exec(answers_for).first() is not None:
        raise Conflict("They take the harmed side's part in open cases: name somebody else first")
    end_sessions(session, account.id)
    for table in OF_AN_ACCOUNT:
        session.exec(delete(table).where(_column(table, "account_id") == account.id))
    erase_messages(session, account.id)
    account.email = f"{account.id}@{ERASED_DOMAIN}"
    account.password_hash = ""
    account.second_factor = None
    account.last_code_step = 0


def forget_leavers_names(session: Session) -> int:
    """Empty the accounts of erased staff of whom the audit tells no more; how many."""
    acted = select(AuditEntry.account_id).where(col(AuditEntry.account_id).is_not(None))
    found = session.exec(
        select(Account).where(
            col(Account.email).endswith(f"@{ERASED_DOMAIN}"),
            col(Account.id).not_in(acted),
            col(Account.is_active).is_(False),
            Account.name != ERASED,
        )
    ).all()
    for account in found:
        account.name = ERASED
        account.single_sign_on = None
    return len(found)


def _column(table: type[SQLModel], name: str) -> Any:
    return getattr(table, name)
