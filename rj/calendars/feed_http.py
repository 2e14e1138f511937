"""What a feed answers to a program that already has a copy (RFC 9110 8.8.3 and 13.1.2)."""

import re
from hashlib import sha256

ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
BETWEEN_TAGS = " \t,"


def entity_tag(octets: bytes) -> str:
    """The strong tag of a feed: unchanged octets, unchanged tag."""
    return f'"{sha256(octets).hexdigest()}"'


def has_current_copy(if_none_match: str | None, tag: str) -> bool:
    """The asker already has these octets, so 304 is the answer.

    ``if_none_match`` is the header as it came, or None. Tags are compared weakly, as this header
    asks. A header that is not well formed counts as absent: the worst is one full answer too many.
    """
    if if_none_match is None:
        return False
    if if_none_match.strip(" \t") == "*":
        return True
    if ENTITY_TAG.sub("", if_none_match).strip(BETWEEN_TAGS):
        return False
    return tag in (each.removeprefix("W/") for each in ENTITY_TAG.findall(if_none_match))
