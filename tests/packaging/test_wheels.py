"""The distributions of the workspace: what each wheel has, and that they are of one version."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"truenorth": ROOT, "truenorth_lab": ROOT / "lab", "truenorth_bench": ROOT / "bench"}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The files of each wheel."""
    uv = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    if not Path(uv).is_file():
        pytest.skip("there is no uv")
    folder = tmp_path_factory.mktemp("dist")
    for project in FOLDERS.values():
        done = subprocess.run(
            [uv, "build", "--quiet", "--wheel", "--out-dir", folder, project],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return {wheel.name.partition("-")[0]: zipfile.ZipFile(wheel).namelist() for wheel in folder.glob("*.whl")}


def tops(files: list[str]) -> set[str]:
    return {file.partition("/")[0] for file in files if ".dist-info/" not in file}


def test_the_wheel_has_the_program_and_nothing_else(wheels: dict[str, list[str]]) -> None:
    assert tops(wheels["truenorth"]) == {"cli", "components", "stacks", "toolchain"}


@pytest.mark.parametrize("package", ["lab", "bench"])
def test_the_lab_and_the_bench_each_have_a_wheel_of_their_own(wheels: dict[str, list[str]], package: str) -> None:
    assert tops(wheels[f"truenorth_{package}"]) == {package}


def test_each_module_is_in_the_wheel_of_its_package(wheels: dict[str, list[str]]) -> None:
    packed = {file for files in wheels.values() for file in files if file.endswith(".py")}
    for package in ("cli", "components", "stacks", "toolchain", "lab", "bench"):
        assert {str(path.relative_to(ROOT)) for path in (ROOT / package).rglob("*.py")} <= packed


def test_the_lab_has_the_modules_that_its_programs_are_built_from(wheels: dict[str, list[str]]) -> None:
    assert {f"lab/kube/modules/{name}/go.sum" for name in ("etcd", "kubernetes", "external-dns")} <= set(
        wheels["truenorth_lab"]
    )


def test_nothing_but_the_package_is_in_a_wheel(wheels: dict[str, list[str]]) -> None:
    for files in wheels.values():
        strangers = [file for file in files if file.endswith(("pyproject.toml", "PKG-INFO", ".gitignore", ".pyc"))]
        assert strangers == []


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
