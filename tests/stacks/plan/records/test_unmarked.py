"""Records that nobody has marked: what is as wished in all, and what a person takes over by name, comment or tool."""

from __future__ import annotations

from typing import Any

import pytest

from components.marks import in_comments
from stacks.model.plan import Plan
from stacks.model.values import LiveRecord
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.plan.records.record_sets import import_ids
from stacks.plan.records.unmarked import Unmarked, comment_pattern
from tests.stacks.plan.worlds import a_record, make_observation, make_settings

WISH, OTHER = "203.0.113.7", "198.51.100.80"
COMMENT = "managed by ddns/cloudflare-ddns (home)"


def plan_of(live: LiveRecord, takeover: Takeover | None = None, **settings: object) -> Plan:
    return make_plan(make_settings("www", **settings), make_observation(live=[live]), takeover)


def takes(live: LiveRecord, takeover: Takeover | None = None, **settings: object) -> bool:
    plan = plan_of(live, takeover, **settings)
    return any(live.id in import_ids(one).values() for one in plan.record_sets)


def www(content: str = WISH, **changes: object) -> LiveRecord:
    return LiveRecord("r1", a_record("www", content, "A", **changes))


@pytest.mark.parametrize(
    ("changes", "settings", "different"),
    [
        ({"proxied": True}, {}, "proxied True -> False"),
        ({"ttl": 3600}, {}, "ttl 3600 -> 1"),
        ({"comment": "by hand"}, {}, "comment 'by hand' -> ''"),
        ({}, {"comment": "ours"}, "comment '' -> 'ours'"),
        ({"proxied": True, "ttl": 1, "comment": "x"}, {"proxied": True}, "comment 'x' -> ''"),
    ],
)
def test_same_content_takes_nothing_that_it_would_change(
    changes: dict[str, Any], settings: dict[str, Any], different: str
) -> None:
    live = www(**changes)
    assert not takes(live, adopt="same-content", **settings)
    (conflict,) = plan_of(live, adopt="same-content", **settings).conflicts
    assert f"its content is as wished, and {different} is not" in conflict.held_by
    assert conflict.way == "`truenorth adopt --name www.example.com` takes it over"
    assert takes(live, adopt="all", **settings)


@pytest.mark.parametrize("marks", ["txt", "comment", "none"])
@pytest.mark.parametrize("ttl", [1, 300])
def test_same_content_takes_what_is_as_wished_wherever_our_mark_goes(marks: str, ttl: int) -> None:
    assert takes(www(proxied=True, ttl=ttl), adopt="same-content", marks=marks, proxied=True)


def test_a_mark_of_ours_in_a_comment_is_no_difference() -> None:
    live = www(comment=in_comments.encode("", "home", 100))
    assert takes(live, adopt="same-content", marks="txt")


@pytest.mark.parametrize(
    ("live", "taken"),
    [
        (www(OTHER, comment=COMMENT), True),
        (www(OTHER, comment="CLOUDFLARE-DDNS", proxied=True), True),
        (www(WISH, ttl=300, comment="home"), True),
        (www(WISH, proxied=True), False),
        (www(OTHER), False),
        (www(OTHER, comment="by hand"), False),
    ],
)
def test_of_cloudflare_ddns_is_what_names_it_or_is_as_wished_in_content_and_proxy(
    live: LiveRecord,
    taken: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert takes(live, Takeover("cloudflare-ddns")) == taken


def test_a_pattern_of_comments_says_alone_what_is_taken() -> None:
    takeover = Takeover("cloudflare-ddns", unmarked=Unmarked(comment=comment_pattern("^managed by ddns/.*home")))
    assert takes(www(OTHER, comment=COMMENT), takeover)
    assert not takes(www(OTHER, comment="cloudflare-ddns"), takeover)
    assert not takes(www(WISH), takeover)


def test_a_name_takes_whatever_nobody_has_marked_there() -> None:
    takeover = Takeover("truenorth", unmarked=Unmarked(names=frozenset({"www.example.com"})))
    assert takes(www(OTHER, proxied=True), takeover)
    assert not takes(LiveRecord("r1", a_record("www", "a.example.net", "CNAME")), takeover)


@pytest.mark.parametrize(
    ("live", "takeover", "settings", "why"),
    [
        (www(), None, {"adopt": "same-content"}, "nobody has marked it, and it is as wished (adopt: same-content)"),
        (www(OTHER), None, {"adopt": "all"}, "nobody has marked it (adopt: all)"),
        (www(OTHER, comment=COMMENT), Takeover("cloudflare-ddns"), {}, "its comment names cloudflare-ddns"),
        (www(OTHER), Takeover("routeflare"), {}, "nobody has marked it, as routeflare marks nothing"),
        (
            www(OTHER),
            Takeover("truenorth", unmarked=Unmarked(names=frozenset({"www.example.com"}))),
            {},
            "nobody has marked it, and --name takes what is there",
        ),
    ],
)
def test_the_reason_of_an_adoption_is_the_true_one(
    live: LiveRecord, takeover: Takeover | None, settings: dict[str, Any], why: str
) -> None:
    observation = make_observation(live=[live])
    plan = make_plan(make_settings("www", **settings), observation, takeover)
    (change,) = [one for one in changes(plan, observation) if one.action is Action.ADOPT]
    assert change.why == why


@pytest.mark.parametrize(
    "text", ["", "(", "x" * 257, "(a+)+$", "(a|b)*", ".*.*.*", "a{1,9}b+c*", "a?" * 9, "a|" * 9, "(?:x){2,}"]
)
def test_a_pattern_that_could_take_long_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"characters|repeats|no regular expression"):
        comment_pattern(text)


@pytest.mark.parametrize("text", ["^managed by ddns/cloudflare-ddns", r"\(home\)\*\+$", "ddns-[ab]+$", "^a.*b.*$"])
def test_patterns_as_people_have_them_are_taken(text: str) -> None:
    assert comment_pattern(text).pattern == text
