"""Putting off the search for circular garbage while many objects are made at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_later() -> Iterator[None]:
    """Search for circular garbage afterwards. Reading thousands of rows makes hundreds of thousands
    of objects and no circles, and looking through them again and again takes a quarter of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
