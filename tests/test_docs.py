"""The documents say what is so: every setting, command and make target that exists, and none that does not."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import typer.main
from pydantic import BaseModel

from cli.main import app
from stacks.settings.cluster import ClusterDefaults, ClusterSettings
from stacks.settings.geo import GeoSettings
from stacks.settings.watch import WatchSettings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
COMMANDS = (ROOT / "docs" / "commands.md").read_text()
SOURCES = (ROOT / "docs" / "sources.md").read_text()
GEO = (ROOT / "docs" / "geo.md").read_text()
WATCH = (ROOT / "docs" / "watch.md").read_text()
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "examples" / "README.md",
    ROOT / "deploy" / "helm" / "truenorth" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]


def test_the_readme_begins_with_what_a_newcomer_needs_and_has_no_table_of_settings() -> None:
    parts = re.findall(r"^## (.+)$", README, re.MULTILINE)
    assert parts == ["Try it", "Use it", "What happens when", "Where to look"]
    assert "uvx --from 'truenorth[lab]' truenorth demo" in README
    assert "make demo\nmake test\n" in README
    assert "| setting |" not in README
    assert len(README) < 10_000


def test_each_way_to_use_it_has_five_lines() -> None:
    ways = re.findall(r"^\*\*(?:On|In) a .+?```sh\n(.+?)```", README, re.MULTILINE | re.DOTALL)
    assert [len(way.splitlines()) for way in ways] == [5, 5, 5]


@pytest.mark.parametrize(
    "setting",
    [
        *(f"cluster.{name}" for name in ClusterDefaults.model_fields),
        *(f"clusters[].{name}" for name in ClusterSettings.model_fields if name not in ClusterDefaults.model_fields),
    ],
)
def test_every_setting_of_a_cluster_stands_in_its_table(setting: str) -> None:
    assert f"`{setting}`" in SOURCES


@pytest.mark.parametrize("setting", GeoSettings.model_fields)
def test_every_setting_of_geo_stands_in_its_table(setting: str) -> None:
    assert f"`{setting}`" in GEO


def settings_of(model: type[BaseModel], prefix: str = "") -> list[str]:
    """All settings of a model, those of its parts by their path."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        part = field.annotation
        if isinstance(part, type) and issubclass(part, BaseModel):
            found += settings_of(part, f"{prefix}{name}.")
        else:
            found.append(f"{prefix}{name}")
    return found


@pytest.mark.parametrize("setting", settings_of(WatchSettings))
def test_every_setting_of_watch_stands_in_its_table(setting: str) -> None:
    assert f"`{setting}`" in WATCH


def test_every_command_is_named() -> None:
    group = typer.main.get_command(app)
    names: set[str] = set(group.commands)  # type: ignore[attr-defined] # the app is a group
    assert {name for name in names if f"truenorth {name}" not in COMMANDS} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        assert target.startswith("https://") or (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_exist(document: Path) -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in re.findall(r"`make ([a-z]+)", document.read_text()):
        assert f"make {target}" in listed, target
