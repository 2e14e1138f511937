"""A mail is one message to one reader, with nothing left to chance."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from rj.calendars.ics import CalendarPart, Mailbox, Method
from rj.calendars.mail import compose
from rj.kernel.errors import Invalid

SERVICE = Mailbox("diary@appointments.test", 'Tîm Apwyntiadau, "Cymru" (1)')
READER = Mailbox("reader@example.test", "Siân Ŵyn")
SENT_AT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
OBJECT = CalendarPart(Method.REQUEST, b"BEGIN:VCALENDAR\r\nX-LONG:\xc5\xb5" + b"x" * 300 + b"\r\n")


def a_mail(**different: object) -> bytes:
    given: dict[str, object] = {
        "sender": SERVICE,
        "reader": READER,
        "subject": "Appointment",
        "text": "Hello.\n",
        "sent_at": SENT_AT,
        "message_id": "<5d0e7a4b-11aa@appointments.test>",
    }
    return compose(**(given | different))  # type: ignore[arg-type]


def read(octets: bytes) -> EmailMessage:
    return message_from_bytes(octets, policy=policy.default)


def test_the_same_input_makes_the_same_octets() -> None:
    assert a_mail(html="<p>x</p>", calendar=OBJECT) == a_mail(html="<p>x</p>", calendar=OBJECT)


def test_every_line_ends_as_mail_lines_do_and_none_is_too_long() -> None:
    octets = a_mail(text="ŵ" * 3000 + "\n", html="x" * 3000, calendar=OBJECT)

    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert b"\r" not in octets.replace(b"\r\n", b"")
    assert max(map(len, octets.split(b"\r\n"))) <= 78
    assert octets.isascii()


def test_the_envelope_names_sender_and_reader_alone() -> None:
    mail = read(a_mail())

    assert mail["From"].addresses[0].addr_spec == SERVICE.address
    assert mail["From"].addresses[0].display_name == SERVICE.name
    assert mail["To"] == "reader@example.test"
    assert mail["Date"].datetime == SENT_AT
    assert mail["Message-ID"] == "<5d0e7a4b-11aa@appointments.test>"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_a_plain_mail_is_one_part() -> None:
    mail = read(a_mail(text="Siân, 😀\nsecond line\n"))

    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == ["Siân, 😀", "second line"]


def test_the_calendar_keeps_its_octets() -> None:
    mail = read(a_mail(calendar=OBJECT))
    found = [part for part in mail.walk() if part.get_content_type() != "text/plain"][2:]

    assert [part.get_content_type() for part in found] == ["text/calendar", "application/ics"]
    assert all(part.get_payload(decode=True) == OBJECT.octets for part in found)


def test_two_mails_do_not_share_a_boundary() -> None:
    one = read(a_mail(calendar=OBJECT))
    other = read(a_mail(calendar=OBJECT, message_id="<another@appointments.test>"))
    boundaries = [
        part.get_boundary() for mail in (one, other) for part in mail.walk() if part.is_multipart()
    ]

    assert len(boundaries) == len(set(boundaries)) == 4


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\0", "\u202e", "\u2028", "\x85"])
def test_a_value_that_could_break_a_header_is_refused(sign: str) -> None:
    with pytest.raises(Invalid):
        a_mail(subject=f"Appointment{sign}Bcc: other@example.test")
    with pytest.raises(Invalid):
        a_mail(message_id=f"<x{sign}@appointments.test>")
    with pytest.raises(Invalid):
        Mailbox("reader@example.test", f"Siân{sign}Bcc: other@example.test")
    with pytest.raises(Invalid):
        Mailbox(f"reader@example.test{sign}")


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(Invalid):
        a_mail(sent_at=SENT_AT.replace(tzinfo=None))


def test_a_long_message_id_stays_on_one_line() -> None:
    longest = f"<{'x' * 200}@appointments.test>"

    assert f"Message-ID: {longest}\r\n".encode() in a_mail(message_id=longest)
    with pytest.raises(Invalid):
        a_mail(message_id=f"<{'x' * 300}@appointments.test>")
