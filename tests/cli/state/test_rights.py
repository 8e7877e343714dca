"""State in Secrets with the operator's Role as it is rendered, on a real API server."""

from __future__ import annotations

import json

import pytest

from cli.engine.hold import Hold
from cli.state.secrets import layout
from components.operator.args import ObjectName
from components.operator.rbac import rules
from lab.kube.client import ApiError
from lab.kube.users import User
from stacks.deploy.rights import rights
from stacks.settings.stack import parse
from tests.cli.state.places import NAME, STACK, Place, Process

SHARD = f"{STACK}-shard-1"


@pytest.fixture
def operator(place: Place) -> User:
    """A user with the rights in this namespace of an operator whose state is there."""
    settings = parse({"zone": "example.com", "names": ["www"]}, {}, stack=STACK, where="test")
    rendered = rules(rights(settings, place.namespace, f"truenorth-{STACK}", ObjectName(place.namespace, NAME)))
    return place.user("operator", *rendered[place.namespace])


def write(process: Process, stack: str, content: bytes) -> None:
    state = process.state.of(stack)
    with state.writing(Hold()):
        Process(state, process.told, stack).engine_writes(content)


def test_state_is_written_swept_and_made_again_from_its_pieces(place: Place, operator: User) -> None:
    process = place.process(operator.kubeconfig)
    place.lead_without_lock(process)
    large = json.dumps([bytes(range(256)).hex(), *map(str, range(700_000))]).encode()
    for content in (b"1", b"2", b"3", b"4", b"5", b"6", b"7", large):
        write(process, STACK, content)
    write(process, SHARD, b"of a shard")
    kept = {name for version in place.index().versions for name in layout.piece_names(NAME, version)}
    [of_shard] = layout.piece_names(f"{NAME}-shard-1", place.index(f"{NAME}-shard-1").current)
    assert {*place.secrets()} == {NAME, f"{NAME}-shard-1", of_shard, *kept}
    assert process.state.shards() == (SHARD,)
    assert process.told == []
    place.delete(NAME)
    assert place.process(operator.kubeconfig).pulled() == large


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/v1/namespaces/{}/secrets"),
        ("PATCH", f"/api/v1/namespaces/{{}}/secrets/{NAME}"),
        ("GET", "/api/v1/namespaces/default/secrets"),
        ("GET", "/api/v1/secrets"),
        ("GET", "/api/v1/namespaces/{}/configmaps"),
        ("GET", "/apis/coordination.k8s.io/v1/namespaces/{}/leases"),
    ],
)
def test_nothing_else_is_allowed(method: str, path: str, place: Place, operator: User) -> None:
    client = place.cluster.client(operator.token)
    with pytest.raises(ApiError, match="403 Forbidden"):
        client.call(method, path.format(place.namespace), {"metadata": {}} if method == "PATCH" else None)
