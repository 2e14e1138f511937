"""How an offence stands to the eligibility rule of S1 (R8): violence, domestic burglary, or other
harm directed at a person.

The risk classes of the offence list were built for risk scoring, so this map is a default that an
administrator reviews, not law. It errs towards asking: an offence that may have harmed somebody
in person is counted in, and the report writer looks at the case. In the same way an offence that
is sexual, domestic or exploitative by its words counts as sensitive and complex.
"""

from types import MappingProxyType

from rj.policy.terms import HarmClass

BY_RISK_CLASS = MappingProxyType(
    {
        "violence_against_the_person_abh_plus": HarmClass.VIOLENCE,
        "violence_against_the_person_sub_abh": HarmClass.VIOLENCE,
        "acquisitive_violence": HarmClass.VIOLENCE,  # robbery and aggravated burglary
        "firearms_most_serious": HarmClass.VIOLENCE,
        "burglary_domestic": HarmClass.DOMESTIC_BURGLARY,
        "sexual_against_child": HarmClass.OTHER_PERSONAL_HARM,
        "sexual_not_against_child": HarmClass.OTHER_PERSONAL_HARM,
        "criminal_damage": HarmClass.OTHER_PERSONAL_HARM,
        "vehicle_related_theft": HarmClass.OTHER_PERSONAL_HARM,
    }
)
"""Risk classes that decide by themselves."""

BY_WORDS = (
    "from the person",
    "in a dwelling",
    "harass",
    "stalking",
    "threat",
    "intimidation",
    "alarm or distress",
    "alarm/distress",
    "abusive",
    "blackmail",
    "kidnap",
    "coercive",
)
"""Words in a category or description that show harm to a person where the class does not."""


def harm_class(risk_class: str, category: str, description: str) -> HarmClass:
    """The default class of an offence of the list."""
    decided = BY_RISK_CLASS.get(risk_class)
    if decided is not None:
        return decided
    words = f"{category} {description}".lower()
    if any(word in words for word in BY_WORDS):
        return HarmClass.OTHER_PERSONAL_HARM
    return HarmClass.NONE


SENSITIVE_RISK_CLASSES = frozenset({"sexual_against_child", "sexual_not_against_child"})

SENSITIVE_WORDS = (
    "rape",
    "sexual",
    "indecent assault",
    "indecency",
    "indecent photograph",
    "indecent image",
    "stalking",
    "coercive",
    "traffick",
    "slavery",
    "servitude",
    "forced marriage",
    "genital mutilation",
    "infibulate",
    "domestic abuse",
    "exploitation",
    "cruelty to or neglect of child",
    "strangulation",
)
"""Words of offences that are sensitive and complex in themselves (R34)."""


def is_sensitive(risk_class: str, category: str, description: str) -> bool:
    """Whether the offence alone makes a case sensitive and complex: it goes to the RJ lead."""
    words = f"{category} {description}".lower()
    return risk_class in SENSITIVE_RISK_CLASSES or any(word in words for word in SENSITIVE_WORDS)
