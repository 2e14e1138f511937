"""Who is told what of a meeting, and how (docs/invitations.md)."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlmodel import select

from rj.audit.services import SERVICE, Actor
from rj.calendars.feeds import feed_octets
from rj.calendars.models import Invitation, InvitationState
from rj.calendars.queries import Told, letters_and_calls, told_of
from rj.calendars.readers import Reader
from rj.calendars.rendering import call_to_make, letter_to_print
from rj.calendars.services import mark_told
from rj.calendars.wording import Occasion
from rj.conferences.models import Meeting, MeetingState
from rj.facilitators.models import Facilitator
from rj.kernel.errors import Conflict
from rj.outbox.models import MessageState, RecipientKind
from rj.outbox.services import get_message
from rj.parties.contact import (
    ContactTerms,
    agree_contact_plan,
    contact_details,
    set_contact_details,
    stop_contact,
)
from rj.parties.models import PlaceToAvoid, SafeContactPlan
from rj.parties.sealing import ContactDetails
from rj.policy.terms import CalendarWish, Channel, Language, Side
from tests.builders import a_facilitator
from tests.integration.messages.conftest import KEY, SEAL, Story
from tests.privacy import leaks
from tests.who_may_see import forbidden_to
from web.meetings.pages import may_hear_again


def parts(octets: bytes) -> EmailMessage:
    mail = message_from_bytes(octets, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(octets: bytes) -> str:
    body = parts(octets).get_body(preferencelist=("plain",))
    assert body is not None
    return str(body.get_content())


def calendar_of(octets: bytes) -> str:
    """The calendar part, unfolded; empty when there is none."""
    for part in parts(octets).walk():
        if part.get_content_type() == "text/calendar":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return content.decode().replace("\r\n ", "")
    return ""


def line(calendar: str, name: str) -> str:
    return next(each for each in calendar.split("\r\n") if each.startswith(name))


def forget_contact_plan(story: Story, party_id: UUID) -> None:
    with story.database.writing() as session:
        session.delete(session.get(SafeContactPlan, party_id))


def test_each_person_is_told_in_their_own_way(story: Story) -> None:
    story.tell()
    story.send()

    case = story.case
    assert "METHOD:REQUEST" in calendar_of(story.mails(case.harmer)[0])
    assert calendar_of(story.mails(case.harmed)[0]) == ""
    assert "Tuesday 24 March 2026" in text_of(story.mails(case.harmed)[0])
    assert story.last(case.supporter).channel is Channel.LETTER
    assert story.last(case.supporter).state is MessageState.TO_DO
    assert "M-HJK347" in calendar_of(story.mails(case.lead)[0])
    assert calendar_of(story.mails(case.second)[0]) == ""
    assert "subscribed calendar" in text_of(story.mails(case.second)[0])
    assert "METHOD:REQUEST" in calendar_of(story.mails(case.officer)[0])


def test_telling_again_writes_nothing(story: Story) -> None:
    story.tell()
    story.tell()
    story.send()
    story.tell()
    story.send()

    assert len(story.messages(story.case.harmer)) == 1
    assert len(story.messages(story.case.supporter)) == 1
    assert len(story.post.taken) == 5


def test_a_held_meeting_tells_nobody(story: Story) -> None:
    story.change(state=MeetingState.HELD)
    story.send()

    assert story.post.received == []


def test_m8_a_move_raises_the_sequence_under_the_same_uid(story: Story) -> None:
    story.tell()
    story.send()
    story.move()
    story.send()

    first, second = (calendar_of(octets) for octets in story.mails(story.case.harmer))
    assert line(first, "UID:") == line(second, "UID:")
    assert (line(first, "SEQUENCE"), line(second, "SEQUENCE")) == ("SEQUENCE:0", "SEQUENCE:1")
    assert (
        line(second, "DTSTART;TZID=Europe/London") == "DTSTART;TZID=Europe/London:20260324T120000"
    )
    assert "new time" in str(parts(story.mails(story.case.harmed)[1])["Subject"])


def test_m8_a_cancellation_reaches_the_calendar(story: Story) -> None:
    story.tell()
    story.send()
    story.cancel()
    story.send()

    first, second = (calendar_of(octets) for octets in story.mails(story.case.harmer))
    assert "METHOD:CANCEL" in second
    assert "STATUS:CANCELLED" in second
    assert line(second, "SEQUENCE") == "SEQUENCE:1"
    assert line(first, "UID:") == line(second, "UID:")


def test_a_meeting_cancelled_before_anybody_heard_is_cancelled_in_silence(story: Story) -> None:
    story.tell()
    story.cancel()
    story.send()

    assert story.post.received == []
    assert story.last(story.case.harmer).state is MessageState.STOPPED
    assert story.last(story.case.supporter).state is MessageState.STOPPED


def test_a_meeting_moved_before_anybody_heard_is_told_once_as_it_is(story: Story) -> None:
    story.tell()
    story.move()
    story.send()

    (only,) = story.mails(story.case.harmer)
    assert parts(only)["Subject"] == "Appointment"
    assert line(calendar_of(only), "SEQUENCE") == "SEQUENCE:1"


def test_a_facilitator_taken_out_gets_a_cancel_and_the_others_nothing(story: Story) -> None:
    story.tell()
    story.send()
    with story.database.writing() as session:
        other = a_facilitator(session, "Dilys Vaughan")
    before = story.email(story.case.lead)
    story.change(lead_id=other.id)
    story.send()

    taken_out = story.post.for_address(before)
    assert "METHOD:CANCEL" in calendar_of(taken_out[1])
    assert "SEQUENCE:0" in calendar_of(story.post.for_address(other.email)[0])
    assert len(story.mails(story.case.harmer)) == 1
    assert len(story.mails(story.case.harmed)) == 1


def test_m6_a_new_address_is_told_under_a_new_uid_and_the_old_one_hears_nothing(
    story: Story,
) -> None:
    story.tell()
    story.send()
    old = story.email(story.case.harmer)
    give_address(story, story.case.harmer, "another@people.test")
    story.send()

    assert len(story.post.for_address(old)) == 1
    (told,) = story.post.for_address("another@people.test")
    assert line(calendar_of(told), "SEQUENCE") == "SEQUENCE:0"
    assert line(calendar_of(told), "UID:") != line(
        calendar_of(story.post.for_address(old)[0]), "UID:"
    )
    with story.database.reading() as session:
        active = session.exec(
            select(Invitation).where(
                Invitation.reader_id == story.case.harmer,
                Invitation.state == InvitationState.ACTIVE,
            )
        ).all()
    assert len(active) == 1


def give_address(story: Story, party_id: UUID, email: str) -> None:
    """Change an address and bring what was told in line, as the page does."""
    with story.database.writing() as session:
        known = contact_details(session, SEAL, party_id)
        set_contact_details(
            session,
            SEAL,
            party_id,
            ContactDetails(known.name, email, known.telephone, known.address),
            actor=SERVICE,
            now=story.clock.now(),
        )
        story.teller.reader_changed(session, RecipientKind.PARTY, party_id, now=story.clock.now())


def test_m5_a_stopped_person_gets_nothing_and_nothing_waits_for_them(story: Story) -> None:
    story.tell()
    with story.database.writing() as session:
        stop_contact(session, story.case.harmed, actor=SERVICE, now=story.clock.now())
        story.teller.reader_changed(
            session, RecipientKind.PARTY, story.case.harmed, now=story.clock.now()
        )
    story.move()
    story.cancel()
    story.send()

    assert story.mails(story.case.harmed) == []
    assert {each.state for each in story.messages(story.case.harmed)} == {MessageState.STOPPED}


def test_without_a_contact_plan_there_is_a_task_and_never_a_mail_or_letter(story: Story) -> None:
    forget_contact_plan(story, story.case.harmed)
    story.tell()
    story.send()

    task = story.last(story.case.harmed)
    assert (task.channel, task.state) == (Channel.PHONE, MessageState.TO_DO)
    assert task.state_reason == "Agree how it is safe to reach this person"
    with story.database.reading() as session:
        call = call_to_make(session, story.teller, get_message(session, task.id))
        (waiting,) = letters_and_calls(session, side=Side.HARMED)
    assert call.script is None
    assert waiting.is_to_agree
    assert waiting.party_id == story.case.harmed


def test_once_a_plan_is_agreed_the_person_is_told_that_way(story: Story) -> None:
    forget_contact_plan(story, story.case.harmed)
    story.tell()
    with story.database.writing() as session:
        agree_contact_plan(
            session,
            story.case.harmed,
            ContactTerms(Channel.EMAIL),
            seal=SEAL,
            actor=SERVICE,
            now=story.clock.now(),
        )
        story.teller.reader_changed(
            session, RecipientKind.PARTY, story.case.harmed, now=story.clock.now()
        )
    story.send()

    assert len(story.mails(story.case.harmed)) == 1
    states = [message.state for message in story.messages(story.case.harmed)]
    assert states == [MessageState.STOPPED, MessageState.SENT]


def test_a_letter_carries_its_own_address_and_reference_only(story: Story) -> None:
    story.tell()

    with story.database.reading() as session:
        message = get_message(session, story.last(story.case.supporter).id)
        letter = letter_to_print(session, story.teller, message, now=story.clock.now())
        forbidden = forbidden_to(session, SEAL, story.case.supporter)

    assert letter.name == "Wanda Łoś"
    assert letter.address == ("9 Canal Yard", "Northmoor", "ZZ2 2ZZ")
    assert letter.notice.greeting == "Dear Wanda Łoś,"
    whole = repr(letter).encode()
    # A family shares its name, and a letter names its own reader.
    assert [leak for leak in leaks(whole, forbidden) if leak.forbidden not in letter.name] == []


def test_a_letter_is_not_printed_for_somebody_who_stopped_contact(story: Story) -> None:
    story.tell()
    message_id = story.last(story.case.supporter).id
    with story.database.writing() as session:
        stop_contact(session, story.case.supporter, actor=SERVICE, now=story.clock.now())

    with story.database.reading() as session, pytest.raises(Conflict, match="not to be contacted"):
        letter_to_print(
            session, story.teller, get_message(session, message_id), now=story.clock.now()
        )


def test_a_posted_letter_counts_as_told(story: Story) -> None:
    story.tell()
    with story.database.writing() as session:
        mark_told(
            session,
            story.last(story.case.supporter).id,
            actor=Actor(),
            now=story.clock.now(),
        )
    story.move()

    assert [message.state for message in story.messages(story.case.supporter)] == [
        MessageState.DONE,
        MessageState.TO_DO,
    ]
    with story.database.reading() as session:
        (told,) = [
            each
            for each in told_of(session, story.case.meeting_id)
            if each.reader_id == story.case.supporter
        ]
    assert told.latest is not None
    assert told.latest.occasion is Occasion.NEW_TIME


def test_a_place_is_named_only_to_those_who_may_read_it(story: Story) -> None:
    with story.database.writing() as session:
        plan = session.get(SafeContactPlan, story.case.harmed)
        assert plan is not None
        plan.shows_place = False
        session.add(PlaceToAvoid(party_id=story.case.harmer, venue_id=story.case.venue))
    story.tell()
    story.send()

    assert "Mill Street" not in text_of(story.mails(story.case.harmed)[0])
    assert "Please ring us" in text_of(story.mails(story.case.harmed)[0])
    assert "Mill Street" not in calendar_of(story.mails(story.case.harmer)[0])
    assert "Room 1" in text_of(story.mails(story.case.lead)[0])
    assert "Mill Street" in text_of(story.mails(story.case.officer)[0])


def test_a_change_of_room_alone_tells_only_whose_copy_names_it(story: Story) -> None:
    story.tell()
    story.send()
    story.change(room_id=story.case.other_room)
    story.send()

    assert len(story.mails(story.case.lead)) == 2
    assert len(story.mails(story.case.harmer)) == 1


def test_a_meeting_without_a_room_is_a_telephone_call(story: Story) -> None:
    story.change(room_id=None)
    story.send()

    assert "By telephone: we will ring you" in text_of(story.mails(story.case.harmed)[0])


def test_somebody_who_reads_welsh_is_written_to_in_welsh(story: Story) -> None:
    with story.database.writing() as session:
        facilitator = session.get(Facilitator, story.case.lead)
        assert facilitator is not None
        facilitator.language = Language.WELSH
    story.tell()
    story.send()

    assert str(parts(story.mails(story.case.lead)[0])["Subject"]).startswith("Apwyntiad")


def test_nobody_falls_through(story: Story) -> None:
    story.tell()
    story.send()

    with story.database.reading() as session:
        found = told_of(session, story.case.meeting_id)

    assert len(found) == 6
    assert all(isinstance(each, Told) and each.latest is not None for each in found)


def test_an_uninvited_meeting_in_the_past_is_told_to_nobody(story: Story) -> None:
    story.later(days=30)
    story.tell()
    story.send()

    assert story.post.received == []


def test_a_coordinator_may_have_the_mails_of_all_but_the_harmed_side_sent_again(
    story: Story,
) -> None:
    story.tell()
    story.send()
    with story.database.reading() as session:
        meeting = session.get_one(Meeting, story.case.meeting_id)
        offered = {each.reader_id for each in may_hear_again(session, meeting, story.clock.now())}

    assert {story.case.harmer, story.case.lead} <= offered
    assert story.last(story.case.harmed).state is MessageState.SENT
    assert story.case.harmed not in offered


def test_a_mail_sent_again_on_request_has_the_next_sequence(story: Story) -> None:
    story.tell()
    story.send()
    with story.database.writing() as session:
        story.teller.send_again(
            session,
            story.case.meeting_id,
            Reader(RecipientKind.PARTY, story.case.harmer),
            actor=SERVICE,
            now=story.clock.now(),
        )
    story.tell()
    story.send()

    first, second = (calendar_of(octets) for octets in story.mails(story.case.harmer))
    assert line(first, "UID:") == line(second, "UID:")
    assert line(second, "SEQUENCE") == "SEQUENCE:1"
    assert len(story.mails(story.case.harmed)) == 1


def test_the_feed_agrees_with_the_mails_at_each_step(story: Story) -> None:
    def feed() -> str:
        with story.database.reading() as session:
            owner = session.get(Facilitator, story.case.lead)
            assert owner is not None
            octets = feed_octets(session, owner, mail=story.teller.mail, now=story.clock.now())
            assert leaks(octets, forbidden_to(session, SEAL, owner.id)) == []
            return octets.decode().replace("\r\n ", "")

    assert "VEVENT" not in feed()
    story.tell()
    story.send()
    mailed = calendar_of(story.mails(story.case.lead)[0])
    assert line(feed(), "UID:") == line(mailed, "UID:")
    assert feed() == feed()
    story.move()
    assert line(feed(), "SEQUENCE") == "SEQUENCE:1"
    story.cancel()
    assert "VEVENT" not in feed()


def wish(story: Story, calendar_wish: CalendarWish) -> None:
    with story.database.writing() as session:
        facilitator = session.get(Facilitator, story.case.lead)
        assert facilitator is not None
        facilitator.calendar_wish = calendar_wish
        session.flush()
        story.teller.reader_changed(
            session, RecipientKind.FACILITATOR, facilitator.id, now=story.clock.now()
        )


def test_m8_entries_make_way_for_a_feed_and_come_back_without_it(story: Story) -> None:
    story.tell()
    story.send()
    others = [len(story.mails(each)) for each in (story.case.harmer, story.case.second)]
    wish(story, CalendarWish.FEED)
    wish(story, CalendarWish.FEED)
    story.send()
    wish(story, CalendarWish.INVITATION)
    story.send()

    invited, given_way, again = (calendar_of(each) for each in story.mails(story.case.lead))
    assert [line(each, "METHOD") for each in (given_way, again)] == [
        "METHOD:CANCEL",
        "METHOD:REQUEST",
    ]
    assert len({line(each, "UID:") for each in (invited, given_way, again)}) == 1
    assert [line(each, "SEQUENCE") for each in (given_way, again)] == ["SEQUENCE:1", "SEQUENCE:2"]
    said = text_of(story.mails(story.case.lead)[1])
    assert "This entry moves to your subscribed calendar" in said
    assert "cancelled" not in said
    assert [len(story.mails(each)) for each in (story.case.harmer, story.case.second)] == others
    with story.database.reading() as session:
        states = session.exec(
            select(Invitation.state).where(Invitation.reader_id == story.case.lead)
        ).all()
    assert states == [InvitationState.ACTIVE]


def test_m4_a_choice_taken_back_before_its_mail_left_is_not_told(story: Story) -> None:
    story.tell()
    story.send()
    wish(story, CalendarWish.FEED)
    wish(story, CalendarWish.INVITATION)
    story.send()

    assert len(story.mails(story.case.lead)) == 1
    assert story.last(story.case.lead).state is MessageState.STOPPED


def test_m4_a_mail_looks_again_whether_its_reader_still_reads_by_feed(story: Story) -> None:
    story.tell()
    story.send()
    wish(story, CalendarWish.FEED)
    with story.database.writing() as session:
        session.get_one(Facilitator, story.case.lead).calendar_wish = CalendarWish.INVITATION
    story.send()

    assert len(story.mails(story.case.lead)) == 1


def test_the_search_for_leaks_would_find_one(story: Story) -> None:
    """Planted once, so that a search that finds nothing means something."""
    story.tell()
    story.send()
    with story.database.reading() as session:
        forbidden = forbidden_to(session, SEAL, story.case.harmer)
    octets = story.mails(story.case.harmer)[0]

    found = leaks(octets.replace(b"Appointment", b"Rhiannon T=C5=B7-Mawr", 1), forbidden)

    assert {leak.forbidden for leak in found} >= {"Rhiannon Tŷ-Mawr"}


def test_stored_mails_do_not_show_whom_they_went_to(story: Story) -> None:
    story.tell()
    story.send()

    stored = story.last(story.case.harmed).rendered
    assert stored is not None
    assert story.email(story.case.harmed).encode() not in stored
    assert story.sender.keeper.open(stored) == story.mails(story.case.harmed)[0]
    assert KEY.encode() not in stored
