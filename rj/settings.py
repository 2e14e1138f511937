"""Settings: ``RJ_*`` variables read once at a door into one frozen value, all faults told at once.

Secrets that are not given are made at first run and kept, mode 0600, in the data folder.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from rj.kernel.errors import FieldProblem, Invalid

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How messages leave. With no host, mail is off and messages wait."""

    host: str = ""
    port: int = 587
    security: str = "starttls"
    """``starttls``, ``tls`` or ``none`` (loopback only)."""
    username: str = ""
    password: str = ""
    mailbox: str = "appointments@service.test"
    """The service's address: sender and organiser of everything. Choose a neutral one."""
    sender_name: str = "Appointments"
    telephone: str = "01632 960000"
    """The number readers ring when they cannot come."""
    spread_seconds: int = 120
    """Messages about one meeting leave spread over this time, in random order."""


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The organisation's identity provider. With no issuer, people sign in with a password."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    role_claim: str = "roles"
    """Which claim of the ID token lists a person's groups."""
    roles: tuple[tuple[str, str], ...] = ()
    """Groups, and what each stands for, like ``coordinator@wenshire``; empty while administrators
    give the roles."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set."""

    data_dir: Path
    database_url: str
    host: str
    port: int
    public_url: str
    """Where people reach the site, without a trailing slash: feeds are addressed with it."""
    seal_key: str
    """Key of the harmed side's contact details and of address fingerprints."""
    session_secret: str
    mail: MailSettings
    is_demo: bool = False
    log_level: str = "INFO"
    trusted_proxies: tuple[Network, ...] = ()
    """Whose word is taken for the address a request came from."""
    oidc: OidcSettings = OidcSettings()
    has_second_factor: bool = True
    """Off in tests of something else alone: no variable switches it off."""

    @property
    def asks_second_factor(self) -> bool:
        """Whether everybody who signs in with a password also needs an authenticator app."""
        return self.has_second_factor and not self.is_demo

    @property
    def is_https(self) -> bool:
        """Whether people reach the site by https: everywhere but on this machine itself."""
        return self.public_url.startswith("https://")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in ``environment``, with defaults for what is not set.

    Raises Invalid naming every variable that cannot be used.
    """
    faults: list[FieldProblem] = []

    def number(name: str, default: int) -> int:
        text = environment.get(name, "")
        if not text:
            return default
        if text.isdigit():
            return int(text)
        faults.append(FieldProblem(name, f"{name} must be a whole number"))
        return default

    data_dir = Path(environment.get("RJ_DATA_DIR", ".rj")).absolute()
    host = environment.get("RJ_HOST", "127.0.0.1")
    port = number("RJ_PORT", 8017)
    public_url = environment.get("RJ_PUBLIC_URL", f"http://{host}:{port}").rstrip("/")
    is_here = host in LOOPBACK and urlsplit(public_url).hostname in LOOPBACK
    if not is_here and not public_url.startswith("https://"):
        faults.append(
            FieldProblem(
                "RJ_PUBLIC_URL",
                "RJ_PUBLIC_URL must begin with https:// unless it and RJ_HOST are loopback",
            )
        )
    mail = _read_mail(environment, number, faults)
    trusted_proxies = _read_networks(environment, "RJ_TRUSTED_PROXIES", faults)
    oidc = _read_oidc(environment, faults)
    if faults:
        raise Invalid(*faults)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Settings(
        data_dir=data_dir,
        database_url=environment.get("RJ_DATABASE_URL", f"sqlite:///{data_dir / 'rj.sqlite'}"),
        host=host,
        port=port,
        public_url=public_url,
        seal_key=environment.get("RJ_SEAL_KEY") or _kept_secret(data_dir / "seal.key", _seal_key),
        session_secret=environment.get("RJ_SESSION_SECRET")
        or _kept_secret(data_dir / "session.key", secrets.token_urlsafe),
        mail=mail,
        is_demo=environment.get("RJ_DEMO", "") == "1",
        log_level=environment.get("RJ_LOG_LEVEL", "INFO"),
        trusted_proxies=trusted_proxies,
        oidc=oidc,
    )


def _read_oidc(environment: Mapping[str, str], faults: list[FieldProblem]) -> OidcSettings:
    """The identity provider; what cannot be used is added to ``faults``."""
    issuer = environment.get("RJ_OIDC_ISSUER", "")
    parts = urlsplit(issuer)
    if issuer and parts.scheme != "https" and parts.hostname not in LOOPBACK:
        faults.append(FieldProblem("RJ_OIDC_ISSUER", "RJ_OIDC_ISSUER must begin with https://"))
    client_id = environment.get("RJ_OIDC_CLIENT_ID", "")
    if issuer and not client_id:
        faults.append(
            FieldProblem("RJ_OIDC_CLIENT_ID", "RJ_OIDC_CLIENT_ID must be set with RJ_OIDC_ISSUER")
        )
    texts = environment.get("RJ_OIDC_ROLES", "").split(",")
    roles = [tuple(text.strip().partition("=")[::2]) for text in texts if text.strip()]
    return OidcSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=environment.get("RJ_OIDC_CLIENT_SECRET", ""),
        role_claim=environment.get("RJ_OIDC_ROLE_CLAIM", "") or OidcSettings().role_claim,
        roles=tuple((group, role) for group, role in roles),
    )


def _read_networks(
    environment: Mapping[str, str], name: str, faults: list[FieldProblem]
) -> tuple[Network, ...]:
    """Addresses and networks, with commas between them; a fault is added to ``faults``."""
    texts = [text.strip() for text in environment.get(name, "").split(",") if text.strip()]
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError:
        faults.append(
            FieldProblem(name, f"{name} must be addresses or networks, like 10.0.0.5,10.1.0.0/24")
        )
        return ()


def _read_mail(
    environment: Mapping[str, str], number: Callable[[str, int], int], faults: list[FieldProblem]
) -> MailSettings:
    """How messages leave; what cannot be used is added to ``faults``."""
    plain = MailSettings()
    host = environment.get("RJ_MAIL_HOST", plain.host)
    security = environment.get("RJ_MAIL_SECURITY", plain.security)
    if security not in {"starttls", "tls", "none"}:
        faults.append(
            FieldProblem("RJ_MAIL_SECURITY", "RJ_MAIL_SECURITY must be starttls, tls or none")
        )
    if security == "none" and host and host not in LOOPBACK:
        faults.append(
            FieldProblem(
                "RJ_MAIL_SECURITY", "RJ_MAIL_SECURITY may be none only for a mail host on loopback"
            )
        )
    return MailSettings(
        host=host,
        port=number("RJ_MAIL_PORT", plain.port),
        security=security,
        username=environment.get("RJ_MAIL_USERNAME", plain.username),
        password=environment.get("RJ_MAIL_PASSWORD", plain.password),
        mailbox=environment.get("RJ_MAIL_MAILBOX", plain.mailbox),
        sender_name=environment.get("RJ_MAIL_SENDER_NAME", plain.sender_name),
        telephone=environment.get("RJ_MAIL_TELEPHONE", plain.telephone),
        spread_seconds=number("RJ_MAIL_SPREAD_SECONDS", plain.spread_seconds),
    )


def _seal_key() -> str:
    """A fresh key of 32 random bytes in URL-safe base64, the form that Fernet takes."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def _kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret in a file that only its owner may read, made at first need."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        secret = make()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secret + "\n")
    return secret
