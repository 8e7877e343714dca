"""What the container starts: shows Pulumi the image's plugins, then becomes tini, which runs `truenorth`.

tini is process 1: it passes signals on, and reaps the plugins of an engine that was killed.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

TINI = "/usr/bin/tini"
PROJECT = Path("/opt/truenorth")
PROGRAM = PROJECT / ".venv" / "bin" / "truenorth"
UNUSABLE = 2
"""The exit code of `truenorth` for a machine that is not ready."""


def show_plugins(home: Path) -> None:
    """Link the image's plugins into Pulumi's home, a fresh volume in a pod; a folder of the user's own is left alone.

    The whole folder: Pulumi passes over a plugin that is itself a link.
    """
    home.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        (home / "plugins").symlink_to(PROJECT / "plugins")


def main(arguments: list[str]) -> None:
    """Become `truenorth ARGUMENTS` under tini."""
    home = Path(os.environ["PULUMI_HOME"])
    try:
        show_plugins(home)
    except OSError as error:
        sys.stderr.write(
            f"error: Pulumi's home cannot be written: {error.strerror}\n"
            f"  where: PULUMI_HOME={home}\n"
            f"  do:    mount a volume there that user {os.getuid()} may write (an emptyDir does)\n"
        )
        sys.exit(UNUSABLE)
    os.execv(TINI, [TINI, "--", str(PROGRAM), *arguments])  # noqa: S606 - no shell is wanted, and there is none


if __name__ == "__main__":
    main(sys.argv[1:])
