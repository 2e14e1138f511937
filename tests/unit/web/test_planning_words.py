"""The words of the planning, meeting and week pages."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from rj.conferences.models import MeetingState
from rj.kernel.errors import Invalid
from rj.policy.terms import Stage
from rj.scheduling.alternatives import Alternative
from rj.scheduling.models import RunState
from rj.scheduling.proposals import TierValue
from rj.scheduling.waiting import Decided
from rj.scheduling.week import EntryKind, WeekEntry
from web.forms import Entered
from web.meetings.choosing import Chosen, chosen_from, offered_days, read_chosen
from web.planning.pages import (
    OTHER_REMEDY,
    UnplacedRow,
    duration_text,
    gap_words,
    joined,
    measure,
    measures_so_far,
    proven_sentence,
    remedy_for,
    run_tag,
)
from web.week.pages import hours_text, slot

MORNING = datetime(2026, 3, 12, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (1, "1 second"), (60, "1 minute"), (125, "2 minutes 5 seconds")],
)
def test_a_duration_reads_as_people_say_it(seconds: int, words: str) -> None:
    assert duration_text(seconds) == words


def test_a_proven_measure_says_that_nobody_could_do_better() -> None:
    assert measure(TierValue("Days late", 2, 2)).note == "No plan could do better"
    unproven = measure(TierValue("Days late", 4, 2))
    assert (unproven.note, unproven.least) == ("", "2")
    assert measure(TierValue("Days late", 4, None)).least == "Not known"


def test_a_bound_counts_only_while_all_before_it_are_proven() -> None:
    notes = [each.note for each in measures_so_far([1, 3, 0], [1, 2, 0])]
    assert notes == ["No plan could do better", "", ""]


def test_the_gap_is_told_of_the_first_measure_that_is_not_proven() -> None:
    words = gap_words([1, 0, 0, 10], [1, 0, 0, 8])
    assert words.endswith("at most 20% above the best possible")
    assert gap_words([1, 0], [1, 0]) == "No plan could do better"
    assert gap_words([], []) == ""
    assert gap_words([1, 2], [1, None]) == ""


def test_every_reason_has_something_that_may_help() -> None:
    assert "neighbouring area" in remedy_for("No facilitator covers it and speaks Bengali.")
    assert "too soon" in remedy_for("The order ends on 4 December 2026, too early for this")
    assert remedy_for("Something never heard of") == OTHER_REMEDY


def test_a_choice_survives_its_form() -> None:
    chosen = Chosen(MORNING, uuid4(), None, uuid4())
    assert read_chosen(chosen.value) == chosen


@pytest.mark.parametrize(
    "value", ["", "tomorrow", "2026-03-12T10:00|a|b|c", "2026-03-12T10:00:00+00:00|x||"]
)
def test_a_forged_choice_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        read_chosen(value)


def test_ones_own_time_is_meant_for_the_clock_in_london() -> None:
    lead = uuid4()
    entered = Entered.of(
        **{"on-day": "1", "on-month": "6", "on-year": "2026"},
        choice="own",
        at="10am",
        lead=str(lead),
    )
    assert chosen_from(entered) == Chosen(datetime(2026, 6, 1, 9, 0, tzinfo=UTC), lead, None, None)


def test_a_time_that_the_clock_change_skips_is_refused() -> None:
    entered = Entered.of(
        **{"on-day": "29", "on-month": "3", "on-year": "2026"},
        choice="own",
        at="1:30",
        lead=str(uuid4()),
    )
    with pytest.raises(Invalid, match="does not exist"):
        chosen_from(entered)


def _an_alternative(starts_at: datetime, *, keeps_staff: bool = True) -> Alternative:
    return Alternative(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        lead_id=uuid4(),
        lead="Amina",
        second_id=None,
        second="",
        room_id=uuid4(),
        room="Room 1, Office",
        keeps_staff=keeps_staff,
        keeps_room=True,
    )


def test_alternatives_stand_under_their_day_in_order() -> None:
    later, sooner = MORNING + timedelta(days=1), MORNING
    days = offered_days([_an_alternative(later), _an_alternative(sooner, keeps_staff=False)])
    assert [day.day for day in days] == ["Thursday 12 March 2026", "Friday 13 March 2026"]
    assert days[0].offers[0].note == "Same room"
    assert days[1].offers[0].note == "Same staff, same room"


def _an_entry(kind: EntryKind = EntryKind.MEETING, **facts: object) -> WeekEntry:
    usual: dict[str, object] = {
        "label": "M-AAAAAA",
        "meeting_id": uuid4(),
        "order_id": uuid4(),
        "stage": Stage.ASSESSMENT,
        "state": MeetingState.HELD,
        "beside": "Room 1",
    }
    return WeekEntry(kind, MORNING, MORNING + timedelta(hours=1), **(usual | facts))  # type: ignore[arg-type]


def test_a_meeting_of_another_area_only_shows_as_taken() -> None:
    entry = _an_entry()
    own = slot(entry, {entry.order_id} if entry.order_id else set())
    assert (own.text, own.detail) == ("M-AAAAAA", "Assessment, Held, Room 1")
    assert own.href == f"/meetings/{entry.meeting_id}"
    foreign = slot(entry, set())
    assert (foreign.text, foreign.detail, foreign.href) == ("Taken", "Not yours to open", "")


def test_a_week_tells_how_much_of_the_cap_is_used() -> None:
    assert hours_text(60, None) == "1 hour"
    assert hours_text(570, 720) == "9.5 hours of 12"


def test_only_what_is_proven_is_called_unbeatable():
    def measured(*pairs: tuple[int, int | None]) -> tuple[TierValue, ...]:
        return tuple(TierValue("", value, least) for value, least in pairs)

    assert proven_sentence(measured((1, 0), (0, 0)), mends_only=False) == ""
    assert proven_sentence(measured((0, 0), (2, 2), (5, 4)), mends_only=False) == (
        "No plan could place more stages or keep more promised days: that is proven."
    )
    assert proven_sentence(measured(*[(0, 0)] * 7), mends_only=True) == (
        "No plan could do better while all other meetings stay as they are: that is proven."
    )


@pytest.mark.parametrize(
    ("state", "made_of_it", "is_newest", "words"),
    [
        (RunState.RUNNING, None, True, "Planning now"),
        (RunState.FINISHED, None, True, "Nothing to change"),
        (RunState.FINISHED, Decided(published=0, unpublished=3), True, "Ready to review"),
        (RunState.FINISHED, Decided(published=0, unpublished=3), False, "Overtaken"),
        (RunState.FINISHED, Decided(published=2, unpublished=1), True, "Partly published"),
        (RunState.FINISHED, Decided(published=3, unpublished=0), False, "Published"),
    ],
)
def test_the_list_says_what_was_made_of_a_run(
    state: RunState, made_of_it: Decided | None, is_newest: bool, words: str
) -> None:
    assert run_tag(state, made_of_it, is_newest).text == words


def test_stages_that_wait_for_one_thing_are_told_once() -> None:
    def row(stage: str, reason: str, reference: str = "A-1") -> UnplacedRow:
        return UnplacedRow(reference, "", "", stage, reason, "", "", "")

    rows = joined(
        (
            row("First contact", "Nobody speaks Bengali"),
            row("Assessment", "It waits"),
            row("Reparation event", "It waits"),
            row("Review", "It waits", "B-2"),
        )
    )

    assert [(each.reference, each.stage) for each in rows] == [
        ("A-1", "First contact"),
        ("A-1", "Assessment, reparation event"),
        ("B-2", "Review"),
    ]
