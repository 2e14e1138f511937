"""Characters that a person never means to type and that programs act on.

Control characters can end a header line early or break a calendar object; the invisible
direction marks can make a text read otherwise than it is stored. Neither is part of any name or
place, so what goes out is cleaned of them. The joiners inside emoji and of some scripts stay.
"""

import re

DIRECTION_MARKS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
UNWANTED = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff{DIRECTION_MARKS}]")
LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
WHITE_SPACE = re.compile(r"\s+")


def clean_text(text: str) -> str:
    """The text without unwanted characters, and without white space around it."""
    return without_unwanted(text).strip()


def without_unwanted(text: str) -> str:
    """The text with plain line ends, tabs as spaces, and without unwanted characters."""
    return UNWANTED.sub("", plain_white_space(text))


def plain_white_space(text: str) -> str:
    """The text with every kind of line end as a line feed, and tabs as spaces."""
    return LINE_END.sub("\n", text).replace("\t", " ")


def clean_line(text: str) -> str:
    """The text as one line, cleaned, with each run of white space as one space."""
    return WHITE_SPACE.sub(" ", clean_text(text))


def is_clean_line(text: str) -> bool:
    """The text is one line and holds nothing unwanted: fit for a header."""
    return "\n" not in text and not UNWANTED.search(text) and not LINE_END.search(text)
