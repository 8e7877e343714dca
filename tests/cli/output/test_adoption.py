from __future__ import annotations

import pytest

from cli.output import adoption
from cli.reconcile.result import Convergence
from components.marks import cloudflare_ddns
from components.records.record import Record
from stacks.model.observation import Observation
from stacks.model.values import LiveRecord, RegisteredRecord
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import a_record, make_observation, make_settings, owned_www

WISH, OTHER = "203.0.113.7", "198.51.100.80"
DDNS = Takeover("cloudflare-ddns")
MARK = Record("www.example.com", "TXT", cloudflare_ddns.encode("pod-7"), 1, proxied=False, comment="")
FORMER = "www.example.com/A/mark/former/0"


def steps(settings: Settings, observation: Observation, takeover: Takeover = DDNS) -> list[tuple[str, str, str]]:
    plan = make_plan(settings, observation, takeover)
    seen = Convergence(observation, plan, changes(plan, observation), (), 0.0)
    return [(step.what, step.change.logical_name, step.of) for step in adoption.steps(settings, seen)]


@pytest.mark.parametrize(("content", "what"), [(WISH, "import"), (OTHER, "import, change")])
def test_an_old_mark_is_one_step_though_it_is_imported_and_then_deleted(content: str, what: str) -> None:
    live = [LiveRecord("x", a_record("www", content)), LiveRecord("m", MARK)]
    of = "cloudflare-ddns owner pod-7"
    assert sorted(steps(make_settings("www"), make_observation(live=live))) == [
        (what, "www.example.com/A", of),
        ("new mark", "www.example.com/A/mark", ""),
        ("remove old mark", FORMER, of),
    ]


def test_a_takeover_that_was_cut_off_still_has_its_old_mark_to_remove() -> None:
    live, owned = owned_www()
    observation = make_observation(
        live=[*live, LiveRecord("m", MARK)], owned=[*owned, RegisteredRecord("urn", FORMER, "m", "z1", MARK)]
    )
    plan = make_plan(make_settings("www"), observation, DDNS)
    assert adoption.adopts(Convergence(observation, plan, changes(plan, observation), (), 0.0))
    assert [what for what, *_ in steps(make_settings("www"), observation)] == ["remove old mark"]


def test_what_is_ours_by_its_mark_and_not_wanted_is_imported_and_then_deleted() -> None:
    live, _ = owned_www()
    assert [what for what, *_ in steps(make_settings(), make_observation(live=live), Takeover("truenorth"))] == [
        "import",
        "import mark",
        "then delete",
        "then delete",
    ]


def test_an_alias_is_made_once_the_address_that_was_taken_over_is_gone() -> None:
    live, _ = owned_www()
    alias = {"name": "www", "type": "CNAME", "content": "a.example.net"}
    found = steps(make_settings(records=[alias]), make_observation(live=live), Takeover("truenorth"))
    words = [what for what, *_ in found]
    assert words == ["import", "import mark", "then delete", "then delete", "then create", "then create"]


def test_nothing_is_adopted_where_all_is_ours_already() -> None:
    live, owned = owned_www(OTHER)
    observation = make_observation(live=live, owned=owned)
    plan = make_plan(make_settings("www"), observation, DDNS)
    assert not adoption.adopts(Convergence(observation, plan, changes(plan, observation), (), 0.0))
