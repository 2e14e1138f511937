"""The way in: `python3 -m rj demo`, `python3 -m rj test`, or any other command.

Needs nothing but Python. This page is kept to words that any Python can read, so that one which is
too old or too new is told so, instead of tripping over the first modern line.
"""

import sys

SUPPORTED = ((3, 11), (3, 12), (3, 13))

if sys.version_info[:2] not in SUPPORTED:
    sys.stderr.write(
        "rj needs Python 3.11, 3.12 or 3.13; this is Python "
        + ".".join(str(number) for number in sys.version_info[:2])
        + ".\nInstall one of them and name it, for example: python3.12 -m rj demo\n"
    )
    sys.exit(64)

if sys.platform == "win32":
    sys.stderr.write("rj runs on Linux and macOS. On Windows, run it inside WSL.\n")
    sys.exit(64)

from rj.bootstrap.environment import start  # noqa: E402 - only now is this Python known to read it

sys.exit(start(sys.argv[1:]))
