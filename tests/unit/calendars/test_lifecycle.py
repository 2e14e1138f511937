"""The life of an invitation, row by row, and the cases that lie between its rows."""

from dataclasses import replace

import pytest

from rj.calendars.ics import Method
from rj.calendars.lifecycle import Arrangement, Step, Version, Wishes, next_step
from rj.calendars.wording import Occasion
from tests.unit.calendars.golden_mails import (
    BY_FEED,
    CANCELLED,
    ELSEWHERE,
    GIVEN_WAY,
    INVITED,
    LATER_THAT_DAY,
    NOW,
    OLD_ADDRESS,
    OLD_UID,
    ROWS,
    STILL_WAITING,
    TUESDAY,
    WISHES,
)

SAME, NEW = OLD_UID, None

THE_TABLE = {
    "meeting fixed": (Method.REQUEST, 0, NEW, Occasion.FIXED),
    "time moved": (Method.REQUEST, 1, SAME, Occasion.NEW_TIME),
    "place changed": (Method.REQUEST, 1, SAME, Occasion.NEW_DETAILS),
    "text changed": (Method.REQUEST, 1, SAME, Occasion.NEW_DETAILS),
    "mail sent again unchanged": (Method.REQUEST, 1, SAME, Occasion.REPEATED),
    "meeting cancelled": (Method.CANCEL, 1, SAME, Occasion.CANCELLED),
    "one person taken out": (Method.CANCEL, 1, SAME, Occasion.CANCELLED),
    "one person put in": (Method.REQUEST, 0, NEW, Occasion.FIXED),
    "revived after cancellation": (Method.REQUEST, 0, NEW, Occasion.FIXED),
    "moved to another day": (Method.REQUEST, 1, SAME, Occasion.NEW_TIME),
    "reader's e-mail changed": (Method.REQUEST, 0, NEW, Occasion.FIXED),
    "meeting is over": None,
    "over, then cancelled": None,
    "court order ends": (Method.CANCEL, 1, SAME, Occasion.CANCELLED),
    "reader withdraws": None,
    "reader withdraws and wants a cancellation": (Method.CANCEL, 1, SAME, Occasion.CANCELLED),
    "changed before the first mail was possibly sent": (Method.REQUEST, 1, SAME, Occasion.FIXED),
    "cancelled before the first mail was possibly sent": None,
    "invitations give way to a feed": (Method.CANCEL, 1, SAME, Occasion.MOVED_TO_FEED),
    "a feed takes over with a new time": (Method.CANCEL, 1, SAME, Occasion.NEW_TIME),
    "a feed gives way to invitations": (Method.REQUEST, 2, SAME, Occasion.REPEATED),
}


@pytest.mark.parametrize("name", THE_TABLE)
def test_a_row_of_the_table(name: str) -> None:
    step = next(row for row in ROWS if row.name == name).step()

    assert (step and (step.method, step.sequence, step.uid, step.occasion)) == THE_TABLE[name]


def after(
    *history: Version,
    expected: Arrangement | None = TUESDAY,
    wishes: Wishes = WISHES,
    again: bool = False,
) -> Step | None:
    return next_step(history, expected, wishes, now=NOW, again=again)


def told(
    *history: Version,
    expected: Arrangement | None = TUESDAY,
    wishes: Wishes = WISHES,
    again: bool = False,
) -> Step:
    step = after(*history, expected=expected, wishes=wishes, again=again)
    assert step is not None
    return step


def test_who_already_knows_hears_nothing() -> None:
    assert after(INVITED) is None


def test_who_was_cancelled_hears_it_once() -> None:
    assert after(INVITED, CANCELLED, expected=None) is None


def test_a_move_there_and_back_before_it_was_sent_is_not_told() -> None:
    moved = replace(INVITED, sequence=1, arrangement=LATER_THAT_DAY, is_possibly_sent=False)

    assert after(INVITED, moved) is None


def test_a_move_there_and_back_that_was_possibly_sent_is_told() -> None:
    moved = replace(INVITED, sequence=1, arrangement=LATER_THAT_DAY)
    step = told(INVITED, moved)

    assert (step.occasion, step.sequence, step.uid) == (Occasion.NEW_TIME, 2, OLD_UID)


def test_a_sequence_counts_what_was_written_and_not_sent() -> None:
    stopped = replace(INVITED, sequence=1, arrangement=ELSEWHERE, is_possibly_sent=False)

    assert told(INVITED, stopped, expected=LATER_THAT_DAY).sequence == 2


def test_a_cancellation_repeats_the_hours_that_the_reader_knows() -> None:
    unknown = replace(INVITED, sequence=1, arrangement=LATER_THAT_DAY, is_possibly_sent=False)

    assert told(INVITED, unknown, expected=None).arrangement == TUESDAY


def test_a_cancellation_that_never_left_is_not_followed_by_a_revival() -> None:
    stopped = replace(CANCELLED, is_possibly_sent=False)

    assert after(INVITED, stopped) is None
    step = told(INVITED, stopped, expected=LATER_THAT_DAY)
    assert (step.occasion, step.sequence, step.uid) == (Occasion.NEW_TIME, 2, OLD_UID)


def test_a_revival_that_never_left_keeps_its_own_identifier() -> None:
    revived = replace(STILL_WAITING, uid="second@appointments.test", arrangement=ELSEWHERE)

    assert after(INVITED, CANCELLED, revived, expected=None) is None
    step = told(INVITED, CANCELLED, revived)
    assert (step.occasion, step.sequence, step.uid) == (
        Occasion.FIXED,
        1,
        "second@appointments.test",
    )


def test_a_new_address_after_a_move_hears_of_the_new_time() -> None:
    """The person knows the old hour, whatever their address."""
    step = told(replace(INVITED, address=OLD_ADDRESS), expected=LATER_THAT_DAY)

    assert (step.occasion, step.sequence, step.uid) == (Occasion.NEW_TIME, 0, None)


def test_a_cancellation_at_a_new_address_has_nothing_to_take_out_of_the_calendar() -> None:
    step = told(replace(INVITED, address=OLD_ADDRESS), expected=None)

    assert step.occasion is Occasion.CANCELLED
    assert step.method is None
    assert step.uid is None


def test_an_old_address_taken_up_again_gets_a_new_identifier() -> None:
    elsewhere = replace(INVITED, uid="second@appointments.test", address=OLD_ADDRESS)

    assert told(INVITED, elsewhere).uid is None


def test_who_wants_no_calendar_gets_the_same_news_without_one() -> None:
    plain = replace(WISHES, wants_calendar=False)
    known = replace(INVITED, has_calendar_part=False)

    assert told(wishes=plain).method is None
    assert told(known, expected=LATER_THAT_DAY, wishes=plain).occasion is Occasion.NEW_TIME
    assert told(known, expected=None, wishes=plain).method is None
    assert after(known, wishes=plain) is None


def test_who_asks_for_a_calendar_later_gets_the_appointment_into_it() -> None:
    step = told(replace(INVITED, has_calendar_part=False))

    assert (step.method, step.occasion) == (Method.REQUEST, Occasion.REPEATED)


def test_what_was_put_into_a_calendar_is_taken_out_even_if_none_is_wanted_now() -> None:
    assert (
        told(INVITED, expected=None, wishes=replace(WISHES, wants_calendar=False)).method
        is Method.CANCEL
    )


def test_an_entry_that_gave_way_to_a_feed_is_not_taken_out_again() -> None:
    assert after(INVITED, GIVEN_WAY, wishes=BY_FEED) is None
    assert told(INVITED, GIVEN_WAY, expected=LATER_THAT_DAY, wishes=BY_FEED).method is None
    assert told(INVITED, GIVEN_WAY, expected=None, wishes=BY_FEED).method is None


def test_an_entry_stands_until_what_takes_it_out_has_left() -> None:
    waiting = replace(GIVEN_WAY, is_possibly_sent=False)

    assert told(INVITED, waiting, expected=None, wishes=BY_FEED).method is Method.CANCEL
    assert after(INVITED, waiting) is None


def test_a_feed_has_nothing_to_take_the_place_of_where_no_entry_stands() -> None:
    assert after(replace(INVITED, has_calendar_part=False), wishes=BY_FEED) is None
    assert told(STILL_WAITING, wishes=BY_FEED).method is None
    assert told(replace(INVITED, address=OLD_ADDRESS), wishes=BY_FEED).method is None


def test_a_letter_that_told_everything_is_not_repeated() -> None:
    by_letter = Wishes("")
    written = replace(INVITED, address="", has_calendar_part=False)

    assert after(written, wishes=by_letter) is None
    assert told(written, expected=None, wishes=by_letter).occasion is Occasion.CANCELLED


def test_who_withdrew_hears_one_cancellation_and_then_nothing() -> None:
    gone = replace(WISHES, has_withdrawn=True, wants_cancellation=True)

    assert told(INVITED, wishes=gone).method is Method.CANCEL
    assert after(INVITED, CANCELLED, wishes=gone) is None
    assert after(INVITED, CANCELLED, expected=LATER_THAT_DAY, wishes=gone, again=True) is None
    assert after(wishes=gone) is None
