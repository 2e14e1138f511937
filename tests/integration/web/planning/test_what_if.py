"""What if: asked on a page, answered by a worker, shown beside today."""

from uuid import uuid4

from sqlmodel import select

from rj.kernel.clock import StoppedClock
from rj.policy.terms import Role
from rj.scheduling.comparing import compare_what_if
from rj.scheduling.models import RunState, WhatIf
from rj.scheduling.what_if import Change, ChangeKind, ask
from tests.builders import AREA, NOW, an_area
from tests.scheduling_builders import a_county
from tests.web_client import a_person, a_site

HERE = "/planning/what-if"


def test_a_fault_is_told_as_one_and_its_log_says_only_where(database, monkeypatch, caplog):
    told = "the victim lives in Mill Lane"

    def broken(*_: object) -> None:
        raise MemoryError(told)

    with database.writing() as session:
        county = a_county(session, orders=1)
        what_if = ask(session, AREA, [Change(ChangeKind.DOUBLE)], actor=county.actor, now=NOW)
    monkeypatch.setattr("rj.scheduling.comparing.compare", broken)
    compare_what_if(database, StoppedClock(NOW), what_if.id)
    with database.reading() as session:
        ended = session.get_one(WhatIf, what_if.id)
        assert ended.state is RunState.FAILED
        assert ended.failure.startswith("Planning met a fault")
        assert ended.answers == []
    assert "MemoryError" in caplog.text
    assert str(what_if.id) in caplog.text
    assert told not in caplog.text


def test_somebody_leaves_and_the_answer_stands_beside_today(database, clock):
    with database.writing() as session:
        county = a_county(session, orders=2)
        staff = [str(each.id) for each in county.facilitators]
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        assert "Nothing has been asked yet." in site.get(HERE).text
        hidden = site.hidden_fields(HERE)
        asked = {"lose": staff[0], "trained": "2", "like": staff[1], "double": "yes"}
        first = site.post(HERE, asked, hidden=hidden)
        again = site.post(HERE, asked, hidden=hidden)
        assert (first.status_code, first.headers["location"]) == (303, again.headers["location"])
        where = first.headers["location"]
        waiting = site.get(where).text
        assert "Waiting to begin" in waiting
        assert '<meta http-equiv="refresh"' in waiting

        with database.reading() as session:
            [what_if] = session.exec(select(WhatIf)).all()
        compare_what_if(database, StoppedClock(NOW), what_if.id)
        compare_what_if(database, StoppedClock(NOW), what_if.id)  # a repeated job changes nothing

        shown = site.get(where).text
        earlier = site.get(HERE).text
    with database.reading() as session:
        answered = session.get_one(WhatIf, what_if.id)
        assert answered.state is RunState.FINISHED
        today, trained, fewer, doubled = (each["tiers"] for each in answered.answers)
    assert today["unscheduled"] == 0
    assert len({*map(str, (today, trained, fewer, doubled))}) > 1
    assert doubled["preference_misses"] >= today["preference_misses"]
    assert "Twice the new orders" in shown
    assert "Side by side" in shown
    assert "http-equiv" not in shown
    assert "Answered" in earlier


def test_what_is_half_asked_or_asked_elsewhere_is_refused_with_what_was_typed(database, clock):
    with database.writing() as session:
        county = a_county(session, orders=1)
        an_area(session, "elsewhere")
        lead = str(county.facilitators[0].id)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        for fields, told in (
            ({}, "Choose at least one change"),
            ({"trained": "2"}, "Choose whose base and hours"),
            ({"like": lead}, "Enter how many would be trained"),
            ({"trained": "11", "like": lead}, "10"),
            ({"lose": str(uuid4())}, "Choose a facilitator from the list"),
            ({"close": str(uuid4())}, "Choose a venue from the list"),
            ({"lose": lead, "area": "elsewhere"}, "Choose the area"),
        ):
            answer = site.post(HERE, fields, hidden=site.hidden_fields(HERE))
            assert (answer.status_code, told in answer.text) == (422, True), fields
        answer = site.post(HERE, {"trained": "2"}, hidden=site.hidden_fields(HERE))
        assert 'value="2"' in answer.text
        assert site.get(f"{HERE}/{uuid4()}").status_code == 404
    with database.reading() as session:
        assert session.exec(select(WhatIf)).all() == []


def test_a_what_if_of_another_area_is_not_there(database, clock):
    with database.writing() as session:
        an_area(session, "elsewhere")
        a_county(session, orders=1)
        theirs = WhatIf(area_id="elsewhere", asked_at=NOW, problem="{}", identifiers={}, changes=[])
        session.add(theirs)
        session.flush()
        what_if_id = theirs.id
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        assert site.get(f"{HERE}/{what_if_id}").status_code == 404
        assert str(what_if_id) not in site.get(HERE).text
