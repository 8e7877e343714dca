"""The plugin package: its schema as the real engine reads it, and a program that uses it as any language does."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
import yaml

if TYPE_CHECKING:
    from cli.engine.install.find import Engine
    from tests.components.conftest import World

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "plugin"
COMPONENTS = ("OwnedRecord", "GeoPool", "GeoLoadBalancer")


@pytest.fixture
def schema(engine: Engine, launcher: Path, environment: dict[str, str], tmp_path: Path) -> dict[str, Any]:
    """What `pulumi package get-schema` says."""
    done = subprocess.run(
        [engine.pulumi, "package", "get-schema", launcher],
        cwd=tmp_path,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def described(name: str, of: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each property with its description."""
    for key, one in of.items():
        yield f"{name}.{key}", one.get("description", "")


@pytest.mark.engine
def test_the_schema_has_all_components_with_every_input_documented(schema: dict[str, Any]) -> None:
    assert (schema["name"], set(schema["resources"])) == (
        "truenorth",
        {f"truenorth:index:{name}" for name in COMPONENTS} | {"truenorth:dns:RecordSet"},
    )
    assert {name for name, one in schema["resources"].items() if not one.get("isComponent")} == {
        "truenorth:dns:RecordSet"
    }
    assert [name for name, one in schema["provider"]["inputProperties"].items() if one.get("secret")] == [
        "rfc2136Secret",
        "webhookToken",
    ]
    for name, resource in schema["resources"].items():
        assert "\n    " not in resource["description"]
        for path, description in (
            *described(name, resource["inputProperties"]),
            *described(name, resource["properties"]),
        ):
            assert description, path
    for name, one in schema["types"].items():
        assert one["description"]
        assert [path for path, description in described(name, one["properties"]) if not description] == []
    pool, balancer = (schema["resources"][f"truenorth:index:{name}"] for name in ("GeoPool", "GeoLoadBalancer"))
    assert pool["requiredInputs"] == ["accountId", "name", "origins"]
    assert balancer["requiredInputs"] == ["defaultPools", "name", "zoneId"]
    assert set(pool["properties"]) == {"poolId", "monitorId"}
    assert balancer["inputProperties"]["poolWeights"]["additionalProperties"] == {"type": "number"}


def test_the_folder_is_what_pulumi_adds() -> None:
    manifest = yaml.safe_load((FOLDER / "PulumiPlugin.yaml").read_text())
    assert manifest["runtime"]["name"] == "python"
    assert (FOLDER / "requirements.txt").read_text().split() == ["..[geo]"]
    assert (ROOT / "pyproject.toml").exists()


class Remote(pulumi.ComponentResource):
    """A component of the plugin, as an SDK in any language registers it: by its token, with the schema's names."""

    def __init__(self, component: str, name: str, inputs: Mapping[str, object], *outputs: str) -> None:
        unknown: dict[str, object] = dict.fromkeys(outputs)
        options = pulumi.ResourceOptions(version=version("truenorth"))
        super().__init__(f"truenorth:index:{component}", name, {**inputs, **unknown}, options, remote=True)


@pytest.mark.engine
def test_a_program_that_knows_only_the_schema_uses_both(
    launcher: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(launcher.parent), os.environ["PATH"]]))

    def program() -> None:
        inputs = {
            "accountId": world.account,
            "name": "remote-eu",
            "latitude": 50.1,
            "longitude": 8.7,
            "origins": [
                {"name": "b", "address": pulumi.Output.from_input("192.0.2.2"), "hostHeader": "app.example.com"},
                {"name": "a", "address": "192.0.2.1", "weight": 0.5},
            ],
            "monitor": {"type": "tcp", "port": 443, "interval": 30},
        }
        pool = Remote("GeoPool", "eu", inputs, "poolId", "monitorId")
        pool_id: Any = pool.poolId  # type: ignore[attr-defined] # an output by the schema's name
        more = {"regionPools": {"WEU": [pool_id]}, "poolWeights": pool_id.apply(lambda one: {one: 0.5})}
        balancer = {"zoneId": world.zone, "name": "remote.example.com", "defaultPools": [pool_id], **more}
        Remote("GeoLoadBalancer", "app", balancer, "loadBalancerId")

    run = world.up(program)
    assert run.operations == {name: ["create"] for name in ("eu/monitor", "eu/pool", "app")}
    balancing = world.cloudflare.load_balancing
    ((pool_id, pool),) = balancing.pools.items()
    (monitor,) = balancing.monitors.values()
    (balancer,) = balancing.load_balancers.values()
    assert [(one.name, one.weight) for one in pool.origins] == [("a", 0.5), ("b", 1)]
    assert (pool.monitor_id, monitor.interval) == (monitor.id, 30)
    assert balancer.fields["region_pools"] == {"WEU": [pool_id]}
    assert balancer.weight_of(pool_id) == 0.5
    world.settled()
