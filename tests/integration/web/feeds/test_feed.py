"""The private calendar address, as calendar programs meet it (M10)."""

from datetime import timedelta

import pytest
from sqlmodel import select

from rj.audit.models import AuditEntry
from rj.calendars.feeds import feeds_of, open_feed, revoke_feed
from rj.conferences.queries import get_meeting
from rj.conferences.services import move_meeting
from rj.db.database import Database
from rj.facilitators.queries import get_facilitator
from rj.policy.terms import Stage
from tests.builders import NOW
from tests.integration.web.facilitators.cases import (
    CANARIES,
    HARMER_NAME,
    Case,
    a_case,
)
from tests.privacy import leaks
from tests.web_client import TELLER, a_site

STAGES = (Stage.CONTACT, Stage.ASSESSMENT)


def an_address(database: Database, case: Case) -> str:
    with database.writing() as session:
        token = open_feed(session, case.facilitator_id, "Phone", actor=case.actor, now=NOW)
    return f"/feeds/{token}.ics"


def test_two_readings_are_the_same_octets_and_the_second_need_not_be_sent(database, clock):
    address = an_address(database, a_case(database, stages=STAGES))
    with a_site(database, clock) as site:
        first, second = site.get(address), site.get(address)
        known = site.get(address, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert first.status_code == 200
    assert first.content == second.content
    assert first.content.count(b"BEGIN:VEVENT") == 2
    assert first.headers["etag"] == second.headers["etag"] == known.headers["etag"]
    assert known.status_code == 304
    assert known.content == b""


def test_the_answer_is_for_this_asker_only_and_needs_no_cookie(database, clock):
    address = an_address(database, a_case(database, stages=STAGES))
    with a_site(database, clock) as site:
        answer = site.get(address, headers={"Accept": "application/nothing"})
        head = site.client.head(address)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert "last-modified" not in answer.headers
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-type", "content-length", "cache-control"):
        assert head.headers[name] == answer.headers[name]


def test_a_changed_meeting_gives_a_new_tag(database, clock):
    case = a_case(database, stages=STAGES)
    address = an_address(database, case)
    with a_site(database, clock) as site:
        before = site.get(address)
        with database.writing() as session:
            meeting = get_meeting(session, case.meetings[Stage.ASSESSMENT])
            move_meeting(
                session,
                meeting.id,
                based_on=meeting.version,
                starts_at=meeting.starts_at + timedelta(days=1),
                lead_id=meeting.lead_id,
                second_id=meeting.second_id,
                room_id=meeting.room_id,
                reason="the room is being painted",
                actor=case.actor,
                now=NOW,
                tell=TELLER,
            )
        after = site.get(address, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert b"20260317T100000" in after.content


def test_a_revoked_an_unknown_and_a_leavers_address_are_the_same_answer(database, clock):
    case = a_case(database, stages=STAGES)
    revoked, left = an_address(database, case), an_address(database, case)
    with a_site(database, clock) as site:
        assert site.get(revoked).status_code == 200
        with database.writing() as session:
            [used] = [each for each in feeds_of(session, case.facilitator_id) if each.last_used_at]
            revoke_feed(session, used.id, actor=case.actor, now=NOW)
        assert site.get(left).status_code == 200
        with database.writing() as session:
            get_facilitator(session, case.facilitator_id).is_active = False
        answers = [
            site.get(path) for path in (revoked, left, "/feeds/nothing.ics", "/feeds/nothing")
        ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert {answer.headers["content-type"] for answer in answers} == {"text/html; charset=utf-8"}
    assert all("set-cookie" not in answer.headers for answer in answers)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_calendar_is_only_ever_read(database, clock, method):
    address = an_address(database, a_case(database, stages=STAGES))
    with a_site(database, clock) as site:
        answer = site.client.request(method, address)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_the_last_use_is_kept_to_the_hour(database, clock):
    case = a_case(database, stages=STAGES)
    address = an_address(database, case)
    with a_site(database, clock) as site:
        site.get(address)
        clock.instant = NOW + timedelta(minutes=20)
        site.get(address)
    with database.reading() as session:
        [feed] = feeds_of(session, case.facilitator_id)
        looks = session.exec(select(AuditEntry).where(AuditEntry.action == "fetch feed")).all()
    assert feed.last_used_at == NOW
    assert [each.account_id for each in looks] == [case.facilitator.account_id]


def test_the_token_is_written_into_no_log(database, clock, capsys):
    address = an_address(database, a_case(database, stages=STAGES))
    with a_site(database, clock) as site:
        site.get(address)
        site.get("/feeds/guessed-token.ics")
        site.client.post(address)
    logged = capsys.readouterr()
    # the test's own client says what it asked for; the site must not
    ours = [line for line in (logged.out + logged.err).splitlines() if " httpx " not in line]
    for text in ours:
        assert address.removeprefix("/feeds/") not in text
        assert "guessed-token" not in text


def test_S4_a_feed_tells_of_nobody(database, clock):
    address = an_address(database, a_case(database, stages=STAGES))
    with a_site(database, clock) as site:
        answer = site.get(address)
    assert not leaks(answer.content, [*CANARIES, HARMER_NAME, "Fay Lead"])
