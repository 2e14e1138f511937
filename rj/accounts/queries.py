"""Looking up people who sign in, what they may do, and where."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from rj.accounts.models import Account, AccountRole, Area
from rj.db.records import get_record
from rj.policy.terms import Role

RolesByArea = Mapping[Role, frozenset[str]]
"""The areas in which each role is held; none for an administrator, who has no area."""


def get_account(session: Session, account_id: UUID) -> Account:
    """One account. Raises NotFound."""
    return get_record(session, Account, account_id, "account")


def find_account(session: Session, email: str) -> Account | None:
    """The account somebody signs in to with this address, in any case of letters."""
    return session.exec(select(Account).where(Account.email == email.strip().lower())).first()


def accounts_by_name(session: Session) -> list[Account]:
    """Every account, deactivated ones included, by name."""
    return list(session.exec(select(Account).order_by(col(Account.name), col(Account.email))))


def roles_of(session: Session, account_id: UUID) -> RolesByArea:
    """What an account may do, and in which areas, as it stands now (S3)."""
    held: dict[Role, set[str]] = {}
    for entry in session.exec(select(AccountRole).where(AccountRole.account_id == account_id)):
        held.setdefault(entry.role, set())
        if entry.area_id is not None:
            held[entry.role].add(entry.area_id)
    return {role: frozenset(areas) for role, areas in held.items()}


def active_accounts_holding(session: Session, role: Role, area_id: str) -> list[Account]:
    """The active accounts that hold a role in an area, by name."""
    return list(
        session.exec(
            select(Account)
            .join(AccountRole, col(AccountRole.account_id) == col(Account.id))
            .where(
                AccountRole.role == role,
                AccountRole.area_id == area_id,
                col(Account.is_active).is_(True),
            )
            .order_by(col(Account.name))
        )
    )


def areas_by_name(session: Session) -> list[Area]:
    """Every area."""
    return list(session.exec(select(Area).order_by(col(Area.name))))
