"""Unpacking the image without a container engine: what it refuses, and what the tree says about itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.engine.install.files import FILES
from deploy.image import tree as image_tree
from deploy.image.tree import ROOT, sizes, unpack
from stacks.model.errors import UserError


@pytest.fixture
def engine_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "engine"
    folder.mkdir()
    for name in FILES:
        (folder / name).touch(mode=0o755)
    return folder


def test_a_folder_that_is_in_use_is_left_alone(engine_folder: Path, tmp_path: Path) -> None:
    into = tmp_path / "tree"
    into.mkdir()
    (into / "mine").touch()
    with pytest.raises(UserError, match="not empty"):
        unpack(into, engine_folder)
    assert [path.name for path in into.iterdir()] == ["mine"]


def test_an_engine_without_its_language_host_is_refused(engine_folder: Path, tmp_path: Path) -> None:
    (engine_folder / "pulumi-language-python").unlink()
    with pytest.raises(UserError, match="pulumi-language-python lies elsewhere"):
        unpack(tmp_path / "tree", engine_folder)


def test_without_tini_it_says_what_to_install(
    engine_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match=r"(?s)no tini.*apt-get install tini"):
        unpack(tmp_path / "tree", engine_folder)


def test_an_environment_that_is_not_the_locked_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = (ROOT / "uv.lock").read_text().replace('name = "rich"\nversion = "', 'name = "rich"\nversion = "9')
    (tmp_path / "uv.lock").write_text(lock)
    monkeypatch.setattr(image_tree, "ROOT", tmp_path)
    with pytest.raises(UserError, match=r"rich is installed in version .*; uv.lock has 9"):
        image_tree.environment(tmp_path / "venv")


def test_no_path_of_this_machine_gets_into_the_environment(tmp_path: Path) -> None:
    image_tree.environment(tmp_path / "venv")
    site = tmp_path / "venv" / "lib" / "python3.11" / "site-packages"
    assert (site / "_editable_impl_truenorth.pth").read_text() == "/opt/truenorth\n"
    for file in (*(tmp_path / "venv" / "bin").glob("*truenorth"), *site.glob("truenorth-*/[!L]*")):
        assert not file.is_file() or str(ROOT) not in file.read_text(), file


def test_the_whole_is_the_sum_of_its_parts(tree: Path) -> None:
    found = sizes(tree)
    done = subprocess.run(
        ["find", tree, "(", "-type", "f", "-o", "-type", "l", ")", "-printf", "%s\n"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert sum(found.values()) == sum(map(int, done.stdout.split()))
    assert min(found.values()) > 0


def test_the_script_tells_a_fault_in_one_message(tmp_path: Path) -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "image-tree", tmp_path],
        env={
            **os.environ,
            "TRUENORTH_ENGINE_DIR": str(tmp_path / "none"),
            "PATH": str(Path(str(shutil.which("bash"))).parent),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "the engine folder lacks" in done.stderr
    assert "Traceback" not in done.stderr
