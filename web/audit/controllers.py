"""The audit: an administrator's search without case content, and who has looked at a case."""

from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from rj.audit.queries import PAGE_SIZE
from rj.compartments.matrix import Thing
from rj.db.database import Database
from rj.policy.terms import Role
from web.audit import pages
from web.given import Given
from web.guards import needs, opens
from web.liaison.access import own_case
from web.orders.access import coordinators_order
from web.pages import page, paginate
from web.people import Visitor


class AuditSearch(Controller):
    """Who did what sort of thing, and when."""

    path = "/admin/audit"
    guards = (opens(Thing.AUDIT),)

    @get(sync_to_thread=True)
    def search(
        self,
        request: Visitor,
        database: Given[Database],
        account: FromQuery[str] = "",
        kind: FromQuery[str] = "",
        since: FromQuery[str] = "",
        until: FromQuery[str] = "",
        number: FromQuery[str] = "1",
    ) -> Template:
        """Narrowed by what its address asks for; never by case or by what was in it."""
        asked = pages.Asked(account[:36], kind[:40], since[:10], until[:10])
        with database.reading() as session:
            found = pages.search(session, asked, _page_number(number))
        return page(
            request,
            "audit/search.html",
            title="Audit",
            asked=asked,
            found=found,
            pages=paginate("/admin/audit", asked.as_pairs(), found.number, found.total, PAGE_SIZE),
        )


class CaseLooks(Controller):
    """Who has looked at a case, for those who answer for it."""

    @get("/orders/{order_id:uuid}/looks", guards=[needs(Role.COORDINATOR)], sync_to_thread=True)
    def coordinators(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        number: FromQuery[str] = "1",
    ) -> Template:
        """Without the reasons, which may speak of the harmed side."""
        with database.reading() as session:
            order = coordinators_order(session, request.user, order_id)
            found = pages.looks(
                session, order_id, order.reference, _page_number(number), with_reasons=False
            )
        return _looks(request, found, f"/orders/{order_id}")

    @get(
        "/liaison/cases/{order_id:uuid}/looks",
        guards=[needs(Role.LIAISON_OFFICER)],
        sync_to_thread=True,
    )
    def liaison(
        self,
        request: Visitor,
        database: Given[Database],
        order_id: FromPath[UUID],
        number: FromQuery[str] = "1",
    ) -> Template:
        """With the reasons that people gave for opening contact details."""
        with database.reading() as session:
            order = own_case(session, request.user, order_id)
            found = pages.looks(
                session, order_id, order.reference, _page_number(number), with_reasons=True
            )
        return _looks(request, found, f"/liaison/cases/{order_id}")


def _looks(request: Visitor, found: pages.Looks, case_at: str) -> Template:
    return page(
        request,
        "audit/looks.html",
        title="Who has looked",
        found=found,
        case_at=case_at,
        pages=paginate(f"{case_at}/looks", (), found.number, found.total, PAGE_SIZE),
    )


def _page_number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 1
