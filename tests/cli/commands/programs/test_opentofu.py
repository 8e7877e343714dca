"""The real OpenTofu runs the modules of deploy/opentofu on the lab; only the provider `external` is a stand-in."""

from __future__ import annotations

import json
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import remote
from lab.kube.programs import Programs
from lab.kube.versions import EXTERNAL
from lab.world import FIRST_IPV4
from tests.cli.commands.programs.test_external import NOWHERE
from tests.cli.conftest import ROOT, STACK, TRUENORTH, Inside

MODULES = ROOT / "deploy" / "opentofu"
MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}
SECOND_IPV4 = "198.51.100.77"


@dataclass(frozen=True)
class Tofu:
    """OpenTofu in a folder with a configuration. mirror: where it finds providers; it is told of no registry."""

    program: Path
    folder: Path
    inside: Inside
    mirror: Path

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `tofu ARGUMENTS` and return what it did."""
        (self.folder / "tofu.rc").write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{self.mirror}"\n  }}\n}}\n'
        )
        environment = {**self.inside.environment, "TF_CLI_CONFIG_FILE": str(self.folder / "tofu.rc"), **variables}
        return subprocess.run(
            [str(self.program), *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=240,
            check=False,
        )

    def runs(self, *arguments: str) -> str:
        """Run `tofu ARGUMENTS`, which must succeed, and return what it prints."""
        done = self.run(*arguments, "-no-color")
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def outputs(self) -> dict[str, dict[str, str] | str]:
        """Apply the configuration, and return its outputs."""
        self.runs("apply", "-auto-approve", "-input=false")
        return {name: one["value"] for name, one in json.loads(self.runs("output", "-json")).items()}


@pytest.fixture
def tofu(inside: Inside, opentofu: Programs, tmp_path: Path) -> Tofu:
    mirror, system = tmp_path / "mirror", f"{platform.system().lower()}_{MACHINE[platform.machine()]}"
    place = mirror / "registry.opentofu.org" / "hashicorp" / "external" / EXTERNAL / system
    place.mkdir(parents=True)
    (place / f"terraform-provider-external_v{EXTERNAL}").symlink_to(opentofu.paths["opentofu-external"])
    folder = tmp_path / "configuration"
    folder.mkdir()
    return Tofu(opentofu.paths["tofu"], folder, inside, mirror)


def asking(tofu: Tofu, *asks: str) -> None:
    """Write a configuration with the module for each answer, as docs/opentofu.md has it."""
    blocks = (
        f"""
module "{ask}" {{
  source   = "{MODULES}"
  ask      = "{ask}"
  stack    = "{STACK}"
  settings = "{tofu.inside.settings_file}"
  program  = ["{TRUENORTH}"]
}}

output "{ask}" {{
  value = module.{ask}.result
}}
"""
        for ask in asks
    )
    (tofu.folder / "main.tf").write_text("".join(blocks))


class TestTheModule:
    def test_reads_addresses_endpoints_and_health(self, tofu: Tofu, inside: Inside) -> None:
        inside.settings("www", records=[{"name": "mx", "type": "MX", "content": ["10 mail.example.com"]}])
        inside.result("up")
        asking(tofu, "addresses", "endpoints", "health")
        tofu.runs("init")
        assert "The configuration is valid" in tofu.runs("validate")
        assert f'ipv4 = "{FIRST_IPV4}"' in " ".join(tofu.runs("plan", "-input=false").replace('"ipv4"', "ipv4").split())
        endpoints = {"www.example.com A": FIRST_IPV4, "mx.example.com MX": "10 mail.example.com"}
        assert tofu.outputs() == {
            "addresses": {"ipv4": FIRST_IPV4},
            "endpoints": endpoints,
            "health": dict.fromkeys(endpoints, "right"),
        }
        remote.set_address(inside.places, SECOND_IPV4)
        health = tofu.outputs()["health"]
        assert health == {**dict.fromkeys(endpoints, "right"), "www.example.com A": "pending"}

    def test_fails_the_plan_where_an_address_is_unknown(self, tofu: Tofu, inside: Inside) -> None:
        inside.settings("www")
        asking(tofu, "addresses")
        tofu.runs("init")
        done = tofu.run("plan", "-input=false", "-no-color", TRUENORTH_WAN=NOWHERE)
        assert done.returncode == 1
        assert "ipv4 is not known: " in " ".join(done.stderr.replace("│", "").split())

    def test_refuses_a_question_that_there_is_not(self, tofu: Tofu, inside: Inside) -> None:
        inside.settings("www")
        asking(tofu, "weather")
        tofu.runs("init")
        done = tofu.run("plan", "-input=false", "-no-color")
        assert done.returncode == 1
        assert "Ask for addresses, endpoints or health." in done.stderr


class TestTheModuleOfAFile:
    """It needs no provider: none is in the mirror that OpenTofu asks."""

    @pytest.fixture
    def alone(self, tofu: Tofu, tmp_path: Path) -> Tofu:
        (tofu.folder / "main.tf").write_text(
            f"""
module "home" {{
  source = "{MODULES / "from-file"}"
  file   = "${{path.root}}/truenorth.json"
}}

resource "terraform_data" "vpn" {{
  input = module.home.result["ipv4"]
}}

output "vpn" {{
  value = terraform_data.vpn.output
}}
"""
        )
        return Tofu(tofu.program, tofu.folder, tofu.inside, tmp_path / "none")

    def write(self, tofu: Tofu) -> None:
        (tofu.folder / "truenorth.json").write_text(tofu.inside.run("external").stdout)

    def test_plans_a_change_when_the_address_changes_and_none_before(self, alone: Tofu, inside: Inside) -> None:
        inside.settings("www")
        self.write(alone)
        alone.runs("init")
        assert "1 to add, 0 to change" in alone.runs("plan", "-input=false")
        assert alone.outputs() == {"vpn": FIRST_IPV4}
        assert "No changes." in alone.runs("plan", "-input=false")
        remote.set_address(inside.places, SECOND_IPV4)
        self.write(alone)
        assert "0 to add, 1 to change" in alone.runs("plan", "-input=false")
        assert alone.outputs() == {"vpn": SECOND_IPV4}

    @pytest.mark.parametrize("left", ["", "{}"])
    def test_refuses_the_empty_file_of_a_command_that_failed(self, alone: Tofu, left: str) -> None:
        (alone.folder / "truenorth.json").write_text(left)
        alone.runs("init")
        done = alone.run("plan", "-input=false", "-no-color")
        assert done.returncode == 1
        assert "has no answer of `truenorth external`" in " ".join(done.stderr.replace("│", "").split())
