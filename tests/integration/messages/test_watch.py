"""The watch that is kept over every test's mails and feeds sees a leak when there is one."""

from dataclasses import replace

import pytest

from rj.calendars.feeds import feed_of_token, open_feed
from rj.calendars.rendering import AppointmentMessages
from rj.calendars.telling import Teller
from rj.outbox.models import Message
from rj.parties.contact import contact_details
from rj.settings import MailSettings
from tests.builders import an_actor
from tests.disclosure import Watch
from tests.integration.messages.conftest import SEAL, Story


def secrets_of_the_harmed_person(story: Story) -> dict[str, str]:
    with story.database.reading() as session:
        details = contact_details(session, SEAL, story.case.harmed)
    return {
        "name": details.name,
        "email": details.email,
        "telephone": details.telephone,
        "address": details.address,
    }


@pytest.mark.parametrize("secret", ["name", "email", "telephone", "address"])
def test_a_planted_leak_into_a_mail_is_seen(
    story: Story, watch: Watch, mail: MailSettings, secret: str
) -> None:
    planted = secrets_of_the_harmed_person(story)[secret]
    story.tell()
    leaking = AppointmentMessages(Teller(mail=replace(mail, telephone=planted), seal=SEAL))
    with story.database.reading() as session:
        message = session.get_one(Message, story.last(story.case.harmer).id)
        ready = leaking.look_again(session, message, now=story.clock.now())
        ready.render()  # type: ignore[union-attr]

    found = watch.told_too_much()
    assert {reader for reader, _ in found} == {story.case.harmer}
    assert planted in {leak.forbidden for _, leak in found}
    assert watch.told_too_much() == []


def test_a_planted_leak_into_a_feed_is_seen(story: Story, watch: Watch, mail: MailSettings) -> None:
    planted = secrets_of_the_harmed_person(story)["name"]
    with story.database.writing() as session:
        actor = an_actor(session)
        token = open_feed(
            session, story.case.second, "telephone", actor=actor, now=story.clock.now()
        )
    story.tell()
    leaking = replace(mail, sender_name=f"Appointments of {planted}")
    with story.database.reading() as session:
        feed_of_token(session, token, mail=leaking, now=story.clock.now())

    found = watch.told_too_much()
    assert {reader for reader, _ in found} == {story.case.second}
    assert planted in {leak.forbidden for _, leak in found}


def test_what_a_reader_may_see_is_no_leak(story: Story, watch: Watch) -> None:
    story.tell()
    story.send()

    assert len(watch.noted) == 5
    assert watch.told_too_much() == []
