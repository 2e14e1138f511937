"""Inventing people: names that occur once, addresses in no real street, numbers nobody answers.

Telephone numbers are from the ranges that Ofcom keeps for drama; e-mail addresses end in ``.test``,
which never resolves (RFC 2606).
"""

import random
import unicodedata
from collections.abc import Iterator
from itertools import chain, cycle

from rj.demo.names import FAMILIES, Heritage
from rj.demo.places import STREETS, TOWN_WEIGHTS, TOWNS, Town

MOBILES = "07700 900{:03d}"
LANDLINES = "01632 960{:03d}"
RANGE = 1000
SERVICE_NUMBER = 0
"""The last three figures of the service's own number, given to nobody else."""
POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
WITHOUT_MARK = str.maketrans({"ł": "l", "Ł": "L"})


def generator(seed: int, *subject: object) -> random.Random:
    """Chance for one subject: the same seed and subject always fall the same way."""
    return random.Random(":".join(map(str, (seed, *subject))))  # noqa: S311 -- invention, no secret


def plain_letters(text: str) -> str:
    """The text in lower case without accents or spaces, fit for an e-mail address."""
    parts = unicodedata.normalize("NFKD", text.translate(WITHOUT_MARK))
    return "".join(letter for letter in parts.lower() if letter.isascii() and letter.isalpha())


class Census:
    """Everybody invented so far, so that nobody is invented twice."""

    def __init__(self, seed: int) -> None:
        """``seed`` decides who there is."""
        self._chance = generator(seed, "census")
        self._names: set[str] = set()
        self._emails: set[str] = set()
        self._homes: set[str] = set()
        self._crns: set[str] = set()
        self._landlines = self._numbers(LANDLINES, SERVICE_NUMBER + 1)
        self._telephones = chain(self._numbers(MOBILES, 0), self._landlines)

    def _numbers(self, pattern: str, first: int) -> Iterator[str]:
        endings = list(range(first, RANGE))
        self._chance.shuffle(endings)
        return cycle([pattern.format(ending) for ending in endings])

    def name(self, heritage: Heritage, *, is_woman: bool | None = None) -> str:
        """A full name that nobody else has."""
        family = FAMILIES[heritage]
        for _ in range(1000):
            woman = self._chance.random() < 0.5 if is_woman is None else is_woman
            surnames = (family.women_surnames or family.surnames) if woman else family.surnames
            given = self._chance.choice(family.women if woman else family.men)
            name = f"{given} {self._chance.choice(surnames)}"
            if name not in self._names:
                self._names.add(name)
                return name
        double = f"{name}-{self._chance.choice(family.surnames)}"
        self._names.add(double)
        return double

    def email(self, name: str, domain: str) -> str:
        """An address that nobody else has, in a domain that does not exist."""
        given, _, surname = name.partition(" ")
        stem = f"{plain_letters(given)}.{plain_letters(surname)}"
        address, number = f"{stem}@{domain}", 1
        while address in self._emails:
            number += 1
            address = f"{stem}{number}@{domain}"
        self._emails.add(address)
        return address

    def mobile(self) -> str:
        """A mobile number of the drama range; each is given once until all thousand are gone."""
        return next(self._telephones)

    def landline(self) -> str:
        """A number of the drama range of no town."""
        return next(self._landlines)

    def town(self) -> Town:
        """A town to live in, the bigger ones more often."""
        return self._chance.choices(TOWNS, TOWN_WEIGHTS)[0]

    def home(self, town: Town) -> str:
        """An address that nobody else has."""
        while True:
            number = self._chance.randint(1, 140)
            street = self._chance.choice(STREETS)
            place = f"{number} {street}, {town.name}"
            if place not in self._homes:
                self._homes.add(place)
                inward = "".join(self._chance.choices(POSTCODE_LETTERS, k=2))
                return f"{place}, {town.district} {self._chance.randint(1, 9)}{inward}"

    def crn(self) -> str:
        """A probation case number that nobody else has."""
        while True:
            crn = f"W{self._chance.randint(100000, 999999)}"
            if crn not in self._crns:
                self._crns.add(crn)
                return crn
