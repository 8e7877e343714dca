"""The Markdown of a run, from plans that were made as `truenorth` makes them."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cli.ci.markdown import MOST_ROWS, code, failure, prose, summary
from cli.reconcile.result import Convergence
from stacks.model.observation import Observation
from stacks.model.values import Conflict
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.safety import guard
from stacks.plan.safety.refusal import Refusal
from tests.stacks.plan.worlds import make_observation, make_settings

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def seen(*names: object, observation: Observation | None = None) -> Convergence:
    """What a look comes to where these names are wanted."""
    there = observation or make_observation()
    plan = make_plan(make_settings(*names), there)
    return Convergence(there, plan, changes(plan, there), (), 0.0)


class TestASummary:
    def test_has_the_stack_what_would_be_done_and_a_row_a_record(self) -> None:
        lines = summary("home", seen("www"), done=False).splitlines()
        assert lines[:4] == ["<!-- truenorth home -->", "## TrueNorth: stack `home`", "", "**Would do**: 2 to create."]
        assert "| create | `www.example.com` | A | `203.0.113.7` |" in lines
        assert "| create | `_truenorth-a.www.example.com` | TXT | ownership mark |" in lines

    def test_of_what_was_done_says_so(self) -> None:
        assert "**Done**: 2 created." in summary("home", seen("www"), done=True)

    def test_of_nothing_is_a_line(self) -> None:
        assert summary("home", seen(), done=False).endswith("**Nothing to do**: 0 record sets as they should be.\n")

    def test_of_very_much_ends_with_how_much_more_there_is(self) -> None:
        text = summary("home", seen(*(f"n{number}" for number in range(MOST_ROWS))), done=False)
        assert text.count("| create |") == MOST_ROWS
        assert f"\n{MOST_ROWS} more changes.\n" in text
        assert len(text) < 65_536

    def test_names_conflicts(self) -> None:
        one = seen("www")
        held = Conflict("api.example.com", "A", "external-dns, owner default", "it bears a mark of theirs")
        text = summary("home", replace(one, plan=replace(one.plan, conflicts=(held,))), done=False)
        assert "### Conflicts\n\n- `api.example.com` A is held by external-dns, owner default: it bears" in text

    def test_of_what_is_refused_gives_the_word(self) -> None:
        one = seen("www")
        refusal = Refusal("example.com", "5 of the 12 records would be deleted", one.changes)
        text = summary("home", replace(one, refusals=(refusal,)), done=False)
        assert "**Refused**: 2 to create. Nothing was changed." in text
        assert "- 5 of the 12 records would be deleted; zone example.com: " in text
        assert f"Allow exactly this: `truenorth up --allow {guard.word((refusal,))}`" in text

    def test_of_what_was_allowed_says_by_what(self) -> None:
        one = seen("www")
        refusal = Refusal("example.com", "5 of the 12 records would be deleted", one.changes)
        text = summary("home", replace(one, refusals=(refusal,), allowed_by="--force"), done=True)
        assert "### Allowed by --force" in text
        assert "**Done**: 2 created." in text


class TestAFailure:
    def test_says_what_and_what_was_planned(self) -> None:
        text = failure("home", "the API is away\n  do:    try again", seen("www"), done=False)
        assert "**Failed**: the API is away\n\ndo: try again\n\n| |" in text

    def test_without_a_plan_is_what_it_says(self) -> None:
        assert failure("home", "no token", None, done=False).endswith("\n\n**Failed**: no token\n")

    def test_of_a_run_that_did_a_part_says_which(self) -> None:
        assert "**Failed**: one zone is away\n\n**Done**: 2 created." in failure(
            "home", "one zone is away", seen("www"), done=True
        )


class TestNothingOfARecordIsMarkdown:
    def test_a_link_becomes_code(self) -> None:
        assert prose("see https://evil.example and www.evil.example now") == (
            "see `https://evil.example` and `www.evil.example` now"
        )

    def test_a_mention_becomes_code(self) -> None:
        assert prose("held by @octocat") == "held by `@octocat`"

    def test_what_is_special_is_escaped(self) -> None:
        assert prose("a *b* [c](d) <e>") == r"a \*b\* \[c\](d) \<e\>"

    def test_backticks_are_fenced_by_more_of_them(self) -> None:
        assert code("a``b") == "```a``b```"
        assert code("`a`") == "`` `a` ``"

    @given(TEXT)
    def test_code_is_one_span_in_one_cell(self, text: str) -> None:
        made = code(text)
        assert "\n" not in made
        assert not re.search(r"(?<!\\)\|", made)
        if made:
            fence = len(made) - len(made.lstrip("`"))
            assert made.endswith("`" * fence)
            assert "`" * fence not in made.strip("`").strip() or fence > max(
                map(len, re.findall("`+", made[fence:-fence])), default=0
            )

    @given(TEXT)
    def test_prose_has_neither_links_nor_mentions_outside_of_code(self, text: str) -> None:
        bare = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", prose(text))
        assert not re.search(r"www\.|://|@", bare)
