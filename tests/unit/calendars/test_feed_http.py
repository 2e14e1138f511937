"""A program that holds the same octets is told so, and no other."""

import pytest

from rj.calendars.feed_http import entity_tag, has_current_copy

TAG = entity_tag(b"calendar")


def test_the_tag_is_strong_and_follows_the_octets() -> None:
    assert TAG.startswith('"')
    assert entity_tag(b"calendar") == TAG
    assert entity_tag(b"calendar ") != TAG


@pytest.mark.parametrize(
    "header",
    [TAG, f"W/{TAG}", "*", " * ", f'"other", {TAG}', f'{TAG},"other"', f'W/"x" , ,W/{TAG} ,',
     f'"a,b",{TAG}'],
)  # fmt: skip
def test_a_current_copy_is_recognised(header: str) -> None:
    assert has_current_copy(header, TAG)


@pytest.mark.parametrize(
    "header",
    [None, "", '"other"', 'W/"other"', TAG.strip('"'), f"{TAG} and more", f"w/{TAG}", "**",
     f'"x{TAG}', "," * 5000, '"' * 5001],
)  # fmt: skip
def test_anything_else_gets_the_whole_feed(header: str | None) -> None:
    assert not has_current_copy(header, TAG)
