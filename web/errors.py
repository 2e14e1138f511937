"""Refusals and faults as pages that say what to do. Only this module knows status codes.

    NotFound → 404   NotAllowed → 403   Invalid → 422   Conflict → 409   anything else → 500

Not signed in leads to the sign-in page. Each page carries the request's reference, which the log
has too; neither carries what was typed or whose record it was.
"""

from traceback import format_tb
from typing import Any
from urllib.parse import urlencode

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.response import Redirect, Template

from rj.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, RJError
from web.guards import ConfirmFirst
from web.pages import page
from web.unsent import where_put_aside
from web.visits import request_reference

log = structlog.get_logger("web")

STATUS_OF: dict[type[RJError], int] = {NotFound: 404, NotAllowed: 403, Invalid: 422, Conflict: 409}

TITLES = {
    400: "This request cannot be read",
    403: "You cannot open this page",
    404: "Page not found",
    405: "This page does not take that",
    409: "Something has changed",
    413: "That is too large",
    422: "There is a problem",
    500: "Sorry, something went wrong",
}


def show_refusal(request: Request[Any, Any, Any], refusal: RJError) -> Template:
    """A refusal of the service, in its own words. A 404 says the same whatever lies behind (S2)."""
    status = next(status for kind, status in STATUS_OF.items() if isinstance(refusal, kind))
    if status == 403:
        log.warning("refused", status=status, reference=request_reference(request))
    sentences = (
        [problem.message for problem in refusal.problems]
        if isinstance(refusal, Invalid)
        else [str(refusal)]
    )
    return _error_page(request, status, [] if status == 404 else sentences)


def show_http_fault(
    request: Request[Any, Any, Any], fault: HTTPException
) -> Template | Redirect | Response[str]:
    """A request that fits no page, or one that needs signing in first."""
    if isinstance(fault, NotAuthorizedException):
        return _lead_to_sign_in(request)
    if fault.status_code >= 500:
        return show_fault(request, fault)
    status = fault.status_code if fault.status_code in TITLES else 400
    sentences = []
    if status == 403:
        log.warning("refused", status=status, reference=request_reference(request))
        sentences = [
            "The form may have been open for too long. Go back, load the page again and send it."
        ]
    return _error_page(request, status, sentences)


def show_fault(request: Request[Any, Any, Any], fault: Exception) -> Template | Response[str]:
    """A fault of ours: bland, with a reference; the log has the trace, not the data."""
    reference = request_reference(request)
    log.error(
        "fault",
        reference=reference,
        kind=type(fault).__name__,
        # where, not what: messages of a database carry the values it was given
        trace="".join(format_tb(fault.__traceback__)),
    )
    try:
        return _error_page(request, 500, [])
    except Exception:  # the page itself may be what is broken
        log.error("error page failed", reference=reference)
        return Response(
            f"Something went wrong. Reference: {reference}",
            status_code=500,
            media_type="text/plain",
        )


def lead_to_confirm(request: Request[Any, Any, Any], _: ConfirmFirst) -> Redirect:
    """To the page that asks for the password once more, and from there back here."""
    return Redirect(
        f"/account/confirm?{urlencode({'then': request.scope['path']})}", status_code=303
    )


EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {
    ConfirmFirst: lead_to_confirm,
    RJError: show_refusal,
    HTTPException: show_http_fault,
    Exception: show_fault,
}


def _lead_to_sign_in(request: Request[Any, Any, Any]) -> Template | Redirect:
    if request.method == "GET":
        path = request.scope["path"]
        wanted = urlencode({"then": path}) if path != "/" else ""
        return Redirect(f"/sign-in?{wanted}" if wanted else "/sign-in", status_code=303)
    if back := where_put_aside(request):
        return Redirect(f"/sign-in?{urlencode({'then': back})}", status_code=303)
    return _error_page(
        request,
        403,
        [
            "You were signed out because you had not done anything for a while. "
            "Nothing was changed. Sign in, then do it again."
        ],
    )


def _error_page(request: Request[Any, Any, Any], status: int, sentences: list[str]) -> Template:
    return page(
        request,
        "error.html",
        title=TITLES[status],
        status_code=status,
        status=status,
        sentences=sentences,
    )
