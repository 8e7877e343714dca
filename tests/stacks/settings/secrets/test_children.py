"""No program gets a secret that it does not need."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from stacks.settings.secrets import children
from stacks.settings.secrets.children import ENGINE, GANDI_PLUGIN, KUBECONFIG_PLUGIN, NAT, TOOLCHAIN, Child, needed
from stacks.settings.secrets.files import PASSPHRASE, PULUMI_TOKEN, SECRETS

ROOT = Path(__file__).resolve().parents[4]
ALL = [value for value in vars(children).values() if isinstance(value, Child)]
OURS = {one.variable for one in SECRETS}
OF_THE_STATE = {PULUMI_TOKEN, PASSPHRASE, "AWS_SECRET_ACCESS_KEY", "AZURE_STORAGE_KEY", "GOOGLE_CREDENTIALS"}
EVERYTHING = dict.fromkeys((*OURS, *OF_THE_STATE, "NET_TOKEN", "SLACK_TOKEN", "GITHUB_TOKEN"), "sesame") | {
    "PATH": "/bin",
    "HOME": "/root",
    "HTTPS_PROXY": "http://proxy",
    "CREDENTIALS_DIRECTORY": "/run/credentials",
}
GETS = {
    ENGINE.use: OF_THE_STATE | {"GITHUB_TOKEN"},
    children.CLOUDFLARE_PLUGIN.use: {name for name in OURS if name.startswith("CLOUDFLARE_")},
    GANDI_PLUGIN.use: {name for name in OURS if name.startswith("GANDI_")},
    KUBECONFIG_PLUGIN.use: {"AWS_SECRET_ACCESS_KEY", "AZURE_STORAGE_KEY", "GOOGLE_CREDENTIALS"},
    NAT.use: set(),
    TOOLCHAIN.use: set(),
    children.LAB.use: set(),
}
STARTERS = {
    "cli/engine/hold.py": "asks what start_engine has started",
    "cli/engine/run.py": "reads what start_engine has started",
    "cli/engine/plugins.py": "PLUGINS",
    "stacks/observe/pulumi_cli.py": "its callers give ENGINE",
    "stacks/observe/wan/nat.py": "NAT",
}
"""The modules of the program that have to do with processes, and what these get."""


@pytest.mark.parametrize("child", ALL, ids=lambda child: child.use)
def test_each_program_gets_paths_and_proxies_and_the_secrets_of_its_row_alone(child: Child) -> None:
    got = needed(child, EVERYTHING)
    assert got.keys() >= {"PATH", "HOME", "HTTPS_PROXY"}
    assert {name for name, value in got.items() if value == "sesame"} == GETS[child.use]
    assert "CREDENTIALS_DIRECTORY" not in got


def test_every_module_that_starts_programs_is_known_here() -> None:
    users = {
        str(file.relative_to(ROOT))
        for package in ("cli", "stacks", "components")
        for file in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(one.name == "subprocess" for one in node.names)
    }
    assert users == set(STARTERS)


@pytest.mark.parametrize("file", [*(ROOT / "cli").rglob("*.py"), *(ROOT / "stacks").rglob("*.py")], ids=str)
def test_what_gives_an_environment_to_pulumi_chooses_it_from_the_list(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    if "engine_environment(engine," in text and "def engine_environment(engine: Engine, environment" not in text:
        assert "needed(ENGINE, engine_environment(engine," in text or file.name == "lab_environment.py"
