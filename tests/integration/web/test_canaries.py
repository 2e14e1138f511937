"""S4: a word planted in each protected field is on no page of a reader whom the matrix excludes,
in no log, and does reach those whom it names."""

from html import unescape
from urllib.parse import unquote

from rj.conferences.models import GateRecord
from rj.db.database import Database
from rj.kernel.clock import StoppedClock
from rj.orders.models import ContactAttempt
from rj.parties.models import HarmedDetails, HarmerDetails, SafeContactPlan
from rj.parties.sealing import ContactDetails
from rj.policy.terms import ContactOutcome, Gate, GateValue, Role
from tests.builders import AREA, NOW, SEAL
from tests.integration.web.route_table import ANYBODY
from tests.integration.web.test_not_yours import Things, a_whole_site, routes
from tests.web_client import Site, TestPerson, a_person

COORDINATOR, FACILITATOR, LIAISON = Role.COORDINATOR, Role.FACILITATOR, Role.LIAISON_OFFICER

WHO_MAY: dict[str, frozenset[Role]] = {
    "canary-harmed-name": frozenset(),
    "canary-harmed-mail@x.test": frozenset(),
    "07700 900777": frozenset(),
    "9 Canary Harmed Row": frozenset(),
    "Canarychosen": frozenset({COORDINATOR, LIAISON}),
    "canary-harmed-safe-times": frozenset({LIAISON}),
    "canary-harmed-alias": frozenset({LIAISON}),
    "canary-harmed-consent-note": frozenset(),
    "Canary Harmer": frozenset({COORDINATOR, FACILITATOR}),
    "canary-harmer-mail@x.test": frozenset({COORDINATOR, FACILITATOR}),
    "8 Canary Harmer Row": frozenset({COORDINATOR, FACILITATOR}),
    "canary-attempt-note": frozenset({FACILITATOR}),
}
"""Each planted word, and the roles on whose own pages it stands without a further step. Harmed
contact opens only by a form with a reason; a facilitator has the chosen name after consent."""


def plant(database: Database, things: Things) -> None:
    with database.writing() as session:
        harmed = session.get_one(HarmedDetails, things.harmed_id)
        harmed.chosen_name = "Canarychosen"
        harmed.sealed = SEAL.close(
            ContactDetails(
                "canary-harmed-name",
                "canary-harmed-mail@x.test",
                "07700 900777",
                "9 Canary Harmed Row",
            )
        )
        plan = session.get_one(SafeContactPlan, things.harmed_id)
        plan.safe_times, plan.alias = "canary-harmed-safe-times", "canary-harmed-alias"
        harmer = session.get_one(HarmerDetails, things.harmer_id)
        harmer.name, harmer.address = "Canary Harmer", "8 Canary Harmer Row"
        harmer.email = "canary-harmer-mail@x.test"
        session.add(
            GateRecord(
                order_id=things.order_id,
                party_id=things.harmed_id,
                gate=Gate.CONSENT,
                value=GateValue.NOT_YET,
                note="canary-harmed-consent-note",
                recorded_by=things.liaison.account_id,
                recorded_at=NOW,
            )
        )
        session.add(
            ContactAttempt(
                order_id=things.order_id,
                attempted_at=NOW,
                outcome=ContactOutcome.NO_ANSWER,
                note="canary-attempt-note",
                recorded_by=things.coordinator.account_id,
                recorded_at=NOW,
            )
        )


def readers(database: Database, things: Things) -> dict[Role, TestPerson]:
    others = (Role.ADMINISTRATOR, Role.REPORT_WRITER)
    return {
        **{
            role: a_person(database, role, area_id=AREA, email=f"crawl-{role}@x.test")
            for role in others
        },
        COORDINATOR: things.coordinator,
        FACILITATOR: things.facilitator,
        LIAISON: things.liaison,
    }


def every_page(site: Site, things: Things) -> str:
    """Every GET route with this case's own identifiers, allowed to this reader or not."""
    texts = []
    for method, path, roles in routes("GET"):
        is_their_letter = path == "/liaison/messages/{message_id:uuid}"
        if roles is not ANYBODY and not is_their_letter:
            answer = site.client.request(method, things.in_path(path), follow_redirects=False)
            assert answer.status_code < 500, path
            texts += [answer.text, str(answer.headers), path]
    whole = unescape("\n".join(texts))
    return whole + unquote(whole)


def test_s4_each_planted_word_reaches_its_readers_and_nobody_else(
    database: Database, clock: StoppedClock, capsys
) -> None:
    with a_whole_site(database, clock) as (site, things):
        plant(database, things)
        found = {}
        for role, person in readers(database, things).items():
            site.sign_in(person)
            text = every_page(site, things)
            found[role] = {word for word in WHO_MAY if word in text}
    expected = {
        role: {word for word, allowed in WHO_MAY.items() if role in allowed} for role in found
    }
    assert found == expected
    logged = capsys.readouterr()
    assert [word for word in WHO_MAY if word in logged.out + logged.err] == []
