"""Opening, changing and closing accounts, and signing in."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, col, delete, select

from rj.accounts.attempts import Subject, count_try, forget_refusals, forget_try
from rj.accounts.models import Account, AccountRole, Area
from rj.accounts.passwords import (
    hash_password,
    needs_new_hash,
    password_matches,
    password_problems,
)
from rj.accounts.queries import find_account, get_account
from rj.accounts.sessions import end_sessions, run_out
from rj.audit.services import Actor, note
from rj.db.database import Database
from rj.kernel.characters import clean_line
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.policy.terms import Language, Role

RoleInArea = tuple[Role, str | None]
"""A role and the area it is held in; no area for an administrator."""

REFUSED = "The e-mail address or the password is not right. Check both and try again"


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
    """Open an account with a password. Raises Invalid with every problem."""
    problems = password_problems(password, email=email, field="password")
    try:
        account = invite(
            session,
            email=email,
            name=name,
            roles=roles,
            actor=actor,
            now=now,
            language=language,
        )
    except Invalid as invalid:
        raise Invalid(*invalid.problems, *problems) from None
    if problems:
        raise Invalid(*problems)
    account.password_hash = hash_password(password)
    return account


def invite(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Iterable[RoleInArea],
    actor: Actor,
    now: datetime,
    language: Language = Language.ENGLISH,
) -> Account:
    """Open an account whose holder has yet to choose a password, by a link or not at all.

    Raises Invalid with every problem: address, name and roles.
    """
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
    problems += _role_problems(session, roles)
    if problems or address is None:
        raise Invalid(*problems)

    account = Account(
        email=address,
        name=name,
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
    """Give an account exactly these roles, from its next request on (S3): it signs in anew.

    Raises Conflict when the account changed since or nobody could administer any more, Invalid
    for a role without its area.
    """
    roles = tuple(dict.fromkeys(roles))
    account = _as_seen(session, account_id, based_on)
    if problems := _role_problems(session, roles):
        raise Invalid(*problems)
    replace_roles(session, account, roles, actor=actor, now=now)
    _refuse_without_administrator(session)
    return account


def replace_roles(
    session: Session,
    account: Account,
    roles: Iterable[RoleInArea],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Put these roles in place of those held, unasked; its sessions run out, but not one's own."""
    session.exec(delete(AccountRole).where(col(AccountRole.account_id) == account.id))
    _add_roles(session, account.id, roles)
    account.version += 1
    if account.id != actor.account_id:
        run_out(session, account.id, now=now)
    note(session, actor, "roles changed", "account", account.id, now=now, fields=("roles",))


def deactivate(
    session: Session, account_id: UUID, *, based_on: int, actor: Actor, now: datetime
) -> Account:
    """Close an account: its sessions end at once and nobody can sign in to it."""
    account = _as_seen(session, account_id, based_on)
    if account_id == actor.account_id:
        raise Conflict("You cannot deactivate your own account. Ask another administrator")
    account.is_active = False
    end_sessions(session, account_id)
    _refuse_without_administrator(session)
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
    end_sessions(session, account_id, but=kept_session)
    note(session, actor, "password changed", "account", account_id, now=now)


def check_password(
    database: Database, *, email: str, password: str, address: str, now: datetime
) -> UUID:
    """The account a name and password open; who holds it may still be asked for a code.

    Raises Invalid with the same sentence, after the same work, whether the name is unknown, the
    password wrong or the account closed. Refusals are counted by name and by ``address``, the
    network address tried from, and each costs a longer wait. No transaction is open while the
    password is verified.
    """
    subjects = (Subject.of_name(email), Subject.of_address(address))
    with database.writing() as session:
        counted = count_try(session, subjects, now=now, field="email")
        account = find_account(session, email)
        account_id = account.id if account else None
        password_hash = account.password_hash if account else ""
        is_active = account is not None and account.is_active

    matches = password_matches(password_hash, password)

    with database.writing() as session:
        if not matches or account_id is None or not is_active:
            note(
                session, Actor(account_id), "sign-in refused", "account", account_id or "", now=now
            )
        else:
            forget_try(session, counted)
            forget_refusals(session, subjects[0])
            if needs_new_hash(password_hash):
                get_account(session, account_id).password_hash = hash_password(password)
            return account_id
    raise Invalid(FieldProblem("email", REFUSED))


def confirm_password(
    database: Database, account_id: UUID, password: str, *, field: str, now: datetime
) -> None:
    """Ask somebody who is signed in for their password once more, before something grave.

    Raises Invalid; refusals are counted like those at sign-in.
    """
    with database.writing() as session:
        account = get_account(session, account_id)
        password_hash = account.password_hash
        counted = count_try(session, (Subject.of_name(account.email),), now=now, field=field)
    matches = password_matches(password_hash, password)
    with database.writing() as session:
        if matches:
            forget_try(session, counted)
            return
        note(session, Actor(account_id), "password refused", "account", account_id, now=now)
    raise Invalid(FieldProblem(field, "Your password is not right"))


def _as_seen(session: Session, account_id: UUID, based_on: int) -> Account:
    account = get_account(session, account_id)
    if account.is_erased:
        raise Conflict(
            "What was kept of this account's holder was erased, and it stays closed."
            " If they are back, invite them anew"
        )
    account.refuse_if_changed(based_on, "This account")
    return account


def _refuse_without_administrator(session: Session) -> None:
    """Raise Conflict when nobody who may sign in is an administrator any more."""
    session.flush()
    holds_the_keys = (
        select(Account.id)
        .join(AccountRole, col(AccountRole.account_id) == col(Account.id))
        .where(AccountRole.role == Role.ADMINISTRATOR, col(Account.is_active).is_(True))
    )
    if session.exec(holds_the_keys.limit(1)).first() is None:
        raise Conflict("Somebody must be able to administer accounts. Name another first")


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
