"""Many people at once: nobody waits for ever, and a form sent many times acts once (P6)."""

from concurrent.futures import ThreadPoolExecutor

import pyotp
from sqlmodel import col, select

from rj.accounts import second_factor
from rj.accounts.delays import FREE_TRIES_PER_NAME
from rj.accounts.keys import AccountKeys
from rj.accounts.models import RecoveryCode
from rj.audit.models import AuditEntry
from rj.audit.services import Actor
from rj.kernel.errors import Conflict
from rj.orders.models import PlanStep
from rj.policy.terms import Role
from tests.builders import an_order
from tests.web_client import a_person, a_site, some_settings

CLIENTS = 64
GUESSES = 12
SAME_FORM = 8


def test_more_people_than_threads_are_all_answered(database, clock):
    with database.writing() as session:
        for _ in range(3):
            an_order(session)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        with ThreadPoolExecutor(CLIENTS) as people:
            answers = list(people.map(lambda _: site.get("/orders").status_code, range(CLIENTS)))
    assert answers == [200] * CLIENTS


def test_one_form_sent_by_eight_clicks_at_once_acts_once(database, clock):
    with database.writing() as session:
        order_id = an_order(session).id
    path = f"/orders/{order_id}/preparation"
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        hidden = site.hidden_fields(path)
        with ThreadPoolExecutor(SAME_FORM) as clicks:
            answers = list(
                clicks.map(
                    lambda _: site.post(path, {"reason": "More time"}, hidden=hidden),
                    range(SAME_FORM),
                )
            )
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {f"/orders/{order_id}"}
    with database.reading() as session:
        added = session.exec(select(PlanStep).where(col(PlanStep.added_reason) != "")).all()
        assert len(added) == 1


def test_guesses_made_at_once_go_no_further_than_guesses_one_by_one(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        hidden = site.hidden_fields("/sign-in")
        guess = {"email": person.email, "password": "guess again please"}
        with ThreadPoolExecutor(GUESSES) as guessers:
            answers = list(
                guessers.map(lambda _: site.post("/sign-in", guess, hidden=hidden), range(GUESSES))
            )
    assert {answer.status_code for answer in answers} == {422}
    judged = [answer for answer in answers if "too many tries" not in answer.text]
    assert len(judged) == FREE_TRIES_PER_NAME
    with database.reading() as session:
        noted = select(AuditEntry).where(AuditEntry.action == "sign-in refused")
        assert len(session.exec(noted).all()) == FREE_TRIES_PER_NAME


def test_of_two_who_set_up_an_app_at_once_one_does(database, clock):
    person = a_person(database, Role.COORDINATOR)
    keys = AccountKeys(some_settings().session_secret)
    secrets = [second_factor.new_secret() for _ in range(SAME_FORM)]

    def set_up(secret: str) -> int:
        code = pyotp.TOTP(secret).at(clock.now())
        try:
            with database.writing() as session:
                given = second_factor.set_up(
                    session,
                    keys,
                    person.account_id,
                    secret,
                    code,
                    is_first=True,
                    actor=Actor(person.account_id),
                    now=clock.now(),
                )
        except Conflict:
            return 0
        return len(given)

    with ThreadPoolExecutor(SAME_FORM) as people:
        codes = sorted(people.map(set_up, secrets))
    assert codes == [0] * (SAME_FORM - 1) + [second_factor.RECOVERY_CODES]
    with database.reading() as session:
        assert len(session.exec(select(RecoveryCode)).all()) == second_factor.RECOVERY_CODES
