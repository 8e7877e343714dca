"""States that this program must not change."""

from __future__ import annotations

import pytest

from stacks.model.errors import UserError
from stacks.model.observation import Registry
from stacks.plan.safety.state import require_known, require_own


@pytest.mark.parametrize("made_by", ["", "0.1.9", "0.2.0", "0.2.0.dev3"])
def test_of_an_older_version_or_of_this_one_is_known(made_by: str) -> None:
    require_known(Registry(made_by=made_by), "home", "0.2.0")


@pytest.mark.parametrize("made_by", ["0.2.1", "0.3.0rc1", "1.0.0", "a version of a form to come"])
def test_of_a_newer_version_is_refused_with_what_to_do(made_by: str) -> None:
    with pytest.raises(UserError) as error:
        require_known(Registry(made_by=made_by), "home", "0.2.0")
    (problem,) = error.value.problems
    assert problem.what == f"the state of stack home was made by TrueNorth {made_by}, and this one is 0.2.0"
    assert problem.where == "stack home"
    assert problem.do.startswith("use that version or a newer one")
    assert problem.do.endswith("or pyproject.toml and run `pulumi install`")


@pytest.mark.parametrize(
    ("foreign", "told"), [(("urn:1",), "delete: urn:1"), (("urn:1", "urn:2", "urn:3"), "delete: urn:1 and 2 more")]
)
def test_with_resources_of_other_programs_is_refused(foreign: tuple[str, ...], told: str) -> None:
    with pytest.raises(UserError) as error:
        require_own(Registry(foreign=foreign), "shop")
    (problem,) = error.value.problems
    assert problem.what.endswith(told)
    assert problem.where == "stack shop"
    assert "pulumi up --stack shop" in problem.do
    assert problem.do.endswith("give TrueNorth a stack of its own: truenorth init --stack NAME")


def test_of_ours_alone_is_taken() -> None:
    require_own(Registry(), "home")
