"""Programs that print their environment have none of the secrets that they do not need."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.engine.install.find import ask_version
from cli.engine.plugins import Plugins
from stacks.observe.pulumi_cli import DEADLINE
from stacks.observe.registry import read_registry
from stacks.observe.wan import nat
from stacks.settings.secrets.files import SECRETS

OURS = {one.variable for one in SECRETS} - {"PULUMI_ACCESS_TOKEN"}
SECRET = {*OURS, "NET_TOKEN", "SLACK_TOKEN", "CREDENTIALS_DIRECTORY", "CLOUDFLARE_API_TOKEN_FILE"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A person's environment, full of secrets; programs write what they see of it into a file at home."""
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    return dict.fromkeys(SECRET, "sesame") | {"PATH": path, "HOME": str(tmp_path), "PULUMI_ACCESS_TOKEN": "p"}


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes a program that writes down its environment, and then does something."""

    def made(name: str, then: str) -> Path:
        file = tmp_path / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'#!/bin/sh\nenv > "$HOME/seen"\n{then}\n')
        file.chmod(0o755)
        return file

    return made


def seen(tmp_path: Path) -> set[str]:
    return {line.partition("=")[0] for line in (tmp_path / "seen").read_text().splitlines()}


def test_pulumi_that_is_asked_for_its_version(
    environment: dict[str, str], program: Callable[[str, str], Path], tmp_path: Path
) -> None:
    assert ask_version(program("pulumi", "echo v3.256.0"), environment) == ("3.256.0", "")
    assert not SECRET & seen(tmp_path)


def test_pulumi_that_exports_a_state_signs_in_where_the_state_is(
    environment: dict[str, str], program: Callable[[str, str], Path], tmp_path: Path
) -> None:
    read_registry("home", environment, pulumi=program("pulumi", 'echo "{}"'), cwd=tmp_path)
    assert "PULUMI_ACCESS_TOKEN" in seen(tmp_path)
    assert not SECRET & seen(tmp_path)


@pytest.mark.parametrize(("provider", "prefix"), [("cloudflare", "CLOUDFLARE_"), ("gandi", "GANDI_")])
@pytest.mark.skipif(sys.platform != "linux", reason="plugins are kept on Linux only")
def test_a_kept_plugin_has_its_own_credentials_alone(
    environment: dict[str, str], program: Callable[[str, str], Path], tmp_path: Path, provider: str, prefix: str
) -> None:
    program(f"pulumi-resource-{provider}", "echo 4711\nexec sleep 60")
    plugins = Plugins(lambda _: None)
    try:
        assert plugins.environment(environment, [provider])
    finally:
        plugins.close()
    found = {name for name in (SECRET | {"PULUMI_ACCESS_TOKEN"}) & seen(tmp_path) if not name.endswith("_FILE")}
    assert found == {name for name in OURS if name.startswith(prefix)}


def test_the_classification_of_the_nat_sees_no_secret(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import json, os\nprint(json.dumps({'failed': ' '.join(os.environ)}))\n"
    (tmp_path / "tells_its_environment.py").write_text(text)
    monkeypatch.setattr(nat, "CHILD", "tells_its_environment")
    told = nat._pystun3("127.0.0.1", 1, DEADLINE, "", environment | {"PYTHONPATH": str(tmp_path)})  # noqa: SLF001 - what its child sees
    assert "PATH" in told["failed"].split()
    assert not (SECRET | {"PULUMI_ACCESS_TOKEN"}) & set(told["failed"].split())
