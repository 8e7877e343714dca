from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.state.integrity import examined, fault_of_deployment
from tests.cli.state.checkpoints import PROVIDER_URN, STACK_URN, state
from tests.cli.state.damage import BYTES, EDITS, resources

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def fault(document: object) -> str:
    """What is wrong with a checkpoint."""
    return examined(document)[0]


def test_an_intact_checkpoint_has_no_fault() -> None:
    assert fault(json.loads(state("www", "api", pending=("late",)))) == ""


def test_a_stack_that_was_never_run_has_no_fault() -> None:
    assert fault({"version": 3, "checkpoint": {"stack": "home", "latest": None}}) == ""


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("a resource twice", "::www/A is there 2 times"),
        ("no provider", "refers to a provider that is missing"),
        ("a dangling dependency", "refers to urn:pulumi:test::truenorth::a:b:C::gone, which is missing or comes after"),
        ("out of order", "refers to a provider that is missing"),
        ("no parent", f"refers to {STACK_URN}, which is missing"),
        ("a wrong magic number", "the magic number of its manifest is wrong"),
        ("a resource without a name", "resource 2 has no urn"),
        ("a record without inputs", "lacks what makes it a record: KeyError 'inputs'"),
    ],
)
def test_a_check_of_state_says_what_is_wrong(damage: str, said: str) -> None:
    assert said in fault(json.loads(EDITS[damage](state("www"))))


@pytest.mark.parametrize(
    "damage", ["a list", "an empty object", "no version", "no checkpoint", "resources that are none"]
)
def test_what_is_no_checkpoint_has_a_fault(damage: str) -> None:
    assert fault(json.loads(BYTES[damage](state("www").replace(b": ", b":"))))


def test_an_old_one_of_a_record_that_is_to_be_deleted_may_stand_beside_the_new_one() -> None:
    document = json.loads(state("www"))
    resources(document).append({**resources(document)[-1], "delete": True})
    assert fault(document) == ""


def test_a_component_with_an_id_has_a_fault() -> None:
    document = json.loads(state())
    resources(document)[0]["id"] = "x"
    assert fault(document) == f"{STACK_URN} has an id and is no resource of a provider"


@given(ANY_JSON, st.sampled_from(["resources", "pending_operations", "manifest"]))
def test_whatever_stands_in_it_is_judged_and_raises_nothing(found: object, key: str) -> None:
    document = json.loads(state("www"))
    document["checkpoint"]["latest"][key] = found
    assert isinstance(fault(document), str)
    assert isinstance(fault_of_deployment(found), str)


@given(
    ANY_JSON,
    st.sampled_from(["urn", "type", "id", "parent", "provider", "dependencies", "propertyDependencies", "inputs"]),
)
def test_whatever_stands_in_a_resource_is_judged_and_raises_nothing(found: object, key: str) -> None:
    document = json.loads(state("www"))
    resources(document)[-1][key] = found
    assert isinstance(fault(document), str)


def test_the_provider_has_to_stand_before_what_refers_to_it() -> None:
    document = json.loads(state("www"))
    provider = next(one for one in resources(document) if one["urn"] == PROVIDER_URN)
    resources(document).remove(provider)
    resources(document).append(provider)
    assert "refers to a provider that is missing" in fault(document)
