"""Stand-ins for the programs that the installer starts, and a machine that has none of them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cli.engine.install.files import FILES, PULUMI
from cli.engine.install.versions import VERSION

if TYPE_CHECKING:
    from pathlib import Path

_TOOLS = ("cat", "chmod", "cp", "mkdir")

_GO = """
trap '' PIPE
case "$1" in
env) echo {version} ;;
mod) {fetching} ;;
list) for one in "$@"; do case "$one" in *@*) echo "{modules}" ;; esac; done ;;
build)
  while [ $# -gt 0 ]; do [ "$1" = -o ] && target=$2; shift; done
  echo "${{target##*/}}" >> "{log}"
  {instead}
  waits=
  if [ -p "{gate}" ] && [ "${{target##*/}}" = pulumi ] && mkdir "{gate}.taken" 2>/dev/null; then
    waits=yes
    echo reached > "{gate}.reached"
    read -r _ < "{gate}"
  fi
  printf '#!/bin/sh\\necho v{engine}\\n' > "$target"
  chmod 755 "$target"
  if [ -n "$waits" ]; then echo ended > "{gate}.ended"; fi ;;
esac
"""


@dataclass(frozen=True)
class Machine:
    """A machine with a home, a cache and one folder on PATH; its network reaches nothing."""

    folder: Path
    environment: dict[str, str]

    @property
    def path(self) -> Path:
        return self.folder / "bin"

    @property
    def cached(self) -> Path:
        return self.folder / "cache" / "truenorth" / "engine" / VERSION

    def program(self, name: str, script: str, folder: Path | None = None) -> Path:
        """Puts a shell script there, by default on PATH."""
        file = (folder or self.path) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    def engine(self, version: str = f"v{VERSION}", folder: Path | None = None, files: tuple[str, ...] = FILES) -> Path:
        """Puts the files of an engine there, by default on PATH; counts how often it is asked for its version."""
        for name in files:
            self.program(name, "exit 1", folder)
        return self.program(PULUMI, f'echo asked >> "{self.folder}/asked"; echo "{version}"', folder)

    def times_asked(self) -> int:
        asked = self.folder / "asked"
        return len(asked.read_text().splitlines()) if asked.exists() else 0

    def go(
        self,
        version: str = "go1.26.8",
        *,
        engine: str = VERSION,
        instead: str = "",
        fetching: str = "true",
        folder: Path | None = None,
    ) -> Path:
        """Puts a Go there that makes scripts, after `instead`; the first waits where the folder has the fifo `gate`.

        fetching: what it does when it is to fetch modules.
        """
        modules = self.folder / "sdk"
        for place, name in (("cmd", FILES[2]), ("dist", FILES[3])):
            (modules / "python" / place).mkdir(parents=True, exist_ok=True)
            (modules / "python" / place / name).write_text("#!/bin/sh\n")
        (modules / "go.sum").write_text("hashes of Pulumi's own go.sum\n")
        (modules / "go.mod").write_text(
            "module pulumi\n\nrequire (\n\texample.com/other v1.0.0\n)\n\nreplace a => ../b\n"
        )
        log = self.folder / "built"
        gate = self.folder / "gate"
        script = _GO.format(
            version=version, engine=engine, modules=modules, log=log, instead=instead, fetching=fetching, gate=gate
        )
        return self.program("go", script, folder)

    def built(self) -> list[str]:
        """The programs that Go was asked to build, in order."""
        built = self.folder / "built"
        return built.read_text().split() if built.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(
        tmp_path,
        {
            "HOME": str(tmp_path / "home"),
            "PATH": str(tmp_path / "bin"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "TRUENORTH_ENGINE_DOWNLOAD_URL": "http://127.0.0.1:1",
        },
    )
    made.path.mkdir()
    for tool in _TOOLS:
        found = shutil.which(tool)
        assert found
        (made.path / tool).symlink_to(found)
    return made
