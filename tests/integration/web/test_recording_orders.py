"""New orders by form and by file: the same rules and words, and nothing typed is lost."""

from sqlmodel import select

from rj.db.database import Database
from rj.orders.models import Order
from rj.orders.queries import live_plan
from rj.parties.contact import contact_details
from rj.parties.models import Party
from rj.policy.terms import Role, Side
from tests.builders import AREA, COURT, OFFENCE, SEAL, a_court, an_area, an_offence, an_officer
from tests.web_client import Site, a_person, a_site

HEADINGS = (
    "reference,crn,name,date_of_birth,court,sentenced_on,order_type,requirement,ends_on,"
    "offences,officer,area"
)
GOOD_ROW = (
    f"NM/1,X123456,Pat Marsh,1990-05-01,{COURT},2026-03-02,community_order,rar,"
    f"2027-03-01,{OFFENCE},RO1,{AREA}"
)


def with_lists(database: Database) -> None:
    with database.writing() as session:
        an_area(session)
        a_court(session)
        an_offence(session)
        an_officer(session)


def the_order(**changes: str) -> dict[str, str]:
    fields = {
        "reference": "NM/2026/77",
        "area": AREA,
        "court": COURT,
        "sentenced_on-day": "2",
        "sentenced_on-month": "3",
        "sentenced_on-year": "2026",
        "order_type": "community_order",
        "ends_on-day": "1",
        "ends_on-month": "3",
        "ends_on-year": "2027",
        "requirement": "rar",
        "offences": OFFENCE,
        "officer": "RO1",
        "language": "en",
        "name": "Pat Marsh",
        "crn": "X123456",
        "date_of_birth-day": "1",
        "date_of_birth-month": "5",
        "date_of_birth-year": "1990",
    }
    return fields | {name.replace("__", "-"): value for name, value in changes.items()}


HARMED = {
    "people-0-side": "harmed",
    "people-0-role": "principal",
    "people-0-name": "Secret Surname",
    "people-0-chosen_name": "Robin",
    "people-0-email": "canary@harmed.test",
    "people-0-channel": "email",
}


def orders(database: Database) -> int:
    with database.reading() as session:
        return len(session.exec(select(Order)).all())


def a_coordinator_in(site: Site, database: Database) -> None:
    with_lists(database)
    site.sign_in(a_person(database, Role.COORDINATOR))


def test_an_order_by_form_gets_its_plan_and_its_harmed_side_is_sealed(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        answer = site.post("/orders/new", the_order() | HARMED)
        assert answer.status_code == 303
        page = site.get(answer.headers["location"]).text
    assert "Order recorded" in page
    assert "Pat Marsh" in page
    assert "Robin" in page
    assert "canary@harmed" not in page
    with database.reading() as session:
        order = session.exec(select(Order)).one()
        assert live_plan(session, order.id) is not None
        harmed = session.exec(select(Party).where(Party.side == Side.HARMED)).one()
        assert contact_details(session, SEAL, harmed.id).email == "canary@harmed.test"


def test_the_same_form_sent_twice_records_one_order(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        hidden = site.hidden_fields("/orders/new")
        first = site.post("/orders/new", the_order(), hidden=hidden)
        second = site.post("/orders/new", the_order(), hidden=hidden)
    assert first.headers["location"] == second.headers["location"]
    assert orders(database) == 1


def test_a_reference_in_use_is_refused(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        site.post("/orders/new", the_order())
        again = site.post("/orders/new", the_order())
    assert again.status_code == 422
    assert "An order with this reference is recorded already" in again.text


def test_every_problem_stands_beside_its_field_and_everything_typed_stays(database, clock):
    entered = the_order(
        crn="12", sentenced_on__month="13", name="Pat & Marsh", date_of_birth__year="2010"
    )
    people = HARMED | {"people-0-email": "not an address"}
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        answer = site.post("/orders/new", entered | people)
        assert answer.status_code == 422
        assert 'href="#sentenced_on"' in answer.text
        assert 'value="13"' in answer.text
        fixed = entered | people | {"sentenced_on-month": "3"}
        answer = site.post("/orders/new", fixed)
    assert answer.status_code == 422
    for field in ("crn", "date_of_birth", "people-0-email"):
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}-error"' in answer.text
    for typed in ("Pat &amp; Marsh", 'value="12"', "not an address", "Secret Surname"):
        assert typed in answer.text
    assert orders(database) == 0


def test_an_untouched_person_between_others_is_left_out(database, clock):
    second = {name.replace("people-0", "people-2"): value for name, value in HARMED.items()}
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        assert site.post("/orders/new", the_order() | second).status_code == 303
    with database.reading() as session:
        assert len(session.exec(select(Party)).all()) == 2


def test_another_person_can_be_added_without_losing_what_was_typed(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        answer = site.post("/orders/new", the_order() | HARMED | {"_add_person": "yes"})
    assert answer.status_code == 200
    assert "Person 2" in answer.text
    assert 'value="Secret Surname"' in answer.text
    assert orders(database) == 0


def test_an_order_for_another_area_is_refused(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        with database.writing() as session:
            an_area(session, "S9", "Southvale")
        answer = site.post("/orders/new", the_order(area="S9"))
    assert answer.status_code == 422
    assert "You do not work for the area" in answer.text


def test_a_file_is_recorded_and_the_same_file_changes_nothing(database, clock):
    content = f"{HEADINGS}\n{GOOD_ROW}\n".encode()
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        first = site.post("/orders/import", files={"orders": ("orders.csv", content)})
        assert first.status_code == 303
        assert "1 order recorded." in site.get(first.headers["location"]).text
        again = site.post("/orders/import", files={"orders": ("orders.csv", content)})
        assert "Nothing was new" in site.get(again.headers["location"]).text
    assert orders(database) == 1


def test_a_faulty_file_records_nothing_and_says_what_to_do_in_each_row(database, clock):
    bad = GOOD_ROW.replace("NM/1,X123456", "NM/2,123")
    content = f"{HEADINGS}\n{GOOD_ROW}\n{bad}\n".encode()
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        answer = site.post("/orders/import", files={"orders": ("orders.csv", content)})
    assert answer.status_code == 422
    assert "Nothing was recorded: 1 row must be put right" in answer.text
    assert "Orders file, line 3" in answer.text
    assert "The CRN is not a letter and six figures" in answer.text
    assert "Write it like X123456" in answer.text
    assert orders(database) == 0


def test_different_facts_under_one_reference_are_shown_side_by_side(database, clock):
    changed = GOOD_ROW.replace("2027-03-01", "2027-09-01")
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        for row in (GOOD_ROW, changed):
            content = f"{HEADINGS}\n{row}\n".encode()
            answer = site.post("/orders/import", files={"orders": ("orders.csv", content)})
    assert answer.status_code == 422
    assert "Recorded: <strong>" in answer.text
    assert "In the file: <strong>" in answer.text


def test_no_file_is_asked_for_beside_its_field(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        answer = site.post("/orders/import")
    assert answer.status_code == 422
    assert "Choose the file with the orders" in answer.text


def test_the_samples_can_be_had_and_nothing_else_can(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        sample = site.get("/orders/import/samples/orders.csv")
        assert sample.text.startswith("reference,crn")
        assert "attachment" in sample.headers["content-disposition"]
        for name in ("areas.csv", "__init__.py", "..%2f..%2fsettings.py"):
            assert site.get(f"/orders/import/samples/{name}").status_code == 404


def test_an_empty_form_asks_for_each_field_by_its_label(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        answer = site.post("/orders/new", {"people-0-name": "Somebody"})
    assert answer.status_code == 422
    for sentence in (
        "Enter the court",
        "Select the type of order",
        "Enter the date of sentence",
        "Select the responsible officer",
        "Person 1: Select the side this person belongs to",
    ):
        assert sentence in answer.text
    assert "show_place" not in answer.text.replace('name="show_place"', "").replace(
        'id="show_place"', ""
    ).replace('for="show_place"', "").replace("people-0-show_place", "")


def test_an_organisation_is_shown_with_who_represents_it_and_reached_as_they_wish(database, clock):
    shop = HARMED | {"people-0-organisation": "Corner Shop"}
    nobody = shop | {"people-0-name": ""}
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        refused = site.post("/orders/new", the_order() | nobody)
        assert refused.status_code == 422
        assert "Nobody is named who represents the organisation" in refused.text
        answer = site.post("/orders/new", the_order() | shop)
        page = site.get(answer.headers["location"]).text
    assert "Corner Shop, represented by Robin" in page
    assert "Secret Surname" not in page
    with database.reading() as session:
        harmed = session.exec(select(Party).where(Party.side == Side.HARMED)).one()
        assert contact_details(session, SEAL, harmed.id).name == "Secret Surname"
