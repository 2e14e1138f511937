"""Made-up names: what stands in a planning problem for the records it speaks of.

Each run makes its own. The mapping lies beside the problem, and erasure deletes from it.
"""

from dataclasses import dataclass, field
from uuid import UUID

from rj.kernel.references import new_reference

CASE, TASK, PERSON, FACILITATOR, VENUE, ROOM = "C", "T", "P", "F", "V", "R"
"""The kinds of record that are named, each with the letter its names begin with."""

HOLD, HOLD_CONTACT, HOLD_ASSESSMENT = "H", "X", "Y"
"""A provisional hold, which the planner sees as a case of two pinned meetings, and those two."""

IDENTIFIER_LENGTH = 8


@dataclass
class Names:
    """Made-up names for records, one way and back. Each run makes its own."""

    by_record: dict[tuple[str, UUID], str] = field(default_factory=dict)
    by_name: dict[str, tuple[str, UUID]] = field(default_factory=dict)

    def of(self, kind: str, record: UUID) -> str:
        """The name of a record, made up at first need."""
        key = (kind, record)
        if key not in self.by_record:
            name = new_reference(kind, IDENTIFIER_LENGTH)
            while name in self.by_name:
                name = new_reference(kind, IDENTIFIER_LENGTH)
            self.by_record[key], self.by_name[name] = name, key
        return self.by_record[key]

    def find(self, kind: str, record: UUID) -> str | None:
        """The name of a record that has one."""
        return self.by_record.get((kind, record))

    def record(self, name: str) -> UUID:
        """The record behind a name. Raises KeyError for a name that is not of this run."""
        return self.by_name[name][1]

    def stands_for(self, kind: str, name: str) -> bool:
        """Whether a name is one of this run for a record of this kind."""
        return name in self.by_name and self.by_name[name][0] == kind

    def as_document(self) -> dict[str, str]:
        """The mapping as it is stored: name to ``KIND:record``."""
        return {name: f"{kind}:{record}" for name, (kind, record) in self.by_name.items()}

    @staticmethod
    def from_document(document: dict[str, str]) -> "Names":
        """The stored mapping; rows that erasure has deleted are simply not there."""
        names = Names()
        for name, text in document.items():
            kind, _, record = text.partition(":")
            key = (kind, UUID(record))
            names.by_record[key], names.by_name[name] = name, key
        return names
