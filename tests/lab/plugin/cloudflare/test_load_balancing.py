"""The pure parts of the resources of load balancing: tables, checks, plans, bodies, and what is read back."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.plugin.cloudflare.api import Api
from lab.plugin.cloudflare.load_balancer import LOAD_BALANCER
from lab.plugin.cloudflare.load_balancer_monitor import MONITOR
from lab.plugin.cloudflare.load_balancer_pool import POOL
from lab.plugin.cloudflare.planning import same
from lab.plugin.cloudflare.resources import RESOURCES
from lab.plugin.cloudflare.states import (
    after_read,
    after_write,
    create_body,
    inputs_after_import,
    inputs_after_refresh,
)
from lab.plugin.properties import UNKNOWN, Properties, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.plugin.cloudflare.attributes import Table
    from lab.plugin.cloudflare.collected import Collected

INPUTS: Properties = {
    "accountId": "1",
    "name": "eu",
    "origins": [{"name": "b", "address": "192.0.2.1"}, {"name": "a", "address": "192.0.2.2", "weight": 0.5}],
}
ANSWER: dict[str, object] = {
    "id": "7",
    "created_on": "2026-01-01T05:20:00.12345Z",
    "modified_on": "2026-01-01T05:20:00.12345Z",
    "networks": ["cloudflare"],
}


def stored(inputs: Properties) -> Properties:
    """The state after these inputs were created by an API that answers with what it was sent."""
    planned = POOL.plan(None, inputs)
    return after_write(POOL.table, planned, create_body(POOL.table, planned) | ANSWER)


def sdk(module: str) -> str:
    spec = find_spec("pulumi_cloudflare")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name(f"{module}.py").read_text(encoding="utf-8")


def getters(source: str, declaration: str) -> dict[str, str]:
    """The properties of a generated class, by Pulumi's names, and the types of their values."""
    body = re.split(r"\n(?:class|@pulumi)", source[source.index(declaration) + 1 :], maxsplit=1)[0]
    found = re.findall(r'@pulumi\.getter(?:\(name="(\w+)"\))?\s+def (\w+)\(self\) -> (.*):', body)
    return {name or attribute: kind for name, attribute, kind in found}


class TestAgainstTheSdk:
    @pytest.mark.parametrize(
        ("resource", "module", "name"),
        [
            (LOAD_BALANCER, "load_balancer", "LoadBalancer"),
            (POOL, "load_balancer_pool", "LoadBalancerPool"),
            (MONITOR, "load_balancer_monitor", "LoadBalancerMonitor"),
        ],
    )
    def test_every_property_is_there_and_computed_where_the_sdk_says_so(
        self, resource: Collected, module: str, name: str
    ) -> None:
        source = sdk(module)
        assert f"'{resource.token}'" in source or f'"{resource.token}"' in source
        known = getters(source, f"\nclass {name}(pulumi.CustomResource)")
        table = {attribute.name: attribute for attribute in resource.table if attribute.name != "id"}
        assert set(table) == set(known)
        # An output that may be missing is of an attribute that is neither required nor computed.
        missing = {name for name, kind in known.items() if "Optional" in kind}
        assert missing == {name for name, one in table.items() if not one.required and not one.computed}

    def test_every_property_inside_is_there(self) -> None:
        source = sdk("outputs")
        inside = [*_inner("LoadBalancer", LOAD_BALANCER.table), *_inner("LoadBalancerPool", POOL.table)]
        assert len(inside) > 10
        for name, table in inside:
            assert set(getters(source, f"\nclass {name}(dict)")) == {one.name for one in table}, name


def _inner(prefix: str, table: Table) -> list[tuple[str, Table]]:
    found: list[tuple[str, Table]] = []
    for attribute in table:
        if attribute.inner:
            singular = attribute.name.removesuffix("s") if attribute.name in ("rules", "origins") else attribute.name
            name = prefix + singular[0].upper() + singular[1:]
            found += [(name, attribute.inner), *_inner(name, attribute.inner)]
    return found


class TestChecks:
    @pytest.mark.parametrize(
        ("resource", "inputs", "message"),
        [
            (POOL, {"name": None}, "Missing required property 'name': A short name (tag) for the pool."),
            (
                POOL,
                {"origins": [{"weight": 0}, {"weight": 2}]},
                (
                    "Invalid Attribute Value. Attribute origins[1].weight value must be between 0.000000 and 1.000000, "
                    "got: 2.000000. Examine values at 'eu.origins[1].weight'."
                ),
            ),
            (
                POOL,
                {"loadShedding": {"sessionPolicy": "random"}},
                (
                    "Invalid Attribute Value Match. Attribute load_shedding.session_policy value must be one of: "
                    '["hash"], got: "random". Examine values at \'eu.loadShedding.sessionPolicy\'.'
                ),
            ),
            (POOL, {"checkRegions": ["WEU", "EU"]}, "Attribute check_regions[1] value must be one of:"),
            (MONITOR, {"type": "ftp"}, 'got: "ftp"'),
            (LOAD_BALANCER, {"steeringPolicy": "nearest"}, 'got: "nearest"'),
            (LOAD_BALANCER, {"sessionAffinity": "ip"}, 'got: "ip"'),
        ],
    )
    def test_what_is_wrong_is_told(self, resource: Collected, inputs: Properties, message: str) -> None:
        whole: Properties = {**INPUTS, "zoneId": "1", "defaultPools": [], "fallbackPool": "1"}
        assert any(message in failure for failure in resource.check("eu", whole | inputs))
        assert resource.check("eu", whole) == []

    def test_what_is_not_known_yet_is_not_checked(self) -> None:
        assert POOL.check("eu", INPUTS | {"origins": UNKNOWN, "checkRegions": [UNKNOWN]}) == []
        assert (
            LOAD_BALANCER.check("app", {"zoneId": UNKNOWN, "name": "a", "defaultPools": [], "fallbackPool": "1"}) == []
        )


class TestPlans:
    def test_defaults_are_filled_in_at_every_depth(self) -> None:
        planned = POOL.plan(None, INPUTS | {"loadShedding": {"defaultPercent": 5}})
        assert planned["loadShedding"] == {
            "defaultPercent": 5,
            "defaultPolicy": "random",
            "sessionPercent": 0,
            "sessionPolicy": "hash",
        }
        assert isinstance(planned["origins"], list)
        assert planned["origins"][1] == {
            "address": "192.0.2.2",
            "disabledAt": UNKNOWN,
            "enabled": True,
            "flattenCname": True,
            "header": None,
            "name": "a",
            "port": UNKNOWN,
            "virtualNetworkId": None,
            "weight": 0.5,
        }

    def test_the_same_inputs_plan_the_same_state(self) -> None:
        cases: list[Properties] = [
            {},
            {"loadShedding": {}, "originSteering": {}},
            {"origins": [{"name": "a", "address": "192.0.2.1", "header": {"hosts": ["a.example.com"]}}]},
            {"notificationFilter": {"pool": {"healthy": False}}},
        ]
        for inputs in cases:
            state = stored(INPUTS | inputs)
            assert same(POOL.plan(state, INPUTS | inputs), state)

    def test_a_change_makes_unknown_what_the_api_may_answer_anew(self) -> None:
        state = stored(INPUTS)
        planned = POOL.plan(state, INPUTS | {"name": "us"})
        unknown = {name for name, value in planned.items() if value is UNKNOWN}
        assert unknown == {
            *("createdOn", "modifiedOn", "disabledAt", "networks"),
            *("loadShedding", "notificationFilter", "originSteering"),
        }

    def test_inputs_not_known_yet_are_planned_as_unknown(self) -> None:
        planned = POOL.plan(None, INPUTS | {"origins": UNKNOWN, "monitor": UNKNOWN, "originSteering": UNKNOWN})
        assert (planned["origins"], planned["monitor"], planned["originSteering"]) == (UNKNOWN, UNKNOWN, UNKNOWN)

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ({"a": None}, {}, True),
            ([{"a": 1, "b": None}], [{"a": 1}], True),
            ([1], [1, 2], False),
            ({"a": 1}, {"a": 2}, False),
            (1, 1.0, True),
        ],
    )
    def test_null_in_an_object_is_the_same_as_nothing(self, one: Value, other: Value, expected: bool) -> None:  # noqa: FBT001 - a table
        assert same(one, other) is expected


class TestReadingBack:
    def test_a_read_takes_the_order_of_the_api_and_its_names(self) -> None:
        origins = [{"name": "a", "address": "192.0.2.2", "header": {"Host": ["x.example.com"]}, "port": 8080}]
        answer = {**ANSWER, "name": "eu", "origins": origins, "origin_steering": {"policy": "hash"}}
        state = after_read(POOL.table, stored(INPUTS), answer)
        assert isinstance(state["origins"], list)
        (origin,) = state["origins"]
        assert isinstance(origin, dict)
        assert (origin["header"], origin["port"], origin["weight"]) == ({"hosts": ["x.example.com"]}, 8080, None)
        assert state["originSteering"] == {"policy": "hash"}

    def test_a_refresh_leaves_the_inputs_that_were_there(self) -> None:
        now = stored(INPUTS | {"name": "us"})
        assert inputs_after_refresh(INPUTS, now) == INPUTS | {"name": "us"}
        more: Value = [{"name": "a", "address": "192.0.2.1"}, {"name": "b", "address": "192.0.2.2"}]
        kept = inputs_after_refresh({"origins": [{"name": "a"}]}, stored(INPUTS | {"origins": more}))["origins"]
        assert isinstance(kept, list)
        assert kept[0] == {"name": "a"}
        assert kept[1] == {"name": "b", "address": "192.0.2.2", "enabled": True, "flattenCname": True, "weight": 1}

    def test_an_import_makes_inputs_of_what_is_set(self) -> None:
        inputs = inputs_after_import(POOL.table, stored({**INPUTS, "origins": [{"name": "a", "address": "192.0.2.1"}]}))
        origin = {"name": "a", "address": "192.0.2.1", "enabled": True, "flattenCname": True, "weight": 1}
        assert inputs == {"accountId": "1", "name": "eu", "enabled": True, "minimumOrigins": 1, "origins": [origin]}

    def test_what_the_api_leaves_out_is_null(self) -> None:
        class Answering(Api):
            def call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, object]:
                assert (method, path, body) == ("GET", "accounts/1/load_balancers/pools/7", None)
                return {**ANSWER, "name": "eu"}

        state = POOL.read(Answering("", {}), stored(INPUTS | {"latitude": 1, "longitude": 1}))
        assert state is not None
        assert (state["id"], state["accountId"], state["name"], state["latitude"]) == ("7", "1", "eu", None)
        assert POOL.find(Answering("", {}), "1/7") == state


def test_all_of_them_are_registered() -> None:
    assert {one.token for one in (LOAD_BALANCER, POOL, MONITOR)} <= set(RESOURCES)
