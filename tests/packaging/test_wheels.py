"""The distributions of the workspace: what each wheel has, and that they are of one version."""

from __future__ import annotations

import ast
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hatch_build import INSTALLED, rewritten
from tests.packaging.conftest import FOLDERS, ROOT, Built, build, unpack

LARGEST = 1_050_000
"""Bytes of the wheel of the program."""
PLACES = {
    "truenorth": "truenorth",
    **{name: f"truenorth/{name}" for name in ("cli", "components", "stacks", "toolchain")},
    "lab": "truenorth_lab",
    "bench": "truenorth_bench",
}
"""Where the packages of the repository are in the wheels."""
FOR_CHECKOUTS = {"stacks/__main__.py", "lab/build_hook.py", "bench/build_hook.py"}


def tops(files: list[str]) -> set[str]:
    return {file.partition("/")[0] for file in files if ".dist-info/" not in file}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_wheel_has_one_package_and_nothing_else(built: Built, name: str) -> None:
    assert tops(built.files(name)) == {name}
    strangers = ("pyproject.toml", "PKG-INFO", ".gitignore", ".pyc", "hatch_build.py", "build_hook.py")
    assert [file for file in built.files(name) if file.endswith(strangers)] == []


def test_nothing_of_the_lab_the_tests_or_the_bench_is_in_the_wheel_of_the_program(built: Built) -> None:
    seconds = {file.split("/")[1] for file in built.files("truenorth") if file.count("/") > 1}
    assert seconds - {"licenses"} == {"cli", "components", "stacks", "toolchain"}


def test_the_wheel_of_the_program_is_small(built: Built) -> None:
    assert built.wheels["truenorth"].stat().st_size < LARGEST


def test_a_module_in_a_wheel_does_what_it_does_in_the_repository_line_for_line(built: Built) -> None:
    inside, places = contents(built.wheels["truenorth"]), {place: package for package, place in PLACES.items()}
    for file in (file for file in inside if file.endswith(".py")):
        place = max((place for place in places if file.startswith(f"{place}/")), key=len)
        here = ROOT / places[place] / file.removeprefix(f"{place}/")
        assert meaning(inside[file]) == meaning(rewritten(here.read_bytes(), file)), file


def test_each_file_of_a_package_is_in_its_wheel(built: Built) -> None:
    packed = {file for name in FOLDERS for file in built.files(name)}
    for package, place in PLACES.items():
        here = [path for path in (ROOT / package).rglob("*.py") if str(path.relative_to(ROOT)) not in FOR_CHECKOUTS]
        assert {f"{place}/{path.relative_to(ROOT / package)}" for path in here} <= packed


def test_the_lab_has_the_modules_that_its_programs_are_built_from(built: Built) -> None:
    needed = {f"truenorth_lab/kube/modules/{name}/go.sum" for name in ("etcd", "kubernetes", "external-dns")}
    assert needed <= set(built.files("truenorth_lab"))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_wheel_of_the_source_distribution_is_the_same(built: Built, name: str, tmp_path: Path) -> None:
    build(unpack(built.sources[name], tmp_path / "source"), tmp_path / "dist", "wheel")
    (again,) = (tmp_path / "dist").glob("*.whl")
    assert contents(again) == contents(built.wheels[name])


def test_nothing_in_a_wheel_names_a_module_as_it_is_called_in_the_repository(built: Built) -> None:
    assert [f"{name}/{line}" for name in FOLDERS for line in plain_names(built.wheels[name])] == []


def test_the_distributions_are_of_one_version_and_need_each_other_in_it() -> None:
    projects = [tomllib.loads((folder / "pyproject.toml").read_text())["project"] for folder in FOLDERS.values()]
    (version,) = {project["version"] for project in projects}
    needed = [
        need
        for project in projects
        for need in (*project["dependencies"], *project.get("optional-dependencies", {}).get("lab", ()))
        if need.startswith("truenorth")
    ]
    assert sorted(set(needed)) == [f"truenorth-lab=={version}", f"truenorth=={version}"]


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {file: archive.read(file) for file in archive.namelist()}


def meaning(source: bytes) -> tuple[str, list[int]]:
    """Return the code of a module without texts that nothing reads, and the lines on which its parts begin."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [one for one in node.body if not is_unread(one)]
    return ast.dump(tree), [node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt | ast.expr)]


def is_unread(one: ast.stmt) -> bool:
    """Return whether a statement is a constant and nothing else."""
    return isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)


def plain_names(wheel: Path) -> Iterator[str]:
    """Yield the places where a module is imported, or named in a text, as it is called in the repository."""
    for file, source in contents(wheel).items():
        for node in ast.walk(ast.parse(source)) if file.endswith(".py") else ():
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                names = [str(node.value)] if isinstance(node, ast.Constant) and is_module(node.value) else []
            yield from (f"{file}:{getattr(node, 'lineno', 0)}: {name}" for name in names if name.split(".")[0] in PLAIN)


PLAIN = INSTALLED.keys() - {"truenorth"}


def is_module(value: object) -> bool:
    """Return whether a constant is a text that names a module of a package."""
    if not isinstance(value, str) or "." not in value or value.split(".")[0] not in PLAIN:
        return False
    place = ROOT.joinpath(*value.split("."))
    return place.is_dir() or place.with_suffix(".py").is_file()
