"""What a report writer is told: how fast, whether it is kept, and how far the window holds.

    .venv/bin/python -m benchmarks.delivery promises [--orders 500] [--live 300]
    .venv/bin/python -m benchmarks.delivery window [--seeds 8]

``promises`` asks for one hypothetical order after another in a full county and holds each that can
be held. It fails when an answer takes more than the two seconds promised, or when a hold that was
granted breaks a rule or loses its time to the next planning run. ``window`` lets orders arrive for
weeks, plans each week, and counts how often the conference then lay in the window that was told.
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


def promises(orders: int, live: int) -> bool:
    """Print what came of it; whether everything promised was kept."""
    with full_county(live) as (database, area_id):
        before = holds_now(database)
        cpu = time.process_time()
        asked = ask_for(database, area_id, orders)
        cpu = time.process_time() - cpu
        look_again(database, area_id, asked, before)
    answers = sorted(asked.answer_seconds)
    print(f"{orders} hypothetical orders against {live} live ones: {asked.granted} held")
    for why, times in sorted(asked.refused.items(), key=lambda each: -each[1]):
        print(f"  {times} not held: {why}")
    nearly_all = answers[int(0.95 * (len(answers) - 1))]
    print(
        f"answer: median {statistics.median(answers):.2f} s, 95 of 100 within {nearly_all:.2f} s, "
        f"longest {answers[-1]:.2f} s; {PROMISED_SECONDS / nearly_all:.1f} times within the limit"
    )
    if asked.hold_seconds:
        print(f"confirm: median {statistics.median(asked.hold_seconds):.2f} s")
    print(f"processor: {cpu / orders:.2f} s for an order, asked and held")
    print(f"wrong promises: {len(asked.wrong)}")
    for each in asked.wrong[:10]:
        print(f"  {each}")
    return not asked.wrong and nearly_all <= PROMISED_SECONDS


def window(seeds: int) -> bool:
    """Print the measured window; whether every promise was kept."""
    days = PUBLISHED[-1].days
    told = [each for seed in range(1, seeds + 1) for each in weeks_of_a_county(seed)]
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
    way.add_argument("--live", type=int, default=300)
    way = ways.add_parser("window")
    way.add_argument("--seeds", type=int, default=8)
    asked = parser.parse_args()
    is_kept = window(asked.seeds) if asked.way == "window" else promises(asked.orders, asked.live)
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
