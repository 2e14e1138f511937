"""How long to wait between attempts, and when to stop trying (M7)."""

from datetime import datetime, timedelta

FIRST_PAUSE = timedelta(seconds=40)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=72)


def pause_after(attempts: int, jitter: float) -> timedelta:
    """The wait after ``attempts`` failures, at least one: doubling from under a minute to an hour.

    ``jitter`` between 0 and 1 takes off up to a third, so that messages that failed together do
    not all come back together.
    """
    doublings = min(attempts - 1, 10)  # past ten doublings it is the longest pause anyway
    whole = min(FIRST_PAUSE * float(2**doublings), LONGEST_PAUSE)
    return whole * (1 - jitter / 3)


def give_up_at(written_at: datetime, useless_from: datetime | None = None) -> datetime:
    """When to stop trying: after 72 hours, or once there is nothing left to be told."""
    limit = written_at + GIVE_UP_AFTER
    return limit if useless_from is None else min(limit, useless_from)
