"""An administrator sets an area's rules from a day on; what is under way keeps its own."""

from datetime import date, timedelta
from html import unescape

import pytest
from sqlmodel import select

from rj.area_rules.models import AreaRules
from rj.area_rules.queries import policy_in_force
from rj.audit.models import AuditEntry
from rj.kernel.errors import Conflict
from rj.orders.models import Offence, Order
from rj.orders.plans import add_preparation, draw_up_plan
from rj.orders.queries import policy_of_order, steps_of
from rj.policy.court_words import words_on
from rj.policy.terms import HarmClass, Language, Plea, RequirementType, Role
from rj.suitability.facts import Facts
from rj.suitability.models import SuitabilityCheck
from rj.suitability.queries import answer_to
from rj.suitability.services import CheckEntry, approve_words, check_again, start_check
from tests.builders import AREA, NOW, an_actor, an_area, an_offence, an_order
from tests.web_client import a_person, a_site
from web.rules.forms import rules_entered

CHANGE = f"/admin/rules/{AREA}/change"
FROM = {"in_force_from-day": "1", "in_force_from-month": "4", "in_force_from-year": "2026"}
APRIL = date(2026, 4, 1)


@pytest.fixture
def site(database, clock):
    with a_site(database, clock) as found:
        found.sign_in(a_person(database, Role.ADMINISTRATOR))
        yield found


def fields(database, **changed):
    """The whole form with what holds today, from April on, but for what is changed."""
    with database.reading() as session:
        shown = rules_entered(policy_in_force(session, AREA, NOW.date())).values
    return {**shown, **FROM, "source": "Decided by the area board", **changed}


def publish(site, sent):
    """Preview and publish, as the page asks."""
    hidden = site.hidden_fields(CHANGE)
    preview = site.post(CHANGE, {**sent, "act": "preview"}, hidden=hidden)
    assert preview.status_code == 200, preview.text
    mark = preview.text.partition('name="previewed" value="')[2].partition('"')[0]
    return site.post(CHANGE, {**sent, "act": "publish", "previewed": mark}, hidden=hidden)


def a_check(session, hearing_on):
    actor = an_actor(session, Role.REPORT_WRITER)
    facts = Facts(requirement=RequirementType.RAR, plea=Plea.GUILTY, harm=HarmClass.VIOLENCE)
    return start_check(
        session,
        CheckEntry(AREA, facts, hearing_on=hearing_on),
        writer_id=actor.account_id,
        actor=actor,
        now=NOW,
    ).id


def test_a_preview_says_what_changes_and_publishes_nothing(site, database):
    with database.writing() as session:
        an_order(session)
        a_check(session, APRIL)
    sent = fields(database, eligible__harm=["domestic_burglary"], period__first_contact_days="10")
    answer = site.post(CHANGE, {**sent, "act": "preview"}, form_at=CHANGE)
    preview = unescape(answer.text.partition('id="preview"')[2].partition("</section>")[0])

    assert "Kinds of offence that are let in" in preview
    assert "First contact within, in days from sentence" in preview
    assert "Levels of risk" not in preview
    assert "Fewer than 5 open orders of the area keep the rules" in preview
    assert "Fewer than 5 saved checks: “Eligible, subject to” would be “Not eligible”" in preview
    with database.reading() as session:
        assert session.exec(select(AreaRules)).first() is None


def test_rules_hold_from_their_day_in_their_area_and_nothing_before_changes_r7(
    site, database, clock
):
    with database.writing() as session:
        before = a_check(session, APRIL - timedelta(days=1))
        after = a_check(session, APRIL)
    sent = fields(database, eligible__harm=["domestic_burglary"])
    assert publish(site, sent).status_code == 303

    with database.writing() as session:
        an_area(session, "elsewhere")
        for area, day, harms in (
            (AREA, APRIL, 1),
            (AREA, APRIL - timedelta(days=1), 3),
            ("elsewhere", APRIL, 3),
        ):
            policy = policy_in_force(session, area, day)
            assert len(policy.legal.eligibility.harm_classes) == harms
        kept = answer_to(session, session.get_one(SuitabilityCheck, after))
        assert kept.rules_have_changed
        assert not kept.answer.failing
        untouched = answer_to(session, session.get_one(SuitabilityCheck, before))
        assert not untouched.rules_have_changed

        found = session.get_one(SuitabilityCheck, after)
        entry = CheckEntry(AREA, kept.facts, hearing_on=APRIL)
        actor = an_actor(session, Role.REPORT_WRITER)
        check_again(session, found, entry, based_on=1, actor=actor, now=clock.now())
        assert answer_to(session, found).answer.failing
    [noted] = [each for each in audit(database) if each.action == "publish area rules"]
    assert noted.fields == ["eligible.harm"]
    assert noted.reason == "Decided by the area board"


def audit(database):
    with database.reading() as session:
        return list(session.exec(select(AuditEntry)))


def test_what_is_published_is_exactly_what_was_previewed(site, database):
    sent = fields(database, period__notice_days="5")
    hidden = site.hidden_fields(CHANGE)
    blind = site.post(CHANGE, {**sent, "act": "publish"}, hidden=hidden)

    assert "What would change" in blind.text
    with database.reading() as session:
        assert session.exec(select(AreaRules)).first() is None


def test_of_two_administrators_at_once_only_one_publishes_p1(site, database):
    early = site.hidden_fields(CHANGE)
    assert publish(site, fields(database, period__notice_days="5")).status_code == 303

    sent = fields(database, period__notice_days="6")
    preview = site.post(CHANGE, {**sent, "act": "preview"}, hidden=early)
    mark = preview.text.partition('name="previewed" value="')[2].partition('"')[0]
    late = site.post(CHANGE, {**sent, "act": "publish", "previewed": mark}, hidden=early)

    assert late.status_code == 409


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"in_force_from-year": "2025"}, "The rules can change from today on, not before"),
        ({"source": ""}, "Say where the change comes from"),
        ({"minutes__assessment": "50"}, "must be a multiple of 15"),
        ({"gap__contact__assessment__least": "40"}, "the least is more than the most"),
        ({}, "Nothing differs from what holds on that day already"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(site, database, changed, problem):
    answer = site.post(CHANGE, {**fields(database, **changed), "act": "preview"})

    assert answer.status_code == 422
    assert problem in unescape(answer.text)
    assert 'name="in_force_from-month" type="text" value="4"' in answer.text


def test_an_offence_is_classed_anew_and_the_next_check_goes_by_it_r8(site, database):
    with database.writing() as session:
        an_offence(session, "008/06")
    where = "/admin/offences/008-06"
    assert "008/06" in site.get("/admin/offences?text=injury").text
    hidden = site.hidden_fields(where)
    answer = site.post(where, {"harm_class": "none", "reason": "No person was harmed"})
    assert answer.status_code == 303
    with database.reading() as session:
        assert session.get_one(Offence, "008/06").harm_class is HarmClass.NONE

    stale = {"harm_class": "violence", "reason": "Another thought"}
    assert site.post(where, stale, hidden=hidden).status_code == 409


def test_the_welsh_is_approved_and_taken_back_on_a_page_r13(site, database, clock):
    words = "/admin/court-words"
    assert "not approved yet" in site.get(words).text
    assert site.post(f"{words}/approve", form_at=words).status_code == 303
    assert "Approved Monday 9 March 2026" in site.get(words).text

    with database.writing() as session, pytest.raises(Conflict):
        welsh = words_on(clock.today()).words[Language.WELSH]
        approve_words(session, welsh, Language.WELSH, actor=an_actor(session), now=clock.now())
    assert site.post(f"{words}/take-back", form_at=words).status_code == 303
    assert "not approved yet" in site.get(words).text


def test_an_order_keeps_the_periods_and_lengths_it_was_made_under_r7(site, database, clock):
    with database.writing() as session:
        running = an_order(session, sentenced_on=APRIL - timedelta(days=40))
        assert policy_of_order(session, running).standards.first_contact_days == 15
        running_id = running.id
    sent = fields(
        database,
        period__first_contact_days="10",
        minutes__assessment="75",
        gap__contact__assessment__least="5",
    )
    assert publish(site, sent).status_code == 303

    with database.writing() as session:
        version = policy_in_force(session, AREA, APRIL).standards.version
        fresh = an_order(session, sentenced_on=APRIL, with_plan=False)
        fresh.standards_version = version
        session.flush()
        plan = draw_up_plan(session, fresh, NOW)
        contact, assessment = steps_of(session, plan.id)[:2]
        assert contact.due_on == APRIL + timedelta(days=10)
        assert assessment.minutes == 75
        assert assessment.window_opens_on == APRIL + timedelta(days=5)

        added = add_preparation(
            session, plan.id, reason="A second talk", actor=an_actor(session), now=NOW
        )
        assert added.minutes == 60

        old = session.get_one(Order, running_id)
        assert policy_of_order(session, old).standards.first_contact_days == 15
        assert version.startswith("AR-")
