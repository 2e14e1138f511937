"""What an administrator sees of rules, offences and words: never a case, only counts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlmodel import Session, col, func, or_, select

from rj.accounts.models import Account, Area
from rj.accounts.queries import areas_by_name
from rj.area_rules.models import AreaRules
from rj.area_rules.queries import policy_of, version_in_force, versions_of
from rj.kernel.london import london_day
from rj.orders.models import Offence, Order
from rj.policy.court_words import words_on
from rj.policy.figures import FIGURES, Figure, Policy, Shape, Value, differing
from rj.policy.legal import PersonalVictim
from rj.policy.offences import is_sensitive
from rj.policy.terms import DayUnit, HarmClass, Language, RiskLevel
from rj.suitability.checking import Result, check
from rj.suitability.models import SuitabilityCheck
from rj.suitability.queries import answer_to, sentence_day, words_approval
from web.pages import Tag, day_text, moment_text
from web.reports.pages import RESULT_TAGS
from web.rules.forms import key_of
from web.words import words_for

FEWEST_SHOWN = 5
"""Smaller counts could point at somebody."""

_PERSONAL_VICTIM = {
    PersonalVictim.ALWAYS.value: "Always",
    PersonalVictim.WITH_CUSTODY_RISK.value: "Only where the risk of custody lets a case in",
}
_OPTIONS = {
    **{kind.value: words_for(kind) for kind in HarmClass},
    **{level.value: words_for(level) for level in RiskLevel},
    **_PERSONAL_VICTIM,
    **{unit.value: words_for(unit) for unit in DayUnit},
}


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area and the rules it goes by."""

    href: str
    name: str
    rules: str
    coming: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version that an area has published."""

    name: str
    begins: str
    source: str
    published: str
    tag: Tag | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure with its value in words, and where it would become another, that too."""

    label: str
    value: str
    then: str = ""


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """Figures that belong together."""

    title: str
    rows: tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True)
class AreaShown:
    """One area's rules."""

    name: str
    here: str
    rules: str
    groups: tuple[FigureGroup, ...]
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """How a figure is entered."""

    key: str
    label: str
    shape: str
    options: tuple[tuple[str, str], ...]
    hint: str


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that belong together."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing would change."""

    begins: str
    rows: tuple[FigureRow, ...]
    orders: str
    checks: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class OffenceRow:
    """One offence of the list."""

    href: str
    code: str
    description: str
    harm: str
    tag: Tag | None


@dataclass(frozen=True, slots=True)
class WordsShown:
    """The words for the court in one language that needs approval, beside the English."""

    version: str
    source: str
    approved: str
    pairs: tuple[tuple[str, str], ...]


def area_list(session: Session, today: date) -> tuple[AreaRow, ...]:
    """Every area with the rules it goes by today and what comes."""
    rows = []
    for area in areas_by_name(session):
        versions = versions_of(session, area.id)
        coming = [version for version in versions if version.in_force_from > today]
        rows.append(
            AreaRow(
                href=f"/admin/rules/{area.id}",
                name=area.name,
                rules=_rules_words(version_in_force(versions, today)),
                coming=f"New rules from {day_text(coming[0].in_force_from)}" if coming else "",
            )
        )
    return tuple(rows)


def area_shown(session: Session, area: Area, today: date) -> AreaShown:
    """One area's rules as they stand today, and every version it has published."""
    versions = versions_of(session, area.id)
    current = version_in_force(versions, today)
    return AreaShown(
        name=area.name,
        here=f"/admin/rules/{area.id}",
        rules=_rules_words(current),
        groups=_groups(policy_of(current, today)),
        versions=tuple(
            _version_row(session, version, current, today) for version in reversed(versions)
        ),
    )


def _rules_words(version: AreaRules | None) -> str:
    if version is None:
        return "As the release ships them"
    return f"The area's own, {version.name}, since {day_text(version.in_force_from)}"


def _version_row(
    session: Session, version: AreaRules, current: AreaRules | None, today: date
) -> VersionRow:
    tag = None
    if version is current:
        tag = Tag("In force", "told")
    elif version.in_force_from > today:
        tag = Tag("To come", "proposed")
    publisher = session.get_one(Account, version.published_by).name
    return VersionRow(
        name=version.name,
        begins=day_text(version.in_force_from),
        source=version.source,
        published=f"{moment_text(version.published_at)}, by {publisher}",
        tag=tag,
    )


def _groups(policy: Policy) -> tuple[FigureGroup, ...]:
    return tuple(
        FigureGroup(
            title,
            tuple(
                FigureRow(figure.label, value_words(figure.place.get(policy))) for figure in found
            ),
        )
        for title, found in groupby(FIGURES.values(), key=lambda figure: figure.group)
    )


def value_words(value: Value) -> str:
    """A value as a page says it."""
    match value:
        case None:
            return "None"
        case bool():
            return "Yes" if value else "No"
        case list():
            return ", ".join(_OPTIONS[each] for each in value)
        case int():
            return str(value)
        case str():
            try:
                return day_text(date.fromisoformat(value))
            except ValueError:
                return _OPTIONS[value]


def field_groups() -> tuple[FieldGroup, ...]:
    """Every figure as a field."""
    return tuple(
        FieldGroup(title, tuple(_field(figure) for figure in found))
        for title, found in groupby(FIGURES.values(), key=lambda figure: figure.group)
    )


def _field(figure: Figure) -> Field:
    options = tuple((value, _OPTIONS[value]) for value in figure.options)
    if figure.shape is Shape.TRUTH:
        options = (("yes", "Yes"), ("no", "No"))
    return Field(
        key_of(figure.name),
        figure.label,
        figure.shape.value,
        options,
        "Leave it out for none" if figure.may_be_empty else "",
    )


def preview_of(
    session: Session,
    area_id: str,
    before: Policy,
    after: Policy,
    *,
    in_force_from: date,
    mark: str,
) -> Preview:
    """What would change, and for how many: orders keep their rules, checks are asked again."""
    kept = session.exec(
        select(func.count())
        .select_from(Order)
        .where(Order.area_id == area_id, col(Order.closed_at).is_(None))
    ).one()
    return Preview(
        begins=day_text(in_force_from),
        rows=tuple(
            FigureRow(figure.label, value_words(now), value_words(then))
            for figure, now, then in differing(before, after)
        ),
        orders=f"{count_words(kept)} open orders of the area keep the rules they were made under.",
        checks=_changed_answers(session, area_id, after, in_force_from),
        mark=mark,
    )


def _changed_answers(
    session: Session, area_id: str, after: Policy, begins: date
) -> tuple[str, ...]:
    """Saved checks for sentences from that day on whose answer would be another."""
    found = session.exec(
        select(SuitabilityCheck).where(
            SuitabilityCheck.area_id == area_id,
            or_(
                col(SuitabilityCheck.hearing_on) >= begins,
                col(SuitabilityCheck.hearing_on).is_(None),
            ),
        )
    )
    changes: Counter[tuple[Result, Result]] = Counter()
    for each in found:
        day = sentence_day(each)
        if day >= begins:
            answered = answer_to(session, each)
            then = check(answered.facts, day, after.legal).result
            if then is not each.result:
                changes[each.result, then] += 1
    return tuple(
        f"{count_words(count)} saved checks: “{RESULT_TAGS[now].text}” would be "
        f"“{RESULT_TAGS[then].text}”"
        for (now, then), count in sorted(changes.items())
    )


def count_words(count: int) -> str:
    """A count that points at nobody."""
    if count == 0:
        return "No"
    return str(count) if count >= FEWEST_SHOWN else f"Fewer than {FEWEST_SHOWN}"


def offence_list(
    session: Session, text: str, harm: str, number: int, per_page: int
) -> tuple[tuple[OffenceRow, ...], int]:
    """A page of the offence list, and how many there are in all."""
    conditions = []
    if text:
        like = f"%{text.lower()}%"
        conditions.append(
            or_(
                func.lower(col(Offence.description)).like(like),
                func.lower(col(Offence.category)).like(like),
                col(Offence.code).like(like),
            )
        )
    if harm in set(HarmClass):
        conditions.append(col(Offence.harm_class) == HarmClass(harm))
    total = session.exec(select(func.count()).select_from(Offence).where(*conditions)).one()
    found = session.exec(
        select(Offence)
        .where(*conditions)
        .order_by(col(Offence.code))
        .offset((number - 1) * per_page)
        .limit(per_page)
    )
    return tuple(_offence_row(offence) for offence in found), total


def _offence_row(offence: Offence) -> OffenceRow:
    sensitive = is_sensitive(offence.risk_class, offence.category, offence.description)
    return OffenceRow(
        href=f"/admin/offences/{offence.code.replace('/', '-')}",
        code=offence.code,
        description=offence.description,
        harm=words_for(offence.harm_class),
        tag=Tag("For the RJ lead", "held") if sensitive else None,
    )


def welsh_shown(session: Session, now: datetime) -> WordsShown:
    """The Welsh words beside the English, and whether they are approved."""
    published = words_on(london_day(now))
    english, welsh = published.words[Language.ENGLISH], published.words[Language.WELSH]
    approval = words_approval(session, welsh)
    approved = ""
    if approval is not None:
        who = session.get_one(Account, approval.approved_by).name
        approved = f"Approved {moment_text(approval.approved_at)}, by {who}"
    return WordsShown(
        version=published.version,
        source=published.source,
        approved=approved,
        pairs=tuple(zip(english.texts(), welsh.texts(), strict=True)),
    )


def harm_choices() -> Iterable[tuple[str, str]]:
    """The classes of the offence map, as choices."""
    return tuple((kind.value, words_for(kind)) for kind in HarmClass)
