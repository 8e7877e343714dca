"""The bill of materials: all that the image is made of, and no more."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker

from cli.engine.install.versions import VERSION
from deploy.image.environment import EXTRAS, packages
from deploy.image.plugins import PLUGINS, commands, pinned
from deploy.image.sbom import bill
from deploy.image.tree import ROOT

LOCK = (ROOT / "uv.lock").read_text()
HERE = {"python_full_version": "3.11.2", "python_version": "3.11", "sys_platform": "linux", "os_name": "posix"}


@pytest.fixture(scope="module")
def sbom() -> dict[str, Any]:
    return bill(LOCK, ROOT / "pyproject.toml")


def versions(sbom: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["version"] for one in sbom["components"] if one["type"] == "library"}


def test_it_has_the_packages_that_uv_would_install(sbom: dict[str, Any]) -> None:
    uv = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    if not Path(uv).is_file():
        pytest.skip("there is no uv")
    asked = ["export", "--frozen", "--no-dev", "--no-hashes", "--no-header", "--no-annotate", "--no-emit-project"]
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    said = subprocess.run(
        [uv, *asked, *extras], cwd=ROOT, capture_output=True, text=True, check=True, timeout=180
    ).stdout
    lines = [line.partition(" ; ") for line in said.splitlines()]
    wanted = {pin.strip() for pin, _, marker in lines if not marker or Marker(marker).evaluate(HERE)}
    assert {f"{name}=={number}" for name, number in versions(sbom).items()} == wanted


def test_they_are_the_versions_that_are_tested(sbom: dict[str, Any]) -> None:
    assert {name: version(name) for name in versions(sbom)} == versions(sbom)


def test_tools_of_development_are_not_in_it(sbom: dict[str, Any]) -> None:
    assert not {"pytest", "playwright", "mypy", "ruff", "cloudflare"} & versions(sbom).keys()


def test_engine_and_plugins_are_in_it_in_their_pinned_versions(sbom: dict[str, Any]) -> None:
    programs = {one["name"]: one["version"] for one in sbom["components"] if one["type"] == "application"}
    sdks = versions(sbom)
    assert programs == {
        "pulumi": VERSION,
        "pulumi-resource-cloudflare": sdks["pulumi-cloudflare"],
        "pulumi-resource-gandi": version("pulumiverse-gandi"),
        "pulumi-resource-kubernetes": sdks["pulumi-kubernetes"],
    }


def test_every_package_has_a_file_for_each_platform_with_its_checksum(sbom: dict[str, Any]) -> None:
    for one in sbom["components"]:
        if one["type"] == "library":
            urls = [file["url"] for file in one["externalReferences"]]
            for machine in ("x86_64", "aarch64"):
                assert any(url.endswith(("-any.whl", f"{machine}.whl")) for url in urls), (one["name"], machine)
            sums = [file["hashes"][0]["content"] for file in one["externalReferences"]]
            assert all(re.fullmatch("[0-9a-f]{64}", found) for found in sums)


def test_what_a_part_depends_on_is_a_part_too(sbom: dict[str, Any]) -> None:
    own = sbom["metadata"]["component"]
    known = [own["bom-ref"], *(one["bom-ref"] for one in sbom["components"])]
    assert len(known) == len(set(known))
    assert sorted(one["ref"] for one in sbom["dependencies"]) == sorted(known)
    reached, left = set(), [own["bom-ref"]]
    needs = {one["ref"]: one["dependsOn"] for one in sbom["dependencies"]}
    while left:
        reference = left.pop()
        if reference not in reached:
            reached.add(reference)
            left += needs[reference]
    assert reached == set(known), "each is there because something needs it"


def test_the_same_input_gives_the_same_bytes() -> None:
    runs = [subprocess.run([ROOT / "scripts" / "sbom"], capture_output=True, check=True).stdout for _ in range(2)]
    assert runs[0] == runs[1]
    assert json.loads(runs[0])["serialNumber"].startswith("urn:uuid:")
    assert str(ROOT).encode() not in runs[0]


def test_another_version_is_another_bill(tmp_path: Path, sbom: dict[str, Any]) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text((ROOT / "pyproject.toml").read_text().replace("pulumi-cloudflare==", "pulumi-cloudflare==9"))
    assert bill(LOCK, project)["serialNumber"] != sbom["serialNumber"]


def test_a_package_that_the_lock_lacks_is_no_bill() -> None:
    with pytest.raises(KeyError, match="rich"):
        packages(LOCK.replace('name = "rich"\nversion', 'name = "poor"\nversion'))


def test_extras_and_markers_are_followed() -> None:
    lock = """
package = [
  {name = "truenorth", version = "1", dependencies = [
    {name = "a", extra = ["x"]}, {name = "w", marker = "os_name == 'nt'"},
  ]},
  {name = "a", version = "2", dependencies = [{name = "b"}], optional-dependencies.x = [{name = "c"}]},
  {name = "b", version = "3", dependencies = [{name = "a"}]},
  {name = "c", version = "4"},
  {name = "w", version = "5"},
]
"""
    assert [(one.name, one.needs) for one in packages(lock)] == [
        ("a", ("b", "c")),
        ("b", ("a",)),
        ("c", ()),
        ("truenorth", ("a",)),
    ]


class TestPlugins:
    def test_each_is_installed_in_the_version_of_its_sdk(self) -> None:
        installed = commands("pulumi", pinned(ROOT / "pyproject.toml"))
        assert [" ".join(command[:6]) for command in installed] == [
            f"pulumi plugin install resource {plugin.name} {version(plugin.sdk)}" for plugin in PLUGINS
        ]

    def test_an_sdk_that_is_not_pinned_is_a_fault(self, tmp_path: Path) -> None:
        project = tmp_path / "pyproject.toml"
        project.write_text('[project]\ndependencies = ["pulumi-cloudflare>=6"]\n')
        with pytest.raises(KeyError, match="pulumi-cloudflare"):
            commands("pulumi", pinned(project))
