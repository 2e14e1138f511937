"""Calendar objects: times, texts, one reader, and the same octets every time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import StringIO
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event, Timezone

from rj.calendars.ics import (
    EUROPE_LONDON,
    Appointment,
    Mailbox,
    Method,
    cancellation,
    feed,
    invitation,
)
from rj.kernel.errors import Invalid

LONDON = ZoneInfo("Europe/London")
READER = Mailbox("reader@example.test", "Siân")
SERVICE = Mailbox("diary@appointments.test", "Appointments Team")
UID = "0b7c8f6e-52a4-4f0e-9c55-6f7f0a3b1d11@appointments.test"
MONDAY = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)

AWKWARD_TEXTS = (
    "Tŷ'r Ŵyn",
    "Łódź, święto, żółw",
    "comma, semicolon; backslash \\ and colon:",
    "first line\nsecond line\n\nfourth line",
    "x" * 2000,
    'the "quoted" house',
    r"not a line break: \n",
    *("x" * length + "😀 and more" for length in range(55, 80)),
)


def an_appointment(**different: object) -> Appointment:
    plain = Appointment(
        uid=UID,
        sequence=0,
        starts_at=MONDAY,
        ends_at=MONDAY + timedelta(hours=1),
        stamped_at=MONDAY - timedelta(days=3),
        summary="Appointment",
        location="Mill Lane",
        description="Please ring 01632 960123 if you cannot come.",
    )
    return replace(plain, **different)  # type: ignore[arg-type]


def invited(appointment: Appointment, reader: Mailbox = READER) -> bytes:
    return invitation(appointment, reader=reader, organiser=SERVICE).octets


def event_in(octets: bytes) -> Event:
    [event] = Calendar.from_ical(octets).events
    return event


def lines(octets: bytes) -> list[str]:
    return octets.decode().replace("\r\n ", "").split("\r\n")


@cache
def changes_of_the_clocks() -> list[datetime]:
    """Every hour at which Europe/London changed or will change, ten years back and ahead."""
    hours = (datetime(2016, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(20 * 8766))
    before = timedelta(seconds=1)
    return [
        hour
        for hour in hours
        if hour.astimezone(LONDON).utcoffset() != (hour - before).astimezone(LONDON).utcoffset()
    ]


def test_the_zone_agrees_with_the_zone_database_around_every_change_for_twenty_years() -> None:
    changes = changes_of_the_clocks()
    written = cast(Timezone, EUROPE_LONDON).to_tz(lookup_tzid=False)

    assert len(changes) == 40
    for change in changes:
        for minutes in (-24 * 60, -90, -61, -60, -59, -1, 0, 1, 59, 60, 61, 90, 120, 24 * 60):
            instant = change + timedelta(minutes=minutes)
            local = instant.astimezone(LONDON)
            assert instant.astimezone(written).utcoffset() == local.utcoffset(), local
            if local.utcoffset() == local.replace(fold=not local.fold).utcoffset():
                assert local.replace(tzinfo=written).astimezone(UTC) == instant, local


def test_the_zone_says_the_moment_of_each_change_in_the_time_before_it() -> None:
    """The hour written is the one on the wall just before: 01:00 in spring, 02:00 in autumn."""
    onsets = {}
    for rule in EUROPE_LONDON.subcomponents:
        onset = cast(bytes, rule["DTSTART"].to_ical()).decode()
        onsets[str(rule["TZOFFSETTO"].to_ical())] = onset.partition("T")[2]

    for change in changes_of_the_clocks():
        before = (change - timedelta(microseconds=1)).astimezone(LONDON)
        wall_clock = before + timedelta(microseconds=1)

        assert onsets[change.astimezone(LONDON).strftime("%z")] == f"{wall_clock:%H%M%S}"


def test_another_library_reads_the_zone_alike_around_every_change() -> None:
    written = tzical(StringIO(EUROPE_LONDON.to_ical().decode())).get("Europe/London")

    for change in changes_of_the_clocks():
        for minutes in (-24 * 60, -61, -1, 60, 61, 120, 24 * 60):
            local = (change + timedelta(minutes=minutes)).astimezone(LONDON)
            if local.utcoffset() == local.replace(fold=not local.fold).utcoffset():
                assert written.utcoffset(local.replace(tzinfo=None)) == local.utcoffset(), local


@given(
    st.integers(0, 20 * 365 * 24 * 4),
    st.integers(1, 6 * 60),
)
def test_an_instant_comes_back_from_the_calendar_or_is_refused(
    quarter_hours: int, minutes: int
) -> None:
    starts_at = datetime(2016, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter_hours)
    appointment = an_appointment(
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes)
    )
    try:
        event = event_in(invited(appointment))
    except Invalid:
        local = [each.astimezone(LONDON) for each in (appointment.starts_at, appointment.ends_at)]
        assert any(
            each.utcoffset() != each.replace(fold=1 - each.fold).utcoffset() for each in local
        )
    else:
        assert event.start == appointment.starts_at
        assert event.end == appointment.ends_at


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_a_time_that_comes_twice_is_refused(minute: int) -> None:
    twice = datetime(2026, 10, 25, 0, minute, tzinfo=UTC)

    with pytest.raises(Invalid, match="comes twice"):
        invited(an_appointment(starts_at=twice, ends_at=twice + timedelta(hours=3)))


@pytest.mark.parametrize("text", AWKWARD_TEXTS)
def test_a_text_comes_back_as_it_was(text: str) -> None:
    octets = invited(an_appointment(description=text))

    assert event_in(octets)["description"] == text
    assert all(len(line) <= 75 for line in octets.split(b"\r\n"))
    for line in octets.split(b"\r\n"):
        line.decode()  # no fold goes through a character


def test_control_characters_and_direction_marks_do_not_reach_the_calendar() -> None:
    event = event_in(
        invited(an_appointment(summary="Appoint\0ment\r\nX-A:b", location="Mill\u202e Lane"))
    )

    assert event["summary"] == "Appointment X-A:b"
    assert event["location"] == "Mill Lane"


def test_a_name_with_quotation_marks_is_shown_without_an_escape() -> None:
    octets = invited(an_appointment(), Mailbox("reader@example.test", 'Siân "Sh" Ŵyn, BA; x: y'))

    assert event_in(octets)["attendee"].params["CN"] == "Siân 'Sh' Ŵyn, BA; x: y"
    assert b"^'" not in octets


def test_an_invitation_names_one_reader_and_asks_for_an_answer() -> None:
    octets = invited(an_appointment())
    attendee = event_in(octets)["attendee"]

    assert sum(line.startswith("ATTENDEE") for line in lines(octets)) == 1
    assert attendee == "mailto:reader@example.test"
    assert attendee.params["PARTSTAT"] == "NEEDS-ACTION"
    assert attendee.params["RSVP"] == "TRUE"
    assert attendee.params["ROLE"] == "REQ-PARTICIPANT"
    assert attendee.params["CUTYPE"] == "INDIVIDUAL"
    assert {"CLASS:PRIVATE", "TRANSP:OPAQUE", "STATUS:CONFIRMED", "METHOD:REQUEST"} <= {
        *lines(octets)
    }


def test_a_time_still_to_be_agreed_is_tentative() -> None:
    assert "STATUS:TENTATIVE" in lines(invited(an_appointment(is_tentative=True)))


def test_a_cancellation_says_so_twice_and_repeats_the_appointment() -> None:
    part = cancellation(an_appointment(sequence=4), reader=READER, organiser=SERVICE)
    written = lines(part.octets)

    assert part.method is Method.CANCEL
    assert {
        "METHOD:CANCEL",
        "STATUS:CANCELLED",
        f"UID:{UID}",
        "SEQUENCE:4",
        "SUMMARY:Appointment",
        "DTSTART;TZID=Europe/London:20260309T140000",
    } <= {*written}
    assert sum(line.startswith("ATTENDEE") for line in written) == 1


@pytest.mark.parametrize("make", [invitation, cancellation])
def test_no_calendar_carries_what_the_table_forbids(make: object) -> None:
    octets = make(an_appointment(), reader=READER, organiser=SERVICE).octets  # type: ignore[operator]
    names = {line.partition(":")[0].partition(";")[0] for line in lines(octets)}

    assert "BEGIN:VALARM" not in lines(octets)
    assert names.isdisjoint(
        {"ATTACH", "GEO", "CONTACT", "RELATED-TO", "URL", "X-ALT-DESC", "SOURCE", "RDATE"}
    )
    assert "PRODID:-//Appointments//Calendar 1//EN" in lines(octets)
    assert Calendar.from_ical(octets).get_missing_tzids() == set()


def test_the_same_input_makes_the_same_octets() -> None:
    assert invited(an_appointment()) == invited(an_appointment())


@pytest.mark.parametrize(
    "unsound",
    [
        {"uid": "no domain"},
        {"uid": "two\r\nlines@appointments.test"},
        {"sequence": -1},
        {"starts_at": datetime(2026, 3, 9, 14, 0)},  # noqa: DTZ001 - what must be refused
        {"ends_at": MONDAY},
    ],
)
def test_an_unsound_appointment_is_refused(unsound: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        invited(an_appointment(**unsound))


def test_a_service_mailbox_with_a_plus_sign_is_refused() -> None:
    with pytest.raises(Invalid, match="plus sign"):
        invitation(
            an_appointment(), reader=READER, organiser=Mailbox("diary+1@appointments.test", "x")
        )


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a b@example.test", "a@example.test\r\nBcc: b@example.test", "a@b@c.test",
     "a@example.test,b@example.test", "ŵyn@example.test", "<a@example.test>", "a@example..test"],
)  # fmt: skip
def test_an_address_that_could_reach_another_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        Mailbox(address)


def test_a_feed_invites_nobody_and_keeps_its_order() -> None:
    later = an_appointment(
        uid="b@appointments.test",
        starts_at=MONDAY + timedelta(days=2),
        ends_at=MONDAY + timedelta(days=2, hours=1),
    )
    sooner = an_appointment(uid="c@appointments.test")
    at_the_same_time = an_appointment(uid="a@appointments.test")

    octets = feed([later, sooner, at_the_same_time], name="Appointments")

    assert octets == feed([at_the_same_time, later, sooner], name="Appointments")
    assert [event.uid for event in Calendar.from_ical(octets).events] == [
        "a@appointments.test",
        "c@appointments.test",
        "b@appointments.test",
    ]
    assert b"ATTENDEE" not in octets
    assert b"ORGANIZER" not in octets
    assert b"METHOD" not in octets


def test_a_feed_tells_its_name_and_how_often_to_ask() -> None:
    assert {
        "NAME:Apwyntiadau\\, Siân",
        "X-WR-CALNAME:Apwyntiadau\\, Siân",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    } <= {*lines(feed([], name="Apwyntiadau, Siân"))}


def test_an_empty_feed_is_a_calendar() -> None:
    calendar = Calendar.from_ical(feed([], name="Appointments"))

    assert calendar.calendar_name == "Appointments"
    assert calendar.events == []
    assert calendar.errors == []
