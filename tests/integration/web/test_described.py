"""Schemathesis over the site: every address and form, described as it stands in the running site.

rj offers pages and no API of its own, so the description that Schemathesis needs is written here,
from the routes and from the forms of the pages as a role sees them.
"""

import re
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from litestar import Litestar
from litestar.params import QueryParameter
from schemathesis import APIOperation, Case, GenerationMode

from rj.policy.terms import Role
from tests.builders import AREA
from tests.integration.web.test_anything_typed import ENDS_THE_WALK, Door, doors_of
from tests.integration.web.test_not_yours import a_whole_site
from tests.web_client import a_person
from web.guards import permission_of

ANSWERS = {"default": {"description": "A page, a redirect, or a refusal in words"}}
ROUNDS = 2
"""Cases of each operation that suit its description, and as many that do not."""


def addresses_of(app: Litestar, role: Role) -> Iterator[tuple[str, list[str]]]:
    """What a role may look at: each route with the words that its address may ask for."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            permission = permission_of(handler)
            if "GET" not in handler.http_methods or permission is None:
                continue
            if role in permission.roles and not ENDS_THE_WALK.search(route.path):
                hints = get_type_hints(getattr(handler.fn, "func", handler.fn), include_extras=True)
                yield (
                    route.path,
                    [
                        name
                        for name, hint in hints.items()
                        if any(isinstance(each, QueryParameter) for each in get_args(hint))
                    ],
                )


def described(
    doors: list[Door], addresses: Iterator[tuple[str, list[str]]], token: str
) -> dict[str, Any]:
    """The site as OpenAPI: forms by the addresses they are sent to, pages by their routes."""
    operations: dict[str, dict[str, Any]] = {}
    for path, words in addresses:
        places = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"\{(\w+)", path)
        ]
        asked = [  # called required, that each is said at all in so few rounds
            {"name": name, "in": "query", "required": True, "schema": {"type": "string"}}
            for name in words
        ]
        operations[re.sub(r":\w+\}", "}", path)] = {
            "get": {"parameters": [*places, *asked], "responses": ANSWERS}
        }
    for door in doors:
        if door.form is None:
            continue
        form = door.form
        fields: dict[str, Any] = {
            name: {"type": "string"} for name in {*form.typed, *form.figures, *form.fields}
        }
        fields |= {
            name: {"enum": [kept[0]]}
            for name, kept in form.fields.items()
            if name.startswith("_") and kept
        }
        fields["_csrf_token"] = {"enum": [token]}
        body = {"type": "object", "properties": fields, "required": sorted(fields)}
        content = {"application/x-www-form-urlencoded": {"schema": body}}
        operations.setdefault(urlsplit(door.address).path, {})["post"] = {
            "requestBody": {"required": True, "content": content},
            "responses": ANSWERS,
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "rj", "version": "1"},
        "paths": operations,
    }


def modes_of(operation: APIOperation) -> tuple[GenerationMode, ...]:
    """What suits the description and what does not; any text suits a path."""
    asks = [*operation.query, *operation.body]
    return tuple(GenerationMode) if asks else (GenerationMode.POSITIVE,)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_schemathesis_finds_no_fault_of_ours(database, clock, role):
    with a_whole_site(database, clock) as (site, things):
        is_admin = role is Role.ADMINISTRATOR
        me = a_person(database, role, area_id=AREA) if is_admin else things.owner(role)
        site.sign_in(me)
        token = site.hidden_fields("/account/password")["_csrf_token"]
        addresses = addresses_of(site.client.app, role)
        document = described(doors_of(site, role, things), addresses, token)
        schema = schemathesis.openapi.from_dict(document)
        operations = [each.ok() for each in schema.get_all_operations()]
        answered = 0

        def send(case: Case) -> None:
            nonlocal answered
            sent = case.as_transport_kwargs(base_url=str(site.client.base_url))
            headers = {"content-type": dict(sent["headers"]).get("Content-Type", "")}
            answer = site.client.request(
                sent["method"],
                sent["url"],
                params=sent.get("params"),
                data=sent.get("data"),
                headers=headers if sent.get("data") else None,
                follow_redirects=False,
            )
            assert answer.status_code < 500, (sent["method"], sent["url"], sent.get("data"))
            if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"):
                site.sign_in(me)
            answered += 1

        for operation in operations:
            for mode in modes_of(operation):
                settings(
                    max_examples=ROUNDS,
                    deadline=None,
                    database=None,
                    derandomize=True,
                    suppress_health_check=list(HealthCheck),
                )(given(operation.as_strategy(generation_mode=mode))(send))()
    assert len(operations) == len(document["paths"]) + sum(
        len(each) > 1 for each in document["paths"].values()
    )
    assert answered >= len(operations)
