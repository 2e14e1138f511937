"""Serving the site from one process."""

from typing import Protocol

import uvicorn

from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.parties.sealing import Seal
from rj.settings import Settings
from web.app import create_app


class Service(Protocol):
    """What the doors opened: as much of it as the site needs."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def seal(self) -> Seal: ...
    @property
    def teller(self) -> Tell: ...


def serve(service: Service) -> None:
    """Serve until stopped, on the host and port of the settings."""
    settings = service.settings
    app = create_app(settings, service.database, service.clock, service.seal, service.teller)
    site_server(app, settings.host, settings.port).run()


def site_server(app: object, host: str, port: int) -> uvicorn.Server:
    """A server for the site, not yet running: ``run()`` serves until ``should_exit`` is set.

    Forwarded-for headers are not believed, the server does not say what it is, and addresses are
    not logged, because a feed's is a secret.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,  # type: ignore[arg-type]
            host=host,
            port=port,
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=5,
        )
    )
