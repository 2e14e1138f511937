"""The privacy search finds a planted leak in every disguise, and does not cry wolf."""

import base64
import quopri
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.privacy import Leak, decodings, leaks

HIDDEN = "Zażółć Gęślą-Ŵyn"
PLAIN = "Zazolc Gesla Wyn"


def a_mail(text: str = "Hello.\n", subject: str = "Appointment") -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "diary@appointments.test"
    mail["To"] = "reader@example.test"
    mail["Subject"] = subject
    mail.set_content(text, cte="quoted-printable")
    return mail


def with_a_calendar(line: str, cte: str) -> bytes:
    mail = a_mail()
    calendar = f"BEGIN:VCALENDAR\r\n{line}\r\nEND:VCALENDAR\r\n".encode()
    mail.add_alternative(calendar, maintype="text", subtype="calendar", cte=cte)
    return mail.as_bytes()


def inside_another_mail(text: str) -> bytes:
    mail = a_mail()
    mail.add_attachment(a_mail(text))
    return mail.as_bytes()


def twice_encoded() -> bytes:
    token = base64.urlsafe_b64encode(quote(HIDDEN).encode()).decode().rstrip("=")
    return a_mail(f"https://appointments.test/a/{token}\n").as_bytes()


DISGUISES = {
    "as it is": HIDDEN.encode(),
    "in another case": HIDDEN.upper().encode(),
    "without accents": PLAIN.encode(),
    "in Latin-2, declared": (
        b"Content-Type: text/plain; charset=iso-8859-2\r\n\r\n"
        + b"Za\xbf\xf3\xb3\xe6 G\xea\xb6l\xb1"
    ),
    "quoted-printable body": a_mail(f"Hello {HIDDEN}\n").as_bytes(),
    "encoded header": a_mail(subject=f"Appointment {HIDDEN}").as_bytes(),
    "base64 part": with_a_calendar(f"SUMMARY:{HIDDEN}", "base64"),
    "quoted-printable part": with_a_calendar(f"SUMMARY:{HIDDEN}", "quoted-printable"),
    "folded calendar line": with_a_calendar("SUMMARY:Zażółć Gę\r\n ślą-Ŵyn", "8bit"),
    "escaped calendar text": with_a_calendar(r"DESCRIPTION:Zażółć\nGęślą\, Ŵyn", "8bit"),
    "parameter with carets": with_a_calendar("X;CN=Zażółć^nGęślą-Ŵyn:x", "8bit"),
    "a mail in the mail": inside_another_mail(f"Hello {HIDDEN}\n"),
    "percent-encoded": f"https://appointments.test/{quote(HIDDEN)}".encode(),
    "html": "Za&#380;&oacute;łć G<b>ęś</b>lą-&#x174;yn".encode(),
    "backslash u": b"Za\\u017c\\u00f3\\u0142\\u0107 G\\u0119\\u015bl\\u0105-\\u0174yn",
    "base64 in a text": b"token=" + base64.b64encode(HIDDEN.encode()) + b".ics",
    "base64 after a path": b"path/a/" + base64.urlsafe_b64encode(HIDDEN.encode()),
    "base64 over lines": base64.encodebytes(("x" * 45 + HIDDEN + "y" * 45).encode()),
    "hexadecimal": HIDDEN.encode().hex().encode(),
    "quoted-printable without a header": quopri.encodestring(HIDDEN.encode()),
    "UTF-16": HIDDEN.encode("utf-16-le"),
    "a hash": sha256(HIDDEN.encode()).hexdigest().encode(),
    "percent in base64 in quoted-printable": twice_encoded(),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_planted_leak_is_found_in_every_disguise(disguise: str) -> None:
    planted = "Zażółć Gęślą" if "Latin" in disguise else HIDDEN

    assert [leak.forbidden for leak in leaks(DISGUISES[disguise], [planted])] == [planted]


def test_a_clean_mail_has_no_leak() -> None:
    assert leaks(a_mail("Nothing to see here.\n").as_bytes(), [HIDDEN, "Ann", "01632 960999"]) == []


@pytest.mark.parametrize("written", ["01632 960999", "+44 1632 960 999", "(01632) 960-999"])
def test_a_telephone_number_is_found_however_it_is_written(written: str) -> None:
    assert leaks(a_mail(f"Ring {written}\n").as_bytes(), ["01632960999"])


def test_a_short_name_is_found_as_a_word_and_not_inside_others() -> None:
    assert leaks(b"With Ann at two", ["Ann"])
    assert not leaks(b"The planned hour, the plan now", ["Ann"])


def test_a_short_name_is_found_across_a_fold_and_without_its_accent() -> None:
    assert leaks(b"SUMMARY:with Si\r\n an at two", ["Siân"])
    assert leaks("with Siân at two".encode(), ["Sian"])


def test_a_leak_says_how_it_was_read() -> None:
    raw = with_a_calendar(f"SUMMARY:{HIDDEN}", "base64")

    assert leaks(raw, [HIDDEN]) == [Leak(HIDDEN, "text/calendar")]


def test_a_string_with_nothing_to_search_for_is_refused() -> None:
    with pytest.raises(ValueError, match="letter or a digit"):
        leaks(b"", [" - "])


def test_no_reading_is_offered_twice() -> None:
    texts = [decoding.text for decoding in decodings(DISGUISES["base64 part"])]

    assert len(texts) == len(set(texts))


def test_a_leak_planted_in_a_golden_mail_is_found() -> None:
    golden = Path(__file__).parent / "calendars" / "golden" / "meeting-fixed.eml"
    clean = golden.read_bytes()
    planted = clean.replace(b"You have", b"Tomos Grufudd has", 1)

    assert not leaks(clean, ["Tomos Grufudd"])
    assert leaks(planted, ["Tomos Grufudd"])
