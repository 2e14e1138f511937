"""Speaking to the organisation's identity provider: OpenID Connect, code flow with PKCE.

The provider is one that the operator named; nothing a visitor types leads this server anywhere. Its
addresses must be https, except on this machine. What it answers is believed only once the ID token
is signed with one of its keys, meant for us, in time, and carries our nonce.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from rj.settings import LOOPBACK, OidcSettings

ALGORITHMS = ["RS256", "PS256", "ES256"]
PATIENCE_SECONDS = 10.0
CLOCKS_DIFFER_BY = 60
"""Seconds."""
LOOKED_UP_FOR = timedelta(hours=1)
"""How long the provider's own description is believed."""


class ProviderFault(Exception):
    """The provider did not answer, or not as it must. The text says what, and names nobody."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One visit to the provider: what ties its answer to this browser and this moment."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def fresh(cls) -> "Errand":
        """Three values that nobody can guess."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


@dataclass(slots=True)
class Provider:
    """The provider that the operator named."""

    settings: OidcSettings
    back: str
    """The address to which it leads people back."""
    _found: dict[str, Any] = field(default_factory=dict)
    _found_at: datetime | None = None

    def way_there(self, errand: Errand, *, now: datetime, asks_again: bool = False) -> str:
        """Where the browser is sent to sign in. Raises ProviderFault.

        ``asks_again`` has the provider ask even whom it remembers (Core 1.0, 3.1.2.1).
        """
        challenge = hashlib.sha256(errand.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.back,
            "scope": "openid email profile",
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if asks_again:
            asked |= {"prompt": "login", "max_age": "0"}
        address = self._described("authorization_endpoint", now)
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def claims(self, code: str, errand: Errand, *, now: datetime) -> dict[str, Any]:
        """What the provider says of whoever came back with this code. Raises ProviderFault."""
        with _client() as client:
            token_at = self._described("token_endpoint", now)
            answer = _asked(
                client.post,
                token_at,
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": self.back,
                    "code_verifier": errand.verifier,
                },
                auth=httpx.BasicAuth(self.settings.client_id, self.settings.client_secret),
            )
            keys = _asked(client.get, self._described("jwks_uri", now))
        return self._checked(str(answer.get("id_token", "")), keys, errand, now)

    def _checked(
        self, token: str, keys: dict[str, Any], errand: Errand, now: datetime
    ) -> dict[str, Any]:
        registry = JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=CLOCKS_DIFFER_BY,
            iss={"essential": True, "value": self.settings.issuer},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": errand.nonce},
        )
        try:
            found = jwt.decode(
                token,
                KeySet.import_key_set(keys),  # type: ignore[arg-type]  # checked as it is read
                algorithms=ALGORITHMS,
            )
            registry.validate(found.claims)
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            raise ProviderFault(f"The ID token will not do: {type(fault).__name__}") from None
        audience = found.claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience
        # a token for several must also name the one it was made for (Core 1.0, 3.1.3.7)
        if not isinstance(audiences, list) or self.settings.client_id not in audiences:
            raise ProviderFault("The ID token is meant for somebody else")
        if len(audiences) > 1 and found.claims.get("azp") != self.settings.client_id:
            raise ProviderFault("The ID token was made for somebody else")
        return found.claims

    def _described(self, name: str, now: datetime) -> str:
        """An address of the provider's, as its own description gives it."""
        if self._found_at is None or now - self._found_at > LOOKED_UP_FOR:
            with _client() as client:
                path = "/.well-known/openid-configuration"
                found = _asked(client.get, self.settings.issuer.rstrip("/") + path)
            if found.get("issuer") != self.settings.issuer:
                raise ProviderFault("The provider calls itself by another name")
            self._found, self._found_at = found, now
        address = str(self._found.get(name, ""))
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ProviderFault(f"The provider's {name} is not an https address")
        return address


def _client() -> httpx.Client:
    return httpx.Client(timeout=PATIENCE_SECONDS, follow_redirects=False, trust_env=True)


def _asked(ask: Any, address: str, **options: Any) -> dict[str, Any]:
    """What an address answers, as one JSON object."""
    try:
        answer: httpx.Response = ask(address, **options)
        found = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError, RecursionError) as fault:
        raise ProviderFault(f"The provider cannot be read: {type(fault).__name__}") from None
    if not isinstance(found, dict):
        raise ProviderFault("The provider refused")
    return found
