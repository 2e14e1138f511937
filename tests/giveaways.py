"""What no mail may say: the words that tell what the service does."""

import re

# By the beginnings of words, so that every inflection counts; Welsh with its mutations.
GIVEAWAYS = re.compile(
    r"\b("
    r"restorat|victim|offen[dc]|probation|conferenc|reparat|crim|court"
    r"|adferol|(dd|d|n)ioddefw|(t|d|th|nh)rosed|(p|b|ph|mh)rawf\b"
    r"|(c|g|ch|ngh)ynhadl|(g|ng)?wneud iawn|iawndal|llys(oedd)?\b|lys(oedd)?\b"
    r")\w*",
    re.IGNORECASE,
)


def giveaways_in(text: str) -> tuple[str, ...]:
    """The words in a text that tell what the service does, in the order they stand."""
    return tuple(found.group() for found in GIVEAWAYS.finditer(text))
