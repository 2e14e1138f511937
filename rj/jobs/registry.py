"""Which function does which kind of background work. Filled at the doors, read by the runners."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event

from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.settings import Settings

Payload = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a handler is given besides its payload."""

    database: Database
    clock: Clock
    settings: Settings
    stopping: Event = field(default_factory=Event)
    """Set when the worker is to stop: long work should end, and will be run again."""


Handler = Callable[[Payload, JobContext], None]
"""Does one piece of work. It may be run more than once, so it must be idempotent."""


class Registry:
    """Handlers by kind."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def register(self, kind: str, handler: Handler) -> None:
        """Have ``handler`` do the work of a kind. A kind has one handler: ValueError otherwise."""
        if kind in self._handlers:
            raise ValueError(f"there is a handler for {kind} already")
        self._handlers[kind] = handler

    def find(self, kind: str) -> Handler | None:
        """The handler of a kind, or None."""
        return self._handlers.get(kind)

    def __iter__(self) -> Iterator[tuple[str, Handler]]:
        return iter(self._handlers.items())
