"""The search for leaks: does a mail or feed tell its reader of somebody else?

Every way in which a program on the road or at the reader's might decode the octets is tried, one
upon another, and each result is searched for what must not be there. It errs towards finding.

    assert not leaks(octets, everything_about_the_other_side)
"""

import base64
import binascii
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from functools import lru_cache
from hashlib import md5, sha1, sha256
from html import unescape
from urllib.parse import unquote, unquote_plus

DEEPEST = 3
"""So many decodings one upon another are tried."""

LONG_ENOUGH = 6
"""A shorter string is searched as a whole word: "Ann" stands in "plan no" by chance."""

BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")
BASE64_LINES = re.compile(r"(?:[A-Za-z0-9+/]{32,}\r?\n[ \t]*)+[A-Za-z0-9+/]+")
READABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\ufffd]{4,}")
ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bq]\?[^?]*\?=(?:\s+(?==\?))?", re.IGNORECASE)
HEX = re.compile(r"(?:[0-9a-f]{2}){6,}", re.IGNORECASE)
HASH = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}")
COMBINING = re.compile("[\u0300-\u036f]+")
NOT_OF_A_WORD = re.compile(r"[\W_]+")
NOT_OF_AN_ASCII_WORD = {code: " " for code in range(128) if not chr(code).isalnum()}
UNDECOMPOSED = str.maketrans("łŁøØđĐħĦıþÞ", "lLoOdDhHitT")


@dataclass(frozen=True, slots=True)
class Decoding:
    """One reading of the octets, and the steps that led to it."""

    steps: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Leak:
    """A string that its reader may not see, and how they could come to see it."""

    forbidden: str
    found_by: str


def leaks(raw: bytes, forbidden: Iterable[str]) -> list[Leak]:
    """Each forbidden string that can be read out of the octets, once, by the shortest way.

    Accents, case, spaces and punctuation are ignored; a hash of a string counts as the string.
    Raises ValueError for a string with no letter or digit to search for.
    """
    readings = [
        (" > ".join(decoding.steps), words, words.replace(" ", ""))
        for decoding in decodings(raw)
        for words in (f" {_as_words(decoding.text)} ",)
    ]
    found = []
    for each in dict.fromkeys(forbidden):
        needles = _needles(each)
        word = f" {_as_words(each)} "
        for way, words, squeezed in readings:
            if word in words or any(needle in squeezed for needle in needles):
                found.append(Leak(each, way))
                break
    return found


class Finder:
    """The same search for very many strings, each of which is prepared once.

    A name shorter than NAME is looked for as a whole word: of a whole county's names one would
    stand in some identifier by chance.
    """

    NAME = 9

    def __init__(self, strings: Iterable[str]) -> None:
        self._words = {each: f" {_as_words(each)} " for each in strings}
        self._long = {
            each: _needles(each)[0] for each in self._words if len(_squeezed(each)) >= self.NAME
        }
        self._of_hash = {
            hashed: each
            for each in self._words
            for hashed in _needles(each)
            if HASH.fullmatch(hashed)
        }

    def leaks(self, raw: bytes, forbidden: Iterable[str]) -> list[Leak]:
        """As the function of this name."""
        ways: dict[str, str] = {}
        for decoding in decodings(raw):
            ways.setdefault(f" {_as_words(decoding.text)} ", " > ".join(decoding.steps))
        words = "\n".join(ways)
        squeezed = words.replace(" ", "")
        hashed = {self._of_hash[run] for run in HASH.findall(squeezed) if run in self._of_hash}
        return [
            Leak(each, self._way(each, ways))
            for each in forbidden
            if each in hashed
            or self._words[each] in words
            or (each in self._long and self._long[each] in squeezed)
        ]

    def is_part_of(self, text: str, others: Iterable[str]) -> bool:
        """Whether a text stands within one of the others, word for word."""
        return any(self._words[text] in self._words[other] for other in others)

    def _way(self, found: str, ways: dict[str, str]) -> str:
        """The shortest way to it; a hash is found by no single way."""
        needle = self._long.get(found)
        for words, way in ways.items():
            if self._words[found] in words or (needle and needle in words.replace(" ", "")):
                return way
        return "hash"


def decodings(raw: bytes) -> Iterator[Decoding]:
    """Every text that can be decoded from the octets, each once, the plainest first."""
    seen = set()
    waiting = list(_first_readings(raw))
    while waiting:
        decoding = waiting.pop(0)
        if decoding.text in seen:
            continue
        seen.add(decoding.text)
        yield decoding
        if len(decoding.steps) <= DEEPEST:
            waiting.extend(
                Decoding((*decoding.steps, step), text)
                for step, text in _decoded_once(decoding.text)
            )


def _first_readings(raw: bytes) -> Iterator[Decoding]:
    for text in _texts(raw):
        yield Decoding(("raw",), text)
    yield from _read_as_mail(raw, ())


def _read_as_mail(raw: bytes, steps: tuple[str, ...]) -> Iterator[Decoding]:
    """Headers and bodies as a mail program shows them, attached mails included."""
    mail = message_from_bytes(raw, policy=policy.default)
    for part in mail.walk():
        for name, value in part.items():
            yield Decoding((*steps, f"header {name}"), str(value))
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            for text in _texts(content, _charset(part)):
                yield Decoding((*steps, part.get_content_type()), text)


def _charset(part: Message) -> str:
    return part.get_content_charset() or "utf-8"


def _texts(octets: bytes, *charsets: str) -> Iterator[str]:
    """The octets in each of the character sets that can be meant."""
    try:
        yield octets.decode("utf-8")
        likely: tuple[str, ...] = charsets
    except UnicodeDecodeError:
        likely = (*charsets, "latin-1")
    for charset in (*likely, *(("utf-16-le", "utf-16-be") if b"\0" in octets else ())):
        try:
            yield octets.decode(charset, errors="replace")
        except LookupError:
            continue


def _decoded_once(text: str) -> Iterator[tuple[str, str]]:
    """What one decoding makes of a text, for each decoding that changes it."""
    candidates = [
        ("unfolded", re.sub(r"\r?\n[ \t]", "", text)),
        ("unescaped", _calendar_unescaped(text)),
        ("carets", text.replace("^n", "\n").replace("^'", '"').replace("^^", "^")),
        ("percent", unquote(text)),
        ("percent, plus", unquote_plus(text)),
        ("percent, latin-1", unquote(text, encoding="latin-1")),
        ("html", unescape(re.sub(r"<[^>]*>", "", text))),
        ("backslash u", re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)),
        ("encoded words", ENCODED_WORD.sub(_encoded_word, text)),
        *(("quoted-printable", each) for each in _quoted_printable(text)),
        ("base64", _in_base64(text)),
        ("hex", "\n".join(_readable(bytes.fromhex(run)) for run in HEX.findall(text))),
    ]
    return ((step, result) for step, result in candidates if result and result != text)


def _calendar_unescaped(text: str) -> str:
    r"""RFC 5545 3.3.11: \n is a line break, and a backslash guards the sign after it."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def _encoded_word(found: re.Match[str]) -> str:
    try:
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "ascii", errors="replace")
            for part, charset in decode_header(found.group().strip())
        )
    except (LookupError, binascii.Error, ValueError):
        return found.group()


def _quoted_printable(text: str) -> Iterator[str]:
    if "=" in text:
        yield from _texts(quopri.decodestring(text.encode("utf-8", errors="replace")))


def _in_base64(text: str) -> str:
    """Whatever can be read out of each run that looks like base64, from each place in it.

    An address or a file name may stand right before the run, so all four alignments are tried.
    """
    runs = [*BASE64.findall(text), *BASE64_LINES.findall(text)]
    return "\n".join(map(_from_each_place, runs))


@lru_cache(maxsize=50_000)
def _from_each_place(run: str) -> str:
    """Kept, as one run stands in most readings of a mail, and many in every mail."""
    return "\n".join(_readable(_from_base64(run, skip)) for skip in range(4))


def _from_base64(run: str, skip: int) -> bytes:
    """A run of base64 in either alphabet, without its padding, from a place in it."""
    plain = re.sub(r"\s", "", run).translate(str.maketrans("-_", "+/"))[skip:]
    whole = plain[: len(plain) - (len(plain) % 4 == 1)]
    return base64.b64decode(whole + "=" * (-len(whole) % 4))


def _readable(octets: bytes) -> str:
    """The parts of some octets that can be text."""
    return "\n".join(READABLE.findall(octets.decode("utf-8", errors="replace")))


def _needles(forbidden: str) -> tuple[str, ...]:
    """What stands for a string in a squeezed text: itself if long enough, and its hashes."""
    squeezed = _squeezed(forbidden)
    if not squeezed:
        raise ValueError("a forbidden string needs a letter or a digit to search for")
    hashes = (
        algorithm(variant.encode(), usedforsecurity=False).hexdigest()
        for algorithm in (md5, sha1, sha256)
        for variant in {forbidden, forbidden.lower(), forbidden.strip().lower(), squeezed}
    )
    if len(squeezed) < LONG_ENOUGH:
        return tuple(hashes)
    # 01632 960123 may be written +44 1632 960123
    is_telephone = squeezed.isdecimal() and squeezed.startswith("0") and len(squeezed) >= 10
    return (squeezed[1:] if is_telephone else squeezed, *hashes)


def _squeezed(text: str) -> str:
    """Letters and digits alone, without accents and case."""
    return _as_words(text).replace(" ", "")


def _as_words(text: str) -> str:
    """Words with one space between them, without accents and case."""
    if text.isascii():  # the same, several times quicker
        return " ".join(text.lower().translate(NOT_OF_AN_ASCII_WORD).split())
    decomposed = unicodedata.normalize("NFKD", text.translate(UNDECOMPOSED).casefold())
    return NOT_OF_A_WORD.sub(" ", COMBINING.sub("", decomposed)).strip()
