"""The steps of setting up: each is named, timed, shown as it goes, and refused in plain words.

Standard library only: this runs before anything is installed.
"""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SIGN_OF_LIFE_SECONDS = 5
LINES_OF_AN_ERROR_SHOWN = 15

UNREACHABLE_SIGNS = (
    "name resolution",
    "name or service not known",
    "nodename nor servname",
    "dns error",
    "failed to lookup address",
    "enotfound",
    "eai_again",
    "econnrefused",
    "econnreset",
    "etimedout",
    "connection refused",
    "network is unreachable",
    "connecttimeout",
    "tcp connect error",
    "error sending request",
    "failed to establish a new connection",
    "no matching distribution found for",
)
"""How pip, uv and npm say that they could not reach the place they install from."""

UNTRUSTED_SIGNS = ("certificate", "unknownissuer", "ssl:")

NO_NETWORK = """\
The package index could not be reached.
Setting up needs the Python and npm package indexes once; afterwards rj starts without a network.
Check the connection. Behind a proxy, set HTTPS_PROXY. Where an index of your own is used,
set it in pip's and npm's configuration, which are respected."""

NOT_TRUSTED = """\
The package index answered with a certificate that this machine does not trust.
Name your organisation's certificates in SSL_CERT_FILE, PIP_CERT and NODE_EXTRA_CA_CERTS."""


class CannotSetUp(Exception):
    """The machine lacks something; the message says what, and what to do about it."""


class StepFailed(CannotSetUp):
    """A tool that sets something up has failed; the message carries its last words."""


class Progress:
    """Lines on standard error, each with the whole seconds since setting up began.

    Nothing is printed until there is something to do, so a warm start is silent.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, words: str) -> None:
        """Show one line at once."""
        elapsed = time.monotonic() - self._began
        print(f"[{elapsed:3.0f} s] {words}", file=sys.stderr, flush=True)

    def run(
        self,
        words: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Run a tool under a named step, with a sign of life every few seconds.

        What the tool prints goes to `log`. Raises StepFailed with the end of it.
        """
        self.say(f"{words} ...")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own words, no shell
                [str(part) for part in command],
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                while True:
                    try:
                        outcome = process.wait(timeout=SIGN_OF_LIFE_SECONDS)
                        break
                    except subprocess.TimeoutExpired:
                        self.say(f"{words} ... still at it")
            except BaseException:
                process.kill()
                process.wait()
                raise
        if outcome != 0:
            raise StepFailed(why_it_failed(words, log.read_text(errors="replace"), outcome))


def why_it_failed(words: str, printed: str, outcome: int) -> str:
    """The remedy first where the cause is a known one, then the tool's own last lines."""
    lowered = printed.lower()
    remedy = ""
    if any(sign in lowered for sign in UNTRUSTED_SIGNS):
        remedy = NOT_TRUSTED + "\n"
    elif any(sign in lowered for sign in UNREACHABLE_SIGNS):
        remedy = NO_NETWORK + "\n"
    last_lines = "\n".join(
        "    " + line for line in printed.strip().splitlines()[-LINES_OF_AN_ERROR_SHOWN:]
    )
    return f"{words}: failed (exit code {outcome}).\n{remedy}{last_lines}"
