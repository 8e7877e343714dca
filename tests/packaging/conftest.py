"""The wheels and source distributions, built without a network, and an environment outside of the checkout."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from sysconfig import get_path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"truenorth": ROOT, "truenorth_lab": ROOT / "lab", "truenorth_bench": ROOT / "bench"}
WATCHER = """\
import os, sys
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        path = os.path.abspath(arguments[0])
        if path.startswith({checkout!r}) and not path.startswith({packages!r}):
            os.write(2, f"opened: {{path}}\\n".encode())
            os._exit(99)
sys.addaudithook(watch)
"""
"""Ends a program that opens a file of the checkout; its environment's packages, which are ours as well, apart."""


@dataclass(frozen=True, slots=True)
class Built:
    """The distributions by their names in file names."""

    wheels: Mapping[str, Path]
    sources: Mapping[str, Path]

    def files(self, name: str) -> list[str]:
        """Return the files of a wheel."""
        return zipfile.ZipFile(self.wheels[name]).namelist()


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment with a wheel, and the packages that it needs; bin: its programs."""

    binaries: Path

    def run(
        self, command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of its programs, which may open nothing of the checkout, with this environment alone."""
        program, *arguments = command
        return subprocess.run(
            [self.binaries / program, *arguments],
            cwd=cwd,
            env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), **(environment or {})},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


def build(project: Path, into: Path, *targets: str) -> None:
    """Build distributions with the backend of pyproject.toml, as it is installed here."""
    words = [word for target in targets for word in ("--target", target)]
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", into, *words],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def environment(folder: Path, *wheels: Path) -> Installed:
    """Make an environment with wheels. What they need is looked for in the environment of the tests."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", *quiet, "--no-deps", "--no-index", *wheels],
        check=True,
    )
    (site,) = folder.glob("lib/python*/site-packages")
    # Files *.pth in a folder that is named by one are not read: the editable install stays out.
    (site / "needed.pth").write_text(get_path("purelib") + "\n")
    # Not `sitecustomize`: Debian has one of its own, which comes first.
    (site / "watcher.py").write_text(WATCHER.format(checkout=f"{ROOT}/", packages=f"{sys.prefix}/"))
    (site / "watcher.pth").write_text("import watcher\n")
    return Installed(folder / "bin")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("dist")
    for project in FOLDERS.values():
        build(project, folder, "sdist", "wheel")
    return Built(
        {wheel.name.partition("-")[0]: wheel for wheel in folder.glob("*.whl")},
        {source.name.partition("-")[0]: source for source in folder.glob("*.tar.gz")},
    )


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The program alone, outside of the checkout."""
    return environment(tmp_path_factory.mktemp("installed") / "venv", built.wheels["truenorth"])


@pytest.fixture(scope="session")
def installed_with_all(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The program with the lab and the bench."""
    return environment(tmp_path_factory.mktemp("all") / "venv", *built.wheels.values())


def unpack(source: Path, into: Path) -> Path:
    """Unpack a source distribution and return its folder."""
    with tarfile.open(source) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # from Python 3.11.4 on
        archive.extractall(into)  # noqa: S202 - our own archive
    (folder,) = into.iterdir()
    return folder
