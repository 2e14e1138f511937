"""How often failed work is tried, and after what pause; the same for both runners."""

from datetime import timedelta

MAX_ATTEMPTS = 6
FIRST_PAUSE_SECONDS = 2


def pause_after(attempts: int) -> timedelta:
    """The wait after ``attempts`` failures: 2, 4, 8 … seconds."""
    return timedelta(seconds=FIRST_PAUSE_SECONDS**attempts)
