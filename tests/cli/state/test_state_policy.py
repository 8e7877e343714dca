"""State in Secrets under the policy that holds an operator's writes to them, on a real API server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from cli.state.secrets import layout
from components.operator.args import ObjectName, OperatorArgs, Rights
from components.operator.rbac import rules
from components.operator.state_policy import TYPES, state_policy
from lab.kube.client import ApiError, Client
from lab.kube.users import User
from tests.cli.state.places import NAME, SECRETS, STACK, Place
from tests.cli.state.test_rights import write

SHARD = f"{STACK}-shard-1"
REFUSED = "this operator writes no Secrets but those of its state"
TAKEN_UP = 30.0
"""Seconds within which the API server looks at a new policy."""


def secret(name: str, kind: str = "Opaque", **metadata: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    return {"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": {"name": name, **metadata}}


class Operator:
    """The operator of a place, with its Role and held by its policy."""

    def __init__(self, place: Place, user: User) -> None:
        self.place, self.user, self.client = place, user, place.cluster.client(user.token)

    def call(self, method: str, name: str = "", body: object = None) -> None:
        """Ask for a write of a Secret."""
        path = SECRETS.format(self.place.namespace)
        self.client.call(method, f"{path}/{name}" if name else path, body)

    def is_refused(self, method: str, name: str = "", body: object = None) -> bool:
        """Whether the policy refuses a write. Raises ApiError where something else does."""
        try:
            self.call(method, name, body)
        except ApiError as error:
            if REFUSED not in str(error):
                raise
            return True
        return False


@pytest.fixture
def operator(place: Place) -> Iterator[Operator]:
    rights = Rights(
        state=ObjectName(place.namespace, NAME), leases=(ObjectName(place.namespace, f"truenorth-{STACK}"),)
    )
    user = place.user("held", *rules(rights)[place.namespace])
    made = state_policy(OperatorArgs(STACK, "", "image", rights, name=user.name, namespace=user.namespace))
    admin = place.cluster.admin
    for one in made:
        admin.apply(one)
    found = Operator(place, user)
    until = time.monotonic() + TAKEN_UP
    for number in range(1000):  # the API server tells nobody when it has taken a policy up
        if found.is_refused("POST", body=secret(f"probe-{number}")):
            break
        assert time.monotonic() < until
        place.delete(f"probe-{number}")
        time.sleep(0.1)
    yield found
    found.client.close()
    for one in reversed(made):
        admin.delete(one)


def test_state_is_written_swept_and_deleted(place: Place, operator: Operator) -> None:
    process = place.process(operator.user.kubeconfig)
    place.lead_without_lock(process)
    for content in (b"1", b"2", b"3", b"4", b"5", b"6", b"7"):
        write(process, STACK, content)
    write(process, SHARD, b"of a shard")
    kept = {name for version in place.index().versions for name in layout.piece_names(NAME, version)}
    [of_shard] = layout.piece_names(f"{NAME}-shard-1", place.index(f"{NAME}-shard-1").current)
    assert {*place.secrets()} == {NAME, f"{NAME}-shard-1", of_shard, *kept}
    assert process.told == []
    assert {one["type"] for one in place.secrets().values()} == {*TYPES}


def test_nothing_else_is_written(place: Place, operator: Operator) -> None:
    named = {"annotations": {"kubernetes.io/service-account.name": "default"}}
    assert operator.is_refused("POST", body=secret("token", "kubernetes.io/service-account-token", **named))
    assert operator.is_refused("POST", body=secret(f"{NAME}-token", "kubernetes.io/service-account-token", **named))
    assert operator.is_refused("POST", body=secret("another", TYPES[0]))
    assert operator.is_refused("POST", body=secret(f"{NAME}x", TYPES[0]))
    place.put(secret("credentials"))
    there = place.secrets()["credentials"]
    assert operator.is_refused("PUT", "credentials", {**there, "stringData": {"TOKEN": "mine"}})
    assert operator.is_refused("DELETE", "credentials")
    assert "credentials" in place.secrets()


def test_others_write_as_before(place: Place, operator: Operator) -> None:
    assert operator.is_refused("POST", body=secret("theirs"))
    admin: Client = place.cluster.admin
    admin.call("POST", SECRETS.format(place.namespace), secret("theirs"))
    place.delete("theirs")
    assert "theirs" not in place.secrets()
