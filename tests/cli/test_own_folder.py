"""A folder of one's own, outside of the checkout: from nothing to records and back, by `truenorth` and by `pulumi`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path

import jsonschema  # type: ignore[import-untyped] # it has no types
import pytest
import yaml

from cli.exit_codes import UNUSABLE
from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import COMMAND_DEADLINE, ROOT, STACK, Inside
from tests.cli.in_process import truenorth

OWN = version_of("truenorth")
OTHERS_PROGRAM = """\
import pulumi

pulumi.ComponentResource("shop:index:Site", "site")
"""


@dataclass(frozen=True)
class OwnFolder:
    """A folder without anything in it, and a person there who has the lab's token."""

    path: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str, below: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
        """Run `truenorth ARGUMENTS` there, or in a folder below."""
        return truenorth(self.path / below, {**self.environment, **changes}, *arguments)

    def done(self, *arguments: str, below: str = "") -> str:
        """Run a command that must succeed, and return what it wrote."""
        done = self.run(*arguments, below=below)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def refused(self, *arguments: str, **changes: str) -> str:
        """Run a command that must refuse with one message, and return that in one line."""
        done = self.run(*arguments, below="", **changes)
        assert done.returncode == UNUSABLE, done.stderr + done.stdout
        assert done.stderr.count("error:") == 1
        assert "Traceback" not in done.stderr
        return " ".join(done.stderr.split())

    def pulumi(self, *arguments: str) -> str:
        """Run a plain `pulumi ARGUMENTS` there, which must succeed, in the folder's own environment.

        That is first on PATH: a language host that was built, not downloaded, does not know the option `virtualenv`.
        """
        done = self.try_pulumi(*arguments)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def try_pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a plain `pulumi ARGUMENTS` there, whatever comes of it."""
        return subprocess.run(
            ["pulumi", *arguments, "--stack", STACK, "--non-interactive"],
            cwd=self.path,
            env={**self.environment, "PATH": f"{self.path / '.venv' / 'bin'}:{self.environment['PATH']}"},
            capture_output=True,
            text=True,
            timeout=COMMAND_DEADLINE,
            check=False,
        )

    def install(self) -> None:
        """Do what `pulumi install` does, with the packages at hand: this version is in no registry yet."""
        (self.path / ".venv").symlink_to(sys.prefix)
        program = self.path / "__main__.py"
        program.write_text(program.read_text().replace("from truenorth import", "from stacks.program import"))


@pytest.fixture
def own(inside: Inside, tmp_path: Path) -> OwnFolder:
    folder = tmp_path / "my dns"
    folder.mkdir()
    without = ("TRUENORTH_SETTINGS",)
    return OwnFolder(folder, {key: value for key, value in inside.environment.items() if key not in without})


def resources(own: OwnFolder) -> list[str]:
    """The types of the resources in the stack's state."""
    exported = json.loads(own.pulumi("stack", "export"))
    return sorted(one["type"] for one in exported["deployment"].get("resources", []))


def made_by(inside: Inside, version: str | None) -> Path:
    """Say in the state that this version has made it, or nothing of a version; return its file."""
    state = inside.state / ".pulumi" / "stacks" / "truenorth" / f"{STACK}.json"
    document = json.loads(state.read_text())
    (stack,) = [one for one in document["checkpoint"]["latest"]["resources"] if one["type"] == "pulumi:pulumi:Stack"]
    assert stack["outputs"].pop("truenorth") == OWN
    if version:
        stack["outputs"]["truenorth"] = version
    state.write_text(json.dumps(document))
    return state


def write_other_program(own: OwnFolder) -> None:
    """Put another program of the person's there, with a stack that has settings of ours."""
    (own.path / "Pulumi.yaml").write_text("name: shop\nruntime: {name: python, options: {virtualenv: .venv}}\n")
    (own.path / "__main__.py").write_text(OTHERS_PROGRAM)
    (own.path / ".venv").symlink_to(sys.prefix)


def test_the_whole_way_from_an_empty_folder(own: OwnFolder, inside: Inside) -> None:
    said = own.done("init", "--zone", "example.com", "--name", "www")
    assert f"written: {own.path / 'Pulumi.test.yaml'}\nnext:" in said
    assert sorted(file.name for file in own.path.iterdir()) == sorted(
        ["Pulumi.yaml", "__main__.py", "requirements.txt", ".gitignore", "Pulumi.test.yaml", "truenorth.schema.json"]
    )
    _, _, schema = (
        (own.path / "Pulumi.test.yaml").read_text().splitlines()[0].partition("yaml-language-server: $schema=")
    )
    validator = jsonschema.Draft202012Validator(json.loads((own.path / schema).read_text()))
    validator.validate(yaml.safe_load((own.path / "Pulumi.test.yaml").read_text()))
    assert "would do: " in own.done("preview")
    own.done("up")
    assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
    (own.path / "deep").mkdir()
    assert "all as it should be" in own.done("status", below="deep")
    own.install()
    made = resources(own)
    assert "unchanged" in own.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert resources(own) == made
    own.done("destroy", "--yes")
    assert inside.zone() == {}


def test_the_only_stack_of_a_folder_need_not_be_named(own: OwnFolder, inside: Inside) -> None:
    own.done("init", "--zone", "example.com", "--name", "www")
    unnamed = {"TRUENORTH_STACK": ""}
    assert own.run("up", **unnamed).returncode == 0
    assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
    (own.path / "Pulumi.away.yaml").write_text((own.path / "Pulumi.test.yaml").read_text())
    assert "there are several stacks: away, test" in own.refused("up", **unnamed)
    assert "or name another stack with --stack: 'away', 'test'" in own.refused("up", "--stack", "tets")


def test_a_plain_pulumi_up_first_makes_the_same(own: OwnFolder, inside: Inside) -> None:
    own.done("init", "--zone", "example.com", "--name", "www")
    own.install()
    own.pulumi("stack", "init", "--no-select")
    own.pulumi("up", "--yes", "--skip-preview")
    assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
    assert "nothing to do" in own.done("up")
    assert "all as it should be" in own.done("status")


def test_the_state_lies_under_the_name_of_the_project(own: OwnFolder, inside: Inside) -> None:
    own.done("init", "--zone", "example.com", "--name", "www")
    description = own.path / "Pulumi.yaml"
    description.write_text(description.read_text().replace("name: truenorth", "name: records"))
    own.done("up")
    kept = inside.state / ".pulumi" / "stacks"
    assert (kept / "records" / f"{STACK}.json").exists()
    assert not (kept / "truenorth").exists()
    assert "nothing to do" in own.done("up")
    assert "it can be read; 2 records of ours" in own.run("doctor").stdout
    own.done("destroy", "--yes")
    assert inside.zone() == {}


def test_settings_that_were_there_stay_and_get_a_project_around_them(own: OwnFolder, inside: Inside) -> None:
    settings = own.path / f"Pulumi.{STACK}.yaml"
    settings.write_text("config:\n  truenorth:zone: example.com\n  truenorth:names: [api]\n")
    before = settings.read_text()
    said = own.done("init")
    assert "Pulumi.yaml" in said
    assert str(settings) not in said
    assert settings.read_text() == before
    own.done("up")
    assert inside.zone() == {"api.example.com/A": FIRST_IPV4}
    assert "the stack has settings already" in own.refused("init")


def test_what_pulumi_new_makes_of_the_template_is_a_project(own: OwnFolder, inside: Inside) -> None:
    made = subprocess.run(
        [
            *("pulumi", "new", str(ROOT / "template"), "--yes", "--non-interactive"),
            *("--name", "dns", "--stack", STACK, "--config", "truenorth:zone=example.com"),
        ],
        cwd=own.path,
        # Without a Python on PATH nothing is installed: this version is in no registry yet.
        env={**own.environment, "PATH": own.environment["TRUENORTH_ENGINE_DIR"]},
        capture_output=True,
        text=True,
        timeout=COMMAND_DEADLINE,
        check=False,
    )
    assert "Saved config" in made.stdout, made.stderr
    own.done("up")
    assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
    own.install()
    assert "unchanged" in own.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")


@pytest.mark.parametrize("way", ["option", "variable"])
def test_another_folder_is_named(own: OwnFolder, tmp_path: Path, way: str) -> None:
    own.done("init", "--zone", "example.com", "--name", "www")
    elsewhere = OwnFolder(tmp_path, own.environment)
    if way == "option":
        said = elsewhere.done("preview", "--project", str(own.path))
    else:
        said = elsewhere.run("preview", TRUENORTH_PROJECT=str(own.path)).stdout
    assert "would do: " in said


class TestBesideAnotherProgram:
    def test_only_the_settings_are_added_and_the_call_is_told(self, own: OwnFolder, inside: Inside) -> None:
        write_other_program(own)
        assert "the Pulumi project shop has no stack of TrueNorth's" in own.refused("up")
        said = own.done("init", "--zone", "example.com", "--name", "www")
        assert f'  if pulumi.get_stack() == "{STACK}":\n      truenorth.program()' in said
        assert (own.path / "__main__.py").read_text() == OTHERS_PROGRAM
        assert not (own.path / "requirements.txt").exists()
        own.done("up")
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
        own.done("destroy", "--yes")

    def test_a_stack_with_its_resources_is_refused_and_stays_as_it_is(self, own: OwnFolder, inside: Inside) -> None:
        write_other_program(own)
        own.pulumi("stack", "init", "--no-select")
        own.pulumi("up", "--yes", "--skip-preview")
        own.done("init", "--zone", "example.com", "--name", "www", "--force")
        made = resources(own)
        assert "shop:index:Site" in made
        for command in (("up",), ("preview",), ("destroy", "--yes"), ("adopt", "--yes"), ("status",)):
            message = own.refused(*command)
            assert f"the stack {STACK} has resources that are not TrueNorth's" in message
            assert f"pulumi up --stack {STACK}; or give TrueNorth a stack of its own" in message
        assert "has resources that are not TrueNorth's" in own.run("doctor").stdout
        assert resources(own) == made
        assert inside.zone() == {}


class TestAStateOfAnotherVersion:
    def test_made_by_a_newer_one_is_refused_by_truenorth_and_by_pulumi(self, own: OwnFolder, inside: Inside) -> None:
        own.done("init", "--zone", "example.com", "--name", "www")
        own.done("up")
        state = made_by(inside, "99.1.0")
        remote.set_address(inside.places, "198.51.100.9")
        for command in (("up",), ("preview",), ("destroy", "--yes")):
            message = own.refused(*command)
            assert f"the state of stack {STACK} was made by TrueNorth 99.1.0, and this one is {OWN}" in message
            assert "use that version or a newer one" in message
        own.install()
        done = own.try_pulumi("up", "--yes", "--skip-preview")
        assert done.returncode != 0
        assert "was made by TrueNorth 99.1.0" in done.stdout + done.stderr
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
        assert json.loads(state.read_text())["checkpoint"]["latest"]["resources"][0]["outputs"]["truenorth"] == "99.1.0"

    @pytest.mark.parametrize("version", ["0.1.0", None])
    def test_made_by_an_older_one_is_read_and_marked_anew(
        self, own: OwnFolder, inside: Inside, version: str | None
    ) -> None:
        own.done("init", "--zone", "example.com", "--name", "www")
        own.done("up")
        state = made_by(inside, version)
        assert "nothing to do" in own.done("up")
        remote.set_address(inside.places, "198.51.100.9")
        own.done("up")
        assert inside.zone() == {"www.example.com/A": "198.51.100.9"}
        assert json.loads(state.read_text())["checkpoint"]["latest"]["resources"][0]["outputs"]["truenorth"] == OWN


def test_no_network_at_the_first_use_of_the_engine_is_one_message(own: OwnFolder, tmp_path: Path) -> None:
    own.done("init", "--zone", "example.com", "--name", "www")
    before = sorted(own.path.iterdir())
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    message = own.refused(
        "up",
        TRUENORTH_ENGINE_DIR="",
        TRUENORTH_ENGINE_DOWNLOAD_URL="http://127.0.0.1:1",
        GOPROXY="http://127.0.0.1:1",
        PATH=str(nothing),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    assert "the Pulumi engine can be neither downloaded (http://127.0.0.1:1" in message
    assert "install Pulumi" in message
    assert sorted(own.path.iterdir()) == before
