"""M5: who said no is known again, whatever case or file they come back in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from rj.audit.services import SERVICE, Actor
from rj.conferences.gates import record_gate
from rj.db.database import Database
from rj.intake.orders_file import import_orders
from rj.intake.reference_file import load_samples, sample
from rj.kernel.clock import StoppedClock
from rj.kernel.errors import Conflict
from rj.outbox.models import MessageState
from rj.parties.contact import (
    ContactTerms,
    agree_contact_plan,
    contact_details,
    set_contact_details,
    stop_contact,
)
from rj.parties.models import HarmerDetails, Party
from rj.parties.sealing import ContactDetails
from rj.policy.terms import Channel, Gate, GateValue, Role, Side
from rj.suppression.models import SaidNo
from rj.suppression.services import (
    bring_up_to_date,
    decide_alike,
    open_question,
    stop_at_their_word,
    stop_who_is_alike,
)
from tests.builders import NOW, SEAL, a_party, an_actor, an_order
from tests.integration.messages.conftest import (  # noqa: F401 - fixtures
    Story,
    case,
    mail,
    post,
    sender,
    story,
    teller,
)
from tests.integration.web.facilitators.cases import a_case
from tests.web_client import a_person, a_site, nobody_tells

BETH = ContactDetails("Bethan Hughes", "beth@people.test", "07700 900301", "2 Way, ZZ4 4ZZ")


def somebody(session: Session, side: Side = Side.HARMED, **details: str) -> Party:
    order = an_order(session, with_harmer=False)
    return a_party(session, order.id, side=side, **details)  # type: ignore[arg-type]


def bethan(session: Session) -> Party:
    return somebody(
        session, name=BETH.name, email=BETH.email, telephone=BETH.telephone, address=BETH.address
    )


def looks_alike(session: Session, party: Party) -> bool:
    return stop_who_is_alike(session, SEAL, party.id, actor=SERVICE, now=NOW, tell=nobody_tells)


@pytest.mark.parametrize(
    "entered",
    [
        {"name": "Somebody Else", "email": "BETH@people.test"},
        {"name": "Somebody Else", "telephone": "+44 7700 900301"},
        {"name": "Hughes Bethan", "telephone": "07700 900999", "address": "9 Row, zz44zz"},
    ],
)
def test_m5_a_near_match_stops_and_asks_and_the_officers_answer_holds(
    database: Database, entered: dict[str, str]
) -> None:
    with database.writing() as session:
        stop_contact(session, bethan(session).id, actor=SERVICE, now=NOW)
        other = somebody(session, Side.HARMER, **entered)
        assert looks_alike(session, other)
        assert other.stopped_at == NOW
        assert open_question(session, other.id) is not None

        decide_alike(session, other.id, actor=an_actor(session, Role.LIAISON_OFFICER), now=NOW)
        assert not looks_alike(session, other)
        unlike = somebody(session, name="Una Like", telephone="07700 900777", address="9 Row")
        assert not looks_alike(session, unlike)


def test_m5_a_harmed_person_who_will_not_take_part_is_on_the_list_until_they_will(
    database: Database,
) -> None:
    with database.writing() as session:
        party = bethan(session)
        for days, value in enumerate((GateValue.WITHDRAWN, GateValue.YES)):
            record_gate(
                session,
                party.order_id,
                gate=Gate.CONSENT,
                value=value,
                party_id=party.id,
                actor=an_actor(session, Role.LIAISON_OFFICER),
                now=NOW + timedelta(days=days),
                tell=nobody_tells,
            )
            bring_up_to_date(session, SEAL, now=NOW)
            found = set(session.exec(select(SaidNo.party_id)))
            assert found == ({party.id} if value is GateValue.WITHDRAWN else set())


def test_m5_somebody_only_asked_about_makes_nobody_else_suspect(database: Database) -> None:
    with database.writing() as session:
        stop_contact(session, bethan(session).id, actor=SERVICE, now=NOW)
        alike = somebody(session, name="Cai Rees", email="cai@x.test", telephone=BETH.telephone)
        assert looks_alike(session, alike)
        third = somebody(session, name="Dai Rees", email="cai@x.test", telephone="07700 900555")
        assert not looks_alike(session, third)


def test_m5_who_said_no_is_known_again_in_a_file(database: Database) -> None:
    with database.writing() as session:
        load_samples(session, now=NOW)
        party = somebody(session)
        # they said no elsewhere, and their record is gone; only the list remembers
    report = import_orders(database, sample("orders"), seal=SEAL, actor=SERVICE, now=NOW)
    assert report.is_accepted
    with database.writing() as session:
        known = session.exec(select(HarmerDetails).where(HarmerDetails.email != "")).first()
        assert known is not None
        details = contact_details(session, SEAL, known.party_id)
        set_contact_details(session, SEAL, party.id, details, actor=SERVICE, now=NOW)
        stop_contact(session, party.id, actor=SERVICE, now=NOW)
        email = known.email
    again = sample("orders").replace(b"NM/", b"XX/")
    assert import_orders(database, again, seal=SEAL, actor=SERVICE, now=NOW).is_accepted
    with database.reading() as session:
        found = session.exec(
            select(Party, HarmerDetails).join(HarmerDetails).where(HarmerDetails.email == email)
        ).all()
        assert len(found) == 2
        assert sum(each.stopped_at is not None for each, _ in found) == 1


def test_m5_what_waits_for_an_address_that_said_no_is_never_sent(story: Story) -> None:  # noqa: F811
    story.tell()
    with story.database.writing() as session:
        details = contact_details(session, story.teller.seal, story.case.harmer)
        order = an_order(session, with_harmer=False)
        stopped = a_party(session, order.id, name="Mabli Quell", email=details.email)
        stop_contact(session, stopped.id, actor=SERVICE, now=NOW)
        bring_up_to_date(session, story.teller.seal, now=NOW)
    story.send()
    assert story.last(story.case.harmer).state is MessageState.STOPPED
    assert story.post.for_address(details.email) == []


def test_m5_only_the_liaison_officer_answers_for_either_side(
    database: Database, clock: StoppedClock
) -> None:
    made = a_case(database)
    with database.writing() as session:
        known = session.get_one(HarmerDetails, made.harmer_id)
        twin = somebody(session, name="Mabli Quell", email=known.email or "x@y.test")
        set_contact_details(
            session,
            SEAL,
            made.harmer_id,
            ContactDetails(known.name, "x@y.test", known.telephone, known.address),
            actor=SERVICE,
            now=NOW,
        )
        set_contact_details(
            session, SEAL, twin.id, ContactDetails(email="x@y.test"), actor=SERVICE, now=NOW
        )
        stop_contact(session, twin.id, actor=Actor(), now=NOW)
        harmer = session.get_one(Party, made.harmer_id)
        assert looks_alike(session, harmer)
    lift = f"/liaison/people/{made.harmer_id}/lift"
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.LIAISON_OFFICER, email="other@service.test"))
        assert site.get(lift).status_code == 404
        site.sign_in(made.liaison)
        assert "Find out whether they said no before" in site.get("/liaison").text
        assert "e-mail address as somebody who said no" in site.get(lift).text
        assert site.post(lift, {"reason": "rang: another person"}).status_code == 303
        assert site.get(lift).status_code == 404
    with database.reading() as session:
        assert session.get_one(Party, made.harmer_id).stopped_at is None


def test_m5_a_no_said_while_it_is_asked_outlives_the_answer(database: Database) -> None:
    with database.writing() as session:
        stop_contact(session, bethan(session).id, actor=SERVICE, now=NOW)
        alike = somebody(session, Side.HARMER, name="Cai Rees", email=BETH.email)
        assert looks_alike(session, alike)
        bring_up_to_date(session, SEAL, now=NOW)
        assert listed(session, alike) == 0

        stop_at_their_word(
            session, SEAL, alike.id, actor=an_actor(session), now=NOW, tell=nobody_tells
        )
        assert open_question(session, alike.id) is None
        assert alike.stopped_at == NOW
        assert listed(session, alike) > 0


def test_m5_new_details_of_somebody_who_said_no_are_known_too(database: Database) -> None:
    with database.writing() as session:
        first, second = bethan(session), bethan(session)
        for each in (first, second):
            stop_contact(session, each.id, actor=SERVICE, now=NOW)
        bring_up_to_date(session, SEAL, now=NOW)
        before = listed(session, first)
        moved = replace(BETH, email="new@people.test")
        set_contact_details(session, SEAL, first.id, moved, actor=SERVICE, now=NOW)
        assert not looks_alike(session, first), "they said no themselves: there is nothing to ask"
        bring_up_to_date(session, SEAL, now=NOW)
        assert listed(session, first) == before + 1, "the old address and the new one"
        back = somebody(session, name="Somebody Else", email="new@people.test")
        assert looks_alike(session, back)


def test_nothing_is_recorded_again_of_who_was_erased(database: Database) -> None:
    with database.writing() as session:
        party = bethan(session)
        party.erased_at = NOW
        with pytest.raises(Conflict):
            set_contact_details(session, SEAL, party.id, BETH, actor=SERVICE, now=NOW)
        terms = ContactTerms(channel=Channel.IN_PERSON)
        with pytest.raises(Conflict):
            agree_contact_plan(session, party.id, terms, seal=SEAL, actor=SERVICE, now=NOW)


def listed(session: Session, party: Party) -> int:
    return len(session.exec(select(SaidNo).where(SaidNo.party_id == party.id)).all())


def test_m5_a_consent_refused_on_a_page_is_known_at_once(
    database: Database, clock: StoppedClock
) -> None:
    theirs = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(theirs.liaison)
        page = f"/liaison/people/{theirs.harmed_id}/consent"
        assert site.post(page, {"value": GateValue.NO.value}).status_code == 303
    with database.reading() as session:
        assert listed(session, session.get_one(Party, theirs.harmed_id)) > 0
