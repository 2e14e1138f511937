"""The checks that the county's report writer has saved: one of each answer a court day brings."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.demo.facts import County
from rj.policy.terms import HarmClass, Plea, RequirementType, RiskLevel, Role
from rj.scheduling.arrangements import Shown, confirm, what_can_be_delivered
from rj.suitability.facts import Answer, Facts
from rj.suitability.models import SuitabilityCheck
from rj.suitability.services import CheckEntry, start_check

_YES, _NO = Answer.YES, Answer.NO

_SOUND = Facts(
    requirement=RequirementType.RAR,
    days=15,
    adult=_YES,
    plea=Plea.GUILTY,
    harm=HarmClass.DOMESTIC_BURGLARY,
    personal_victim=_YES,
    risk=RiskLevel.MEDIUM,
    responsibility=_YES,
    willing=_YES,
    contact_bar=_NO,
    sensitive=_NO,
)
_HALF_KNOWN = Facts(
    requirement=RequirementType.RAR,
    plea=Plea.GUILTY,
    personal_victim=_YES,
    adult=_YES,
    sensitive=_NO,
)
_FOR_LEAD = Facts(plea=Plea.GUILTY, harm=HarmClass.VIOLENCE, personal_victim=_YES, sensitive=_YES)


def record_checks(
    session: Session, county: County, accounts: Mapping[str, UUID], now: datetime
) -> None:
    """Save them in the name of the county's report writers; the sound one has its arrangements."""
    for one in county.accounts:
        if Role.REPORT_WRITER in one.roles:
            writer = accounts[one.email]
            for entry in _entries(county.area_id, county.today):
                actor = Actor(writer, Role.REPORT_WRITER)
                found = start_check(session, entry, writer_id=writer, actor=actor, now=now)
                if entry.facts is _SOUND:
                    _confirm(session, found, actor, now)


def _confirm(session: Session, check: SuitabilityCheck, actor: Actor, now: datetime) -> None:
    """Hold what can be delivered, as the writer's page would."""
    prospect = what_can_be_delivered(session, check, now=now)
    if prospect.contact_on is not None and prospect.assessment_on is not None:
        shown = Shown(prospect.contact_on, prospect.assessment_on)
        confirm(session, check, shown, actor=actor, now=now)


def _entries(area_id: str, today: date) -> tuple[CheckEntry, ...]:
    return (
        CheckEntry(area_id, _SOUND, label="Court 2, list 7", hearing_on=today + timedelta(days=8)),
        CheckEntry(area_id, _HALF_KNOWN, label="Court 1, list 3", offence_code="008/06"),
        CheckEntry(area_id, _FOR_LEAD, label="Court 1, list 11"),
    )
