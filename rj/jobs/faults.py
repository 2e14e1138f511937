"""Telling of a fault in a log without telling of anybody: what kind, and where in the code.

The text of a fault and the values around it may hold what nobody should read in a log.
"""

from traceback import extract_tb


def described(fault: BaseException) -> str:
    """The kind of a fault, what caused it, and the places it came through, innermost last."""
    places = [f"{frame.name}:{frame.lineno}" for frame in extract_tb(fault.__traceback__)]
    cause = fault.__cause__
    behind = f" from {type(cause).__name__}" if cause is not None else ""
    return f"{type(fault).__name__}{behind} at {' > '.join(places)}"
