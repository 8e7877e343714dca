from __future__ import annotations

from dataclasses import replace

import pytest

from cli.state.secrets.layout import HEAD_TYPE, PIECE_TYPE
from cli.state.secrets.url import LONGEST_NAME, StateUrl
from components.operator.args import ObjectName, OperatorArgs, Rights
from components.operator.manifests import manifests
from components.operator.state_policy import LONGEST_BEGINNING, TYPES, state_policy

ARGS = OperatorArgs("home", "", "image", Rights(state=ObjectName("states", "state-home")))


def test_it_holds_the_operator_alone_to_the_secrets_of_its_state() -> None:
    policy, binding = state_policy(ARGS)
    (condition,) = policy["spec"]["matchConditions"]
    assert condition["expression"] == "request.userInfo.username == 'system:serviceaccount:truenorth:truenorth'"
    (rule,) = policy["spec"]["validations"]
    for part in ("namespace == 'states'", "name == 'state-home'", "startsWith('state-home-')"):
        assert part in rule["expression"]
    assert binding["spec"] == {"policyName": policy["metadata"]["name"], "validationActions": ["Deny"]}
    assert policy in manifests(ARGS)


def test_the_types_are_those_of_the_state() -> None:
    assert TYPES == (HEAD_TYPE, PIECE_TYPE)


@pytest.mark.parametrize("length", [1, 20, 44, 45, 46, 47, 62, 63])
def test_every_shard_of_a_long_name_begins_as_it_allows(length: int) -> None:
    head = "a" * length
    policy, _ = state_policy(replace(ARGS, rights=Rights(state=ObjectName("states", head))))
    begin = policy["spec"]["validations"][0]["expression"].partition("startsWith('")[2].partition("'")[0]
    for label in ("1", "x" * 10, "y" * LONGEST_NAME):
        assert StateUrl("states", head).of(f"home-shard-{label}").name.startswith(begin)
    assert len(begin) >= min(length, LONGEST_BEGINNING)


@pytest.mark.parametrize("args", [replace(ARGS, state_policy=False), replace(ARGS, rights=Rights())])
def test_there_is_none_where_it_is_not_wanted_or_state_is_elsewhere(args: OperatorArgs) -> None:
    assert state_policy(args) == []
