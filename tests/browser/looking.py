"""What everybody may expect of a page, whatever it is about."""

import json
import os
import re
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""WCAG 2.2, levels A and AA."""
WIDE = 1280
PHONE = 390
HEIGHT = 900

SCREENSHOTS = "RJ_SCREENSHOTS"
"""Names a folder in which to keep a picture of each page that is looked at."""


def faults_of(page: Page, name: str) -> list[str]:
    """What stands in somebody's way on the open page, on a desk and on a phone; best: nothing."""
    found = [f"{name}: {fault}" for fault in _faults_of_the_frame(page)]
    for width in (WIDE, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found.extend(f"{name} at {width} px: {fault}" for fault in _accessibility_faults(page))
        _keep_a_picture(page, f"{name} {width}")
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > PHONE:
        found.append(f"{name} is {wide} px wide on a phone of {PHONE} px")
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    return found


def _faults_of_the_frame(page: Page) -> list[str]:
    found = []
    if not re.fullmatch(r".+ – rj", page.title()):
        found.append(f"its title is {page.title()!r}")
    headings = page.locator("h1").count()
    if headings != 1:
        found.append(f"it has {headings} main headings")
    skip = page.locator("a.govuk-skip-link[href='#main-content']").count()
    if skip != 1 or page.locator("#main-content").count() != 1:
        found.append("one cannot skip to its main content")
    return found


def _accessibility_faults(page: Page) -> list[str]:
    # Put in by the debugger, as the page's own policy rightly lets no foreign script in.
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    options = {"runOnly": {"type": "tag", "values": STANDARD}, "resultTypes": ["violations"]}
    result = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [
        f"{violation['id']}: {violation['help']} {[node['target'] for node in violation['nodes']]}"
        for violation in result["violations"]
    ]


def _keep_a_picture(page: Page, name: str) -> None:
    folder = os.environ.get(SCREENSHOTS)
    if folder:
        file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        page.screenshot(path=Path(folder) / f"{file}.png", full_page=True)
