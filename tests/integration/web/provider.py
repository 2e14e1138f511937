"""A small identity provider on a port of this machine: it lets in whom a test says, at once.

It checks what a strict provider checks: client and secret, the address to lead back to, PKCE, and
that a code is used once. What it says in its ID tokens a test may bend.
"""

import base64
import hashlib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar import Litestar, Request, Response, get, post
from litestar.response import Redirect

from rj.kernel.clock import Clock
from web.serve import site_server

CLIENT_ID = "rj at the provider"
SECRET = "a secret of the provider: with + and é"
BACK = "http://testserver.local/sign-in/organisation/back"


@dataclass
class TestProvider:
    """What it will say, and to whom it said what."""

    __test__ = False

    issuer: str
    clock: Clock
    claims: dict[str, Any] = field(default_factory=dict)
    """Of whoever signs in next; those of the token are added."""
    bent: dict[str, Any] = field(default_factory=dict)
    """Put in place of what an honest token would say."""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signs_with: RSAKey | None = None
    """Another key than the one it shows."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def token(self, nonce: str) -> str:
        now = int(self.clock.now().timestamp())
        honest = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "sub": "person 1",
        }
        claims = {**honest, **self.claims, **self.bent}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signs_with or self.key)


def provider_app(provider: TestProvider) -> Litestar:
    @get("/.well-known/openid-configuration", sync_to_thread=False)
    def describe() -> dict[str, str]:
        return {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "jwks_uri": f"{provider.issuer}/keys",
        }

    @get("/authorize", sync_to_thread=False)
    def authorize(request: Request) -> Redirect:
        asked = {name: str(value) for name, value in request.query_params.items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["redirect_uri"] == BACK
        assert asked["code_challenge_method"] == "S256"
        code = f"code {len(provider.codes)}"
        provider.codes[code] = asked
        return Redirect(
            f"{BACK}?{urlencode({'code': code, 'state': asked['state']})}", status_code=302
        )

    @post("/token", status_code=200)
    async def token(request: Request) -> Response:
        sent = dict(parse_qsl((await request.body()).decode()))
        basic = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        asked = provider.codes.pop(sent["code"], None)
        proof = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if (
            asked is None
            or request.headers.get("authorization") != f"Basic {basic}"
            or challenge != asked["code_challenge"]
            or sent["redirect_uri"] != BACK
        ):
            provider.refused.append(sent["code"])
            return Response({"error": "invalid_grant"}, status_code=400)
        return Response({"token_type": "Bearer", "id_token": provider.token(asked["nonce"])})

    @get("/keys", sync_to_thread=False)
    def keys() -> dict[str, Any]:
        return {"keys": [provider.key.as_dict(private=False)]}

    return Litestar([describe, authorize, token, keys], openapi_config=None)


@contextmanager
def a_provider(clock: Clock) -> Iterator[TestProvider]:
    """The provider, answering on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as seeking:
        port = int(seeking.getsockname()[1])
    provider = TestProvider(f"http://127.0.0.1:{port}", clock)
    server = site_server(provider_app(provider), "127.0.0.1", port)
    serving = Thread(target=server.run)
    serving.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield provider
    finally:
        server.should_exit = True
        serving.join()
