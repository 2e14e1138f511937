"""The demo's mail catcher: what it takes, what it shows, and where it will not run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rj.calendars.ics import Appointment, Mailbox, invitation
from rj.calendars.mail import compose
from rj.demo.catcher import Catcher, get_mail, mailboxes, mails_to
from rj.kernel.errors import NotAllowed, NotFound
from rj.outbox.smtp import Refused, deliver
from rj.settings import MailSettings

STARTS_AT = datetime(2026, 3, 24, 10, tzinfo=UTC)
SERVICE = Mailbox("appointments@service.test", "Appointments")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "caught"


@pytest.fixture
def mail(folder: Path) -> Iterator[MailSettings]:
    catcher = Catcher(folder)
    port = catcher.start(is_demo=True)
    yield MailSettings(host="127.0.0.1", port=port, security="none")
    catcher.stop()


def a_mail(reader: str) -> bytes:
    appointment = Appointment(
        uid="7c0e6c2e-5a0e-4a3c-8f3b-0a6f6f1f2a11@service.test",
        sequence=0,
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + timedelta(hours=1),
        stamped_at=STARTS_AT,
        summary="Apwyntiad ŵ",
    )
    return compose(
        sender=SERVICE,
        reader=Mailbox(reader),
        subject="Apwyntiad ŵ",
        text="Dydd Mawrth 24 Mawrth",
        html="<p>Dydd Mawrth</p>",
        calendar=invitation(appointment, reader=Mailbox(reader), organiser=SERVICE),
        sent_at=STARTS_AT,
        message_id="<abc@service.test>",
    )


def test_a_caught_mail_is_shown_with_its_parts_and_its_calendar(
    mail: MailSettings, folder: Path
) -> None:
    octets = a_mail("carys@people.test")
    deliver(mail, "carys@people.test", octets)

    (mailbox,) = mailboxes(folder)
    (caught,) = mails_to(folder, "carys@people.test")
    assert (mailbox.address, mailbox.mails) == ("carys@people.test", 1)
    assert caught.subject == mailbox.latest_subject == "Apwyntiad ŵ"
    assert caught.text.strip() == "Dydd Mawrth 24 Mawrth"
    assert caught.html.strip() == "<p>Dydd Mawrth</p>"
    assert caught.method == "REQUEST"
    assert caught.calendar is not None
    assert caught.calendar.startswith(b"BEGIN:VCALENDAR\r\n")
    assert caught.octets == octets
    assert [part.strip() for part in caught.parts] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert get_mail(folder, caught.id) == caught


def test_it_takes_mail_for_invented_addresses_only(mail: MailSettings, folder: Path) -> None:
    with pytest.raises(Refused):
        deliver(mail, "somebody@example.org", a_mail("somebody@example.org"))

    assert mailboxes(folder) == []


def test_it_does_not_run_outside_a_demo(folder: Path) -> None:
    with pytest.raises(NotAllowed):
        Catcher(folder).start(is_demo=False)

    assert not folder.exists()


@pytest.mark.parametrize("name", ["../caught", "no-such-mail", ""])
def test_a_mail_that_is_not_there_is_not_found(mail: MailSettings, folder: Path, name: str) -> None:
    deliver(mail, "carys@people.test", a_mail("carys@people.test"))

    with pytest.raises(NotFound):
        get_mail(folder, name)
