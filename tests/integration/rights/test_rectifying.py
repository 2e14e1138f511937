"""What is put right reaches what waits and what was told, and whoever read it is named (M6)."""

import io
import json

import pytest
from sqlmodel import select

from rj.audit.models import AuditEntry
from rj.audit.services import Actor, note
from rj.calendars.envelopes import envelope_of
from rj.kernel.errors import Invalid, NotFound
from rj.outbox.models import MessageState
from rj.parties.contact import contact_details, stop_contact
from rj.parties.models import HarmerDetails, Party
from rj.policy.terms import Role
from rj.rights.commands import rectify_command
from rj.rights.rectifying import read_corrections
from tests.builders import NOW, an_account
from tests.integration.messages.conftest import (  # noqa: F401 - fixtures
    SEAL,
    Story,
    case,
    mail,
    post,
    sender,
    story,
    teller,
)

NEW_ADDRESS = "right.one@home.test"


def code_of(story: Story, party_id: object) -> str:  # noqa: F811
    with story.database.reading() as session:
        return session.get_one(Party, party_id).reference


def rectify(story: Story, party_id: object, **corrections: str) -> str:  # noqa: F811
    said = io.StringIO()
    code = code_of(story, party_id)
    rectify_command(
        story.database, code, json.dumps(corrections), story.teller, said, now=story.clock.now()
    )
    return said.getvalue()


def test_m6_a_new_address_stops_what_waits_and_is_told_what_stands(
    story: Story,  # noqa: F811
) -> None:
    old = story.email(story.case.harmer)
    story.tell()
    story.send()
    told = len(story.post.for_address(old))
    story.move()
    rectify(story, story.case.harmer, email=NEW_ADDRESS, born_on="1990-12-31")
    story.send()
    assert len(story.post.for_address(old)) == told
    [arrived] = story.post.for_address(NEW_ADDRESS)
    assert arrived
    assert story.last(story.case.harmer).state is MessageState.SENT
    assert envelope_of(story.last(story.case.harmer)).arrangement.starts_at == (
        story.meeting().starts_at
    )
    with story.database.reading() as session:
        assert str(session.get_one(HarmerDetails, story.case.harmer).born_on) == "1990-12-31"
        [entry] = session.exec(select(AuditEntry).where(AuditEntry.action == "rectify person"))
        assert entry.fields == ["born_on", "email"]


def test_whoever_read_what_was_wrong_is_named_and_a_no_holds(
    story: Story,  # noqa: F811
) -> None:
    with story.database.writing() as session:
        reader = Actor(an_account(session, name="Lia Officer").id, Role.LIAISON_OFFICER)
        note(session, reader, "view contact details", "party", story.case.harmed, now=NOW)
        stop_contact(session, story.case.harmed, actor=reader, now=NOW)
    said = rectify(story, story.case.harmed, telephone="01632 960111", chosen_name="Rhi")
    assert "Tell Lia Officer (liaison officer)" in said
    assert "960111" not in said
    story.tell()
    story.send()
    assert story.messages(story.case.harmed) == []
    with story.database.reading() as session:
        assert contact_details(session, SEAL, story.case.harmed).telephone == "01632 960111"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 50_000,
        '{"crn": "X123456"}',
        '{"name": ""}',
        '{"email": "nobody"}',
        '{"email": 5}',
        '{"born_on": "31 December"}',
        '{"language": "fr"}',
        json.dumps({"name": "n" * 101}),
    ],
)
def test_what_cannot_be_taken_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_corrections(text)
    assert "nobody" not in str(refused.value)


def test_what_a_side_has_not_and_who_is_unknown_change_nothing(
    story: Story,  # noqa: F811
) -> None:
    with pytest.raises(Invalid):
        rectify(story, story.case.harmed, telephone="01632 960111", born_on="1990-12-31")
    with pytest.raises(Invalid):
        rectify(story, story.case.harmer, email="")
    with story.database.reading() as session:
        assert contact_details(session, SEAL, story.case.harmed).telephone != "01632 960111"
        assert (
            session.exec(select(AuditEntry.id).where(AuditEntry.action == "rectify person")).all()
            == []
        )
    with pytest.raises(NotFound):
        rectify_command(
            story.database, "AP-NOBODY22", '{"name": "A"}', story.teller, io.StringIO(), now=NOW
        )
