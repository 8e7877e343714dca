"""Runs the image's tree as a container runtime would: its own processes, a read-only root, user 1000, no privilege.

The base image is the system's Python 3.11 and C library, which are the very packages of distroless/python3-debian12:
nothing else is there, no shell either.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.image.tree import INTERPRETER, dockerfile

PROGRAMS = ("unshare", "setpriv", "mount", "tini")
LIBRARIES = ("/usr/lib/python3.11", f"/usr/lib/{os.uname().machine}-linux-gnu", "/lib64", "/etc/ssl/certs")

_SETUP = """
set -eu
root=$1 tree=$2 home=$3 settings=$4 interpreter=$5 libraries=$6
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$root"
mkdir -p "$root"/opt/truenorth "$root"/usr/bin "$root"/usr/lib "$root"/etc/truenorth "$root"/proc "$root"/dev/shm \
    "$root"/tmp "$root"/var/lib/truenorth
ln -s usr/lib "$root"/lib
show() { mount --bind "$1" "$root$2"; mount -o remount,bind,ro "$root$2"; }
for folder in $libraries; do mkdir -p "$root$folder"; show "$folder" "$folder"; done
for file in "$interpreter" /usr/bin/tini /etc/passwd /etc/hosts; do : > "$root$file"; done
show "$interpreter" "$interpreter"
show "$tree"/usr/bin/tini /usr/bin/tini
show "$tree"/etc/passwd /etc/passwd
show /etc/hosts /etc/hosts
show "$tree"/opt/truenorth /opt/truenorth
show "$settings" /etc/truenorth
mount --bind "$home" "$root"/var/lib/truenorth
mount -t tmpfs -o mode=1777 tmpfs "$root"/tmp
mount -t proc proc "$root"/proc
for device in null zero full random urandom; do
    : > "$root"/dev/$device; mount --bind /dev/$device "$root"/dev/$device
done
mount -o remount,ro "$root"
shift 6
exec setpriv --no-new-privs --clear-groups env --ignore-environment "$@"
"""


@dataclass(frozen=True)
class Container:
    """A place to run the tree in. home: what is /var/lib/truenorth inside. settings: what is /etc/truenorth."""

    tree: Path
    root: Path
    home: Path
    settings: Path

    def command(self, variables: Mapping[str, str], *arguments: str, entry_point: tuple[str, ...] = ()) -> list[str]:
        """What starts the entry point with these arguments, in the image's environment and these variables."""
        image = dockerfile().image
        user, _, group = image.user.partition(":")
        pairs = [f"{name}={value}" for name, value in {**image.variables, **variables}.items()]
        unshare = str(shutil.which("unshare"))
        places = (self.root, self.tree, self.home, self.settings, INTERPRETER)
        return [
            *(unshare, "--mount", "--pid", "--fork", "--kill-child=KILL"),
            *("sh", "-c", _SETUP, "container", *map(str, places), " ".join(LIBRARIES), *pairs),
            *(unshare, f"--root={self.root}", f"--wd={image.folder}", f"--setgid={group}", f"--setuid={user}"),
            *(entry_point or image.entry_point),
            *arguments,
        ]

    def run(
        self, *arguments: str, entry_point: tuple[str, ...] = (), variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            self.command(variables or {}, *arguments, entry_point=entry_point),
            capture_output=True,
            text=True,
            timeout=240,
            stdin=subprocess.DEVNULL,
            check=False,
        )


def container(tree: Path, folder: Path) -> Container:
    """A container with a home of its own, as user 1000 has it."""
    made = Container(tree, folder / "root", folder / "home", folder / "settings")
    for place in (made.root, made.home, made.settings):
        place.mkdir(parents=True)
    os.chown(made.home, 1000, 1000)
    return made


def lacking() -> str:
    """Why no container can be run here; "" where one can."""
    if absent := [name for name in PROGRAMS if shutil.which(name) is None]:
        return f"there is no {', '.join(absent)}"
    if absent := [place for place in (str(INTERPRETER), *LIBRARIES) if not Path(place).exists()]:
        return f"the base image's {', '.join(absent)} is not on this system"
    done = subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "true"], capture_output=True, check=False)
    return f"no namespaces may be made: {done.stderr.decode().strip()}" if done.returncode else ""
