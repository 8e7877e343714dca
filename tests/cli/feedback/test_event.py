from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from cli.feedback.event import LONGEST_NAME, InvolvedObject, event, name_of
from stacks.kube.objects import HTTP_ROUTES, NODES
from stacks.model.claims import ObjectKey
from stacks.plan.owners.events import Notice, Reason

NOW = datetime(2026, 11, 21, 11, 12, 13, 999_999, tzinfo=UTC)
WEB = ObjectKey("home", "HTTPRoute", "shop", "web")
MADE = Notice(WEB, Reason.CREATED, "www.example.com A -> 192.0.2.1")
TOLD = InvolvedObject("gateway.networking.k8s.io/v1", "11111111-2222-3333-4444-555555555555")
VALID_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def test_the_same_word_to_the_same_object_has_the_same_name() -> None:
    others = [
        (Notice(WEB, Reason.UPDATED, MADE.message), TOLD),
        (Notice(WEB, Reason.CREATED, "www.example.com A -> 192.0.2.2"), TOLD),
        (MADE, InvolvedObject(TOLD.api_version, "another")),
    ]
    assert name_of(MADE, TOLD) == name_of(MADE, TOLD)
    assert name_of(MADE, TOLD) not in {name_of(*other) for other in others}


@pytest.mark.parametrize("name", ["web", "a" * 253, "a" * 235 + ".b" + "c" * 16, "a" * 234 + "-.-" + "b" * 9])
def test_its_name_is_one_whatever_the_objects_is(name: str) -> None:
    found = name_of(Notice(ObjectKey("home", "HTTPRoute", "shop", name), Reason.CREATED, ""), TOLD)
    assert len(found) <= LONGEST_NAME
    assert VALID_NAME.fullmatch(found)


def test_an_object_of_no_namespace_is_told_in_default_where_the_api_server_takes_it() -> None:
    node = InvolvedObject.of(NODES, {"metadata": {"name": "rack1", "uid": "n1"}})
    body = event(Notice(ObjectKey("home", "Node", "", "rack1"), Reason.CREATED, "made"), node, NOW, "here")
    assert body["metadata"]["namespace"] == "default"
    assert body["involvedObject"] == {"apiVersion": "v1", "kind": "Node", "name": "rack1", "uid": "n1"}


def test_the_object_is_called_by_the_version_that_the_cluster_serves() -> None:
    assert InvolvedObject.of(HTTP_ROUTES, {"metadata": {"uid": TOLD.uid}}) == TOLD


def test_times_are_as_the_api_writes_them() -> None:
    assert event(MADE, TOLD, NOW, "here")["lastTimestamp"] == "2026-11-21T11:12:13Z"
