"""Counting refusals by name and by address, so that guessing grows slow.

Names and addresses are kept as fingerprints, for an hour.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, delete, select

from rj.accounts.delays import (
    FREE_TRIES_PER_ADDRESS,
    FREE_TRIES_PER_NAME,
    REMEMBERED_FOR,
    wait_until,
)
from rj.accounts.models import SignInAttempt
from rj.db.records import alone_with
from rj.kernel.errors import FieldProblem, Invalid
from rj.kernel.references import token_fingerprint

WAIT = "There were too many tries. Wait {seconds} seconds, then try again"


@dataclass(frozen=True, slots=True)
class Subject:
    """What refusals are counted for, and how many cost nothing."""

    fingerprint: str
    free_tries: int

    @classmethod
    def of_name(cls, email: str) -> "Subject":
        """The name somebody signs in with, known or not."""
        return cls(token_fingerprint(f"name {email.strip().lower()}"), FREE_TRIES_PER_NAME)

    @classmethod
    def of_address(cls, address: str) -> "Subject":
        """The network address tried from: it may serve a whole office."""
        return cls(token_fingerprint(f"address {address}"), FREE_TRIES_PER_ADDRESS)

    @classmethod
    def of_code(cls, account_id: UUID) -> "Subject":
        """The second factor of an account, whose password is known already."""
        return cls(token_fingerprint(f"code {account_id}"), FREE_TRIES_PER_NAME)

    @classmethod
    def of_link(cls, email: str) -> "Subject":
        """Links asked for by mail for a name."""
        return cls(token_fingerprint(f"link {email.strip().lower()}"), FREE_TRIES_PER_NAME)


def count_try(
    session: Session, subjects: Sequence[Subject], *, now: datetime, field: str
) -> tuple[UUID, ...]:
    """Count a try for each subject before anybody knows whether it is right, and say which it is.

    Tries made in one moment are counted one after another: of many at once no more go on than the
    delay lets through. Keep the transaction short, and ``forget_try`` what was right. Raises
    Invalid, naming the seconds to wait, when there were too many already.
    """
    alone_with(session, (subject.fingerprint for subject in subjects))
    _refuse_hasty(session, subjects, now=now, field=field)
    forget_old_refusals(session, now=now)
    counted = [SignInAttempt(subject=subject.fingerprint, attempted_at=now) for subject in subjects]
    session.add_all(counted)
    return tuple(each.id for each in counted)


def _refuse_hasty(
    session: Session, subjects: Iterable[Subject], *, now: datetime, field: str
) -> None:
    for subject in subjects:
        refused_at = session.exec(
            select(SignInAttempt.attempted_at).where(
                SignInAttempt.subject == subject.fingerprint,
                col(SignInAttempt.attempted_at) > now - REMEMBERED_FOR,
            )
        ).all()
        until = wait_until(refused_at, free_tries=subject.free_tries)
        if until is not None and now < until:
            seconds = int((until - now).total_seconds()) + 1
            raise Invalid(FieldProblem(field, WAIT.format(seconds=seconds)))


def forget_try(session: Session, counted: Collection[UUID]) -> None:
    """A try that was counted was right: it costs nobody anything."""
    session.exec(delete(SignInAttempt).where(col(SignInAttempt.id).in_(counted)))


def forget_refusals(session: Session, subject: Subject) -> None:
    """Begin the count of a subject anew: it was right this time."""
    session.exec(delete(SignInAttempt).where(col(SignInAttempt.subject) == subject.fingerprint))


def forget_old_refusals(session: Session, *, now: datetime) -> None:
    """Forget refusals that count no longer."""
    session.exec(
        delete(SignInAttempt).where(col(SignInAttempt.attempted_at) <= now - REMEMBERED_FOR)
    )
