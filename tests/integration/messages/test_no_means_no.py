"""Who said no hears nothing, and nobody is invited before their own gates are open (M4, M5, P5).

The party's consent is read again wherever a message could begin: at queueing and at claiming, on a
move, a cancellation, another try, and between the claim and the sending.
"""

from uuid import UUID

import pytest

from rj.audit.services import Actor
from rj.calendars.queries import letters_and_calls
from rj.calendars.readers import Reader
from rj.calendars.rendering import call_to_make, letter_to_print
from rj.calendars.services import try_again
from rj.conferences.gates import call_off_unsuitable, lift_stop, record_gate, stop_contact
from rj.conferences.models import MeetingState
from rj.conferences.readiness import standing_though_unsuitable
from rj.conferences.services import cancel
from rj.kernel.errors import Conflict
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.parties.contact import ContactTerms, agree_contact_plan
from rj.parties.models import Party
from rj.policy.terms import Channel, Gate, GateValue, PartyRole, Role, Side
from tests.builders import a_party, an_actor
from tests.integration.messages.conftest import SEAL, Story
from tests.integration.messages.test_sending import claim
from tests.integration.messages.test_telling import calendar_of, text_of


def record_consent(story: Story, party_id: UUID, value: GateValue) -> None:
    story.later(minutes=2)
    with story.database.writing() as session:
        record_gate(
            session,
            story.case.order_id,
            gate=Gate.CONSENT,
            value=value,
            party_id=party_id,
            actor=an_actor(session, Role.LIAISON_OFFICER),
            now=story.clock.now(),
            tell=story.teller,
        )


@pytest.mark.parametrize("value", [GateValue.WITHDRAWN, GateValue.NO])
def test_m5_a_harmed_person_who_says_no_is_not_even_told_that_it_is_off(
    story: Story, value: GateValue
) -> None:
    address = story.email(story.case.harmed)
    story.tell()
    story.send()
    record_consent(story, story.case.harmed, value)
    story.send()

    assert story.meeting().state is MeetingState.CANCELLED
    assert len(story.post.for_address(address)) == 1
    assert len(story.mails(story.case.harmer)) == 2


@pytest.mark.parametrize("says_no", [True, False], ids=["no", "another way"])
def test_m5_nobody_is_asked_to_write_against_a_wish_about_a_meeting_that_is_over(
    story: Story, says_no: bool
) -> None:
    writes_to = story.case.supporter
    story.tell()
    assert story.last(writes_to).state is MessageState.TO_DO
    story.later(days=60)
    with story.database.writing() as session:
        assert letters_and_calls(session, side=Side.HARMER)
        actor, now = an_actor(session), story.clock.now()
        if says_no:
            stop_contact(session, writes_to, actor=actor, now=now, tell=story.teller)
        else:
            terms = ContactTerms(Channel.PHONE)
            agree_contact_plan(session, writes_to, terms, seal=SEAL, actor=actor, now=now)
        assert len(letters_and_calls(session, side=Side.HARMER)) == (not says_no)
        story.teller.reader_changed(session, RecipientKind.PARTY, writes_to, now=now)
        session.flush()

        assert letters_and_calls(session, side=Side.HARMER) == []
    assert story.last(writes_to).state is MessageState.STOPPED


@pytest.mark.parametrize("who", ["harmer", "harmed"])
def test_d7_the_person_on_probation_reads_the_same_whoever_withdrew(story: Story, who: str) -> None:
    story.tell()
    story.send()
    record_consent(story, getattr(story.case, who), GateValue.WITHDRAWN)
    story.send()

    said = text_of(story.mails(story.case.harmer)[-1]).partition("Day:")[0]
    assert " ".join(said.split()) == (
        "Hello, This appointment is cancelled. There is nothing you need to do."
    )
    assert "METHOD:CANCEL" in calendar_of(story.mails(story.case.harmer)[-1])


def find(story: Story, value: GateValue) -> None:
    story.later(minutes=2)
    with story.database.writing() as session:
        record_gate(
            session,
            story.case.order_id,
            gate=Gate.SUITABLE,
            value=value,
            party_id=None,
            actor=an_actor(session, Role.FACILITATOR),
            now=story.clock.now(),
            tell=story.teller,
        )


def test_a_finding_that_becomes_no_waits_for_somebody_to_decide(story: Story) -> None:
    def standing() -> list[UUID]:
        with story.database.reading() as session:
            found = standing_though_unsuitable(
                session, [story.case.order_id], now=story.clock.now()
            )
            return [meeting.id for meetings in found.values() for meeting in meetings]

    def call_off() -> None:
        with story.database.writing() as session:
            call_off_unsuitable(
                session,
                story.case.order_id,
                actor=an_actor(session, Role.COORDINATOR),
                now=story.clock.now(),
                tell=story.teller,
            )

    story.tell()
    story.send()
    assert standing() == []
    with pytest.raises(Conflict, match="not recorded as unsuitable"):
        call_off()
    find(story, GateValue.NO)
    story.send()
    assert story.meeting().state is MeetingState.TOLD
    assert standing() == [story.case.meeting_id]
    assert len(story.mails(story.case.harmer)) == 1

    call_off()
    call_off()
    story.send()
    assert story.meeting().state is MeetingState.CANCELLED
    assert standing() == []
    told = [text_of(each) for each in story.mails(story.case.harmer)]
    assert ["This appointment is cancelled" in each for each in told] == [False, True]


def test_a_finding_looked_at_again_leaves_nothing_to_decide(story: Story) -> None:
    story.tell()
    find(story, GateValue.NO)
    find(story, GateValue.YES)
    with story.database.reading() as session:
        order_ids = [story.case.order_id]
        assert standing_though_unsuitable(session, order_ids, now=story.clock.now()) == {}


def test_m5_what_waited_for_a_harmed_person_who_says_no_is_stopped(story: Story) -> None:
    address = story.email(story.case.harmed)
    story.tell()
    record_consent(story, story.case.harmed, GateValue.WITHDRAWN)

    assert story.last(story.case.harmed).state is MessageState.STOPPED
    story.send()
    assert story.post.for_address(address) == []


@pytest.mark.parametrize("channel", [Channel.LETTER, Channel.PHONE])
def test_m5_no_letter_and_no_call_is_left_for_a_harmed_person_who_says_no(
    story: Story, channel: Channel
) -> None:
    with story.database.writing() as session:
        agree_contact_plan(
            session,
            story.case.harmed,
            ContactTerms(channel),
            seal=SEAL,
            actor=an_actor(session, Role.LIAISON_OFFICER),
            now=story.clock.now(),
        )
    story.tell()
    waiting = story.last(story.case.harmed)
    assert waiting.state is MessageState.TO_DO
    record_consent(story, story.case.harmed, GateValue.NO)

    assert [each.state for each in story.messages(story.case.harmed)] == [MessageState.STOPPED]
    with story.database.reading() as session:
        message = session.get_one(Message, waiting.id)
        with pytest.raises(Conflict):
            if channel is Channel.LETTER:
                letter_to_print(session, story.teller, message, now=story.clock.now())
            else:
                call_to_make(session, story.teller, message)


def test_m5_a_consent_withdrawn_between_claim_and_sending_keeps_the_mail_back(
    story: Story,
) -> None:
    address = story.email(story.case.harmed)
    story.tell()
    claimed = claim(story, story.case.harmed)
    record_consent(story, story.case.harmed, GateValue.WITHDRAWN)
    story.sender.send(claimed)
    story.send()

    assert story.post.for_address(address) == []


@pytest.mark.parametrize("claimed_before", [False, True])
def test_m4_a_first_invitation_waits_for_a_consent_that_is_in_doubt(
    story: Story, claimed_before: bool
) -> None:
    story.tell()
    claimed = claim(story, story.case.harmed) if claimed_before else None
    record_consent(story, story.case.harmed, GateValue.NOT_YET)
    if claimed is not None:
        story.sender.send(claimed)
    story.send()
    assert story.mails(story.case.harmed) == []

    record_consent(story, story.case.harmed, GateValue.YES)
    story.send()
    assert len(story.mails(story.case.harmed)) == 1


def test_doubt_recorded_after_the_invitation_does_not_call_it_off(story: Story) -> None:
    story.tell()
    story.send()
    record_consent(story, story.case.harmed, GateValue.NOT_YET)
    story.tell()
    story.send()

    assert len(story.mails(story.case.harmed)) == 1
    assert story.meeting().state is MeetingState.TOLD


def test_p5_somebody_who_joins_a_meeting_that_was_told_is_not_invited_before_their_gates(
    story: Story,
) -> None:
    story.tell()
    story.send()
    with story.database.writing() as session:
        late = a_party(
            session,
            story.case.order_id,
            role=PartyRole.SUPPORTER,
            name="Siwan Latecomer",
            telephone="07700 900204",
            address="2 Lock Cottages, Northmoor, ZZ2 2ZZ",
            seal=SEAL,
        ).id
    story.move()
    story.send()
    assert story.messages(late) == []

    with story.database.writing() as session:
        actor = an_actor(session, Role.FACILITATOR)
        for gate in (Gate.CONSENT, Gate.RISK_ASSESSMENT, Gate.PREPARATION, Gate.READINESS):
            record_gate(
                session,
                story.case.order_id,
                gate=gate,
                value=GateValue.YES,
                party_id=late,
                actor=actor,
                now=story.clock.now(),
                tell=story.teller,
            )
    story.send()
    assert len(story.mails(late)) == 1


def test_p5_a_stop_that_is_lifted_invites_nobody_whose_gates_are_not_recorded(
    story: Story,
) -> None:
    with story.database.writing() as session:
        liaison = an_actor(session, Role.LIAISON_OFFICER)
        late = a_party(
            session,
            story.case.order_id,
            role=PartyRole.SUPPORTER,
            name="Siwan Latecomer",
            telephone="07700 900204",
            address="2 Lock Cottages, Northmoor, ZZ2 2ZZ",
            stopped_at=story.clock.now(),
            seal=SEAL,
        ).id
    story.tell()
    with story.database.writing() as session:
        lift_stop(
            session,
            late,
            reason="She asked to come after all",
            actor=liaison,
            now=story.clock.now(),
            tell=story.teller,
        )
    story.send()

    assert story.messages(late) == []


def test_m5_nothing_brings_a_message_back_to_somebody_who_stopped_contact(story: Story) -> None:
    """Another try, a move, a cancellation, and telling again: each is tried after the stop."""
    harmed = story.case.harmed
    address = story.email(harmed)
    story.post.at_rcpt[address] = ["550 no such mailbox"]
    story.tell()
    story.send()
    failed = story.last(harmed)
    assert failed.state is MessageState.FAILED
    with story.database.writing() as session:
        # the meeting itself stands, as one of many people's would
        session.get_one(Party, harmed).stopped_at = story.clock.now()
    with story.database.writing() as session:
        try_again(session, failed.id, actor=Actor(None), now=story.clock.now())
    story.send()
    story.move()
    story.send()
    with pytest.raises(Conflict), story.database.writing() as session:
        story.teller.send_again(
            session,
            story.case.meeting_id,
            Reader(RecipientKind.PARTY, harmed),
            actor=Actor(None),
            now=story.clock.now(),
        )
    story.cancel()
    story.send()

    assert story.post.for_address(address) == []
    assert story.last(harmed).state is MessageState.STOPPED


def test_m5_a_stop_through_the_case_tells_the_others_and_not_the_person(story: Story) -> None:
    address = story.email(story.case.harmed)
    story.tell()
    story.send()
    with story.database.writing() as session:
        stop_contact(
            session,
            story.case.harmed,
            actor=an_actor(session, Role.LIAISON_OFFICER),
            now=story.clock.now(),
            tell=story.teller,
        )
    story.send()

    assert len(story.post.for_address(address)) == 1
    assert len(story.mails(story.case.harmer)) == 2


def test_nobody_hears_that_a_hold_is_called_off(story: Story) -> None:
    story.change(state=MeetingState.HELD)
    with story.database.writing() as session:
        meeting = session.get_one(type(story.meeting()), story.case.meeting_id)
        cancel(
            session,
            meeting,
            reason="called off",
            actor=an_actor(session),
            now=story.clock.now(),
            tell=story.teller,
        )
    story.send()

    assert story.post.received == []
