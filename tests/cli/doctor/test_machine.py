from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from cli.doctor.context import Examined
from cli.doctor.machine import plugins
from tests.cli.doctor.conftest import Admit, told

WANTED = version("pulumi-cloudflare")


def put(file: Path) -> Path:
    """An executable file."""
    file.parent.mkdir(parents=True)
    file.touch(mode=0o755)
    return file


@pytest.fixture
def examined(admit: Admit, tmp_path: Path) -> Examined:
    """Nothing is on PATH, and Pulumi's folder is empty."""
    return admit({"PATH": "/nowhere", "PULUMI_HOME": str(tmp_path / "pulumi")})


def installed(folder: Path, number: str) -> Path:
    return put(folder / "pulumi" / "plugins" / f"resource-cloudflare-v{number}" / "pulumi-resource-cloudflare")


def test_a_plugin_that_is_not_there_yet_is_fetched(examined: Examined) -> None:
    assert told(plugins(examined)) == [("warning", f"the plugin {WANTED} is not there yet")]


def test_unless_that_is_forbidden(admit: Admit, tmp_path: Path) -> None:
    forbidden = {
        "PATH": "/nowhere",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_HOME": str(tmp_path),
    }
    (found,) = plugins(admit(forbidden))
    assert found.what == "the plugin is not there, and the engine may not fetch it"
    assert found.do == f"run pulumi plugin install resource cloudflare {WANTED}"


def test_the_version_that_is_wanted(examined: Examined, tmp_path: Path) -> None:
    installed(tmp_path, "1.0.0")
    place = installed(tmp_path, WANTED)
    (found,) = plugins(examined)
    assert (found.level.value, found.what, found.where) == ("ok", f"the plugin {WANTED} is there", str(place))


def test_only_another_version(examined: Examined, tmp_path: Path) -> None:
    installed(tmp_path, "1.0.0")
    assert told(plugins(examined)) == [("warning", f"the plugin {WANTED} is not there, only 1.0.0")]


def test_one_on_the_path_is_taken_as_it_is(admit: Admit, tmp_path: Path) -> None:
    place = put(tmp_path / "bin" / "pulumi-resource-cloudflare")
    assert told(plugins(admit({"PATH": str(place.parent)}))) == [("ok", "the plugin on PATH is there")]
