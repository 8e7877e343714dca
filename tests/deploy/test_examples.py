"""The files in examples/ hold what their own tools ask for, and every name in them is one of ours."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from cli.main import app
from stacks.settings.files import from_file
from stacks.settings.secrets.files import SECRETS

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
UNIT = EXAMPLES / "systemd" / "truenorth.service"
QUADLET = EXAMPLES / "podman" / "truenorth.container"
COMPOSE: Mapping[str, Any] = yaml.safe_load((EXAMPLES / "compose" / "compose.yaml").read_text())
SERVICE: Mapping[str, Any] = COMPOSE["services"]["truenorth"]
DOCKERFILE = (ROOT / "deploy" / "image" / "Dockerfile").read_text()
CHART = ROOT / "deploy" / "helm" / "truenorth"
SECRET_VARIABLES = {one.variable for one in SECRETS}
QUADLET_KEYS = {
    *("Image", "Exec", "Environment", "Secret", "Volume", "Tmpfs", "PublishPort", "ReadOnly", "DropCapability"),
    "NoNewPrivileges",
}
"""Keys of [Container] in podman-systemd.unit(5)."""
THRESHOLD = 20
"""Tenths of the exposure level that systemd-analyze computes."""


def ini(file: Path) -> dict[str, list[tuple[str, str]]]:
    """The sections of a unit file, whose keys may stand several times."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for line in file.read_text().splitlines():
        if line.startswith("["):
            sections[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            sections[list(sections)[-1]].append((key, value))
    return sections


def values(file: Path, section: str, key: str) -> list[str]:
    return [value for name, value in ini(file)[section] if name == key]


def test_no_command_that_we_give_has_a_token_among_its_arguments() -> None:
    """A shell remembers them, and `ps` shows them to everybody."""
    given = [
        *(ROOT / "cli").rglob("*.py"),
        *(one for folder in ("docs", "deploy", "examples", "template") for one in (ROOT / folder).rglob("*")),
        ROOT / "README.md",
    ]
    texts = {one: one.read_text(errors="replace") for one in given if one.is_file()}
    assert [one for one, text in texts.items() if "--from-literal" in text] == []
    assert any("--from-env-file=/dev/stdin" in text for text in texts.values())


def assert_options_exist(words: list[str]) -> None:
    command: Any = typer.main.get_command(app).commands[words[0]]  # type: ignore[attr-defined] # the app is a group
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    assert {word for word in words[1:] if word.startswith("-")} <= known


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-workflows", "ci/github-actions.yaml"),
        ("vendor.gitlab-ci", "ci/gitlab-ci.yaml"),
        ("vendor.compose-spec", "compose/compose.yaml"),
    ],
)
def test_a_file_is_valid_by_the_schema_of_its_tool(schema: str, file: str) -> None:
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "check-jsonschema"), "--builtin-schema", schema, str(EXAMPLES / file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


class TestTheSystemdUnit:
    @pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
    def test_is_hardened(self) -> None:
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", f"--threshold={THRESHOLD}", "--no-pager", str(UNIT)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-300:] + done.stderr

    @pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
    def test_is_understood_by_systemd_but_for_the_program_that_is_not_installed(self) -> None:
        done = subprocess.run(["systemd-analyze", "verify", str(UNIT)], capture_output=True, text=True, check=False)
        told = [line for line in done.stderr.splitlines() if UNIT.name in line]
        assert [line for line in told if "/usr/local/bin/truenorth is not executable" not in line] == []

    def test_starts_a_command_that_exists(self) -> None:
        (command,) = values(UNIT, "Service", "ExecStart")
        assert_options_exist(shlex.split(command)[1:])

    def test_gets_its_token_as_a_credential_that_is_read(self) -> None:
        (credential,) = values(UNIT, "Service", "LoadCredential")
        assert credential.partition(":")[0] in SECRET_VARIABLES
        assert not any(name in line for line in values(UNIT, "Service", "Environment") for name in SECRET_VARIABLES)

    def test_writes_only_where_systemd_has_made_a_folder(self) -> None:
        given = dict(word.split("=", 1) for line in values(UNIT, "Service", "Environment") for word in line.split())
        assert set(given) == {"HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "PULUMI_HOME"}
        assert all(place.startswith(("/var/lib/truenorth", "/var/cache/truenorth")) for place in given.values())


class TestTheQuadlet:
    def test_has_keys_that_podman_knows(self) -> None:
        sections = ini(QUADLET)
        assert set(sections) == {"Unit", "Container", "Service", "Install"}
        assert {key for key, _ in sections["Container"]} <= QUADLET_KEYS
        configparser.RawConfigParser(strict=False).read(QUADLET)

    def test_starts_a_command_that_exists_with_the_token_of_its_secret(self) -> None:
        (command,) = values(QUADLET, "Container", "Exec")
        assert_options_exist(shlex.split(command))
        given = dict(line.split("=", 1) for line in values(QUADLET, "Container", "Environment"))
        (secret,) = values(QUADLET, "Container", "Secret")
        options = dict(word.split("=") for word in secret.split(",")[1:])
        assert given["CLOUDFLARE_API_TOKEN_FILE"] == options["target"]
        assert f"USER {options['uid']}:{options['gid']}" in DOCKERFILE

    def test_is_as_closed_as_the_image_allows(self) -> None:
        closed = {"ReadOnly": "true", "DropCapability": "all", "NoNewPrivileges": "true"}
        assert closed.items() <= dict(ini(QUADLET)["Container"]).items()
        assert any(one.split(":")[1] == "/var/lib/truenorth" for one in values(QUADLET, "Container", "Volume"))


class TestTheComposeFile:
    def test_starts_a_command_that_exists(self) -> None:
        assert_options_exist(SERVICE["command"])

    def test_has_the_token_as_a_secret_and_in_no_variable(self) -> None:
        assert SERVICE["environment"]["CLOUDFLARE_API_TOKEN_FILE"] == f"/run/secrets/{SERVICE['secrets'][0]}"
        assert not SECRET_VARIABLES & SERVICE["environment"].keys()
        assert COMPOSE["secrets"].keys() == set(SERVICE["secrets"])

    def test_has_settings_beside_it_that_are_accepted(self) -> None:
        file, _, place = SERVICE["volumes"][0].removesuffix(":ro").partition(":")
        assert SERVICE["environment"]["TRUENORTH_SETTINGS"] == place
        assert from_file(EXAMPLES / "compose" / file, {}, "home").zone == "example.com"

    def test_is_as_closed_as_the_image_allows(self) -> None:
        assert SERVICE["read_only"]
        assert SERVICE["cap_drop"] == ["ALL"]
        assert SERVICE["security_opt"] == ["no-new-privileges:true"]


class TestArgoCd:
    PROJECTS: tuple[Mapping[str, Any], ...] = tuple(
        yaml.safe_load_all((EXAMPLES / "argocd" / "projects.yaml").read_text())
    )

    @pytest.mark.parametrize("name", ["development", "production", "chart"])
    def test_an_application_is_of_a_project_that_allows_it(self, name: str) -> None:
        spec = yaml.safe_load((EXAMPLES / "argocd" / f"{name}.yaml").read_text())["spec"]
        (project,) = [one for one in self.PROJECTS if one["metadata"]["name"] == spec["project"]]
        assert spec["source"]["repoURL"] in project["spec"]["sourceRepos"]
        assert spec["destination"] in project["spec"]["destinations"]
        assert (ROOT / spec["source"]["path"]).is_dir()

    def test_each_environment_has_a_project_of_its_own(self) -> None:
        specs = [
            yaml.safe_load((EXAMPLES / "argocd" / f"{name}.yaml").read_text())["spec"]
            for name in ("development", "production")
        ]
        assert len({spec["project"] for spec in specs}) == len({spec["source"]["path"] for spec in specs}) == 2

    def test_a_project_allows_each_object_without_a_namespace_that_is_deployed(self) -> None:
        base = [
            one
            for file in (ROOT / "deploy" / "kustomize" / "base").glob("*-*.yaml")
            for one in yaml.safe_load_all(file.read_text())
        ]
        wide = {
            (one["apiVersion"].rpartition("/")[0], one["kind"]) for one in base if "namespace" not in one["metadata"]
        }
        for project in self.PROJECTS:
            allowed = {(one["group"], one["kind"]) for one in project["spec"]["clusterResourceWhitelist"]}
            assert wide <= allowed

    def test_the_chart_gets_values_that_it_knows(self) -> None:
        helm = yaml.safe_load((EXAMPLES / "argocd" / "chart.yaml").read_text())["spec"]["source"]["helm"]
        known = json.loads((CHART / "values.schema.json").read_text())["properties"]
        assert helm["valuesObject"].keys() <= known.keys()
        assert all((CHART / file).exists() for file in helm["valueFiles"])


def test_the_page_of_the_chart_has_every_value_and_no_other() -> None:
    def leaves(schema: Mapping[str, Any], path: str = "") -> set[str]:
        if "$ref" in schema:
            schema = whole["properties"][schema["$ref"].removeprefix("#/properties/")]
        inner = schema.get("properties", {}) if path.rstrip(".") != "settings" else {}
        if not inner:
            return {path.rstrip(".")}
        return {leaf for name, one in inner.items() for leaf in leaves(one, f"{path}{name}.")}

    whole = json.loads((CHART / "values.schema.json").read_text())
    rows = [line for line in (CHART / "README.md").read_text().splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([\w.]+)`", row.split("|")[1])}
    assert named == leaves(whole) - {"global"}


def test_each_example_is_on_the_page_of_examples() -> None:
    page = (EXAMPLES / "README.md").read_text()
    files = [file for file in EXAMPLES.rglob("*.*") if file.name != "README.md" and "Pulumi." not in file.name]
    assert [str(file) for file in files if f"]({file.relative_to(EXAMPLES)})" not in page] == []
