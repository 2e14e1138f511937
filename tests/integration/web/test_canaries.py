"""S4: a word planted in each protected field is on no page, mail, feed or file of a reader whom the
matrix excludes, in no log, and does reach those whom it names."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from rj.audit.models import AuditEntry
from rj.audit.services import SERVICE, Actor
from rj.calendars.envelopes import APPOINTMENT
from rj.calendars.feeds import feed_octets
from rj.calendars.hand_over import HAND_OVER, send_hand_over
from rj.calendars.models import Invitation
from rj.clocks.digest import DIGEST, queue_digest
from rj.compartments.models import EmergencyOpening
from rj.compartments.services import EMERGENCY, open_in_emergency
from rj.conferences.models import GateRecord
from rj.db.database import Database
from rj.doors import Service
from rj.facilitators.models import Facilitator
from rj.jobs.models import Job
from rj.kernel.clock import StoppedClock
from rj.orders.models import ContactAttempt
from rj.orders.queries import live_plan, steps_of
from rj.outbox.handling import Ready
from rj.outbox.keeping import Keeper
from rj.outbox.models import Message
from rj.parties.models import HarmedDetails, HarmerDetails, Party, SafeContactPlan
from rj.parties.sealing import ContactDetails
from rj.policy.terms import Channel, ContactOutcome, Gate, GateValue, Role, Stage
from rj.rights.export import export_person
from rj.scheduling import wishes
from rj.scheduling.comparing import compare_what_if
from rj.scheduling.models import LeftOut, PlanningRun, ProposedMeeting, WhatIf
from rj.scheduling.runs import EffortLevel, request_run
from rj.scheduling.solving import solve_run
from rj.scheduling.week import WeekRows
from rj.suitability.models import SuitabilityCheck
from rj.worker import sender_for
from tests.builders import AREA, NOW, SEAL
from tests.integration.web.facilitators.cases import DAYS
from tests.integration.web.route_table import ANYBODY
from tests.integration.web.test_not_yours import Things, a_whole_site, one_of_everything, routes
from tests.privacy import leaks
from tests.web_client import TELLER, Site, TestPerson, a_person, some_settings

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
    "canary-opening-reason": frozenset({LIAISON}),
    "canary-check-label": frozenset({Role.REPORT_WRITER}),
}
"""Each planted word, and the roles on whose own pages it stands without a further step. Harmed
contact opens only by a form with a reason; a facilitator has the chosen name after consent."""


NOBODYS = (
    *(PlanningRun, ProposedMeeting, LeftOut, WhatIf, Job),
    *(Message, Invitation, AuditEntry),
)
"""What holds references alone, whoever may read of it."""


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

        session.get_one(EmergencyOpening, things.opening_id).reason = "canary-opening-reason"
        session.get_one(SuitabilityCheck, things.check_id).label = "canary-check-label"


def finish_planning(database: Database, clock: StoppedClock, things: Things) -> None:
    """The run and the what-if that waited have their answers."""
    with database.writing() as session:
        wishes.take_back(session, things.wish_id, actor=SERVICE, now=NOW)
        request_run(  # freezes the one that waits anew
            session,
            AREA,
            effort=EffortLevel.FIRST_ANSWER,
            time_limit_seconds=20,
            actor=SERVICE,
            now=NOW,
        )
    solve_run(database, clock, things.run_id)
    compare_what_if(database, clock, things.what_if_id)


def readers(database: Database, things: Things) -> dict[Role, TestPerson]:
    return {
        Role.ADMINISTRATOR: a_person(database, Role.ADMINISTRATOR, email="crawl-admin@x.test"),
        Role.REPORT_WRITER: things.writer,
        COORDINATOR: things.coordinator,
        FACILITATOR: things.facilitator,
        LIAISON: things.liaison,
    }


def deep_pages(database: Database, things: Things) -> list[str]:
    """What no crawl of the routes asks for: searches, why not somebody else, a full week."""
    run = f"/planning/{things.run_id}"
    with database.reading() as session:
        plan = live_plan(session, things.order_id)
        assert plan is not None
        step = next(each for each in steps_of(session, plan.id) if each.stage is Stage.REPARATION)
    why = f"{run}/cases/{things.order_id}/steps/{step.id}/why"
    return [
        *(f"{run}?show=all", f"{run}?show=all&text=Canary", "/orders?text=Canary"),
        f"{why}?facilitator={things.facilitator_id}",
        *(f"/week?by={rows}&day={DAYS[Stage.REPARATION]}" for rows in WeekRows),
    ]


def every_page(site: Site, things: Things, deep: list[str]) -> str:
    """Every GET route with this case's own identifiers, allowed to this reader or not, what lies
    behind them, and what is asked before something is done."""
    texts = []

    def keep(method: str, path: str, **sent: Any) -> None:
        answer = site.client.request(method, path, follow_redirects=False, **sent)
        assert answer.status_code < 500, path
        texts.extend((answer.text, str(answer.headers), path))

    for method, path, roles in routes("GET"):
        is_their_letter = path == "/liaison/messages/{message_id:uuid}"
        if roles is not ANYBODY and not is_their_letter:
            keep(method, things.in_path(path))
    for path in deep:
        keep("GET", path)
    token = site.hidden_fields("/account/password")
    asked = {"reason": "she asked", "asked_by": "service", "orders": str(things.order_id)}
    for path in (f"/planning/{things.run_id}/confirm", f"/meetings/{things.meeting_id}/cancel"):
        keep("POST", path, data={**token, "_version": "1", **asked})
    whole = unescape("\n".join(texts))
    return whole + unquote(whole)


def words_in(octets: str | bytes) -> set[str]:
    """The planted words that can be read out of a text, in any usual encoding."""
    raw = octets.encode() if isinstance(octets, str) else octets
    return {leak.forbidden for leak in leaks(raw, WHO_MAY)}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_s4_each_planted_word_reaches_its_readers_and_nobody_else(
    database: Database, clock: StoppedClock, capsys
) -> None:
    with a_whole_site(database, clock) as (site, things):
        plant(database, things)
        finish_planning(database, clock, things)
        deep = deep_pages(database, things)
        found = {}
        for role, person in readers(database, things).items():
            site.sign_in(person)
            text = every_page(site, things, deep)
            found[role] = {word for word in WHO_MAY if word in text}
            if role is COORDINATOR:
                of_a_run = [path for _, path, _ in routes("GET") if "{run_id:" in path]
                for path in (*deep, *map(things.in_path, of_a_run)):
                    assert site.get(path).status_code == 200, path
    expected = {
        role: {word for word, allowed in WHO_MAY.items() if role in allowed} for role in found
    }
    assert found == expected
    logged = capsys.readouterr()
    assert [word for word in WHO_MAY if word in logged.out + logged.err] == []


def test_s4_nothing_planted_is_in_a_mail_feed_file_or_result_of_somebody_else(
    database: Database, clock: StoppedClock, capsys
) -> None:
    things = one_of_everything(database)
    plant(database, things)
    finish_planning(database, clock, things)
    key = Fernet.generate_key().decode()
    settings = replace(some_settings(), seal_key=key)
    service = Service(settings, database, clock, SEAL, TELLER)
    handlers = sender_for(service).handlers
    mailed: dict[str, set[str]] = defaultdict(set)
    with database.writing() as session:
        actor = Actor(things.coordinator.account_id, Role.COORDINATOR)
        clock.instant += timedelta(days=16)
        now = clock.now()
        asked = {"reason": "he is at her door and rings us", "actor": actor, "now": now}
        open_in_emergency(session, things.harmed_id, mail=service.settings.mail, **asked)
        send_hand_over(session, things.order_id, mail=service.settings.mail, actor=actor, now=now)
        queue_digest(session, service.settings.mail, now=now)
        for message in session.exec(select(Message).where(Message.channel == Channel.EMAIL)).all():
            verdict = handlers[message.kind].look_again(session, message, now=now)
            assert isinstance(verdict, Ready), (message.kind, verdict)
            mailed[message.kind] |= words_in(verdict.render())
    with database.writing() as session:
        parties = [session.get_one(Party, each) for each in (things.harmed_id, things.harmer_id)]
        codes = [each.reference for each in parties]
        facilitator = session.get_one(Facilitator, things.facilitator_id)
        feed = feed_octets(session, facilitator, mail=service.settings.mail, now=NOW)
        keeper = Keeper(key)
        files = {
            code: words_in(
                json.dumps(
                    export_person(session, code, seal=SEAL, keeper=keeper, actor=SERVICE, now=now)
                )
            )
            for code in (*codes, facilitator.code)
        }
        stored = [
            row.model_dump_json() for table in NOBODYS for row in session.exec(select(table)).all()
        ]
    harmed = {word for word in WHO_MAY if "harmed" in word.lower() or word == "07700 900777"}
    own = {codes[0]: harmed | {"Canarychosen"}, codes[1]: set()}
    own[codes[1]] = {word for word in WHO_MAY if "Harmer" in word or "harmer" in word}
    own[codes[1]].add("canary-attempt-note")
    assert files == {**own, facilitator.code: set()}
    assert set(mailed) == {APPOINTMENT, EMERGENCY, HAND_OVER, DIGEST}
    assert set().union(*mailed.values()) == set()
    assert words_in(feed) | words_in("\n".join(stored)) == set()
    logged = capsys.readouterr()
    assert words_in(logged.out + logged.err) == set()
