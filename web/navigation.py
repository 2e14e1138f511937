"""Where each role goes: the pages in the bar at the top, and the one that opens at sign-in."""

from dataclasses import dataclass

from rj.policy.terms import Role


@dataclass(frozen=True, slots=True)
class Destination:
    """One entry of the bar."""

    text: str
    href: str


DESTINATIONS: dict[Role, tuple[Destination, ...]] = {
    Role.COORDINATOR: (
        Destination("Today", "/today"),
        Destination("Orders", "/orders"),
        Destination("Planning", "/planning"),
        Destination("Week", "/week"),
        Destination("Facilitators", "/facilitators"),
        Destination("Venues", "/venues"),
    ),
    Role.FACILITATOR: (
        Destination("My meetings", "/my/meetings"),
        Destination("My cases", "/my/cases"),
        Destination("My time", "/my/time"),
        Destination("My calendar", "/my/calendar"),
    ),
    Role.LIAISON_OFFICER: (Destination("Contact", "/liaison"),),
    Role.REPORT_WRITER: (Destination("Reports", "/reports"),),
    Role.ADMINISTRATOR: (
        Destination("Accounts", "/admin/accounts"),
        Destination("Rules", "/admin/rules"),
        Destination("Failed messages", "/admin/problems"),
        Destination("Outgoing mail", "/admin/mail"),
        Destination("Audit", "/admin/audit"),
        Destination("Keeping", "/admin/keeping"),
    ),
}
"""The first entry of the first role a person holds is where they land."""


def destinations(roles: frozenset[Role]) -> tuple[Destination, ...]:
    """What somebody with these roles may go to, in the order of the roles above."""
    return tuple(
        place for role, places in DESTINATIONS.items() if role in roles for place in places
    )
