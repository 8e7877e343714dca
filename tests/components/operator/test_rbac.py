from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.operator.args import ObjectName, Read, Rights
from components.operator.rbac import CLUSTER_WIDE, Right, each_right, rules

IDENTITY = {
    "apiGroups": [""],
    "resources": ["namespaces"],
    "resourceNames": ["kube-system"],
    "verbs": ["get"],
}
"""The right to know which cluster it is."""
NAMESPACES = ("a", "b", "default", "truenorth")


def spelled_out(found: Mapping[str, Iterable[Mapping[str, Any]]]) -> set[Right]:
    """Everything that rules allow, one by one."""
    return {
        Right(namespace, group, resource, verb, name)
        for namespace, some in found.items()
        for rule in some
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
        for name in rule.get("resourceNames", [""])
    }


def is_allowed(asked: Right, allowed: set[Right]) -> bool:
    """As the API server decides."""
    return any(
        Right(namespace, asked.group, asked.resource, asked.verb, name) in allowed
        for namespace in (asked.namespace, CLUSTER_WIDE)
        for name in (asked.name, "")
    )


names = st.builds(ObjectName, st.sampled_from(NAMESPACES), st.sampled_from(("one", "two")))
reads = st.builds(
    Read,
    group=st.sampled_from(("", "networking.k8s.io")),
    resource=st.sampled_from(("services", "ingresses", "nodes", "secrets")),
    namespaced=st.booleans(),
    namespaces=st.lists(st.sampled_from(NAMESPACES), unique=True).map(tuple),
    gets_events=st.booleans(),
    is_annotated=st.booleans(),
    gets_status=st.booleans(),
)
all_rights = st.builds(
    Rights,
    reads=st.lists(reads, max_size=5).map(tuple),
    leases=st.lists(names, max_size=2).map(tuple),
    cache=st.none() | names,
    files=st.lists(names, max_size=2).map(tuple),
    state=st.none() | names,
)


class TestRules:
    @given(all_rights)
    def test_allow_everything_that_is_done(self, rights: Rights) -> None:
        allowed = spelled_out(rules(rights))
        assert all(is_allowed(one, allowed) for one in each_right(rights))

    @given(all_rights)
    def test_allow_nothing_else(self, rights: Rights) -> None:
        assert spelled_out(rules(rights)) <= set(each_right(rights))

    @given(all_rights)
    def test_are_never_empty_and_never_everything(self, rights: Rights) -> None:
        for some in rules(rights).values():
            for rule in some:
                assert rule["apiGroups"]
                assert rule["resources"]
                assert rule["verbs"]
                assert "*" not in {*rule["apiGroups"], *rule["resources"], *rule["verbs"]}


class TestReads:
    def test_of_the_whole_cluster_are_cluster_wide(self) -> None:
        found = rules(Rights(reads=(Read("", "services"),)))
        reads = {"apiGroups": [""], "resources": ["services"], "verbs": ["list", "watch"]}
        assert found == {CLUSTER_WIDE: [IDENTITY, reads]}

    def test_of_some_namespaces_are_in_these_only(self) -> None:
        found = rules(Rights(reads=(Read("", "services", namespaces=("a", "b")),)))
        assert found.keys() == {"a", "b", CLUSTER_WIDE}
        assert found[CLUSTER_WIDE] == [IDENTITY]

    def test_of_nodes_are_cluster_wide_whatever_the_namespaces(self) -> None:
        found = rules(Rights(reads=(Read("", "nodes", namespaced=False, namespaces=("a",)),)))
        assert set(found) == {CLUSTER_WIDE}

    def test_that_are_told_may_be_looked_up_and_get_events(self) -> None:
        found = spelled_out(rules(Rights(reads=(Read("", "services", namespaces=("a",), gets_events=True),))))
        assert Right("a", "", "services", "get") in found
        assert {one.verb for one in found if one.resource == "events"} == {"create", "patch"}

    def test_events_of_nodes_are_in_the_namespace_default(self) -> None:
        found = spelled_out(rules(Rights(reads=(Read("", "nodes", namespaced=False, gets_events=True),))))
        assert {one.namespace for one in found if one.resource == "events"} == {"default"}

    def test_are_patched_only_where_they_are_annotated(self) -> None:
        told, annotated = Read("", "services", gets_events=True), Read("", "services", is_annotated=True)
        assert Right(CLUSTER_WIDE, "", "services", "patch") not in spelled_out(rules(Rights(reads=(told,))))
        assert Right(CLUSTER_WIDE, "", "services", "patch") in spelled_out(rules(Rights(reads=(annotated,))))

    def test_have_their_status_patched_and_nothing_else_where_it_is_ours(self) -> None:
        found = spelled_out(rules(Rights(reads=(Read("", "services", namespaces=("a",), gets_status=True),))))
        assert {one.verb for one in found if one.resource == "services/status"} == {"patch"}
        assert {one.verb for one in found if one.resource == "services"} == {"list", "watch"}


class TestObjectsOfOurs:
    def test_no_other_lease_is_replaced(self) -> None:
        found = spelled_out(rules(Rights(leases=(ObjectName("truenorth", "lock"),))))
        assert {(one.verb, one.name) for one in found} == {
            ("create", ""),
            ("get", "lock"),
            ("watch", "lock"),
            ("update", "lock"),
        }

    def test_of_state_have_names_that_no_rule_can_know(self) -> None:
        found = spelled_out(rules(Rights(state=ObjectName("truenorth", "state"))))
        assert {one.verb for one in found} == {"get", "list", "create", "update", "delete"}
        assert {(one.resource, one.name) for one in found} == {("secrets", ""), ("namespaces", "kube-system")}

    def test_of_state_are_what_the_document_says(self) -> None:
        document = (Path(__file__).parents[3] / "docs" / "state.md").read_text()
        said = yaml.safe_load(document.partition("**Rights** (a Role in")[2].split("```")[1].removeprefix("yaml"))
        found = spelled_out(rules(Rights(state=ObjectName("states", "home"), leases=(ObjectName("states", "home"),))))
        of_document = spelled_out({"states": said["rules"]})
        assert {one for one in found if one.resource == "secrets"} == {
            one for one in of_document if one.resource == "secrets"
        }
        assert all(is_allowed(one, of_document) for one in found if one.namespace == "states")

    def test_of_state_elsewhere_reach_no_secret_of_the_operator_s_namespace(self) -> None:
        """Its credentials are there."""
        lease = ObjectName("truenorth", "truenorth-home")
        found = spelled_out(rules(Rights(state=ObjectName("states", "home"), leases=(lease,), cache=lease)))
        assert {one.namespace for one in found if one.resource == "secrets"} == {"states"}

    def test_without_state_in_the_cluster_no_secret_is_seen(self) -> None:
        found = spelled_out(rules(Rights(leases=(ObjectName("a", "lock"),), cache=ObjectName("a", "cache"))))
        assert "secrets" not in {one.resource for one in found}
