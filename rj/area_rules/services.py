"""Publishing a version of an area's rules.

publish_rules(session, area_id, *, in_force_from, source, figures, based_on, actor, now)
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from rj.accounts.models import Area
from rj.area_rules.models import AreaRules
from rj.area_rules.queries import OF_AN_AREA, policy_in_force, versions_of
from rj.audit.services import Actor, note
from rj.db.records import get_record
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed
from rj.kernel.london import london_day
from rj.kernel.references import new_reference
from rj.policy.figures import FIGURES, Policy, Value, differing, faults_of, shipped_policy
from rj.policy.figures import with_figures as put_figures

LONGEST_SOURCE = 300
CHANGED_SINCE = "The rules of this area have changed since you looked at them: look again"


def draft_policy(
    session: Session,
    area_id: str,
    *,
    in_force_from: date,
    source: str,
    figures: Mapping[str, Value],
    now: datetime,
) -> tuple[Policy, Policy]:
    """What holds on that day now, and what would hold: for a preview, and before publishing.

    Raises Invalid for a day before today (what was sentenced keeps its rules), without a source,
    for a value out of bounds, or when nothing would change.
    """
    get_record(session, Area, area_id, "area")
    problems = []
    if in_force_from < london_day(now):
        problems.append(
            FieldProblem("in_force_from", "The rules can change from today on, not before")
        )
    if not source.strip() or len(source) > LONGEST_SOURCE:
        problems.append(
            FieldProblem("source", f"Say where it comes from, in {LONGEST_SOURCE} characters")
        )
    for name, value in figures.items():
        fault = FIGURES[name].fault(value) if name in FIGURES else "This figure is not known"
        if fault:
            problems.append(FieldProblem(name, fault))
    if problems:
        raise Invalid(*problems)
    before = policy_in_force(session, area_id, in_force_from)
    after = put_figures(before, figures, before.legal.version)
    faults = faults_of(after)
    if faults:
        raise Invalid(*(FieldProblem("", fault) for fault in faults))
    if not differing(before, after):
        raise Invalid(FieldProblem("", "Nothing differs from what holds on that day already"))
    return before, after


def publish_rules(
    session: Session,
    area_id: str,
    *,
    in_force_from: date,
    source: str,
    figures: Mapping[str, Value],
    based_on: int,
    actor: Actor,
    now: datetime,
) -> AreaRules:
    """Publish what an area goes by for sentences from a day on. Orders and checks that noted an
    earlier version keep it (R7).

    ``based_on`` is how many versions the area had when the form was shown. Raises Conflict when
    somebody has published since; Invalid as ``draft_policy`` does.
    """
    if actor.account_id is None:
        raise NotAllowed("A version of the rules carries the name of who published it")
    if len(versions_of(session, area_id)) != based_on:
        raise Conflict(CHANGED_SINCE)
    _, after = draft_policy(
        session, area_id, in_force_from=in_force_from, source=source, figures=figures, now=now
    )
    changed = differing(shipped_policy(in_force_from), after)
    version = AreaRules(
        area_id=area_id,
        number=based_on + 1,
        name=new_reference(OF_AN_AREA),
        in_force_from=in_force_from,
        source=source.strip(),
        figures={figure.name: value for figure, _, value in changed},
        published_at=now,
        published_by=actor.account_id,
    )
    session.add(version)
    try:
        session.flush()
    except IntegrityError as error:  # somebody published at the same moment
        raise Conflict(CHANGED_SINCE) from error
    note(
        session,
        actor,
        "publish area rules",
        "area_rules",
        version.id,
        now=now,
        fields=version.figures,
        reason=version.source[:200],
    )
    return version
