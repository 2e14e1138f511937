"""Who is asking: read from the live database for each request, never remembered (S3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from litestar import Request
from litestar.datastructures import State

from rj.accounts.queries import RolesByArea
from rj.audit.services import Actor, Seen
from rj.policy.terms import Role


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person as one request finds them."""

    account_id: UUID
    name: str
    roles: RolesByArea
    session_id: str
    """The fingerprint of this browser's session."""
    request_id: str
    seen: list[Seen] = field(default_factory=list, compare=False)
    """Records of cases that this request opened; noted in the audit before the answer goes out."""

    def has(self, *roles: Role) -> bool:
        """Whether any of these roles is held anywhere."""
        return any(role in self.roles for role in roles)

    def areas(self, *roles: Role) -> frozenset[str]:
        """The areas in which any of these roles is held."""
        return frozenset().union(*(self.roles.get(role, frozenset()) for role in roles))

    def opens(self, role: Role, thing: str, thing_id: UUID, order_id: UUID) -> None:
        """Remember a record of a case that is opened to this person in a role."""
        self.seen.append(Seen(role, thing, thing_id, order_id))

    def actor(self, role: Role) -> Actor:
        """The person acting in one role, for services and the audit."""
        return Actor(self.account_id, role, self.request_id)


class NamesShown(dict[UUID, str]):
    """Names by order, for a list. Each that is taken for the page counts as shown to the person."""

    def __init__(self, names: Mapping[UUID, str], person: Person, role: Role) -> None:
        """``names`` may hold more than the list shows."""
        super().__init__(names)
        self._person = person
        self._role = role

    def get(self, order_id: UUID, default: str = "") -> str:  # type: ignore[override]
        """The name, now shown."""
        name = super().get(order_id, "")
        if name:
            self._person.opens(self._role, IN_A_LIST, order_id, order_id)
        return name or default


IN_A_LIST = "name in a list"
"""What the audit calls somebody's name in a list of cases."""

Visitor: TypeAlias = Request[Person, None, State]
"""The request of a signed-in person: what a guarded handler asks for."""

AnyVisitor: TypeAlias = Request[Person | None, None, State]
"""A request that may come from anybody."""
