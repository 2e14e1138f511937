"""Orders that belong together are shown to who may open both, and to neither side."""

import json

from cryptography.fernet import Fernet
from sqlmodel import Session, select

from rj.db.database import Database
from rj.intake.same_person import share_diaries
from rj.orders.models import LinkedOrders, Order
from rj.outbox.keeping import Keeper
from rj.outbox.models import Message
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.terms import Role, Side
from rj.rights.export import export_person
from tests.builders import SEAL, a_party, an_order
from tests.integration.web.facilitators.cases import CANARIES, HARMER_NAME, Case, a_case
from tests.web_client import TELLER, a_person, a_site

OTHER_HARMER = "Zebedee Codefendant"


def a_co_defendants_order(session: Session) -> tuple[Order, Party]:
    other = an_order(session, reference="CO/DEF/2", with_harmer=False)
    a_party(session, other.id, name=OTHER_HARMER)
    harmed = a_party(session, other.id, side=Side.HARMED, chosen_name="Jay")
    return other, harmed


def two_orders(database: Database) -> tuple[Case, Order, Party]:
    case = a_case(database)
    with database.writing() as session:
        other, harmed = a_co_defendants_order(session)
    return case, other, harmed


def test_co_defendants_orders_are_linked_by_who_is_harmed_in_both(database, clock):
    case, other, harmed = two_orders(database)
    with a_site(database, clock) as site:
        site.sign_in(case.coordinator)
        at = f"/orders/{case.order_id}/link"
        assert "No order of your areas" in site.get(f"{at}?reference=NOT/THERE").text
        form = f"{at}?reference=co/def/2"
        who = f"same-{case.harmed_id}"
        nobody = site.post(at, {who: "nobody"}, form_at=form)
        assert nobody.status_code == 422
        assert "Say who of the harmed side is the same person" in nobody.text
        assert site.post(at, {who: str(harmed.id)}, form_at=form).status_code == 303
        for order_id, reference in ((case.order_id, "CO/DEF/2"), (other.id, "NM/")):
            page = site.get(f"/orders/{order_id}").text
            assert reference in page[page.index('id="related"') :]
        end = f"{at}/{other.id}/end"
        assert site.post(end, {}, form_at=f"/orders/{case.order_id}").status_code == 303
    with database.reading() as session:
        assert session.exec(select(LinkedOrders)).all() == []


def test_d18_no_page_or_mail_of_either_side_names_the_other(database, clock):
    case, other, harmed = two_orders(database)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        at = f"/orders/{case.order_id}/link"
        form = f"{at}?reference=CO/DEF/2"
        assert OTHER_HARMER not in site.get(form).text
        site.post(at, {f"same-{case.harmed_id}": str(harmed.id)}, form_at=form)
        assert OTHER_HARMER not in site.get(f"/orders/{case.order_id}").text
        assert HARMER_NAME not in site.get(f"/orders/{other.id}").text
        for person, path in (
            (case.facilitator, f"/my/cases/{case.order_id}"),
            (case.liaison, f"/liaison/cases/{case.order_id}"),
        ):
            site.sign_in(person)
            shown = site.get(path).text
            assert [each for each in (OTHER_HARMER, "CO/DEF/2") if each in shown] == []
    with database.writing() as session:
        for order_id, foreign in (
            (case.order_id, (OTHER_HARMER, "CO/DEF/2", other.crn, str(other.id))),
            (other.id, (HARMER_NAME, str(case.order_id))),
        ):
            for party in parties_of(session, order_id):
                file = json.dumps(
                    export_person(
                        session,
                        party.reference,
                        seal=SEAL,
                        keeper=Keeper(Fernet.generate_key().decode()),
                        actor=case.actor,
                        now=clock.now(),
                    )
                )
                assert [each for each in foreign if each in file] == []
                if party.side is Side.HARMER:
                    assert [each for each in CANARIES if each in file] == []
    with database.reading() as session:
        kept = [str(each.envelope) for each in session.exec(select(Message))]
        assert [each for each in kept if OTHER_HARMER in each or "CO/DEF" in each] == []


def test_a_second_order_is_shown_only_to_who_may_open_it(database, clock):
    case = a_case(database, stages=())
    with database.writing() as session:
        first = session.get_one(Order, case.order_id)
        ours = an_order(session, reference="SECOND/OURS")
        theirs = an_order(session, reference="SECOND/THEIRS", area="S1")
        ours.crn = theirs.crn = first.crn
        session.flush()
        share_diaries(session, [first.crn])
    with a_site(database, clock) as site:
        site.sign_in(case.coordinator)
        page = site.get(f"/orders/{case.order_id}").text
        assert "SECOND/OURS" in page
        assert "SECOND/THEIRS" not in page
        refused = site.post(
            f"/orders/{case.order_id}/link",
            {"reference": "SECOND/THEIRS"},
            form_at=f"/orders/{case.order_id}/link",
        )
        assert refused.status_code == 422
        assert "No order of your areas" in refused.text
        site.sign_in(a_person(database, Role.COORDINATOR, area_id="S1"))
        assert "SECOND/OURS" not in site.get(f"/orders/{theirs.id}").text
