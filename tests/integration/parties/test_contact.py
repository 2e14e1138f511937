"""Reaching people, and the end of all contact."""

from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from rj.audit.models import AuditEntry
from rj.audit.services import SERVICE, Actor
from rj.db.database import Database
from rj.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from rj.parties.contact import (
    ContactTerms,
    agree_contact_plan,
    contact_details,
    lift_stop,
    set_contact_details,
    stop_contact,
)
from rj.parties.models import HarmedDetails
from rj.parties.queries import (
    contact_plan,
    get_party,
    harmer_names,
    orders_of_harmers_named,
    parties_of,
    parties_of_orders,
)
from rj.parties.sealing import ContactDetails, Seal
from rj.policy.terms import CalendarWish, Channel, PartyRole, Role, Side
from tests.builders import NOW, SEAL, a_party, an_order

BETH = ContactDetails("Bethan Hughes", "beth@people.test", "07700 900301", "22 Orchard Way")


@pytest.mark.parametrize("side", list(Side))
def test_what_is_kept_comes_back(database: Database, side: Side) -> None:
    with database.writing() as session:
        party = a_party(session, an_order(session).id, side=side, role=PartyRole.SUPPORTER)
        set_contact_details(session, SEAL, party.id, BETH, actor=SERVICE, now=NOW)

    with database.reading() as session:
        assert contact_details(session, SEAL, party.id) == BETH


def test_a_sealed_record_tells_nothing_and_opens_with_its_own_key_only(
    database: Database,
) -> None:
    with database.writing() as session:
        party = a_party(session, an_order(session).id, side=Side.HARMED)
        set_contact_details(session, SEAL, party.id, BETH, actor=SERVICE, now=NOW)

    with database.reading() as session:
        sealed = session.get_one(HarmedDetails, party.id).sealed
        assert b"Bethan" not in sealed
        with pytest.raises(Conflict):
            contact_details(session, Seal(Fernet.generate_key().decode()), party.id)


def test_the_audit_names_fields_and_never_contents(database: Database) -> None:
    with database.writing() as session:
        party = a_party(session, an_order(session).id, side=Side.HARMED)
        set_contact_details(session, SEAL, party.id, BETH, actor=SERVICE, now=NOW)

    with database.reading() as session:
        entry = session.exec(
            select(AuditEntry).where(AuditEntry.action == "set contact details")
        ).one()
        assert entry.fields == ["address", "email", "name", "telephone"]
        assert "Bethan" not in repr(entry)


def test_details_do_not_show_in_a_traceback() -> None:
    assert "Bethan" not in repr(BETH)


def test_equal_texts_have_one_fingerprint_under_one_key() -> None:
    assert SEAL.fingerprint("a") == SEAL.fingerprint("a")
    assert SEAL.fingerprint("a") != SEAL.fingerprint("b")
    assert SEAL.fingerprint("a") != Seal(Fernet.generate_key().decode()).fingerprint("a")


def test_a_contact_plan_replaces_the_one_before(database: Database) -> None:
    with database.writing() as session:
        party = a_party(session, an_order(session).id, side=Side.HARMED)
    with database.writing() as session:
        agree_contact_plan(
            session,
            party.id,
            ContactTerms(Channel.LETTER, shows_place=False),
            seal=SEAL,
            actor=SERVICE,
            now=NOW,
        )

    with database.reading() as session:
        plan = contact_plan(session, party.id)
        assert plan is not None
        assert (plan.channel, plan.shows_place, plan.agreed_on) == (
            Channel.LETTER,
            False,
            NOW.date(),
        )


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (ContactTerms(Channel.PHONE, CalendarWish.INVITATION), "calendar_wish"),
        (ContactTerms(Channel.EMAIL, CalendarWish.FEED), "calendar_wish"),
        (ContactTerms(Channel.LETTER), "address"),
        (ContactTerms(Channel.PHONE), "telephone"),
        (ContactTerms(Channel.EMAIL), "email"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(
    database: Database, terms: ContactTerms, field: str
) -> None:
    with database.writing() as session:
        party = a_party(
            session, an_order(session).id, channel=None, email="", telephone="", address=""
        )

    with pytest.raises(Invalid) as refused, database.writing() as session:
        agree_contact_plan(session, party.id, terms, seal=SEAL, actor=SERVICE, now=NOW)

    assert [problem.field for problem in refused.value.problems] == [field]


def test_details_that_the_agreed_channel_needs_cannot_be_taken_away(database: Database) -> None:
    with database.writing() as session:
        party = a_party(session, an_order(session).id, channel=Channel.EMAIL)

    with pytest.raises(Invalid), database.writing() as session:
        set_contact_details(
            session, SEAL, party.id, ContactDetails("Ann", "", "", ""), actor=SERVICE, now=NOW
        )


def test_only_a_liaison_officer_lifts_a_stop_and_says_why(database: Database) -> None:
    liaison = Actor(uuid4(), Role.LIAISON_OFFICER)
    with database.writing() as session:
        party = a_party(session, an_order(session).id, side=Side.HARMED)
        stop_contact(session, party.id, actor=SERVICE, now=NOW)
        stop_contact(session, party.id, actor=SERVICE, now=NOW)

    with pytest.raises(NotAllowed), database.writing() as session:
        lift_stop(
            session, party.id, reason="asked", actor=Actor(uuid4(), Role.COORDINATOR), now=NOW
        )
    with pytest.raises(Invalid), database.writing() as session:
        lift_stop(session, party.id, reason=" ", actor=liaison, now=NOW)
    with database.reading() as session:
        assert get_party(session, party.id).stopped_at == NOW
    with database.writing() as session:
        lift_stop(session, party.id, reason="She asked to hear more", actor=liaison, now=NOW)
    with pytest.raises(Conflict), database.writing() as session:
        lift_stop(session, party.id, reason="again", actor=liaison, now=NOW)


def test_people_are_found_by_case_and_the_person_on_probation_by_name(
    database: Database,
) -> None:
    with database.writing() as session:
        order = an_order(session, with_harmer=False, with_harmed=True)
        other = an_order(session)
        a_party(session, order.id, name="Jordan 100% Pike")
        a_party(session, order.id, side=Side.HARMER, role=PartyRole.SUPPORTER, name="Lee Pike")

    with database.reading() as session:
        assert len(parties_of(session, order.id)) == 3
        found = parties_of_orders(session, [order.id, other.id])
        assert [len(found[one.id]) for one in (order, other)] == [3, 1]
        assert harmer_names(session, [order.id]) == {order.id: "Jordan 100% Pike"}
        assert orders_of_harmers_named(session, "pike") == {order.id}
        assert orders_of_harmers_named(session, "lee") == frozenset()
        assert orders_of_harmers_named(session, "%") == {order.id}
        assert orders_of_harmers_named(session, " ") == frozenset()
        with pytest.raises(NotFound):
            get_party(session, uuid4())
