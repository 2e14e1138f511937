"""The demo's mailboxes: every mail the service sent, for whoever tries it. Mounted there alone."""

from pathlib import Path
from typing import Annotated

from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from rj.demo.catcher import get_mail
from rj.kernel.errors import NotFound
from web.demo import pages
from web.given import Given
from web.guards import public
from web.pages import page
from web.people import Visitor


class CaughtMailPages(Controller):
    """Mailboxes, their mails, and one mail with its parts."""

    path = "/demo/mail"
    guards = (public,)

    @get(sync_to_thread=True)
    def mailboxes(
        self,
        request: Visitor,
        catcher_folder: Given[Path],
        q: Annotated[str, QueryParameter(max_length=254)] = "",
    ) -> Template:
        """Every address that mail came for."""
        return page(
            request,
            "demo/mailboxes.html",
            title="Caught mail",
            boxes=pages.mailbox_rows(catcher_folder, q),
            wanted=q,
        )

    @get("/to/{address:str}", sync_to_thread=True)
    def mailbox(
        self, request: Visitor, catcher_folder: Given[Path], address: FromPath[str]
    ) -> Template:
        """The mails of one address, the latest first."""
        mails = pages.mail_rows(catcher_folder, address)
        if not mails:
            raise NotFound("No mail came for that address")
        return page(request, "demo/mailbox.html", title="Mailbox", address=address, mails=mails)

    @get("/{mail_id:str}", sync_to_thread=True)
    def mail(
        self, request: Visitor, catcher_folder: Given[Path], mail_id: FromPath[str]
    ) -> Template:
        """One mail: what the reader sees, and what lies beneath."""
        return page(
            request, "demo/mail.html", title="Mail", mail=pages.mail_shown(catcher_folder, mail_id)
        )

    @get("/{mail_id:str}/invite.ics", sync_to_thread=True)
    def calendar(self, catcher_folder: Given[Path], mail_id: FromPath[str]) -> Response[bytes]:
        """The calendar part, to be opened in a calendar."""
        mail = get_mail(catcher_folder, mail_id)
        if mail.calendar is None:
            raise NotFound("That mail has no calendar part")
        return Response(
            mail.calendar,
            media_type=f"text/calendar; charset=utf-8; method={mail.method}",
            headers={"Content-Disposition": 'attachment; filename="invite.ics"'},
        )


CONTROLLERS: tuple[ControllerRouterHandler, ...] = (CaughtMailPages,)
"""The demo's own pages."""
