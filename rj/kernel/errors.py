"""The one family of refusals.

    RJError
    ├── NotFound      no such record, or not one you may know about
    ├── NotAllowed    known to you, but not yours to do
    ├── Invalid       what was entered cannot be accepted, by field
    └── Conflict      true when you looked, no longer true

Only ``web.errors`` knows which status code each becomes. Every message is a sentence
a practitioner can act on, and none carries personal data.
"""

from dataclasses import dataclass


class RJError(Exception):
    """A refusal that can be shown to the person who asked."""


class NotFound(RJError):
    """There is no such record, or none that the asker may know about."""


class NotAllowed(RJError):
    """The asker knows of the record but may not do this to it."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field, said so that it can be put right.

    ``field`` is the name of the form field or column; empty when the fault lies in no single one.
    """

    field: str
    message: str


class Invalid(RJError):
    """What was entered cannot be accepted; put each named field right and send it again."""

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class Conflict(RJError):
    """What was asked rested on something that has changed since; look again and decide anew."""
