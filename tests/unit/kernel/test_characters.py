"""Texts lose what no person means to type, and nothing else."""

import pytest

from rj.kernel.characters import clean_line, clean_text, is_clean_line


@pytest.mark.parametrize("text", ["Tŷ'r Afon, Ŵyn", "Łódź, ś ż", "👩‍🦽 ⭐️", "O'Brien \\ ;", "محمد"])
def test_names_and_places_stay_as_they_are(text: str) -> None:
    assert clean_line(text) == text
    assert is_clean_line(text)


@pytest.mark.parametrize(
    "unwanted", ["\0", "\x07", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u200f", "\ufeff"]
)
def test_control_characters_and_direction_marks_are_taken_out(unwanted: str) -> None:
    assert clean_text(f"Mill{unwanted} Lane") == "Mill Lane"
    assert not is_clean_line(f"Mill{unwanted} Lane")


def test_half_a_character_is_taken_out() -> None:
    assert clean_text("Mill\ud83d Lane").encode() == b"Mill Lane"


@pytest.mark.parametrize(
    "line_end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]
)
def test_every_line_end_becomes_a_plain_one(line_end: str) -> None:
    assert clean_text(f"one{line_end}two") == "one\ntwo"
    assert clean_line(f"one{line_end}two") == "one two"
    assert not is_clean_line(f"one{line_end}two")


def test_tabs_and_runs_of_spaces_become_one_space_in_a_line() -> None:
    assert clean_line("  Mill \t  Lane ") == "Mill Lane"
