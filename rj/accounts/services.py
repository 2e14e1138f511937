"""Opening, changing and closing accounts, and signing in."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, col, delete, select

from rj.accounts.delays import (
    FREE_TRIES_PER_ADDRESS,
    FREE_TRIES_PER_NAME,
    REMEMBERED_FOR,
    wait_until,
)
from rj.accounts.models import Account, AccountRole, Area, SignInAttempt, WebSession
from rj.accounts.passwords import (
    hash_password,
    needs_new_hash,
    password_matches,
    password_problems,
)
from rj.accounts.queries import find_account, get_account
from rj.audit.services import Actor, note
from rj.db.database import Database
from rj.kernel.characters import clean_line
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.references import token_fingerprint
from rj.policy.terms import Language, Role

RoleInArea = tuple[Role, str | None]
"""A role and the area it is held in; no area for an administrator."""

REFUSED = "The e-mail address or the password is not right. Check both and try again"
WAIT = "There were too many tries. Wait {seconds} seconds, then try again"


def create_account(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    roles: Iterable[RoleInArea],
    actor: Actor,
    now: datetime,
    language: Language = Language.ENGLISH,
) -> Account:
    """Open an account. Raises Invalid with every problem: address, name, password and roles."""
    roles = tuple(dict.fromkeys(roles))
    name = clean_line(name)
    problems = []
    address = _address(email)
    if address is None:
        problems.append(FieldProblem("email", "Enter an e-mail address like name@service.example"))
    elif find_account(session, address) is not None:
        problems.append(FieldProblem("email", "There is already an account with this address"))
    if not 0 < len(name) <= 100:
        problems.append(FieldProblem("name", "Enter the person's name in 100 characters or fewer"))
    problems += password_problems(password, email=email, field="password")
    problems += _role_problems(session, roles)
    if problems or address is None:
        raise Invalid(*problems)

    account = Account(
        email=address,
        name=name,
        password_hash=hash_password(password),
        language=language,
        created_at=now,
    )
    session.add(account)
    session.flush()
    _add_roles(session, account.id, roles)
    note(session, actor, "account opened", "account", account.id, now=now, fields=("roles",))
    return account


def set_roles(
    session: Session,
    account_id: UUID,
    roles: Iterable[RoleInArea],
    *,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> Account:
    """Give an account exactly these roles, from its next request on (S3).

    Raises Conflict when the account changed since, Invalid for a role without its area.
    """
    roles = tuple(dict.fromkeys(roles))
    account = _as_seen(session, account_id, based_on)
    if problems := _role_problems(session, roles):
        raise Invalid(*problems)
    session.exec(delete(AccountRole).where(col(AccountRole.account_id) == account_id))
    _add_roles(session, account_id, roles)
    account.version += 1
    note(session, actor, "roles changed", "account", account_id, now=now, fields=("roles",))
    return account


def deactivate(
    session: Session, account_id: UUID, *, based_on: int, actor: Actor, now: datetime
) -> Account:
    """Close an account: its sessions end at once and nobody can sign in to it."""
    account = _as_seen(session, account_id, based_on)
    if account_id == actor.account_id:
        raise Conflict("You cannot deactivate your own account. Ask another administrator")
    account.is_active = False
    _end_sessions(session, account_id)
    note(session, actor, "account deactivated", "account", account_id, now=now)
    return account


def reactivate(
    session: Session, account_id: UUID, *, based_on: int, actor: Actor, now: datetime
) -> Account:
    """Open a deactivated account again, with the roles and password it had."""
    account = _as_seen(session, account_id, based_on)
    account.is_active = True
    note(session, actor, "account reactivated", "account", account_id, now=now)
    return account


def set_password(
    session: Session, account_id: UUID, password: str, *, actor: Actor, now: datetime
) -> None:
    """Give an account a new password, chosen by an administrator; its sessions end at once."""
    account = get_account(session, account_id)
    if problems := password_problems(password, email=account.email, field="password"):
        raise Invalid(*problems)
    account.password_hash = hash_password(password)
    _end_sessions(session, account_id)
    note(session, actor, "password set", "account", account_id, now=now)


def change_password(
    session: Session,
    account_id: UUID,
    *,
    current: str,
    wanted: str,
    kept_session: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Change one's own password. Every other session of the account ends.

    ``kept_session`` is the fingerprint of the session that asks. Raises Invalid.
    """
    account = get_account(session, account_id)
    if not password_matches(account.password_hash, current):
        raise Invalid(FieldProblem("current", "Your current password is not right"))
    if problems := password_problems(wanted, email=account.email, field="wanted"):
        raise Invalid(*problems)
    account.password_hash = hash_password(wanted)
    _end_sessions(session, account_id, but=kept_session)
    note(session, actor, "password changed", "account", account_id, now=now)


def sign_in(database: Database, *, email: str, password: str, address: str, now: datetime) -> UUID:
    """The account a name and password open.

    Raises Invalid with the same sentence, after the same work, whether the name is unknown, the
    password wrong or the account closed. Refusals are counted by name and by ``address``, the
    network address tried from, and each costs a longer wait. No transaction is open while the
    password is verified.
    """
    subjects = (
        (token_fingerprint(f"name {email.strip().lower()}"), FREE_TRIES_PER_NAME),
        (token_fingerprint(f"address {address}"), FREE_TRIES_PER_ADDRESS),
    )
    with database.reading() as session:
        _refuse_hasty(session, subjects, now)
        account = find_account(session, email)
        account_id = account.id if account else None
        password_hash = account.password_hash if account else None
        is_active = account is not None and account.is_active

    matches = password_matches(password_hash, password)

    with database.writing() as session:
        session.exec(
            delete(SignInAttempt).where(col(SignInAttempt.attempted_at) <= now - REMEMBERED_FOR)
        )
        if not matches or account_id is None or password_hash is None or not is_active:
            for subject, _ in subjects:
                session.add(SignInAttempt(subject=subject, attempted_at=now))
            note(
                session, Actor(account_id), "sign-in refused", "account", account_id or "", now=now
            )
        else:
            session.exec(delete(SignInAttempt).where(col(SignInAttempt.subject) == subjects[0][0]))
            if needs_new_hash(password_hash):
                get_account(session, account_id).password_hash = hash_password(password)
            note(session, Actor(account_id), "signed in", "account", account_id, now=now)
            return account_id
    raise Invalid(FieldProblem("email", REFUSED))


def _refuse_hasty(session: Session, subjects: Iterable[tuple[str, int]], now: datetime) -> None:
    for subject, free_tries in subjects:
        refused_at = session.exec(
            select(SignInAttempt.attempted_at).where(
                SignInAttempt.subject == subject,
                col(SignInAttempt.attempted_at) > now - REMEMBERED_FOR,
            )
        ).all()
        until = wait_until(refused_at, free_tries=free_tries)
        if until is not None and now < until:
            seconds = int((until - now).total_seconds()) + 1
            raise Invalid(FieldProblem("email", WAIT.format(seconds=seconds)))


def _as_seen(session: Session, account_id: UUID, based_on: int) -> Account:
    account = get_account(session, account_id)
    account.refuse_if_changed(based_on, "This account")
    return account


def _address(email: str) -> str | None:
    """The address in lower case, or None where it cannot be one. ``.test`` is for rehearsals."""
    try:
        found = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized.lower()


def _role_problems(session: Session, roles: tuple[RoleInArea, ...]) -> list[FieldProblem]:
    if not roles:
        return [FieldProblem("roles", "Select at least one role")]
    problems = []
    for role, area_id in roles:
        if role is Role.ADMINISTRATOR:
            if area_id is not None:
                problems.append(
                    FieldProblem("roles", "An administrator has no area: leave the area out")
                )
        elif area_id is None or session.get(Area, area_id) is None:
            problems.append(FieldProblem("roles", "Select an area for each role"))
    return problems


def _add_roles(session: Session, account_id: UUID, roles: Iterable[RoleInArea]) -> None:
    for role, area_id in roles:
        session.add(AccountRole(account_id=account_id, role=role, area_id=area_id))


def _end_sessions(session: Session, account_id: UUID, *, but: str = "") -> None:
    session.exec(
        delete(WebSession).where(
            col(WebSession.account_id) == account_id, col(WebSession.id) != but
        )
    )
