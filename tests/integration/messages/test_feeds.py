"""A facilitator's private calendar address: opened, asked for, renewed, revoked (M10)."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from rj.audit.services import SERVICE
from rj.calendars.feeds import (
    FeedAnswer,
    feed_of_token,
    feeds_of,
    note_use,
    open_feed,
    renew_feed,
    revoke_feed,
)
from rj.calendars.models import Feed
from rj.conferences.models import Meeting
from rj.facilitators.models import Facilitator
from rj.kernel.errors import NotFound
from tests.builders import an_account
from tests.integration.messages.conftest import SEAL, Story
from tests.privacy import leaks
from tests.who_may_see import forbidden_to


def opened(story: Story, device: str = "Telephone") -> str:
    with story.database.writing() as session:
        return open_feed(session, story.case.second, device, actor=SERVICE, now=story.clock.now())


def asked(story: Story, token: str) -> FeedAnswer | None:
    with story.database.reading() as session:
        return feed_of_token(session, token, mail=story.teller.mail, now=story.clock.now())


def feed_id(story: Story) -> UUID:
    with story.database.reading() as session:
        (found,) = feeds_of(session, story.case.second)
        return found.id


def test_m10_a_feed_shows_codes_times_and_places_and_nobody(story: Story) -> None:
    story.tell()
    answer = asked(story, opened(story))

    assert answer is not None
    with story.database.reading() as session:
        assert leaks(answer.octets, forbidden_to(session, SEAL, story.case.second)) == []
    text = answer.octets.decode().replace("\r\n ", "")
    assert "SUMMARY:Appointment M-HJK347" in text
    assert "ATTENDEE" not in text
    assert "METHOD" not in text


def test_m10_only_a_fingerprint_of_the_token_is_kept(story: Story) -> None:
    token = opened(story)

    with story.database.reading() as session:
        (kept,) = session.exec(select(Feed)).all()
        assert len(token) >= 22  # 128 bits and more, in base64
        assert token not in kept.model_dump_json()


def test_m10_a_revoked_token_is_as_unknown_as_a_wrong_one(story: Story) -> None:
    token = opened(story)
    assert asked(story, token) is not None
    with story.database.writing() as session:
        revoke_feed(session, feed_id(story), actor=SERVICE, now=story.clock.now())

    assert asked(story, token) is None
    assert asked(story, "wrong") is None


def test_m10_a_renewed_feed_answers_to_the_new_token_only(story: Story) -> None:
    old = opened(story, "Laptop")
    with story.database.writing() as session:
        new = renew_feed(session, feed_id(story), actor=SERVICE, now=story.clock.now())

    assert asked(story, old) is None
    assert asked(story, new) is not None
    with story.database.reading() as session:
        assert [feed.device for feed in feeds_of(session, story.case.second)] == ["Laptop"]


@pytest.mark.parametrize("what", ["facilitator", "account"])
def test_m10_a_feed_dies_with_its_owners_account(story: Story, what: str) -> None:
    token = opened(story)
    with story.database.writing() as session:
        owner = session.get(Facilitator, story.case.second)
        assert owner is not None
        if what == "facilitator":
            owner.is_active = False
        else:
            account = an_account(session)
            account.is_active = False
            owner.account_id = account.id

    assert asked(story, token) is None


def test_unchanged_data_gives_unchanged_octets_and_a_change_shows(story: Story) -> None:
    story.tell()
    token = opened(story)
    first = asked(story, token)
    story.later(minutes=10)
    second = asked(story, token)
    story.move()
    third = asked(story, token)

    assert first is not None
    assert second is not None
    assert third is not None
    assert first.octets == second.octets != third.octets


def test_the_last_use_is_noted_once_an_hour(story: Story) -> None:
    token = opened(story)
    due = []
    for minutes in (0, 30, 31):
        story.later(minutes=minutes)
        answer = asked(story, token)
        assert answer is not None
        due.append(answer.is_use_due)
        if answer.is_use_due:
            with story.database.writing() as session:
                note_use(session, token, now=story.clock.now())

    assert due == [True, False, True]


def test_a_meeting_older_than_thirty_days_is_left_out(story: Story) -> None:
    story.tell()
    token = opened(story)
    with story.database.reading() as session:
        meeting = session.get(Meeting, story.case.meeting_id)
        assert meeting is not None
        ends_at = meeting.ends_at
    shown = []
    for days in (29, 31):
        story.clock.instant = ends_at + timedelta(days=days)
        answer = asked(story, token)
        assert answer is not None
        shown.append(b"VEVENT" in answer.octets)

    assert shown == [True, False]


def test_a_feed_for_nobody_is_refused(story: Story) -> None:
    with pytest.raises(NotFound), story.database.writing() as session:
        open_feed(session, story.case.harmer, "Telephone", actor=SERVICE, now=story.clock.now())
