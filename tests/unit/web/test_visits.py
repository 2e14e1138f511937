"""Whose address a request counts for: the visitor's own, whatever they write into their headers."""

from ipaddress import ip_network

import pytest
from litestar import Request

from web.visits import address_of

PROXIES = (ip_network("10.0.0.0/24"), ip_network("fd00::1"))


def asked_from(peer: str | None, *forwarded: str) -> Request:
    return Request(
        {
            "type": "http",
            "client": (peer, 50_000) if peer else None,
            "headers": [(b"x-forwarded-for", text.encode()) for text in forwarded],
        }
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", (), "203.0.113.7"),
        ("203.0.113.7", ("198.51.100.1",), "203.0.113.7"),
        ("10.0.0.5", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.5", ("1.2.3.4, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.5", ("1.2.3.4", "198.51.100.1, 10.0.0.9"), "198.51.100.1"),
        ("10.0.0.5", ("not an address",), "10.0.0.5"),
        ("10.0.0.5", (), "10.0.0.5"),
        ("fd00::1", ("2001:db8::8",), "2001:db8::8"),
        (None, ("198.51.100.1",), ""),
    ],
)
def test_only_the_operators_own_proxies_are_believed(peer, forwarded, address):
    assert address_of(asked_from(peer, *forwarded), PROXIES) == address
