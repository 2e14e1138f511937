"""Refresh the lock files: `.venv/bin/python -m rj.bootstrap.locks [--upgrade]`.

Needs uv. The Python locks hold names, versions and hashes for Python 3.11 to 3.13 and name no
address; neither does web/package-lock.json, where npm would also write down who asks for money.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rj.bootstrap.environment import DEVELOPMENT, INSTALLER, PROJECT, RUNTIME, Environment
from rj.bootstrap.frontend import npm

HEADER = "# Names, versions and hashes; docs/developing.md says how to refresh this file.\n"
COMPILE = (
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"),
)
AN_ADDRESS = re.compile(r"\bhttps?://|\bfile:|--(?:extra-)?index-url|--find-links")


def refresh(options: Sequence[str]) -> None:
    """Write every lock anew; without --upgrade, versions that still fit are kept."""
    _compile(options, INSTALLER, "-", typed="uv\n")
    _compile(options, RUNTIME, "pyproject.toml")
    # The development lock holds the whole runtime lock, version for version.
    _compile(options, DEVELOPMENT, "pyproject.toml", "--group", "dev", "-c", RUNTIME)
    _refresh_npm(options)


def _compile(options: Sequence[str], lock_file: str, *sources: str, typed: str = "") -> None:
    command = [*COMPILE, *options, *sources, "--output-file", lock_file]
    subprocess.run(command, cwd=PROJECT, input=typed, text=True, check=True)  # noqa: S603
    path = PROJECT / lock_file
    text = path.read_text().removeprefix(HEADER)
    if AN_ADDRESS.search(text):
        raise SystemExit(f"{lock_file} names an address; it must hold names and hashes only")
    path.write_text(HEADER + text)


def _refresh_npm(options: Sequence[str]) -> None:
    node = Environment(PROJECT).node
    web = PROJECT / "web"
    lock = web / "package-lock.json"
    if "--upgrade" in options:
        lock.unlink(missing_ok=True)
    command: list[str | Path] = [*npm(node), "install", "--ignore-scripts", "--package-lock-only"]
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(command, cwd=web, env=environment, check=True)  # noqa: S603
    written = json.loads(lock.read_text())
    for package in written["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    lock.write_text(json.dumps(written, indent=2) + "\n")


if __name__ == "__main__":
    refresh(sys.argv[1:])
