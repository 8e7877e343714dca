"""A checkpoint says the same as what the real engine exports of it, whatever resources it holds."""

from __future__ import annotations

import json

import pytest

from cli.session.open import open_session
from cli.state.registries import registry_of
from stacks.observe.registry import parse_registry
from tests.cli.conftest import STACK, Inside

pytestmark = pytest.mark.engine


def test_registries_of_records_at_two_providers_and_of_load_balancing_are_read(inside: Inside) -> None:
    places = inside.places
    geo = {
        "cluster": "home",
        "location": "eu",
        "addresses": ["203.0.113.7"],
        "load_balancers": [{"hostname": f"app.{places.zone}"}],
    }
    names = ["www", "*.apps.example.com", {"name": "three", "ttl": 300}]
    zones = [{"zone": places.gandi_zone, "provider": "gandi", "names": ["host"]}]
    inside.settings(*names, zones=zones, geo=geo)
    try:
        inside.result("up")
        exported = parse_registry(json.loads(inside.pulumi("stack", "export").stdout))
        place = open_session(STACK, inside.settings_file, inside.environment)
        found = registry_of(place, (STACK, *place.state.shards()))
        assert found.registry == exported
        assert {one.provider for one in exported.records} == {"cloudflare", "gandi"}
        assert {one.kind for one in exported.geo.registered} == {"monitor", "pool", "balancer"}
        assert exported.zone_ids
    finally:
        inside.settings("www")
        inside.result("up")
