"""Unpacks the image into a folder without a container engine: `scripts/image-tree FOLDER`.

It carries out what the last stage of the Dockerfile copies. What the stages before it would download is taken from this
machine: the packages from the running environment, held against uv.lock; the engine as `truenorth` finds it; tini.
Only the base image is not there: the system's Python 3.11 has to stand in. Files are linked where they can be: look at
them, run them, but do not edit them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distribution
from importlib.util import cache_from_source
from pathlib import Path, PurePosixPath

from cli.engine.install.files import missing
from cli.engine.install.install import install
from cli.exit_codes import UNUSABLE
from deploy.image.dockerfile import Copy, Dockerfile, ignored, read
from deploy.image.environment import PROJECT, PYTHON, packages
from stacks.model.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "deploy" / "image"
INTERPRETER = PurePosixPath("/usr/bin") / f"python{PYTHON}"
HOME = PurePosixPath("/opt/truenorth")
_SCRIPT = "#!{python}\nimport sys\nfrom {module} import {name}\nsys.exit({name}())\n"


def dockerfile() -> Dockerfile:
    """Ours."""
    return read((IMAGE / "Dockerfile").read_text(encoding="utf-8"))


def unpack(into: Path, engine: Path, plugins: Path | None = None) -> None:
    """Put the image's files into a folder that is empty or not there yet.

    engine: the engine's folder. plugins: a folder of `resource-NAME-vVERSION` folders; None for an image without any.
    Raises UserError where this machine lacks something, or has it in another version.
    """
    if lacking := missing(engine):
        do = "have them beside it, or name another folder in TRUENORTH_ENGINE_DIR"
        raise UserError(f"the engine's {', '.join(lacking)} lies elsewhere", str(engine), do)
    if into.exists() and any(into.iterdir()):
        raise UserError("the folder is not empty", str(into), "name another")
    tini = shutil.which("tini")
    if tini is None:
        raise UserError("there is no tini to put into the tree", "PATH", "install it: apt-get install tini")
    outputs: dict[tuple[str, str], Path | None] = {
        ("debian", "/usr/bin/tini"): Path(tini),
        ("debian", "/var/lib/truenorth"): None,
        ("engine", "/opt/engine"): engine,
        ("plugins", "/opt/pulumi/plugins"): plugins,
    }
    found = dockerfile()
    for copy in found.image.copies:
        target = _inside(into, copy.target)
        if copy.stage == "":
            _copy_context(copy, into)
        elif copy.sources == (str(HOME / ".venv"),):
            environment(target)
        elif copy.stage == "project":
            for part in found.stage("python").copies:
                if not part.stage:
                    _copy_context(part, into)
        else:
            _take(outputs[copy.stage, copy.sources[0]], target)


def environment(folder: Path) -> None:
    """Make the image's virtual environment from what is installed here. Raises UserError where that is not locked."""
    binaries = folder / "bin"
    site = folder / "lib" / f"python{PYTHON}" / "site-packages"
    binaries.mkdir(parents=True)
    site.mkdir(parents=True)
    for name in ("python", "python3", f"python{PYTHON}"):
        (binaries / name).symlink_to(INTERPRETER)
    settings = f"home = {INTERPRETER.parent}\ninclude-system-site-packages = false\nversion_info = {PYTHON}\n"
    (folder / "pyvenv.cfg").write_text(settings, encoding="utf-8")
    for package in packages((ROOT / "uv.lock").read_text(encoding="utf-8")):
        installed = distribution(package.name)
        if installed.version != package.version:
            what = f"{package.name} is installed in version {installed.version}; uv.lock has {package.version}"
            raise UserError(what, sys.prefix, "run `make setup`")
        _take_package(installed, site)
    (site / f"_editable_impl_{PROJECT}.pth").write_text(f"{HOME}\n", encoding="utf-8")
    for entry in distribution(PROJECT).entry_points.select(group="console_scripts"):
        script = binaries / entry.name
        python = HOME / ".venv" / "bin" / "python"
        script.write_text(_SCRIPT.format(python=python, module=entry.module, name=entry.attr), encoding="utf-8")
        script.chmod(0o755)


def sizes(tree: Path) -> dict[str, int]:
    """Bytes by part, the largest first."""
    opt = _inside(tree, str(HOME))
    parts = {"engine": opt / "engine", "plugins": opt / "plugins", "Python packages": opt / ".venv"}
    found = {name: _size(folder) for name, folder in parts.items()}
    found["TrueNorth itself and tini"] = _size(tree) - sum(found.values())
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())


def _inside(tree: Path, place: str) -> Path:
    return tree / place.strip("/")


def _context_files(source: str, rules: str) -> Iterator[Path]:
    """The files of the build context below a path, by their paths in it. Raises UserError where there are none."""
    place = ROOT / source
    candidates = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    found = [path.relative_to(ROOT) for path in candidates]
    kept = [path for path in found if not ignored(PurePosixPath(path), rules)]
    if not kept:
        raise UserError(
            f"{source} is not in the build context", str(IMAGE / "Dockerfile"), "mend it, or its ignore file"
        )
    yield from kept


def _copy_context(copy: Copy, into: Path) -> None:
    """Carry out a COPY from the build context, with its bytecode where there is some here."""
    rules = (IMAGE / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    is_folder = copy.target.endswith("/")
    for source in copy.sources:
        target = _inside(into, copy.target) / PurePosixPath(source).name if is_folder else _inside(into, copy.target)
        for file in _context_files(source, rules):
            place = target / file.relative_to(source) if (ROOT / source).is_dir() else target
            _take_module(ROOT / file, place)


def _take_package(installed: Distribution, site: Path) -> None:
    """Take what a package put below site-packages, with its bytecode; its commands are of no use in the image."""
    home = Path(str(installed.locate_file("")))
    for file in installed.files or ():
        source = home / file
        # Of an editable install these name the folder that it was made from.
        if ".." not in file.parts and file.name not in {"direct_url.json", "uv_cache.json"} and file.suffix != ".pth":
            _take_module(source, site / file)


def _take_module(source: Path, target: Path) -> None:
    _take(source, target)
    if source.suffix == ".py":
        compiled = Path(cache_from_source(str(source)))
        if compiled.is_file():
            _take(compiled, Path(cache_from_source(str(target))))


def _take(source: Path | None, target: Path) -> None:
    """Link a file, or copy it where it cannot be linked; a folder with all that it holds; None makes an empty one."""
    if source is None or source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        for path in sorted(source.iterdir()) if source else ():
            _take(path, target / path.name)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def main(arguments: list[str], variables: Mapping[str, str]) -> int:
    """Unpack, and print what it weighs."""
    parser = argparse.ArgumentParser(description="Unpack TrueNorth's image into a folder, without a container engine.")
    parser.add_argument("folder", type=Path, help="is made; it has to be empty if it is there")
    parser.add_argument(
        "--plugins", type=Path, help="a folder of resource-NAME-vVERSION folders, as in ~/.pulumi/plugins"
    )
    chosen = parser.parse_args(arguments)
    try:
        unpack(chosen.folder, install(variables).folder, chosen.plugins)
    except UserError as error:
        sys.stderr.write(f"error: {error}\n")
        return UNUSABLE
    for part, size in sizes(chosen.folder).items():
        sys.stdout.write(f"{size / 1e6:8.1f} MB  {part}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
