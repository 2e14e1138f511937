"""A form that came after its sender's session had run out: put aside, and brought back.

Whoever types for longer than the idle time loses nothing: the form is kept for the account whose
session it was, its sender signs in again, and the page opens with what they had typed.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from litestar import Request
from litestar.datastructures import UploadFile

from rj.accounts.unsent import Unsent
from rj.kernel.characters import without_unwanted

AT = "_at"
"""The hidden field that says on which page a form stands."""
KEPT = "kept"
"""The query parameter that asks for a form back."""
LONGEST_ADDRESS = 300
"""Of a page; what is asked back of it stands behind."""
LONGEST_WITHIN = 400
IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KEEPER = "rj_keeper"
PUT_ASIDE = "rj_put_aside"
BROUGHT_BACK = "rj_brought_back"

NOT_KEPT = frozenset(
    {"_csrf_token", "_form_key", AT, "password", "current", "wanted", "again", "code"}
)
"""Tokens, and what is secret."""
NOT_TYPED = frozenset({"_based_on"})
"""Kept beside what was typed, but nothing by itself."""

Keeper: TypeAlias = Callable[[Unsent], Awaitable[UUID | None]]
"""Keeps a form for the account whose session ran out; None when there was none."""


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """A form to be shown with what was typed before."""

    values: dict[str, tuple[str, ...]]
    based_on: int | None

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Field and text of whatever was typed, for a page that has no such field: some forms
        stand on the answer to another."""
        return tuple(
            (name.replace("_", " ").replace("-", " "), text)
            for name, texts in self.values.items()
            for text in texts
            if text.strip() and not IDENTIFIER.fullmatch(text)
        )


def within(path: str) -> str:
    """The address when it lies within this site, or the front door."""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_ours and path.isprintable() and len(path) <= LONGEST_WITHIN else "/"


async def put_aside(request: Request[Any, Any, Any]) -> None:
    """Keep the form of a request that nobody is signed in for, where anything was typed."""
    keeper: Keeper | None = request.scope["state"].get(KEEPER)
    if keeper is None or request.method != "POST":
        return
    sent = await request.form()
    values: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if name not in NOT_KEPT and not isinstance(value, UploadFile):
            values.setdefault(name, []).append(without_unwanted(str(value)))
    if not any(text.strip() for name in values.keys() - NOT_TYPED for text in values[name]):
        return
    at = within(str(sent.get(AT) or ""))
    if at == "/" or len(at) > LONGEST_ADDRESS:
        at = request.scope["path"]
    kept = {name: tuple(texts) for name, texts in values.items()}
    request.scope["state"][PUT_ASIDE] = await keeper(Unsent(at, kept)), at


def where_put_aside(request: Request[Any, Any, Any]) -> str | None:
    """Where the form of this request is to be had back after signing in; None if not kept."""
    unsent_id, at = request.scope["state"].get(PUT_ASIDE, (None, ""))
    if unsent_id is None:
        return None
    return f"{at}{'&' if '?' in at else '?'}{KEPT}={unsent_id}"


def asked_back(request: Request[Any, Any, Any]) -> UUID | None:
    """Which kept form this page is to be shown with."""
    if request.method != "GET":
        return None
    asked = dict(parse_qsl(request.scope["query_string"].decode("latin-1"))).get(KEPT, "")
    try:
        return UUID(asked)
    except ValueError:
        return None


def bring_back(request: Request[Any, Any, Any], unsent: Unsent) -> None:
    """Have the page of this request show what was typed on it before."""
    if urlsplit(unsent.at).path != request.scope["path"]:
        return
    values = dict(unsent.values)
    [based_on] = values.pop("_based_on", ("",))[:1]
    request.scope["state"][BROUGHT_BACK] = BroughtBack(
        values, int(based_on) if based_on.isdecimal() and len(based_on) < 10 else None
    )


def brought_back(request: Request[Any, Any, Any]) -> BroughtBack | None:
    """What the page being made is to be shown with."""
    found: BroughtBack | None = request.scope["state"].get(BROUGHT_BACK)
    return found


def address_of_page(request: Request[Any, Any, Any]) -> str:
    """The page that a form stands on: where its sender is led back to."""
    path: str = request.scope["path"]
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    query = urlencode([(name, value) for name, value in pairs if name != KEPT])
    whole = f"{path}?{query}" if query else path
    return whole if len(whole) <= LONGEST_ADDRESS else path
