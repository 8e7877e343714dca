from __future__ import annotations

import subprocess
from pathlib import Path

from lab.world import FIRST_IPV4
from tests.cli.conftest import Inside


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


def test_settings_that_cannot_be_written_as_a_mounted_config_map_are_enough(inside: Inside, small_disk: Path) -> None:
    """The engine writes a salt into the settings that it is given."""
    inside.settings("www")
    mounted = small_disk / inside.settings_file.name
    mounted.write_bytes(inside.settings_file.read_bytes())
    remount(small_disk, "ro")
    inside.result("up", TRUENORTH_SETTINGS=str(mounted))
    assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
    assert inside.result("up", TRUENORTH_SETTINGS=str(mounted))["changes"] == []
    assert inside.run("destroy", "--yes", TRUENORTH_SETTINGS=str(mounted)).returncode == 0
    assert inside.zone() == {}
