"""What is built for the pages carries neither government branding nor a foreign address."""

import json
import re
from pathlib import Path

import pytest

from rj.bootstrap.frontend import BRANDING, IMAGES, SCRIPTS, FrontEnd

PROJECT = Path(__file__).resolve().parents[2]
STATIC = PROJECT / "web" / "static"


@pytest.fixture(scope="module")
def styles() -> str:
    return (STATIC / "rj.css").read_text()


def test_the_styles_use_no_government_typeface(styles: str) -> None:
    assert "GDS Transport" not in styles
    assert "@font-face" not in styles


def test_the_styles_say_arial(styles: str) -> None:
    families = set(re.findall(r"font-family:([^;}]+)", styles))

    assert families <= {"arial,sans-serif", "sans-serif", "inherit"}
    assert "arial,sans-serif" in families


def test_no_branding_is_served() -> None:
    served = [path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()]

    assert [name for name in served if BRANDING.search(name)] == []
    assert [name for name in served if name.endswith((".woff", ".woff2", ".ico"))] == []


@pytest.mark.parametrize(
    "name",
    [
        "govuk-crest.svg",
        "favicon.ico",
        "moj-logotype-crest-2024.svg",
        "govuk-logotype-crown.png",
        "govuk-icon-180.png",
        "moj-apple-touch-icon-2024.png",
        "govuk-opengraph-image.png",
    ],
)
def test_what_counts_as_branding(name: str) -> None:
    assert BRANDING.search(name)


def test_every_image_the_styles_name_is_served_but_for_the_crest(styles: str) -> None:
    named = set(re.findall(r"/static/images/([\w.-]+)", styles))
    served = {path.name for path in (STATIC / "images").iterdir()}

    assert named - served == {"govuk-crest.svg"}


@pytest.mark.parametrize("script", [*SCRIPTS.values(), "start.js", "icon.svg"])
def test_every_script_is_served(script: str) -> None:
    assert (STATIC / script).stat().st_size > 0


def test_nothing_served_asks_for_a_file_that_is_not_there() -> None:
    for script in STATIC.glob("*.js"):
        text = script.read_text()
        assert "sourceMappingURL" not in text, script.name
        for wanted in re.findall(r'from "/static/([^"]+)"', text):
            assert (STATIC / wanted).exists(), wanted


def test_the_styles_fetch_nothing_from_elsewhere(styles: str) -> None:
    assert re.findall(r"url\(\s*[\"']?(?:https?:)?//", styles) == []


@pytest.mark.parametrize(
    "part", [".rj-header", ".rj-tag--told", ".rj-week", ".rj-timeline__step", "@media print"]
)
def test_our_own_parts_are_in_the_styles(styles: str, part: str) -> None:
    assert part in styles


def test_what_is_built_is_what_the_sources_say_now() -> None:
    """Without this, every test above could be looking at yesterday's files."""
    front_end = FrontEnd(PROJECT, PROJECT / "node-is-not-asked")

    assert front_end.is_ready, "build them first, with any command: python3 -m rj version"


def a_web_folder(folder: Path) -> Path:
    web = folder / "web"
    (web / "styles").mkdir(parents=True)
    (web / "styles" / "rj.scss").write_text("p { color: black }")
    (web / "package-lock.json").write_text(json.dumps({"packages": {}}))
    return web


def test_a_changed_style_is_built_again(tmp_path: Path) -> None:
    web = a_web_folder(tmp_path)
    front_end = FrontEnd(tmp_path, tmp_path / "node")
    before = front_end._sources_digest()

    (web / "styles" / "rj.scss").write_text("p { color: navy }")

    assert front_end._sources_digest() != before


def test_the_crest_is_left_behind_even_where_the_styles_name_it(tmp_path: Path) -> None:
    web = a_web_folder(tmp_path)
    images = web / "node_modules" / IMAGES[0]
    images.mkdir(parents=True)
    for name in ("icon-alert.svg", "govuk-crest.svg", "not-named.svg"):
        (images / name).write_text("<svg/>")
    fresh = web / "static.new"
    fresh.mkdir()
    (fresh / "rj.css").write_text(
        "a{background:url(/static/images/icon-alert.svg)}"
        'b{background:url("/static/images/govuk-crest.svg")}'
    )

    FrontEnd(tmp_path, tmp_path / "node")._copy_images(fresh)

    assert [path.name for path in (fresh / "images").iterdir()] == ["icon-alert.svg"]
