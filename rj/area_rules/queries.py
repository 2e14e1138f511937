"""What rules hold where and when.

A case looks its rules up once, by its area and day of sentence, and notes their version; from then
on it asks by that version, so that a later change never reaches it (R7).
"""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from rj.area_rules.models import AreaRules
from rj.policy.figures import Policy, shipped_policy, with_figures

OF_AN_AREA = "AR"
"""What the names of areas' own versions begin with; those of the release begin with a year."""


def is_of_an_area(name: str) -> bool:
    """Whether a version is an area's own, by its name."""
    return name.startswith(f"{OF_AN_AREA}-")


def versions_of(session: Session, area_id: str) -> list[AreaRules]:
    """What an area has published, in the order in which it comes into force; of two for the same
    day the one published last counts and stands last."""
    return list(
        session.exec(
            select(AreaRules)
            .where(AreaRules.area_id == area_id)
            .order_by(col(AreaRules.in_force_from), col(AreaRules.published_at))
        )
    )


def version_in_force(versions: Iterable[AreaRules], sentenced_on: date) -> AreaRules | None:
    """The area's own version for a day of sentence; None while the shipped rules hold."""
    found = None
    for version in versions:
        if version.in_force_from <= sentenced_on:
            found = version
    return found


def policy_of(version: AreaRules | None, sentenced_on: date) -> Policy:
    """The shipped policy of the day, with the area's own figures."""
    shipped = shipped_policy(sentenced_on)
    return with_figures(shipped, version.figures, version.name) if version else shipped


def policy_in_force(session: Session, area_id: str, sentenced_on: date) -> Policy:
    """What a sentence on this day in this area goes by."""
    return policy_of(version_in_force(versions_of(session, area_id), sentenced_on), sentenced_on)


def policy_by_version(session: Session, name: str, sentenced_on: date) -> Policy:
    """What a case goes by that noted this version: an area's own by name, else the shipped.

    A version never changes, so each is looked up once in a session.
    """
    known: dict[tuple[str, date], Policy] = session.info.setdefault("policies", {})
    if (name, sentenced_on) not in known:
        version = None
        if is_of_an_area(name):
            version = session.exec(select(AreaRules).where(AreaRules.name == name)).one()
        known[name, sentenced_on] = policy_of(version, sentenced_on)
    return known[name, sentenced_on]
