"""A report writer's checks: answered from what is known, kept, and nobody else's."""

from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import select

from rj.accounts.models import AccountRole
from rj.audit.models import AuditEntry
from rj.policy.court_words import words_on
from rj.policy.terms import Language, RequirementType, Role
from rj.suitability.checking import Result
from rj.suitability.models import SuitabilityCheck
from rj.suitability.services import approve_words, take_approval_back
from tests.builders import AREA, an_actor, an_offence
from tests.web_client import a_person, a_site

NEW = "/reports/checks/new"
ALL_KNOWN = {
    "label": "court list 4",
    "requirement": "rar",
    "days": "10",
    "plea": "guilty",
    "harm": "violence",
    "personal_victim": "yes",
    "risk": "medium",
    "adult": "yes",
    "responsibility": "yes",
    "willing": "yes",
    "sensitive": "no",
    "contact_bar": "no",
    "arrangements": "yes",
}


@pytest.fixture
def site(database, clock):
    with a_site(database, clock) as found:
        found.sign_in(a_person(database, Role.REPORT_WRITER))
        yield found


def checks_of(database):
    with database.reading() as session:
        return list(session.exec(select(SuitabilityCheck)))


def started(site, **fields):
    """The address of a fresh check with these facts."""
    answer = site.post(NEW, fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("#")[0]


def test_a_check_answers_from_nothing_but_a_plea(site, database):
    page = unescape(site.get(started(site, plea="guilty")).text)

    assert "Eligible, subject to" in page
    assert "Choose the requirement that is to be proposed" in page
    assert "The person pleaded guilty." in page
    [found] = checks_of(database)
    assert found.facts == {"plea": "guilty"}
    assert found.result is Result.SUBJECT_TO


def test_a_check_is_completed_later_without_typing_anything_again(site, database, clock):
    where = started(site, **{**ALL_KNOWN, "willing": "not_known"})
    clock.instant += timedelta(minutes=5)
    page = site.get(where).text
    assert 'value="court list 4"' in page
    assert 'value="10"' in page

    typed = {**ALL_KNOWN, "willing": "yes"}
    assert site.post(where, typed).headers["location"] == f"{where}#answer"

    page = unescape(site.get(where).text)
    assert "Every condition is met" in page
    assert "the conditions for a rehabilitation activity requirement" in page
    [found] = checks_of(database)
    assert found.result is Result.ELIGIBLE
    assert found.version == 2


def test_the_form_sent_twice_makes_one_check(site, database):
    hidden = site.hidden_fields(NEW)
    first = site.post(NEW, ALL_KNOWN, hidden=hidden)
    second = site.post(NEW, ALL_KNOWN, hidden=hidden)

    assert first.headers["location"] == second.headers["location"]
    assert len(checks_of(database)) == 1


def test_what_somebody_changed_meanwhile_is_not_overwritten(site):
    where = started(site, plea="guilty")
    hidden = site.hidden_fields(where)
    site.post(where, {"plea": "not_guilty"}, hidden=hidden)

    assert site.post(where, {"plea": "not_known"}, hidden=hidden).status_code == 409


def test_a_ruled_out_case_says_which_rule_and_what_stays_open(site):
    page = unescape(site.get(started(site, **{**ALL_KNOWN, "plea": "not_guilty"})).text)

    assert "Not eligible" in page
    assert "The person did not plead guilty" in page
    assert "Leicestershire and Rutland programme description" in page
    assert "may ask for restorative justice at any time" in page


def test_a_sensitive_case_names_whom_to_ask(site, database):
    with database.writing() as session:
        an_actor(session)
    page = unescape(site.get(started(site, **{**ALL_KNOWN, "sensitive": "yes"})).text)

    assert "Refer to the RJ lead" in page
    assert "Cerys Owen" in page
    assert "neither proposed nor ruled out" in page


def test_the_offence_list_says_what_kind_of_offence_a_code_is(site, database):
    with database.writing() as session:
        an_offence(session, "008/06")
        an_offence(session, "019/01").risk_class = "sexual_not_against_child"
    known = {**ALL_KNOWN, "harm": ""}

    assert "Offence: violence" in site.get(started(site, **known, offence_code="8/6")).text
    sexual = unescape(site.get(started(site, **known, offence_code="19/1")).text)
    assert "sensitive and complex in itself" in sexual

    refused = site.post(NEW, {**known, "offence_code": "99/99", "label": "list 9"})
    assert refused.status_code == 422
    assert "This code is not in the offence list" in refused.text
    assert 'value="list 9"' in refused.text


def test_a_consent_to_tell_the_court_is_recorded_whole_or_not_at_all(site, database):
    half = {**ALL_KNOWN, "court_told_where": "VL-2026-31"}
    refused = site.post(NEW, half)
    assert refused.status_code == 422
    assert "Give both the day of the consent and where it is kept" in refused.text
    assert 'value="VL-2026-31"' in refused.text

    told_on = {"court_told_on-day": "5", "court_told_on-month": "3", "court_told_on-year": "2026"}
    page = site.get(started(site, **half, **told_on)).text
    assert "By a consent that is on record" in page
    assert "By a consent" not in site.get(started(site, **ALL_KNOWN)).text


def test_welsh_is_offered_only_while_an_administrator_approves_of_its_words(site, database, clock):
    where = started(site, **ALL_KNOWN)
    welsh = words_on(clock.today()).words[Language.WELSH]
    assert "Ar sail yr hyn" not in site.get(where).text

    with database.writing() as session:
        actor = an_actor(session)
        approve_words(session, welsh, Language.WELSH, actor=actor, now=clock.now())
    for path in (where, f"{where}/paragraph"):
        page = site.get(path).text
        assert "Ar sail yr hyn" in page
        assert 'lang="cy"' in page

    with database.writing() as session:
        take_approval_back(session, welsh, actor=actor, now=clock.now())
    assert "Ar sail yr hyn" not in site.get(where).text


def test_each_act_and_view_is_noted_with_the_act_itself(site, database):
    where = started(site, **ALL_KNOWN)
    site.get(where)
    site.post(where, {"plea": "guilty"})
    site.post(NEW, {"offence_code": "99/99"})
    site.post(f"{where}/discard")

    with database.reading() as session:
        noted = session.exec(select(AuditEntry).order_by(AuditEntry.at)).all()
    acts = [each.action for each in noted if each.thing == "suitability_check"]
    assert acts.count("check suitability") == 1
    assert acts.count("check suitability again") == 1
    assert acts.count("discard suitability check") == 1
    assert acts.count("viewed") >= 1
    started_with = next(each for each in noted if each.action == "check suitability")
    assert "plea" in started_with.fields
    assert "guilty" not in str(started_with.fields)
    assert started_with.role == Role.REPORT_WRITER.value
    assert checks_of(database) == []


def test_who_no_longer_writes_reports_in_the_area_opens_the_check_no_more(site, database):
    where = started(site, **ALL_KNOWN)
    assert "court list 4" in site.get("/reports").text
    with database.writing() as session:
        [held] = session.exec(select(AccountRole))
        held.area_id = None
        session.flush()

    assert site.get(where).status_code == 404
    assert "court list 4" not in site.get("/reports").text


def test_s4_nothing_of_a_check_stands_in_an_address_or_title(site):
    where = started(site, **ALL_KNOWN)
    page = site.get(where).text
    title = page[page.index("<title") : page.index("</title>")]

    assert "court list 4" not in title
    assert "rar" not in where
    assert AREA not in where


def test_a_deferment_shows_what_the_law_asks_and_nothing_of_who_agreed(site):
    deferral = {
        **ALL_KNOWN,
        "requirement": RequirementType.DEFERMENT_RJ.value,
        "days": "",
        "deferred_until-day": "1",
        "deferred_until-month": "9",
        "deferred_until-year": "2026",
    }

    def paragraph(consent):
        page = site.get(started(site, **deferral, others_consent=consent)).text
        text = page[page.index("<textarea") : page.index("</textarea>")]
        return text.partition("On what")[2].partition("Reference")[0]

    assert paragraph("yes") == paragraph("not_known") != ""
    assert "neither states nor implies" in paragraph("yes")
