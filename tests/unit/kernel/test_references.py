"""References that survive the telephone, and tokens that cannot be guessed."""

import re

from rj.kernel.references import ALPHABET, new_reference, new_token, token_fingerprint


def test_a_reference_uses_no_letter_or_figure_that_is_mistaken_for_another() -> None:
    assert not set("I1O0S5B8Z2") & set(ALPHABET)
    assert re.fullmatch(rf"RJ-[{ALPHABET}]{{6}}", new_reference("RJ"))


def test_two_references_are_never_the_same() -> None:
    assert len({new_reference("P") for _ in range(500)}) == 500


def test_a_token_carries_at_least_128_bits_and_is_stored_as_its_fingerprint_only() -> None:
    token = new_token()

    assert len(token) * 6 >= 128
    assert token not in token_fingerprint(token)
    assert token_fingerprint(token) == token_fingerprint(token)
    assert token_fingerprint(token) != token_fingerprint(new_token())
