"""What comes in: forms of a sensible size, read without being remembered.

The framework's own reader keeps the last thousand forms in memory, passwords among them, for
as long as the process runs. This one keeps a form for its request and no longer.
"""

from typing import TypeVar
from urllib.parse import parse_qsl, unquote_plus

from litestar import Request
from litestar.datastructures import FormMultiDict, State
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, PermissionDeniedException

from rj.kernel.characters import is_clean_line

MOST_FIELDS = 2_000
"""Values of one form: the cases of a large area ticked for publishing are the most there are."""

KEPT_FORM = "rj_form"
TOKEN_FIELD = "_csrf_token"  # noqa: S105 - a field's name
TOKEN_HEADER = "x-csrftoken"  # noqa: S105 - a header's name

UserT = TypeVar("UserT")
AuthT = TypeVar("AuthT")
StateT = TypeVar("StateT", bound=State)


class SiteRequest(Request[UserT, AuthT, StateT]):
    """A request whose form is read once, and forgotten with it."""

    async def form(self) -> FormMultiDict:
        """The form that was sent; empty when the body is none.

        Raises ClientException for more than MOST_FIELDS values, and PermissionDeniedException for
        a token that was never ours.
        """
        content_type, _ = self.content_type
        if content_type != RequestEncodingType.URL_ENCODED:
            form = await super().form()
            try:
                refuse_strange_tokens(*form.getall(TOKEN_FIELD, []))
            except PermissionDeniedException:
                await form.close()
                raise
            return form
        kept: FormMultiDict | None = self.scope["state"].get(KEPT_FORM)
        if kept is None:
            body = await self.body()
            try:
                pairs = parse_qsl(
                    body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS
                )
            except ValueError:
                raise ClientException("A form has fewer fields than that") from None
            kept = FormMultiDict(pairs)
            refuse_strange_tokens(*kept.getall(TOKEN_FIELD, []))
            self.scope["state"][KEPT_FORM] = kept
        return kept


def refuse_strange_tokens(*said: object) -> None:
    """Raise PermissionDeniedException for a form's token that is no ASCII text, as ours all are:
    the framework compares such texts only, and stumbles over a file or a foreign letter."""
    if not all(isinstance(each, str) and each.isascii() for each in said):
        raise PermissionDeniedException("CSRF token verification failed")


def refuse_unreadable_address(request: Request[UserT, AuthT, StateT]) -> None:
    """Raise ClientException when path or query hold what nobody types: control characters,
    line ends, or marks that turn the direction of a text."""
    query = unquote_plus(request.scope["query_string"].decode("latin-1"))
    if not is_clean_line(request.scope["path"]) or not is_clean_line(query.replace("\t", " ")):
        raise ClientException("This address holds characters that no address has")
