from __future__ import annotations

import io
import json

import pytest

from cli.output.comparison import Switch, comparison_document, print_comparison, print_verdict
from cli.terminal import Terminal
from stacks.plan.comparison import ComparedSet, Comparison
from tests.stacks.plan.worlds import a_record

WISH, OTHER = "203.0.113.7", "198.51.100.80"
SWITCH = Switch("external-dns", "default", "home", "--from external-dns --from-owner default")
SAME = ComparedSet("www.example.com", "A", "same", (a_record("www", WISH),), (a_record("www", WISH),))
DIFFERS = ComparedSet(
    *("api.example.com", "A", "differs"),
    (a_record("api", OTHER, ttl=60, proxied=True),),
    (a_record("api", WISH),),
    ("Ingress web/shop",),
    (f"{OTHER} -> {WISH}", "ttl 60 -> 1"),
)
LOST = ComparedSet("old.example.com", "A", "only there", (a_record("old", OTHER),), (), ("ingress/web/old",), (), "why")


def printed(found: Comparison, switch: Switch = SWITCH) -> str:
    console = Terminal(file=io.StringIO(), width=160)
    print_comparison(console, found)
    print_verdict(console, found, switch)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_where_all_is_the_same_the_commands_follow_both_ways() -> None:
    said = printed(Comparison((SAME,)))
    assert said.splitlines()[2:] == [
        "safe to switch: 1 same",
        "to switch:",
        "  stop external-dns, and keep its settings",
        "  truenorth adopt --stack home --from external-dns --from-owner default",
        "  truenorth up --stack home",
        "back, before adopt: let external-dns go on, nothing has been changed",
        "back, after adopt: stop TrueNorth, release what it owns, start external-dns; all names go on resolving",
        "  truenorth release --stack home --to external-dns --to-owner default",
    ]


def test_each_row_that_is_not_the_same_says_why_and_each_fate_what_to_do() -> None:
    said = printed(Comparison((DIFFERS, LOST, SAME), gaps=("example.org: 503",)))
    assert f"differs api.example.com A: {OTHER} -> {WISH}; ttl 60 -> 1\n" in said
    assert "only there old.example.com A: why\n" in said
    assert f"{OTHER} ttl 60 proxied" in said
    assert "not yet: 1 same, 1 differs, 1 only there\n  1 differs: adopt makes them" in said
    assert "  unknown: example.org: 503\nto switch, once that is settled or as meant:\n" in said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Comparison(()), "no record in the zones is known to be external-dns's of the owner default\n"),
        (Comparison((), (), ("a", "b")), "of the owner default; its owners here are a, b\n"),
    ],
)
def test_where_the_tool_has_nothing_no_command_is_told(found: Comparison, said: str) -> None:
    told = printed(found)
    assert told.startswith("nothing to compare: ")
    assert told.endswith(said)


def test_the_document_has_both_sides_the_verdict_and_the_commands() -> None:
    told = json.loads(json.dumps(comparison_document(Comparison((DIFFERS, SAME)), SWITCH)))
    assert [(one["name"], one["fate"], one["differences"]) for one in told["sets"]] == [
        ("api.example.com", "differs", [f"{OTHER} -> {WISH}", "ttl 60 -> 1"]),
        ("www.example.com", "same", []),
    ]
    assert (told["counts"], told["safe"], told["sets"][0]["there"][0]["ttl"]) == ({"differs": 1, "same": 1}, False, 60)
    assert told["commands"] == list(SWITCH.commands)


def test_a_stack_of_any_name_is_one_word_of_the_command() -> None:
    back = Switch("external-dns", "", "a; b", "").way_back(Comparison((SAME,)))
    assert back == "truenorth release --stack 'a; b' --to external-dns --to-owner OWNER"


def test_the_way_back_names_the_owner_of_the_records_and_the_names_that_no_object_asks_for() -> None:
    found = Comparison((SAME,), owners=("theirs",), by_settings=("*.example.com", "a.example.com"))
    assert Switch("external-dns", "", "home", "").way_back(found) == (
        "truenorth release --stack home --to external-dns --to-owner theirs --name '*.example.com' --name a.example.com"
    )
    assert Switch("routeflare", "", "home", "").way_back(found) == "truenorth release --stack home --to nobody"
