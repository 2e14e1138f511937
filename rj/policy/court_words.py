"""The sentences of the paragraph for the court: dated, with their source, in both languages (R13).

They state what is known and what is not, never what anybody harmed wants. Nothing here depends on
what a harmed person has said, but for the one sentence that needs a recorded consent. The Welsh is
unreviewed: no page offers it before an administrator has approved exactly this text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType

from rj.policy.legal import Criterion
from rj.policy.terms import Language, RequirementType


@dataclass(frozen=True, slots=True)
class CourtWords:
    """Every sentence in one language. Braces name what is filled in."""

    requirements: Mapping[RequirementType, str]
    any_requirement: str
    months: tuple[str, ...]
    met: str
    nothing_against: str
    open: str
    not_proposed: str
    reasons: str
    says_nothing: str
    for_lead: str
    days: str
    deferred_until: str
    co_operation: str
    consent_of_all: str
    caution: str
    arrangements: str
    held: str
    court_told: str
    reference: str
    open_names: Mapping[Criterion, str]
    """What still has to be established, as part of a list."""
    reason_names: Mapping[Criterion, str]
    """Reasons that can be given openly: none rests on anybody harmed."""

    def texts(self) -> tuple[str, ...]:
        """Every piece of text, in one order for all languages, to be read side by side."""
        found: list[str] = []
        for field in fields(self):
            value = getattr(self, field.name)
            pieces = value.values() if isinstance(value, Mapping) else value
            found += [value] if isinstance(value, str) else pieces
        return tuple(found)


@dataclass(frozen=True, slots=True)
class PublishedWords:
    """The words in use from a day on."""

    version: str
    in_force_from: date
    source: str
    words: Mapping[Language, CourtWords]


_ENGLISH = CourtWords(
    requirements=MappingProxyType(
        {
            RequirementType.SPECIFIED_ACTIVITY: "a specified activity requirement",
            RequirementType.RAR: "a rehabilitation activity requirement",
            RequirementType.PROBATION: "a probation requirement",
            RequirementType.DEFERMENT_RJ: "a requirement on deferment of sentence",
        }
    ),
    any_requirement="a requirement",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    met="On what is known on {day}, the conditions for {requirement} with restorative justice "
    "activity are met.",
    nothing_against="On what is known on {day}, nothing rules out {requirement} with restorative "
    "justice activity.",
    open="Still to be established: {things}.",
    not_proposed="On what is known on {day}, {requirement} with restorative justice activity is "
    "not proposed.",
    reasons="The reason: {things}.",
    says_nothing="This says nothing about the wishes of anybody harmed by the offence. Restorative "
    "justice may be open by another route.",
    for_lead="The advice of the restorative justice lead is needed before restorative justice "
    "activity is proposed to the court. Until then it is neither proposed nor ruled out.",
    days="The number of days proposed is {days}.",
    deferred_until="Sentence would be deferred until {until}.",
    co_operation="No activity that needs the co-operation of anybody else is included without "
    "that person's consent.",
    consent_of_all="The law asks for the consent of everybody who would take part; this report "
    "neither states nor implies it.",
    caution="Any activity is subject to assessment and will not proceed without the free agreement "
    "of all concerned, each of whom may change their mind at any time. Alternative reparation is "
    "available.",
    arrangements="The restorative justice service has confirmed that arrangements can be made.",
    held="For a sentence passed on {sentence}, a first contact by {contact} and an assessment by "
    "{assessment} are provisionally held, reference {hold}, until {until}. Should the order not "
    "reach the service before {contact}, first contact is due by {due} and the assessment may be "
    "later.",
    court_told="By a consent that is on record, the court may be told that a person harmed by the "
    "offence is willing to consider restorative justice.",
    reference="Reference of this check: {reference}.",
    open_names=MappingProxyType(
        {
            Criterion.REGIME: "whether the court can make the requirement on the day of sentence",
            Criterion.LENGTH: "the length of the requirement",
            Criterion.ADULT: "the person's age at conviction",
            Criterion.PLEA: "the plea",
            Criterion.OFFENCE: "the kind of offence",
            Criterion.PERSONAL_VICTIM: "whether the offence was directed at a person",
            Criterion.RISK: "the level of risk",
            Criterion.RESPONSIBILITY: "whether the person takes responsibility",
            Criterion.WILLING: "whether the person is willing to take part",
            Criterion.CONTACT_BAR: "whether any order bears on contact, and its clearance",
            Criterion.SENSITIVE: "whether the advice of the restorative justice lead is needed",
            Criterion.ARRANGEMENTS: "whether arrangements can be made",
        }
    ),
    reason_names=MappingProxyType(
        {
            Criterion.REGIME: "the court cannot make this requirement on the day of sentence",
            Criterion.LENGTH: "the length considered is not one that the law allows",
            Criterion.ADULT: "the person was under 18 when convicted",
            Criterion.PLEA: "the person did not plead guilty",
            Criterion.OFFENCE: "the programme does not take this kind of offence",
            Criterion.RISK: "the programme does not take this level of risk",
        }
    ),
)

_WELSH = CourtWords(
    requirements=MappingProxyType(
        {
            RequirementType.SPECIFIED_ACTIVITY: "gofyniad gweithgaredd penodedig",
            RequirementType.RAR: "gofyniad gweithgaredd adsefydlu",
            RequirementType.PROBATION: "gofyniad prawf",
            RequirementType.DEFERMENT_RJ: "gofyniad wrth ohirio'r ddedfryd",
        }
    ),
    any_requirement="gofyniad",
    months=(
        "Ionawr",
        "Chwefror",
        "Mawrth",
        "Ebrill",
        "Mai",
        "Mehefin",
        "Gorffennaf",
        "Awst",
        "Medi",
        "Hydref",
        "Tachwedd",
        "Rhagfyr",
    ),
    met="Ar sail yr hyn sy'n hysbys ar {day}, mae'r amodau ar gyfer {requirement} gyda "
    "gweithgaredd cyfiawnder adferol wedi'u bodloni.",
    nothing_against="Ar sail yr hyn sy'n hysbys ar {day}, nid oes dim yn diystyru {requirement} "
    "gyda gweithgaredd cyfiawnder adferol.",
    open="I'w gadarnhau o hyd: {things}.",
    not_proposed="Ar sail yr hyn sy'n hysbys ar {day}, ni chynigir {requirement} gyda gweithgaredd "
    "cyfiawnder adferol.",
    reasons="Y rheswm: {things}.",
    says_nothing="Nid yw hyn yn dweud dim am ddymuniadau unrhyw un a niweidiwyd gan y drosedd. "
    "Gall cyfiawnder adferol fod ar gael drwy lwybr arall.",
    for_lead="Mae angen cyngor yr arweinydd cyfiawnder adferol cyn cynnig gweithgaredd cyfiawnder "
    "adferol i'r llys. Tan hynny nid yw'n cael ei gynnig na'i ddiystyru.",
    days="Nifer y diwrnodau a gynigir yw {days}.",
    deferred_until="Byddai'r ddedfryd yn cael ei gohirio tan {until}.",
    co_operation="Ni chynhwysir unrhyw weithgaredd sydd angen cydweithrediad rhywun arall heb "
    "gydsyniad y person hwnnw.",
    consent_of_all="Mae'r gyfraith yn gofyn am gydsyniad pawb a fyddai'n cymryd rhan; nid yw'r "
    "adroddiad hwn yn ei ddatgan nac yn ei awgrymu.",
    caution="Mae unrhyw weithgaredd yn amodol ar asesiad ac ni fydd yn mynd rhagddo heb gytundeb "
    "rhydd pawb dan sylw, a gall pob un newid ei feddwl ar unrhyw adeg. Mae gwneud iawn mewn "
    "ffordd arall ar gael.",
    arrangements="Mae'r gwasanaeth cyfiawnder adferol wedi cadarnhau y gellir gwneud trefniadau.",
    held="Ar gyfer dedfryd a roddir ar {sentence}, cedwir amser dros dro ar gyfer cyswllt cyntaf "
    "erbyn {contact} ac asesiad erbyn {assessment}, cyfeirnod {hold}, tan {until}. Os na fydd "
    "y gorchymyn yn cyrraedd y gwasanaeth cyn {contact}, rhaid gwneud y cyswllt cyntaf erbyn {due} "
    "a gall yr asesiad fod yn hwyrach.",
    court_told="Drwy gydsyniad sydd ar gofnod, gellir dweud wrth y llys fod person a niweidiwyd "
    "gan y drosedd yn barod i ystyried cyfiawnder adferol.",
    reference="Cyfeirnod y gwiriad hwn: {reference}.",
    open_names=MappingProxyType(
        {
            Criterion.REGIME: "a all y llys wneud y gofyniad ar ddiwrnod y ddedfryd",
            Criterion.LENGTH: "hyd y gofyniad",
            Criterion.ADULT: "oedran y person adeg yr euogfarn",
            Criterion.PLEA: "y ple",
            Criterion.OFFENCE: "y math o drosedd",
            Criterion.PERSONAL_VICTIM: "a gyfeiriwyd y drosedd at berson",
            Criterion.RISK: "lefel y risg",
            Criterion.RESPONSIBILITY: "a yw'r person yn derbyn cyfrifoldeb",
            Criterion.WILLING: "a yw'r person yn fodlon cymryd rhan",
            Criterion.CONTACT_BAR: "a oes unrhyw orchymyn yn effeithio ar gyswllt, a'i ganiatâd",
            Criterion.SENSITIVE: "a oes angen cyngor yr arweinydd cyfiawnder adferol",
            Criterion.ARRANGEMENTS: "a ellir gwneud trefniadau",
        }
    ),
    reason_names=MappingProxyType(
        {
            Criterion.REGIME: "ni all y llys wneud y gofyniad hwn ar ddiwrnod y ddedfryd",
            Criterion.LENGTH: "nid yw'r gyfraith yn caniatáu'r hyd a ystyriwyd",
            Criterion.ADULT: "roedd y person o dan 18 oed adeg yr euogfarn",
            Criterion.PLEA: "ni phlediodd y person yn euog",
            Criterion.OFFENCE: "nid yw'r rhaglen yn derbyn y math hwn o drosedd",
            Criterion.RISK: "nid yw'r rhaglen yn derbyn y lefel hon o risg",
        }
    ),
)

PUBLISHED = (
    PublishedWords(
        version="2026-11",
        in_force_from=date(2013, 2, 1),
        source="Written for the service: cautious by default, after the Criminal Justice Act 2003, "
        "section 201(4), and the Sentencing Act 2020, sections 5 to 7",
        words=MappingProxyType({Language.ENGLISH: _ENGLISH, Language.WELSH: _WELSH}),
    ),
)
"""Every published version, oldest first."""


def words_on(day: date) -> PublishedWords:
    """The words in use on a day; the oldest ones for days before them all."""
    in_use = [version for version in PUBLISHED if version.in_force_from <= day]
    return in_use[-1] if in_use else PUBLISHED[0]
