"""What a court report writer finds today: the site opens, and says what is still to come."""

from litestar import Controller, get
from litestar.response import Template

from rj.policy.terms import Role
from web.guards import needs
from web.pages import page
from web.people import Visitor


class ReportPages(Controller):
    """The report writer's first page."""

    path = "/reports"
    guards = (needs(Role.REPORT_WRITER),)

    @get(sync_to_thread=False)
    def show(self, request: Visitor) -> Template:
        """Nothing of any case."""
        return page(request, "reports/show.html", title="Reports")
