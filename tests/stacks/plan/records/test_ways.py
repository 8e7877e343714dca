"""No conflict is a dead end: each names what takes the record over, and that does."""

from __future__ import annotations

import re
import shlex

import pytest

from components.marks import cloudflare_ddns, external_dns, ownership
from components.marks.external_dns import Affix, Labels
from components.records.record import Record
from stacks.model.values import LiveRecord
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.plan.records.record_sets import import_ids
from stacks.plan.records.unmarked import Unmarked
from tests.stacks.plan.worlds import a_record, make_observation, make_settings, owned_www, registered

OTHER = "198.51.100.80"
WWW = LiveRecord("r1", a_record("www", OTHER))


def text(name: str, content: str) -> LiveRecord:
    return LiveRecord("m1", Record(name, "TXT", content, 1, proxied=False, comment=""))


def ours(owner: str) -> LiveRecord:
    return text(ownership.mark_name("www.example.com", "A"), ownership.encode(ownership.Mark("truenorth", owner)))


EXTERNAL = text(
    external_dns.mark_name("www.example.com", "A", Affix()), external_dns.encode(Labels("default", "ingress/web/shop"))
)
DDNS = text("www.example.com", cloudflare_ddns.encode("pod 7"))


def takeover_of(command: str) -> Takeover:
    """The takeover of a command as it stands in a way out."""
    words = shlex.split(command)
    assert words[:2] == ["truenorth", "adopt"]
    options = dict(zip(words[2::2], words[3::2], strict=True))
    unmarked = Unmarked(names=frozenset({options["--name"]} if "--name" in options else ()))
    tool = options.get("--from", "truenorth")
    return Takeover(tool, options.get("--from-owner", ""), unmarked=unmarked)  # type: ignore[arg-type] # a test's text


@pytest.mark.parametrize("name", ["www", "*", "@"])
def test_what_nobody_has_marked_is_taken_by_its_name(name: str) -> None:
    full = "example.com" if name == "@" else f"{name}.example.com"
    live = LiveRecord("r1", Record(full, "A", OTHER, 1, proxied=False, comment=""))
    settings, observation = make_settings(name), make_observation(live=[live])
    (conflict,) = make_plan(settings, observation).conflicts
    (command,) = re.findall("`(.*?)`", conflict.way)
    plan = make_plan(settings, observation, takeover_of(command))
    assert (plan.conflicts, import_ids(plan.record_sets[0])[f"{full}/A"]) == ((), "r1")


@pytest.mark.parametrize("mark", [EXTERNAL, DDNS, ours("home")], ids=["external-dns", "cloudflare-ddns", "ours"])
def test_a_tools_record_is_taken_by_the_command_that_the_conflict_names(mark: LiveRecord) -> None:
    settings, observation = make_settings("www"), make_observation(live=[WWW, mark])
    (conflict,) = make_plan(settings, observation).conflicts
    (command,) = re.findall("`(truenorth adopt.*?)`", f"{conflict.held_by} {conflict.way}")
    plan = make_plan(settings, observation, takeover_of(command))
    assert plan.conflicts == ()
    assert "r1" in import_ids(plan.record_sets[0]).values()


def test_another_stacks_record_is_taken_by_its_heir() -> None:
    observation = make_observation(live=[WWW, ours("garage")])
    (conflict,) = make_plan(make_settings("www"), observation).conflicts
    assert "`truenorth:owner: garage` and `truenorth adopt` make this stack its heir" in conflict.way
    assert make_plan(make_settings("www", owner="garage"), observation, Takeover("truenorth")).conflicts == ()


@pytest.mark.parametrize(
    ("live", "says"),
    [
        ([LiveRecord("r1", a_record("www", "a.example.net", "CNAME"))], "nothing takes a record of another type over"),
        ([*owned_www()[0], LiveRecord("r2", a_record("www", OTHER))], "delete it if nothing needs it"),
        ([LiveRecord("r2", a_record("www", OTHER))], "delete it, and the next run makes ours again"),
    ],
)
def test_what_nothing_takes_over_says_what_to_do(live: list[LiveRecord], says: str) -> None:
    owned = (
        []
        if live[0].record.type == "CNAME"
        else [registered("www.example.com/A", a_record("www", "203.0.113.7"), "r1")]
    )
    (conflict,) = make_plan(make_settings("www"), make_observation(live=live, owned=owned)).conflicts
    assert says in conflict.way
