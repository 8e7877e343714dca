"""Which names the labels of other tools ask for: published examples, domains replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.model.claims import Claim, Complaint
from stacks.model.values import Known
from stacks.observe.cluster.claims.source import Options
from stacks.observe.docker.containers import Container, claims
from stacks.observe.docker.other_tools import LONGEST_VALUE, hosts
from stacks.settings.neighbours.docker import DockerSettings, Tool
from tests.hostile.texts import TEXTS
from tests.profiles import examples

Labels = Mapping[str, str]
A, B = "a.example.com", "b.example.com"
TABLE: list[tuple[Tool, Labels, list[str]]] = [
    ("caddy", {"caddy": A, "caddy.reverse_proxy": "{{upstreams 80}}"}, [A]),
    ("caddy", {"caddy": f"{A}, {B}, www.example.com"}, [A, B, "www.example.com"]),
    ("caddy", {"caddy": f"{A} {B}"}, [A, B]),
    ("caddy", {"caddy_0": "(snippet)", "caddy_0.tls": "internal", "caddy_1": A, "caddy_2": B}, [A, B]),
    ("caddy", {"caddy": f"http://{A}:8080/path, https://*.example.com"}, [A, "*.example.com"]),
    ("caddy", {"caddy": "localhost:8080, :443, 192.0.2.1, [2001:db8::1]:80"}, []),
    ("caddy", {"caddy": "{$DOMAIN}, " + A}, [A]),
    ("caddy", {"caddy": "{{index .Names 0}}.example.com"}, []),
    ("caddy", {"caddy": "", "caddy.email": "you@example.com"}, []),
    ("caddy", {"caddy_ingress_network": "caddy", "caddy.import": A}, []),
    ("caddy-gen", {"virtual.host": f"{A} {B}", "virtual.port": "80"}, [A, B]),
    ("caddy-gen", {"virtual.host": A, "virtual.alias": "www.example.com"}, [A, "www.example.com"]),
    ("dockflare", {"dockflare.enable": "true", "dockflare.hostname": A}, [A]),
    ("dockflare", {"dockflare.enable": "true", "dockflare.0.hostname": A, "dockflare.1.hostname": B}, [A, B]),
    ("dockflare", {"cloudflare.tunnel.enable": "True", "cloudflare.tunnel.hostname": A}, [A]),
    ("dockflare", {"dockflare.hostname": A}, []),
    ("dockflare", {"dockflare.enable": "false", "dockflare.hostname": A}, []),
    ("swag", {"swag": "enable", "swag_url": A, "swag_port": "80"}, [A]),
    ("swag", {"swag": "enable", "swag_url": "web.*"}, []),
    ("swag", {"swag": "enable"}, []),
    ("swag", {"swag_url": A}, []),
    ("traefik", {"traefik.http.routers.web.rule": f"Host(`{A}`) || Host(`{B}`)"}, [A, B]),
    ("traefik", {"traefik.enable": "false", "traefik.http.routers.web.rule": f"Host(`{A}`)"}, []),
]


def found(labels: Labels, *tools: Tool) -> list[Claim | Complaint]:
    container = Container("a" * 64, ["/web"], 1, "running", dict(labels))
    read = claims([container], DockerSettings(tools=tools), Options())
    assert isinstance(read, Known)
    return list(read.value)


@pytest.mark.parametrize(("tool", "labels", "names"), TABLE)
def test_the_names_in_the_labels_of_a_tool_are_asked_for_where_it_is_named(
    tool: Tool, labels: Labels, names: list[str]
) -> None:
    assert [one.name if isinstance(one, Claim) else one for one in found(labels, tool)] == names
    assert found(labels) == []


def test_each_tool_is_in_the_table() -> None:
    assert {tool for tool, _, _ in TABLE} == set(get_args(Tool))


def test_what_is_no_name_is_told_with_its_label() -> None:
    (told,) = found({"virtual.host": "no_name!"}, "caddy-gen")
    assert isinstance(told, Complaint)
    assert "virtual.host has 'no_name!'" in told.text


def test_a_value_without_end_has_no_names() -> None:
    long = " ".join([A] * (LONGEST_VALUE // len(A)))
    assert len(long) > LONGEST_VALUE
    assert found({"caddy": long, "virtual.host": long}, "caddy", "caddy-gen") == []


KEYS = st.sampled_from(sorted({label for _, labels, _ in TABLE for label in labels}))


@given(labels=st.dictionaries(KEYS, st.text() | st.sampled_from(sorted(TEXTS)).map(TEXTS.__getitem__), max_size=6))
@settings(max_examples=examples(300))
def test_no_text_in_a_label_breaks_anything(labels: Labels) -> None:
    assert all(isinstance(one, str) for _, texts in hosts(labels, get_args(Tool)) for one in texts)
    assert all(isinstance(one, Claim | Complaint) for one in found(labels, *get_args(Tool)))
