"""What if: a coordinator's wonderings, each planned beside what stands today. Books nothing.

    ask(session, area_id, changes, *, actor, now)      -> WhatIf, answered by a worker
    changes_of(what_if)                                -> what was asked, in order

The planning itself is in ``comparing``, so that a web process never loads the solver.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from rj.accounts.models import Area
from rj.audit.services import Actor, note
from rj.db.records import get_record
from rj.jobs.services import enqueue
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.scheduling.freezing import freeze
from rj.scheduling.models import WhatIf
from rj.scheduling.names import FACILITATOR, VENUE
from rj.scheduling.planner.documents import problem_text
from rj.scheduling.runs import SOLVE

WHAT_IF = "what-if"
"""Kind of the job; it waits in the queue of the solves."""
MOST_TRAINED = 10


class ChangeKind(StrEnum):
    """What may be wondered about."""

    TRAIN = "train"
    """Newly trained facilitators, with the base and hours of one there is."""
    LOSE = "lose"
    """A facilitator leaves."""
    CLOSE = "close"
    """A venue closes."""
    DOUBLE = "double"
    """Every order nobody has begun comes twice."""


@dataclass(frozen=True, slots=True)
class Change:
    """One scenario: what changes, about whom or what, and how many times."""

    kind: ChangeKind
    about: UUID | None = None
    """A facilitator or a venue; none for twice the orders."""
    times: int = 1

    def as_document(self) -> dict[str, str | int]:
        """As it is stored."""
        return {"kind": self.kind.value, "about": str(self.about or ""), "times": self.times}

    @staticmethod
    def from_document(document: dict[str, str | int]) -> "Change":
        """The stored change."""
        kind, about = ChangeKind(str(document["kind"])), str(document["about"])
        return Change(kind, UUID(about) if about else None, int(document["times"]))


def ask(
    session: Session, area_id: str, changes: Sequence[Change], *, actor: Actor, now: datetime
) -> WhatIf:
    """Freeze an area's open plans and have a worker plan them as they are and with each change.

    Raises NotFound for an unknown area, Invalid when nothing is asked, or when it is asked of a
    facilitator or venue that the area's planning does not know.
    """
    if session.get(Area, area_id) is None:
        raise NotFound("There is no such area")
    if not changes:
        raise Invalid(FieldProblem("lose", "Choose at least one change to look at"))
    frozen = freeze(session, area_id, now=now, name="what-if")
    for change in changes:
        _refuse_unknown(change, frozen.names.find)
    asked = WhatIf(
        area_id=area_id,
        asked_at=now,
        asked_by=actor.account_id,
        problem=problem_text(frozen.problem),
        identifiers=frozen.identifiers,
        changes=[change.as_document() for change in changes],
    )
    session.add(asked)
    session.flush()
    note(session, actor, "ask what if", "what_if", asked.id, now=now)
    payload = {"what_if_id": str(asked.id)}
    enqueue(session, WHAT_IF, payload, key=f"{WHAT_IF}:{asked.id}", queue=SOLVE, now=now)
    return asked


def _refuse_unknown(change: Change, find: Callable[[str, UUID], str | None]) -> None:
    match change.kind:
        case ChangeKind.TRAIN | ChangeKind.LOSE:
            known, field = FACILITATOR, "like" if change.kind is ChangeKind.TRAIN else "lose"
            sentence = "Choose a facilitator from the list"
        case ChangeKind.CLOSE:
            known, field, sentence = VENUE, "close", "Choose a venue from the list"
        case ChangeKind.DOUBLE:
            return
    if change.about is None or find(known, change.about) is None:
        raise Invalid(FieldProblem(field, sentence))
    if not 1 <= change.times <= MOST_TRAINED:
        raise Invalid(FieldProblem("trained", f"Enter a number from 1 to {MOST_TRAINED}"))


def get_what_if(session: Session, what_if_id: UUID) -> WhatIf:
    """The question. Raises NotFound."""
    return get_record(session, WhatIf, what_if_id, "what-if")


def changes_of(asked: WhatIf) -> list[Change]:
    """What was asked, in order."""
    return [Change.from_document(each) for each in asked.changes]


def what_ifs_of(session: Session, area_ids: Sequence[str], *, limit: int = 10) -> list[WhatIf]:
    """What was asked of these areas, the newest first."""
    return list(
        session.exec(
            select(WhatIf)
            .where(col(WhatIf.area_id).in_(area_ids))
            .order_by(col(WhatIf.asked_at).desc(), col(WhatIf.id))
            .limit(limit)
        )
    )
