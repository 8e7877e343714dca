from __future__ import annotations

import pytest

from stacks.plan.changes import Action, Change
from stacks.plan.safety.guard import word
from stacks.plan.safety.permission import NEVER, Permission, from_environment, refused
from stacks.plan.safety.refusal import Refusal
from tests.stacks.plan.worlds import ZONE, a_record, make_settings

RECORD = a_record("www", "203.0.113.7")
TOO_MANY = Refusal(ZONE, "too many", (Change(Action.DELETE, "www.example.com/A", RECORD, None, "urn", ZONE),))
NEVER_ALLOWED = Refusal(ZONE, "never", TOO_MANY.changes, allowable=False)
WORD = word([TOO_MANY])


def allowing(permission: Permission, *found: Refusal, setting: str = "") -> str:
    return permission.allowing(found, make_settings(guard={"allow": setting}))


class TestWhatIsRefused:
    def test_is_allowed_by_nothing_of_itself(self) -> None:
        assert allowing(Permission(), TOO_MANY) == ""

    def test_is_allowed_by_force(self) -> None:
        assert allowing(Permission(by="--force"), TOO_MANY) == "--force"

    def test_is_allowed_by_its_word_from_the_command_or_the_settings(self) -> None:
        assert allowing(Permission(word=WORD), TOO_MANY) == f"the word {WORD}"
        assert allowing(Permission(), TOO_MANY, setting=WORD) == f"the word {WORD}"
        assert allowing(Permission(word="a0000000"), TOO_MANY, setting=WORD) == f"the word {WORD}"

    @pytest.mark.parametrize("permission", [Permission(by="--force"), Permission(word=WORD)])
    def test_is_allowed_by_nobody_where_one_of_it_never_is(self, permission: Permission) -> None:
        assert allowing(permission, TOO_MANY, NEVER_ALLOWED) == ""


def test_nothing_refused_needs_no_permission() -> None:
    assert allowing(Permission(by="--force")) == ""


@pytest.mark.parametrize(
    ("value", "by"), [("1", "TRUENORTH_FORCE=1"), ("true", "TRUENORTH_FORCE=1"), ("0", ""), ("", "")]
)
def test_a_plain_run_is_forced_by_the_environment(value: str, by: str) -> None:
    assert from_environment({"TRUENORTH_FORCE": value}).by == by
    assert from_environment({}).by == ""


class TestTheError:
    def test_says_what_where_and_what_allows_it(self) -> None:
        error = refused([TOO_MANY], Permission(), make_settings())
        (problem,) = error.problems
        assert (problem.what, problem.where) == ("too many", "zone example.com: www.example.com A")
        assert f"truenorth up --allow {WORD}" in problem.do
        assert error.word == WORD

    def test_says_that_a_word_is_of_other_changes(self) -> None:
        assert "the word given, a0000000, is of other changes" in str(
            refused([TOO_MANY], Permission(word="a0000000"), make_settings())
        )

    def test_names_every_word_that_was_given_and_what_it_would_take(self) -> None:
        error = refused([TOO_MANY], Permission(word="b0"), make_settings(guard={"allow": "a0"}))
        (problem,) = error.problems
        assert problem.do.startswith("look at it with `truenorth preview`; ")
        assert problem.do.endswith("; the word given, a0 or b0, is of other changes")

    def test_says_first_what_mends_the_cause(self) -> None:
        own = Refusal(ZONE, "too many", TOO_MANY.changes, do="give the zone back")
        assert refused([own], Permission(), make_settings()).problems[0].do.startswith("give the zone back; look at it")

    def test_says_that_nothing_allows_it(self) -> None:
        error = refused([NEVER_ALLOWED], Permission(), make_settings())
        assert (error.problems[0].do, error.word) == (NEVER, "")
