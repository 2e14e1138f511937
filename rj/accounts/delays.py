"""How long somebody must wait after refused sign-ins: pure arithmetic.

The wait grows with each refusal and there is no lock-out, so nobody can shut a colleague out for
long. An address serves a whole office, so it is allowed more slips than one name.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

REMEMBERED_FOR = timedelta(hours=1)
FREE_TRIES_PER_NAME = 4
FREE_TRIES_PER_ADDRESS = 20
LONGEST_WAIT = timedelta(minutes=2)


def wait_until(refused_at: Sequence[datetime], *, free_tries: int) -> datetime | None:
    """When the next try may be made, given the moments of recent refusals; None for at once.

    The first ``free_tries`` cost nothing; each one after doubles the wait from two seconds, up to
    two minutes after the latest.
    """
    too_many = len(refused_at) - free_tries
    if too_many < 0 or not refused_at:
        return None
    wait = min(timedelta(seconds=2 ** min(too_many + 1, 10)), LONGEST_WAIT)
    return max(refused_at) + wait
