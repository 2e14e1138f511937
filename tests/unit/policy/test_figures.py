"""What an area may set for itself: every figure can be read, set and refused."""

from datetime import date

import pytest

from rj.policy.figures import (
    FIGURES,
    Shape,
    differing,
    faults_of,
    shipped_policy,
    with_figures,
)
from rj.policy.legal import PersonalVictim
from rj.policy.terms import RequirementType, Route, Stage

DAY = date(2026, 3, 9)
SHIPPED = shipped_policy(DAY)


def another(name):
    """A lawful value that the figure does not have."""
    figure = FIGURES[name]
    value = figure.place.get(SHIPPED)
    match figure.shape:
        case Shape.NUMBER:
            return figure.least if value != figure.least else figure.least + figure.step
        case Shape.DAY:
            return "2031-02-03"
        case Shape.TRUTH:
            return not value
        case Shape.ONE:
            return next(option for option in figure.options if option != value)
        case Shape.SEVERAL:
            return [figure.options[0]]


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_can_be_set_and_changes_nothing_else_r7(name):
    value = another(name)
    assert FIGURES[name].fault(value) == ""

    changed = with_figures(SHIPPED, {name: value}, "AR-1")

    assert [(figure.name, now) for figure, _, now in differing(SHIPPED, changed)] == [(name, value)]
    assert {changed.legal.version, changed.standards.version, changed.template.version} == {"AR-1"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("minutes.assessment", 50),
        ("minutes.assessment", None),
        ("period.first_contact_days", 0),
        ("period.first_contact_days", "15"),
        ("rar.opens_on", "2026-02-30"),
        ("eligible.harm", []),
        ("eligible.harm", ["theft"]),
        ("eligible.personal_victim", "never"),
        ("eligible.custody", "yes"),
    ],
)
def test_what_cannot_be_is_refused(name, value):
    assert FIGURES[name].fault(value)


def test_a_limit_may_be_lifted_and_a_requirement_begun():
    changed = with_figures(
        SHIPPED,
        {"specified_activity.most_days": None, "probation_requirement.opens_on": "2026-09-01"},
        "AR-1",
    )

    assert changed.legal.regime(RequirementType.SPECIFIED_ACTIVITY).most_days is None
    assert not changed.legal.may_be_made_on(RequirementType.PROBATION, date(2026, 8, 31))
    assert changed.legal.may_be_made_on(RequirementType.PROBATION, date(2026, 9, 1))


def test_the_length_of_the_third_meeting_is_one_whether_its_route_is_decided_or_not():
    changed = with_figures(SHIPPED, {f"minutes.{Stage.REPARATION.value}": 120}, "AR-1")

    assert changed.template.step(Stage.REPARATION).minutes == 120
    assert changed.template.step(Stage.REPARATION, Route.DIRECT).minutes == 120


def test_figures_that_do_not_hold_together_are_named():
    assert faults_of(SHIPPED) == ()
    gaps = with_figures(SHIPPED, {"gap.contact.assessment.least": 40}, "AR-1")
    assert faults_of(gaps) == ("From first contact to assessment: the least is more than the most",)
    closed = with_figures(SHIPPED, {"rar.closed_on": "2015-01-01"}, "AR-1")
    assert len(faults_of(closed)) == 1
    deferment = with_figures(SHIPPED, {"deferment_rj.longest_months": 13}, "AR-1")
    assert len(faults_of(deferment)) == 1


def test_a_figure_of_another_release_is_left_as_shipped():
    changed = with_figures(SHIPPED, {"gone.for_good": 3}, "AR-1")

    assert differing(SHIPPED, changed) == ()
    assert changed.legal.eligibility.personal_victim is PersonalVictim.ALWAYS
