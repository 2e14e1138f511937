"""The promises of sending, each by its number in docs/rules.md."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import select

from rj.audit.models import AuditEntry
from rj.audit.services import SERVICE
from rj.calendars.queries import failed_mails
from rj.calendars.services import try_again
from rj.conferences.models import Meeting, MeetingState
from rj.kernel.errors import Conflict
from rj.outbox import smtp
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.outbox.retrying import LONGEST_PAUSE, pause_after
from rj.outbox.sending import Claimed, Sender
from rj.outbox.smtp import deliver
from rj.parties.contact import ContactTerms, agree_contact_plan, stop_contact
from rj.parties.models import HarmerDetails
from rj.policy.terms import Channel
from rj.settings import MailSettings
from tests.builders import AREA
from tests.integration.messages.conftest import SEAL, Story
from tests.integration.messages.post import DROP, STALL


def claim(story: Story, reader_id: object) -> Claimed:
    """Claim messages until that of one reader is ours; the others are sent on the way."""
    while True:
        claimed = story.sender.claim()
        assert isinstance(claimed, Claimed)
        with story.database.reading() as session:
            message = session.get(Message, claimed.id)
            assert message is not None
            is_wanted = message.recipient_id == reader_id
        if is_wanted:
            return claimed
        story.sender.send(claimed)


def test_m1_the_change_and_its_messages_are_kept_together_or_not_at_all(story: Story) -> None:
    with pytest.raises(KeyError), story.database.writing() as session:
        story.teller(session, story.case.meeting_id, now=story.clock.now())
        raise KeyError

    assert story.messages(story.case.harmer) == []
    story.send()
    assert story.post.received == []


def test_m2_nothing_is_lost_while_mail_is_off_or_the_server_is_away(story: Story) -> None:
    nobody_there = MailSettings(host="127.0.0.1", port=9, security="none")
    away = Sender(
        database=story.database,
        clock=story.clock,
        handlers=story.sender.handlers,
        keeper=story.sender.keeper,
        deliver=partial(deliver, nobody_there),
        jitter=lambda: 0.5,
    )
    story.tell()
    while away.step():
        pass

    waiting = story.last(story.case.harmer)
    assert waiting.state is MessageState.QUEUED
    assert "ConnectionRefusedError" in waiting.state_reason
    story.later(minutes=1)
    story.send()
    assert story.last(story.case.harmer).state is MessageState.SENT
    assert len(story.post.taken) == 5


@pytest.mark.parametrize("trouble", ["drop", "at rcpt", "at data"])
def test_m3_a_repeat_is_the_same_octets(story: Story, trouble: str) -> None:
    email = story.email(story.case.harmer)
    if trouble == "drop":
        story.post.at_data[email] = [DROP, DROP]
    elif trouble == "at rcpt":
        story.post.at_rcpt[email] = ["451 4.3.0 Later"]
    else:
        story.post.at_data[email] = ["452 4.2.2 Full"]
    story.tell()
    story.send()
    first = story.last(story.case.harmer).rendered
    for _ in range(3):
        story.later(minutes=5)
        story.send()

    came = story.mails(story.case.harmer)
    assert len(set(came)) == 1
    assert len(came) == (3 if trouble == "drop" else 1)
    assert story.last(story.case.harmer).rendered == first
    assert story.last(story.case.harmer).state is MessageState.SENT


def test_m3_a_worker_that_died_after_the_server_took_it_is_repeated_unchanged(
    story: Story,
) -> None:
    story.tell()
    claimed = claim(story, story.case.harmer)
    story.sender.deliver(claimed.address, claimed.octets)  # and here it dies
    story.send()
    assert len(story.mails(story.case.harmer)) == 1

    story.later(minutes=3)
    story.send()

    once, again = story.mails(story.case.harmer)
    assert once == again
    assert story.last(story.case.harmer).state is MessageState.SENT


def test_m3_a_late_answer_to_a_worker_that_lost_its_lease_is_believed(story: Story) -> None:
    story.tell()
    slow = claim(story, story.case.harmer)
    story.later(minutes=3)
    quick = claim(story, story.case.harmer)
    story.sender._note_success(slow)
    story.sender._note_success(quick)

    assert story.last(story.case.harmer).state is MessageState.SENT
    with story.database.reading() as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.thing_id == str(slow.id))).all()
        assert len(noted) == 1


def test_m4_a_stop_recorded_while_it_waited_is_seen_before_sending(story: Story) -> None:
    story.tell()
    with story.database.writing() as session:
        stop_contact(session, story.case.harmed, actor=SERVICE, now=story.clock.now())
    story.send()

    assert story.mails(story.case.harmed) == []
    stopped = story.last(story.case.harmed)
    assert stopped.state is MessageState.STOPPED
    assert stopped.state_reason == "This person asked not to be contacted"


def test_m4_a_new_address_seen_while_claiming_gets_its_own_message_instead(story: Story) -> None:
    story.tell()
    old = story.email(story.case.harmer)
    with story.database.writing() as session:
        details = session.get(HarmerDetails, story.case.harmer)
        assert details is not None
        details.email = "another@people.test"
    story.send()

    assert story.post.for_address(old) == []
    assert len(story.post.for_address("another@people.test")) == 1


def test_m4_a_changed_channel_becomes_a_task_and_no_mail(story: Story) -> None:
    story.tell()
    with story.database.writing() as session:
        agree_contact_plan(
            session,
            story.case.harmed,
            ContactTerms(Channel.PHONE),
            seal=SEAL,
            actor=SERVICE,
            now=story.clock.now(),
        )
    story.send()

    assert story.mails(story.case.harmed) == []
    assert [(each.channel, each.state) for each in story.messages(story.case.harmed)] == [
        (Channel.EMAIL, MessageState.STOPPED),
        (Channel.PHONE, MessageState.TO_DO),
    ]


def test_m4_an_event_changed_without_telling_is_noticed_and_told_as_it_is(story: Story) -> None:
    story.tell()
    with story.database.writing() as session:
        meeting = session.get(Meeting, story.case.meeting_id)
        assert meeting is not None
        meeting.starts_at += timedelta(hours=1)
        meeting.ends_at += timedelta(hours=1)
    story.send()

    (only,) = story.mails(story.case.harmed)
    assert b"11am to 12:30pm" in only


def test_m5_m6_what_is_recorded_between_claim_and_send_is_still_heeded(story: Story) -> None:
    story.tell()
    claimed = claim(story, story.case.harmed)
    with story.database.writing() as session:
        stop_contact(session, story.case.harmed, actor=SERVICE, now=story.clock.now())
    story.sender.send(claimed)
    story.send()

    assert story.mails(story.case.harmed) == []
    assert story.last(story.case.harmed).state is MessageState.STOPPED
    assert story.last(story.case.harmed).attempts == 0


def test_m7_a_temporary_failure_is_tried_again_within_a_minute(story: Story) -> None:
    email = story.email(story.case.harmer)
    story.post.at_rcpt[email] = ["450 4.2.0 Busy", "450 4.2.0 Busy"]
    story.tell()
    story.send()
    story.later(seconds=60)
    story.send()
    assert story.mails(story.case.harmer) == []
    story.later(seconds=60)
    story.send()
    story.later(seconds=60)
    story.send()

    assert len(story.mails(story.case.harmer)) == 1
    assert story.last(story.case.harmer).attempts == 3


@pytest.mark.parametrize("where", ["at_rcpt", "at_data"])
def test_m7_a_permanent_refusal_stops_at_once_and_shows(story: Story, where: str) -> None:
    getattr(story.post, where)[story.email(story.case.harmer)] = ["550 5.1.1 No such mailbox"]
    story.tell()
    story.send()
    story.later(hours=2)
    story.send()

    refused = story.last(story.case.harmer)
    assert (refused.state, refused.attempts) == (MessageState.FAILED, 1)
    assert refused.state_reason == "The mail server refused it for good (550)"
    with story.database.reading() as session:
        (shown,) = failed_mails(session, [AREA])
    assert (shown.reader_id, shown.meeting_code) == (story.case.harmer, "M-HJK347")
    assert story.email(story.case.harmer) not in repr(shown)
    assert len(story.post.taken) == 4


def test_m7_it_gives_up_after_seventy_two_hours(story: Story) -> None:
    email = story.email(story.case.harmer)
    story.post.at_rcpt[email] = ["451 4.3.0 Later"] * 500
    story.tell()
    for _ in range(27):
        story.send()
        story.later(hours=3)

    given_up = story.last(story.case.harmer)
    assert given_up.state is MessageState.FAILED
    assert given_up.state_reason.startswith("Given up")
    assert given_up.attempts > 20


def test_m7_it_gives_up_when_the_meeting_has_passed(story: Story) -> None:
    starts_at = story.clock.now() + timedelta(hours=1)
    story.change(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
    email = story.email(story.case.harmer)
    story.post.at_rcpt[email] = ["451 4.3.0 Later"] * 500
    for _ in range(12):
        story.send()
        story.later(minutes=10)

    assert story.last(story.case.harmer).state is MessageState.FAILED
    assert story.mails(story.case.harmer) == []


def test_m7_one_bad_recipient_never_delays_the_others(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SECONDS_FOR_EACH_ANSWER", 2)
    story.post.at_data[story.email(story.case.harmer)] = [STALL]
    story.tell()
    stalled = claim(story, story.case.harmer)
    waiting = threading.Thread(target=story.sender.send, args=(stalled,))
    waiting.start()
    while story.last(story.case.harmer).started_at is None:
        assert waiting.is_alive(), "the stalled mail never began to leave"
    story.send()
    taken_meanwhile = len(story.post.taken)
    waiting.join()

    assert taken_meanwhile == 4
    assert story.last(story.case.harmer).state is MessageState.QUEUED
    assert "did not take it" in story.last(story.case.harmer).state_reason
    story.later(minutes=1)
    story.send()
    assert story.last(story.case.harmer).state is MessageState.SENT


def test_m7_a_failed_mail_is_tried_again_by_hand_with_the_same_octets(story: Story) -> None:
    email = story.email(story.case.harmer)
    story.post.at_data[email] = ["554 5.6.0 Refused"]
    story.tell()
    story.send()
    failed = story.last(story.case.harmer)
    with story.database.writing() as session:
        for _ in range(2):
            try_again(session, failed.id, actor=SERVICE, now=story.clock.now())
    story.send()

    assert story.last(story.case.harmer).state is MessageState.SENT
    assert failed.rendered is not None
    assert story.mails(story.case.harmer) == [story.sender.keeper.open(failed.rendered)]


def test_m7_a_failed_mail_that_was_overtaken_is_not_tried_again(story: Story) -> None:
    email = story.email(story.case.harmer)
    story.post.at_data[email] = ["554 5.6.0 Refused"]
    story.tell()
    story.send()
    failed = story.last(story.case.harmer)
    story.move()

    with pytest.raises(Conflict, match="newer"), story.database.writing() as session:
        try_again(session, failed.id, actor=SERVICE, now=story.clock.now())
    with story.database.reading() as session:
        assert failed_mails(session, [AREA]) == []


def test_m9_a_newer_version_replaces_an_older_one_that_waits(story: Story) -> None:
    story.tell()
    story.move()
    story.move()
    story.send()

    assert len(story.mails(story.case.harmer)) == 1
    states = [message.state for message in story.messages(story.case.harmer)]
    assert states == [MessageState.STOPPED, MessageState.STOPPED, MessageState.SENT]
    assert story.messages(story.case.harmer)[0].state_reason.startswith("A newer message")


def test_m9_a_newer_version_waits_for_the_older_one_that_is_on_its_way(story: Story) -> None:
    story.tell()
    older = claim(story, story.case.harmer)
    story.move()
    story.send()
    assert story.mails(story.case.harmer) == []

    story.sender.deliver(older.address, older.octets)
    story.sender._note_success(older)
    story.send()

    first, second = story.mails(story.case.harmer)
    assert first == older.octets
    assert b"new time" in second


def test_m9_an_older_version_whose_worker_died_is_not_sent_after_a_newer_one(
    story: Story,
) -> None:
    story.tell()
    claim(story, story.case.harmer)  # and dies
    story.move()
    story.later(minutes=3)
    story.send()

    (only,) = story.mails(story.case.harmer)
    assert b"new time" in only
    assert story.messages(story.case.harmer)[0].state is MessageState.STOPPED


def test_m9_an_older_version_that_failed_for_now_is_not_tried_after_a_newer_one(
    story: Story,
) -> None:
    email = story.email(story.case.harmer)
    story.post.at_rcpt[email] = ["451 4.3.0 Later"]
    story.tell()
    older = claim(story, story.case.harmer)
    story.move()
    story.sender.send(older)
    for _ in range(3):
        story.later(minutes=2)
        story.send()

    assert [b"new time" in octets for octets in story.mails(story.case.harmer)] == [True]


def test_one_message_is_claimed_by_one_of_many_workers(story: Story) -> None:
    story.tell()
    claims: list[object] = []
    start = threading.Barrier(6)

    def one() -> None:
        start.wait()
        for _ in range(15):
            claims.append(story.sender.claim())

    workers = [threading.Thread(target=one) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    ids = [claimed.id for claimed in claims if isinstance(claimed, Claimed)]
    assert len(ids) == len(set(ids)) == 5


def test_who_was_sent_what_is_noted_without_any_content(story: Story) -> None:
    story.tell()
    story.send()

    with story.database.reading() as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.action == "send message")).all()
        assert len(noted) == 5
        assert f"{RecipientKind.PARTY.value} {story.case.harmed}" in {
            entry.reason for entry in noted
        }


def test_mails_of_one_meeting_leave_spread_over_time(story: Story) -> None:
    spread = replace(
        story.teller, mail=replace(story.teller.mail, spread_seconds=120), spread=lambda: 0.5
    )
    with story.database.writing() as session:
        spread(session, story.case.meeting_id, now=story.clock.now())
    story.send()
    assert story.post.received == []

    story.later(seconds=61)
    story.send()
    assert len(story.post.taken) == 5


def test_pauses_grow_from_under_a_minute_to_an_hour() -> None:
    pauses = [pause_after(attempts, 0) for attempts in range(1, 12)]

    assert pauses == sorted(pauses)
    assert pauses[0] < timedelta(minutes=1)
    assert pauses[-1] == LONGEST_PAUSE
    assert pause_after(1, 1) == pauses[0] * 2 / 3


def test_a_cancelled_hold_leaves_no_trace_in_any_mailbox(story: Story) -> None:
    story.change(state=MeetingState.HELD)
    story.cancel()
    story.send()

    assert story.post.received == []
