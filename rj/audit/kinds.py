"""Which sort of act each word of the audit stands for. An act that is not here is a change.

``tests/architecture/test_audit_words.py`` finds acts in the code that are missing.
"""

from rj.policy.terms import EventKind

_WORDS: dict[EventKind, tuple[str, ...]] = {
    EventKind.SIGN_IN: (
        "code refused",
        "password refused",
        "recovery code used",
        "sessions ended",
        "sign-in refused",
        "signed in",
        "signed out",
    ),
    EventKind.REFUSED: ("refused",),
    EventKind.VIEW: ("viewed", "viewed contact", "listed", "view contact details", "fetch feed"),
    EventKind.CREATE: (
        "account opened",
        "add busy time",
        "add conflict of interest",
        "add facilitator",
        "add leave",
        "add past conference",
        "add person",
        "add preparation",
        "add room",
        "add venue",
        "ask of planning",
        "hold meeting",
        "import reference list",
        "record contact attempt",
        "record gate",
        "record order",
        "record outcome",
    ),
    EventKind.CHANGE: (
        "account deactivated",
        "account reactivated",
        "agree contact plan",
        "agree venues",
        "ask whether this person said no",
        "block room",
        "cancel meeting",
        "change facilitator",
        "change room",
        "change route",
        "change venue",
        "choose calendar",
        "close order",
        "close venue",
        "complete step",
        "correct order",
        "drop preparation",
        "end busy time",
        "end closure",
        "end leave",
        "end room block",
        "free meeting",
        "lift stop on contact",
        "move meeting",
        "password changed",
        "password set",
        "pin meeting",
        "promise day",
        "publish plan",
        "recovery codes drawn",
        "remove conflict of interest",
        "remove past conference",
        "second factor removed",
        "second factor set up",
        "set availability",
        "sign off",
        "set chosen name",
        "set contact details",
        "stop contact",
        "stop planning run",
        "take back planning wish",
        "try message again",
    ),
    EventKind.DISCLOSURE: (
        "send message",
        "tell in person",
        "tell meeting",
        "try to call",
    ),
    EventKind.COMBINATION: ("ask what if", "request planning run"),
    EventKind.EXPORT: (),
    EventKind.ERASURE: ("remove old audit entries",),
    EventKind.GRANT: ("name liaison", "open feed", "revoke feed", "roles changed"),
}
KIND_OF: dict[str, EventKind] = {word: kind for kind, words in _WORDS.items() for word in words}


def kind_of(action: str) -> EventKind:
    """The sort of act that a word of the audit stands for."""
    return KIND_OF.get(action, EventKind.CHANGE)
