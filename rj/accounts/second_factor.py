"""The second thing needed to sign in: a code from an authenticator app, or one from paper.

Codes follow RFC 6238: six figures every 30 seconds. A code is taken from the step before, the
present one or the one after, for clocks that differ, and never twice. Each of the ten recovery
codes works once, for who has lost the telephone.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import pyotp
from sqlmodel import Session, col, delete, func, select

from rj.accounts.attempts import Subject, count_try, forget_refusals
from rj.accounts.keys import AccountKeys
from rj.accounts.models import Account, RecoveryCode
from rj.accounts.queries import get_account
from rj.accounts.sessions import end_sessions
from rj.audit.services import Actor, note
from rj.db.database import Database
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.references import ALPHABET

STEP_SECONDS = 30
STEPS_EITHER_WAY = 1
RECOVERY_CODES = 10
RECOVERY_GROUPS = (5, 5)
"""Letters of a code, in groups: 47 bits, and few tries are allowed."""
ISSUER = "rj"
"""What an authenticator app shows beside the account: it does not say what the service is."""

WRONG_CODE = "That code is not right. Enter the one that the app shows now"


def new_secret() -> str:
    """A fresh secret of 160 random bits, in the letters that authenticator apps take."""
    return pyotp.random_base32()


def app_address(secret: str, email: str) -> str:
    """What an authenticator app reads from the square: the secret and its name."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def set_up(
    session: Session,
    keys: AccountKeys,
    account_id: UUID,
    secret: str,
    code: str,
    *,
    is_first: bool,
    actor: Actor,
    now: datetime,
) -> tuple[str, ...]:
    """Begin to ask for codes made with this secret; returns the recovery codes, to be shown once.

    Raises Invalid when ``code`` is not one that the secret makes now: the app would not work.
    Raises Conflict when it is to be the first and an app has been set up meanwhile: who knows the
    password alone must not put theirs in its place.
    """
    step = _step_of(secret, code, now)
    if step is None:
        raise Invalid(FieldProblem("code", WRONG_CODE))
    account = _held(session, account_id)
    if is_first and account.second_factor is not None:
        raise Conflict("An app has been set up for this account meanwhile: sign in with its code")
    account.second_factor = keys.seal(secret)
    account.last_code_step = step
    note(session, actor, "second factor set up", "account", account_id, now=now)
    return draw_recovery_codes(session, keys, account_id, actor=actor, now=now)


def draw_recovery_codes(
    session: Session, keys: AccountKeys, account_id: UUID, *, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Ten fresh recovery codes in place of those before, to be shown once."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    codes = tuple(_new_recovery_code() for _ in range(RECOVERY_CODES))
    session.add_all(
        RecoveryCode(
            fingerprint=_recovery_fingerprint(keys, account_id, code), account_id=account_id
        )
        for code in codes
    )
    note(session, actor, "recovery codes drawn", "account", account_id, now=now)
    return codes


def remove(session: Session, account_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Forget the app and the paper of somebody who lost both: they set up anew at sign-in.

    Their sessions end at once.
    """
    account = get_account(session, account_id)
    account.second_factor = None
    account.last_code_step = 0
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    end_sessions(session, account_id)
    note(session, actor, "second factor removed", "account", account_id, now=now)


def recovery_codes_left(session: Session, account_id: UUID) -> int:
    """How many recovery codes still work."""
    return session.exec(
        select(func.count()).where(
            RecoveryCode.account_id == account_id, col(RecoveryCode.used_at).is_(None)
        )
    ).one()


def check_code(
    database: Database,
    keys: AccountKeys,
    account_id: UUID,
    code: str,
    *,
    now: datetime,
) -> None:
    """Take a code of the app or of the paper. Raises Invalid; refusals cost a growing wait."""
    subjects = (Subject.of_code(account_id),)
    with database.writing() as session:
        count_try(session, subjects, now=now, field="code")
        account = _held(session, account_id)
        if account.is_active and _takes(session, keys, account, code, now):
            forget_refusals(session, subjects[0])
            return
        note(session, Actor(account_id), "code refused", "account", account_id, now=now)
    raise Invalid(FieldProblem("code", WRONG_CODE))


def _held(session: Session, account_id: UUID) -> Account:
    """The account as it now is, which nobody else changes until the transaction ends."""
    return session.exec(
        select(Account)
        .where(Account.id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _takes(session: Session, keys: AccountKeys, account: Account, code: str, now: datetime) -> bool:
    if account.second_factor is None:
        return False
    step = _step_of(keys.open(account.second_factor), code, now)
    if step is not None and step > account.last_code_step:
        account.last_code_step = step
        return True
    recovery = session.get(RecoveryCode, _recovery_fingerprint(keys, account.id, code))
    if recovery is None or recovery.used_at is not None:
        return False
    recovery.used_at = now
    note(session, Actor(account.id), "recovery code used", "account", account.id, now=now)
    return True


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step near now whose code this is; None when there is none."""
    typed = "".join(code.split())
    maker = pyotp.HOTP(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    near: Iterable[int] = range(present - STEPS_EITHER_WAY, present + STEPS_EITHER_WAY + 1)
    found = [step for step in near if maker.verify(typed, step)]
    return max(found, default=None)


def _new_recovery_code() -> str:
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _ in range(letters)) for letters in RECOVERY_GROUPS
    )


def _recovery_fingerprint(keys: AccountKeys, account_id: UUID, code: str) -> str:
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return keys.fingerprint(f"recovery {account_id} {letters}")
