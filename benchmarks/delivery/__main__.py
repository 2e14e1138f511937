"""What a report writer is told: how fast, whether it is kept, and how far the window holds.

    .venv/bin/python -m benchmarks.delivery promises [--orders 500] [--ask-every 1]
        [--live 300] [--postgresql]
    .venv/bin/python -m benchmarks.delivery window [--seeds 8]

``promises`` asks for one hypothetical order after another in a full county and holds each that can
be held; with ``--ask-every 5`` the page's own question is asked for each fifth only, as confirming
answers it once more by itself. It fails when 5 of 100 answers or confirmations take more than the
two seconds promised, or when a hold that was granted breaks a rule or loses its time to the next
planning run. ``window`` lets orders arrive for weeks, plans each week, and counts how often the
conference then lay in the window that was told.
"""

import argparse
import statistics
import sys
import time
from datetime import timedelta

from benchmarks.delivery.county import ask_for, full_county, holds_now, look_again
from benchmarks.delivery.weeks import weeks_of_a_county
from rj.policy.conference_window import PUBLISHED

PROMISED_SECONDS = 2.0


def promises(orders: int, ask_every: int, live: int, on_postgresql: bool) -> bool:
    """Print what came of it; whether everything promised was kept."""
    with full_county(live, on_postgresql=on_postgresql) as (database, area_id):
        before = holds_now(database)
        cpu = time.process_time()
        asked = ask_for(database, area_id, orders, ask_every=ask_every)
        cpu = time.process_time() - cpu
        look_again(database, area_id, asked, before)
    print(f"{orders} hypothetical orders against {live} live ones: {asked.granted} held")
    for why, times in sorted(asked.refused.items(), key=lambda each: -each[1]):
        print(f"  {times} not held: {why}")
    print(f"in seconds, and how many times within the limit of {PROMISED_SECONDS:.0f}:")
    is_in_time = _latency("answer", asked.answer_seconds)
    is_in_time &= _latency("confirm", asked.hold_seconds)
    print(f"processor: {cpu / orders:.2f} s for an order, asked and held")
    print(f"wrong promises: {len(asked.wrong)}")
    for each in asked.wrong[:10]:
        print(f"  {each}")
    return not asked.wrong and is_in_time


def _latency(name: str, seconds: list[float]) -> bool:
    """Print how long something took; whether 95 of 100 came in time."""
    if not seconds:
        return True
    taken = sorted(seconds)
    nearly_all = taken[int(0.95 * (len(taken) - 1))]
    shown = (("p50", statistics.median(taken)), ("p95", nearly_all), ("longest", taken[-1]))
    print(
        f"  {name}: "
        + ", ".join(f"{what} {took:.2f} ({PROMISED_SECONDS / took:.1f})" for what, took in shown)
    )
    return nearly_all <= PROMISED_SECONDS


def window(seeds: int) -> bool:
    """Print the measured window; whether every promise was kept."""
    days = PUBLISHED[-1].days
    told = []
    for seed in range(1, seeds + 1):
        of_seed = weeks_of_a_county(seed)
        told += of_seed
        kept = sum(each.was_kept for each in of_seed)
        print(f"county {seed}: {kept} of {len(of_seed)} promises kept", flush=True)
    followed = [each for each in told if each.conference_from and each.conferences]
    off = sorted(
        (each.conferences[-1] - each.conference_from).days
        for each in followed
        if each.conference_from
    )
    within = sum(
        timedelta(0) <= each.conferences[-1] - each.conference_from < timedelta(days=days)
        for each in followed
        if each.conference_from
    )
    kept = sum(each.was_kept for each in told)
    print(f"{len(told)} promises, {kept} kept in every run that followed")
    print(
        f"{len(followed)} conferences planned later: {within} within {days} days of the first day "
        f"told, median {statistics.median(off):.0f} days after it, from {off[0]} to {off[-1]}"
    )
    return kept == len(told)


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery")
    ways = parser.add_subparsers(dest="way", required=True)
    way = ways.add_parser("promises")
    way.add_argument("--orders", type=int, default=500)
    way.add_argument("--ask-every", type=int, default=1)
    way.add_argument("--live", type=int, default=300)
    way.add_argument("--postgresql", action="store_true")
    way = ways.add_parser("window")
    way.add_argument("--seeds", type=int, default=8)
    asked = parser.parse_args()
    is_kept = (
        window(asked.seeds)
        if asked.way == "window"
        else promises(asked.orders, asked.ask_every, asked.live, asked.postgresql)
    )
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
