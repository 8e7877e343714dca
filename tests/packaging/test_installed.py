"""The installed package: it runs outside of the checkout, reads nothing of it, and clashes with no folder there."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cli.engine.install.find import Engine
from cli.engine.install.install import engine_environment
from components.owned_record import OwnedRecord
from tests.packaging.conftest import ROOT, Installed

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
TOPS = ("cli", "components", "stacks", "toolchain", "lab", "bench")
EVERY_MODULE = """
import importlib, pkgutil, sys
for top in ("truenorth", "truenorth_lab", "truenorth_bench"):
    for one in pkgutil.walk_packages(importlib.import_module(top).__path__, f"{top}."):
        if not one.name.endswith("__main__"):
            importlib.import_module(one.name)
print(*(name for name in sys.modules if name.partition(".")[0] in sys.argv[1:]))
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of a person's own, with packages that are called as ours in the repository."""
    for top in TOPS:
        (tmp_path / top).mkdir()
        (tmp_path / top / "__init__.py").write_text("raise ImportError('this is somebody else')\n")
    return tmp_path


@pytest.mark.parametrize("program", [("truenorth",), ("python", "-m", "truenorth")], ids=" ".join)
def test_the_command_line_is_there(installed: Installed, elsewhere: Path, program: tuple[str, ...]) -> None:
    shown = installed.run([*program, "--help"], elsewhere)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "DNS that always points at your clusters." in shown.stdout
    version = installed.run([*program, "--version"], elsewhere)
    assert (version.returncode, version.stdout) == (0, f"truenorth {VERSION}\n")


def test_what_people_are_told_is_read_from_texts_in_the_code(installed: Installed, tmp_path: Path) -> None:
    published = (ROOT / "docs" / "settings.schema.json").read_text()
    assert installed.run(["truenorth", "schema"], tmp_path).stdout == published
    assert "Example: `truenorth up" in installed.run(["truenorth", "up", "--help"], tmp_path).stdout


@pytest.mark.parametrize("words", ["demo", "demo --keep", "demo --help", "lab", "lab start --kube", "lab -h"])
def test_a_command_that_needs_the_lab_says_how_to_install_it(installed: Installed, tmp_path: Path, words: str) -> None:
    done = installed.run(["truenorth", *words.split()], tmp_path)
    assert (done.returncode, done.stderr.count("error:")) == (2, 1)
    assert "truenorth[lab]" in done.stderr


def test_the_demo_runs_where_no_checkout_is(engine: Engine, installed_with_all: Installed, tmp_path: Path) -> None:
    environment = engine_environment(engine, {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)})
    environment["TRUENORTH_ENGINE_DIR"] = str(engine.folder)
    done = installed_with_all.run(["truenorth", "demo"], tmp_path, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the address changed 5 times" in done.stdout


def test_the_kind_of_nat_is_asked_for_in_a_process_of_its_own(installed: Installed, elsewhere: Path) -> None:
    code = "from truenorth.stacks.observe.wan import nat; print(nat.CHILD)"
    (module,) = installed.run(["python", "-P", "-c", code], elsewhere).stdout.split()
    done = installed.run(["python", "-P", "-m", module, "127.0.0.1", "9", "0.1"], elsewhere)
    assert done.stdout.startswith("{"), done.stderr


def test_files_beside_modules_are_found(installed: Installed, elsewhere: Path) -> None:
    code = (
        "from truenorth.cli.web.app import files\n"
        "from truenorth.components.geo.locations import locate\n"
        "from truenorth.cli.engine.install.build import MODULES\n"
        "print(len(files()), locate('eu').name, sorted(one.name for one in MODULES.iterdir()))\n"
    )
    done = installed.run(["python", "-c", code], elsewhere)
    assert done.stdout == "9 eu ['langhost', 'pulumi']\n", done.stderr


def test_every_module_is_imported_by_its_installed_name(installed_with_all: Installed, elsewhere: Path) -> None:
    done = installed_with_all.run(["python", "-c", EVERY_MODULE, *TOPS], elsewhere)
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr


def test_a_file_of_the_checkout_that_is_opened_is_noticed(installed: Installed, tmp_path: Path) -> None:
    done = installed.run(["python", "-c", f"open({str(ROOT / 'README.md')!r})"], tmp_path)
    assert done.returncode == 99


def test_the_plugin_for_other_languages_is_there(engine: Engine, installed: Installed, elsewhere: Path) -> None:
    def schema_of(binaries: Path) -> dict[str, Any]:
        done = subprocess.run(
            [engine.pulumi, "package", "get-schema", binaries / "pulumi-resource-truenorth"],
            cwd=elsewhere,
            env={"PATH": f"{engine.folder}:/usr/bin:/bin", "PULUMI_SKIP_UPDATE_CHECK": "true", "HOME": str(elsewhere)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    schema = schema_of(installed.binaries)
    assert (schema["version"], {name.rpartition(":")[2] for name in schema["resources"]}) == (
        VERSION,
        {"OwnedRecord", "GeoPool", "GeoLoadBalancer", "RecordSet"},
    )
    assert schema["resources"]["truenorth:index:OwnedRecord"]["description"] == inspect.getdoc(OwnedRecord)
    assert schema == schema_of(Path(sys.executable).parent), "a text of the repository is not in the wheel"


PROGRAM = """
import sys
import pulumi
class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return f"id of {args.name}", dict(args.inputs)
    def call(self, args):
        return {}
pulumi.runtime.set_mocks(Mocks(), project="shop", stack="prod")
import components
from truenorth import GeoPool, OwnedRecord, OwnedRecordArgs

@pulumi.runtime.test
def registers():
    args = OwnedRecordArgs(zone="example.com", zone_id="id", name="www", type="A", contents=[components.ADDRESS])
    record = OwnedRecord("www", args)
    return record.fqdn.apply(lambda fqdn: print(fqdn))

registers()
try:
    GeoPool("eu", {"account_id": "id", "name": "eu", "origins": [{"name": "a", "address": components.ADDRESS}]})
except pulumi.RunError as error:
    print(error)
"""


def test_a_program_with_components_of_its_own_declares_records_and_needs_no_sdk_for_them(
    installed: Installed, tmp_path: Path
) -> None:
    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "__init__.py").write_text("ADDRESS = '192.0.2.1'\n")
    (tmp_path / "pulumi_cloudflare.py").write_text("raise ModuleNotFoundError('no SDK', name='pulumi_cloudflare')\n")
    (tmp_path / "program.py").write_text(PROGRAM)
    done = installed.run(["python", "program.py"], tmp_path)
    assert done.stdout == (
        "www.example.com\n"
        "load balancing needs the package pulumi_cloudflare, which is not installed: pip install 'truenorth[geo]'\n"
    ), done.stderr


WITHOUT_SDKS = """
import sys
sys.modules |= dict.fromkeys(("pulumi_cloudflare", "pulumi_kubernetes"))  # as where they are not installed
from truenorth.__main__ import run
run()
"""
SETTINGS = """\
config:
  truenorth:zone: example.com
  truenorth:geo: {location: eu, hostname: app.example.com}
"""


@pytest.mark.parametrize(("command", "extra"), [("preview", "geo"), ("deploy", "deploy")])
def test_what_needs_an_sdk_that_is_not_installed_says_which_extra_has_it(
    installed: Installed, tmp_path: Path, command: str, extra: str
) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.home.yaml").write_text(SETTINGS)
    (tmp_path / "Pulumi.yaml").write_text("name: truenorth\nruntime: python\nmain: stacks\nstackConfigDir: stacks\n")
    done = installed.run(
        ["python", "-c", WITHOUT_SDKS, command, "--stack", "home"], tmp_path, {"CLOUDFLARE_API_TOKEN": "x" * 40}
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("error:") == 1
    assert f"'truenorth[{extra}]'" in done.stderr
