"""What a plan consists of: the four meetings of S1 and the call that comes first.

Templates are dated, sourced data. A plan keeps the version it was drawn up from.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rj.policy.terms import RoomFeature, Route, Stage


class Attends(StrEnum):
    """Who must come to a step, besides the facilitators."""

    HARMER = "harmer"
    HARMER_SUPPORTERS = "harmer_supporters"
    HARMED = "harmed"
    HARMED_SUPPORTERS = "harmed_supporters"
    RESPONSIBLE_OFFICER = "responsible_officer"
    INTERPRETER = "interpreter"


@dataclass(frozen=True, slots=True)
class StepTemplate:
    """One step of a plan as the policy describes it."""

    stage: Stage
    minutes: int
    """Multiple of 15, preparation of the room included where that is part of the block."""
    attends: frozenset[Attends]
    has_room: bool = True
    spare_seats: int = 2
    """Seats beyond the people who attend: the facilitators'."""
    features: frozenset[RoomFeature] = frozenset()


@dataclass(frozen=True, slots=True)
class PlanTemplate:
    """The steps of a plan, in order, from a sentence date on."""

    version: str
    in_force_from: date
    source: str
    steps: tuple[StepTemplate, ...]
    conference: StepTemplate
    """What the third meeting becomes once both sides have consented to meet."""
    other_reparation: StepTemplate
    """What it is when it is a letter, shuttle or another reparation."""

    def step(self, stage: Stage, route: Route = Route.UNDECIDED) -> StepTemplate:
        """The template of one stage; the third meeting depends on the route.

        While the route is undecided it is planned with a conference's length and room, so that
        a consent recorded late needs no new booking.
        """
        if stage is Stage.REPARATION:
            if route is Route.DIRECT:
                return self.conference
            if route is not Route.UNDECIDED:
                return self.other_reparation
        return next(step for step in self.steps if step.stage is stage)


_HARMER_AND_HELP = frozenset({Attends.HARMER, Attends.INTERPRETER})
_CONFERENCE_ROOM = frozenset({RoomFeature.SEPARATE_ENTRANCES})
_CONFERENCE_MINUTES = 90

_UNDECIDED = StepTemplate(
    Stage.REPARATION,
    _CONFERENCE_MINUTES,
    _HARMER_AND_HELP | {Attends.HARMER_SUPPORTERS},
    features=_CONFERENCE_ROOM,
    spare_seats=4,
)

PUBLISHED = (
    PlanTemplate(
        version="2013-02",
        in_force_from=date(2013, 2, 1),
        source="S1 (four meetings); minutes as usual in practice; rooms from R44",
        steps=(
            StepTemplate(Stage.CONTACT, 30, _HARMER_AND_HELP, has_room=False, spare_seats=0),
            StepTemplate(Stage.ASSESSMENT, 60, _HARMER_AND_HELP),
            StepTemplate(Stage.PREPARATION, 60, _HARMER_AND_HELP | {Attends.HARMER_SUPPORTERS}),
            _UNDECIDED,
            StepTemplate(Stage.REVIEW, 45, _HARMER_AND_HELP | {Attends.RESPONSIBLE_OFFICER}),
        ),
        conference=StepTemplate(
            Stage.REPARATION,
            _CONFERENCE_MINUTES,
            _HARMER_AND_HELP
            | {Attends.HARMER_SUPPORTERS, Attends.HARMED, Attends.HARMED_SUPPORTERS},
            features=_CONFERENCE_ROOM,
        ),
        other_reparation=StepTemplate(
            Stage.REPARATION, 60, _HARMER_AND_HELP | {Attends.HARMER_SUPPORTERS}
        ),
    ),
)
"""Every published version, oldest first."""


def template_on(sentenced_on: date) -> PlanTemplate:
    """The version in force on a sentence date; the oldest one for sentences before them all."""
    in_force = [version for version in PUBLISHED if version.in_force_from <= sentenced_on]
    return in_force[-1] if in_force else PUBLISHED[0]


def template_version(version: str) -> PlanTemplate:
    """A published version by its name, for a plan that was drawn up from it."""
    return next(template for template in PUBLISHED if template.version == version)
