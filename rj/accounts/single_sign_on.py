"""Whom the organisation's identity provider vouches for, and what that opens here.

A person is known by what the provider calls them, which never changes, and not by an address,
which somebody else may have next year. An account that was opened by hand is joined to its holder
at their first sign-in, when the provider says that the address was verified. Where roles are
mapped, the provider's word is the whole truth: what it no longer says is taken away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, select

from rj.accounts.models import Account, Area
from rj.accounts.queries import find_account, roles_of
from rj.accounts.services import RoleInArea, invite, replace_roles
from rj.audit.services import SERVICE, note
from rj.kernel.errors import FieldProblem, Invalid, NotAllowed
from rj.kernel.references import token_fingerprint
from rj.policy.terms import Role

NOT_HERE = "Your organisation's account opens nothing here. Ask your service's administrator"


@dataclass(frozen=True, slots=True)
class Vouched:
    """What the provider says of somebody, once its signature was checked."""

    subject: str
    """Fingerprint of provider and person."""
    email: str
    """Empty unless the provider verified it."""
    name: str
    groups: tuple[str, ...]
    proved_at: datetime | None = None
    """When the provider last asked them to prove who they are; None when it does not say."""


RolesOfGroups = Mapping[str, tuple[RoleInArea, ...]]
"""What each group of the organisation stands for here; empty while administrators decide."""


def roles_of_groups(pairs: Iterable[tuple[str, str]]) -> RolesOfGroups:
    """The operator's mapping, such as ``("it", "administrator")``. Raises Invalid."""
    found: dict[str, tuple[RoleInArea, ...]] = {}
    for group, what in pairs:
        role, _, area = what.partition("@")
        if not group or role not in set(Role) or (role == Role.ADMINISTRATOR) == bool(area):
            example = "wenshire-rj=coordinator@wenshire,it=administrator"
            raise Invalid(
                FieldProblem(
                    "RJ_OIDC_ROLES", f"RJ_OIDC_ROLES must be like {example}, not {group}={what}"
                )
            )
        found[group] = (*found.get(group, ()), (Role(role), area or None))
    return found


def vouched(claims: Mapping[str, Any], *, role_claim: str) -> Vouched:
    """What the checked claims of an ID token say (OpenID Connect Core 1.0, 5.1)."""
    groups = claims.get(role_claim, ())
    groups = (groups,) if isinstance(groups, str) else groups
    is_verified = claims.get("email_verified") is True
    return Vouched(
        subject=token_fingerprint(f"{claims['iss']} {claims['sub']}"),
        email=str(claims.get("email", "")) if is_verified else "",
        name=str(claims.get("name") or claims.get("email") or ""),
        groups=tuple(str(group) for group in groups) if isinstance(groups, list | tuple) else (),
        proved_at=_instant(claims.get("auth_time")),
    )


def _instant(seconds: object) -> datetime | None:
    """The instant of a claim in seconds since 1970; None when it is none that can be."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def account_of(
    session: Session,
    who: Vouched,
    mapping: RolesOfGroups,
    *,
    now: datetime,
) -> Account:
    """The account somebody signs in to, with the roles that their groups stand for.

    Without a mapping an administrator gives the roles, and opens the account first. The account
    may be deactivated, or have no role any more. Raises NotAllowed when there is none.
    """
    roles = _known_roles(session, who, mapping)
    account = _find(session, who)
    if account is None:
        if not roles or not who.email or find_account(session, who.email) is not None:
            raise NotAllowed(NOT_HERE)
        account = _open(session, who, roles, now)
    if account.single_sign_on is None:
        account.single_sign_on = who.subject
        note(session, SERVICE, "single sign-on joined", "account", account.id, now=now)
    if mapping and set(roles) != _held(session, account):
        replace_roles(session, account, roles, actor=SERVICE, now=now)
    session.flush()
    return account


def _open(session: Session, who: Vouched, roles: tuple[RoleInArea, ...], now: datetime) -> Account:
    try:
        return invite(
            session, email=who.email, name=who.name[:100], roles=roles, actor=SERVICE, now=now
        )
    except Invalid:
        raise NotAllowed(NOT_HERE) from None


def _find(session: Session, who: Vouched) -> Account | None:
    known = session.exec(select(Account).where(Account.single_sign_on == who.subject)).first()
    if known is not None or not who.email:
        return known
    by_hand = find_account(session, who.email)
    return by_hand if by_hand is not None and by_hand.single_sign_on is None else None


def _known_roles(session: Session, who: Vouched, mapping: RolesOfGroups) -> tuple[RoleInArea, ...]:
    """The roles of somebody's groups, without those in areas that are not there."""
    named = {role for group in who.groups for role in mapping.get(group, ())}
    return tuple(
        sorted(
            (role, area)
            for role, area in named
            if area is None or session.get(Area, area) is not None
        )
    )


def _held(session: Session, account: Account) -> set[RoleInArea]:
    return {
        (role, area)
        for role, areas in roles_of(session, account.id).items()
        for area in areas or {None}
    }
