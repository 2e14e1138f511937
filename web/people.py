"""Who is asking: read from the live database for each request, never remembered (S3)."""

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from litestar import Request
from litestar.datastructures import State

from rj.accounts.queries import RolesByArea
from rj.audit.services import Actor
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

    def has(self, *roles: Role) -> bool:
        """Whether any of these roles is held anywhere."""
        return any(role in self.roles for role in roles)

    def areas(self, *roles: Role) -> frozenset[str]:
        """The areas in which any of these roles is held."""
        return frozenset().union(*(self.roles.get(role, frozenset()) for role in roles))

    def actor(self, role: Role) -> Actor:
        """The person acting in one role, for services and the audit."""
        return Actor(self.account_id, role, self.request_id)


Visitor: TypeAlias = Request[Person, None, State]
"""The request of a signed-in person: what a guarded handler asks for."""

AnyVisitor: TypeAlias = Request[Person | None, None, State]
"""A request that may come from anybody."""
