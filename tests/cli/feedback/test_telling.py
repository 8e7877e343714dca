from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from cli.engine.failure import RunFailed
from cli.events import Unwritten
from cli.feedback.telling import telling
from cli.findings.events import finding
from cli.reconcile.result import Convergence
from stacks.model.errors import Refused, UserError
from stacks.plan.safety.refusal import Refusal
from tests.cli.feedback.conftest import Shop


def convergence(shop: Shop) -> Convergence:
    outcome = shop.outcome()
    return Convergence(outcome.observation, outcome.plan, outcome.changes, (), 0.0)


def ends_with(error: Exception, shop: Shop, *planned: Convergence) -> None:
    """A command that plans and fails."""
    with telling([shop.settings], {}, shop.untold.append) as teller:
        for seen in planned:
            teller.planned(seen)
        raise error


def reasons(shop: Shop) -> list[str]:
    return [one["reason"] for one in shop.events("web")]


def test_what_was_done_is_told_before_a_command_ends(shop: Shop) -> None:
    shop.asks("web", "www.example.com")
    done = convergence(shop)
    with telling([shop.settings], {}, shop.untold.append) as teller:
        teller.planned(done)
        teller.tell(done)
    assert reasons(shop) == ["RecordCreated"]


def test_what_a_run_fails_with_is_told_and_raised(shop: Shop) -> None:
    shop.asks("web", "www.example.com")
    with pytest.raises(RunFailed):
        ends_with(RunFailed("the disk is slow"), shop, convergence(shop))
    assert reasons(shop) == ["Failed"]


def test_what_the_guard_refuses_is_told_and_raised(shop: Shop) -> None:
    shop.asks("web", "www.example.com")
    seen = convergence(shop)
    refusal = Refusal("example.com", "too much would be changed", seen.changes)
    with pytest.raises(Refused):
        ends_with(Refused(()), shop, replace(seen, refusals=(refusal,)))
    assert reasons(shop) == ["HeldBack"]


def test_what_fails_before_anything_was_planned_is_nobodys_news(shop: Shop) -> None:
    shop.asks("web", "www.example.com")
    with pytest.raises(RunFailed):
        ends_with(RunFailed("the disk is slow"), shop)
    assert reasons(shop) == []


def test_a_user_error_is_the_users(shop: Shop) -> None:
    shop.asks("web", "www.example.com")
    with pytest.raises(UserError):
        ends_with(UserError("it is wrong", "there", "mend it"), shop, convergence(shop))
    assert reasons(shop) == []


def test_a_cluster_to_which_there_is_no_way_keeps_none_from_being_told(shop: Shop) -> None:
    shop.asks("web", "www.example.com")
    lost = shop.settings.model_copy(update={"name": "lost", "kubeconfig": "/nowhere/at/all"})
    done = convergence(shop)
    with telling([lost, shop.settings], {}, shop.untold.append) as teller:
        teller.tell(done)
    assert reasons(shop) == ["RecordCreated"]
    (said,) = shop.untold
    assert said.cluster == "lost"
    assert "/nowhere/at/all" in said.reason


def test_where_nobody_is_told_nothing_is_imported() -> None:
    program = "import sys; import cli.feedback.telling; sys.exit('lightkube' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_is_not_told_says_of_which_cluster() -> None:
    assert finding(Unwritten("home", "it is away")).sentence.startswith("owners of objects in home are not told")
    assert finding(Unwritten("", "it is away")).sentence.startswith("owners of objects are not told")
