"""Erasing a facilitator who has left: a code stays, and a name while the audit says who did what.

    erase_leaver(session, facilitator, ...)      record, diary, feeds, mails, way of signing in
    forget_leavers_names(session)                nightly: the account's name, once it is not needed

Who opened a person's record must be answered for as long as the audit is kept; so long the account
keeps its name and address, and nobody can sign in to it.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, delete, or_, select

from rj.accounts.models import (
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
from rj.kernel.errors import Conflict
from rj.rights.erasing import ERASED, erase_messages

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
    RecoveryCode,
    UnsentForm,
)
NOWHERE = "erased.invalid"
"""A domain that no mail can reach (RFC 2606)."""


def erase_leaver(
    session: Session, facilitator: Facilitator, *, actor: Actor, now: datetime
) -> None:
    """Empty the record of a facilitator who has left. Safe to repeat.

    Raises Conflict while they work here: on their record, in their account, or in a meeting to
    come.
    """
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
    facilitator.email = f"{facilitator.id}@{NOWHERE}"
    facilitator.telephone = ""
    facilitator.hours, facilitator.skills, facilitator.languages = [], [], []
    facilitator.base_x = facilitator.base_y = 0
    if account is not None:
        _close_for_good(session, account)
    note(session, actor, "erase facilitator", "facilitator", facilitator.id, now=now)
    session.flush()


def is_erased(facilitator: Facilitator) -> bool:
    """Whether only the code is left of them."""
    return facilitator.email.endswith(f"@{NOWHERE}")


def _close_for_good(session: Session, account: Account) -> None:
    """Nothing is left that opens it; what a provider vouched for stays, to keep it closed."""
    end_sessions(session, account.id)
    for table in OF_AN_ACCOUNT:
        session.exec(delete(table).where(_column(table, "account_id") == account.id))
    account.password_hash = ""
    account.second_factor = None
    account.last_code_step = 0


def forget_leavers_names(session: Session) -> int:
    """Empty the accounts of erased facilitators of whom the audit tells no more; how many."""
    erased = select(Facilitator.account_id).where(col(Facilitator.email).endswith(f"@{NOWHERE}"))
    acted = select(AuditEntry.account_id).where(col(AuditEntry.account_id).is_not(None))
    found = session.exec(
        select(Account).where(
            col(Account.id).in_(erased),
            col(Account.id).not_in(acted),
            col(Account.is_active).is_(False),
            Account.name != ERASED,
        )
    ).all()
    for account in found:
        account.name, account.email = ERASED, f"{account.id}@{NOWHERE}"
        account.single_sign_on = None
    return len(found)


def _column(table: type[SQLModel], name: str) -> Any:
    return getattr(table, name)
