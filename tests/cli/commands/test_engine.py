from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cli.commands.engine import app
from cli.engine.install.files import FILES
from cli.engine.install.versions import VERSION

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that alone is on PATH."""
    monkeypatch.setattr(os, "environ", {"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")})
    return tmp_path


def _put_engine(folder: Path) -> None:
    for name in FILES:
        (folder / name).write_text(f"#!/bin/sh\necho v{VERSION}\n")
        (folder / name).chmod(0o755)


def test_install_prints_the_engine_s_folder_alone_on_standard_output(folder: Path) -> None:
    _put_engine(folder)

    result = CliRunner().invoke(app, ["install"])

    assert result.exit_code == 0
    assert result.stdout == f"{folder}\n"
    assert result.stderr.startswith(f"Pulumi {VERSION} (it is on PATH")


def test_info_names_the_engine(folder: Path) -> None:
    _put_engine(folder)

    result = CliRunner().invoke(app, ["info"])

    assert result.exit_code == 0
    assert f"where    {folder}/pulumi" in result.stdout


@pytest.mark.usefixtures("folder")
def test_info_without_an_engine_ends_with_code_2() -> None:
    result = CliRunner().invoke(app, ["info", "--json"])

    assert result.exit_code == 2
    assert json.loads(result.stdout)["engine"] is None
