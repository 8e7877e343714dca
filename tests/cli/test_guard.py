"""The guard through the real engine: what is refused changes nothing until a person has allowed it."""

from __future__ import annotations

import json
import subprocess

from cli.exit_codes import REFUSED
from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import COMMAND_DEADLINE, ROOT, Inside

TWELVE = [f"n{number:02}" for number in range(12)]


def twelve(inside: Inside) -> None:
    """Twelve names, made and as they should be."""
    inside.settings(*TWELVE)
    inside.result("up")
    inside.calls()


def refusal(inside: Inside, *arguments: str) -> str:
    """The one message of a refused command, which has written nothing."""
    inside.calls()
    before = remote.records(inside.places)
    done = inside.run(*arguments)
    assert done.returncode == REFUSED, done.stdout + done.stderr
    assert "refused: " in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert {method for method, _ in inside.calls()} == {"GET"}
    assert remote.records(inside.places) == before
    return " ".join(done.stderr.split())


def word(inside: Inside) -> str:
    return str(inside.result("preview")["allow"])


def test_too_many_deletions_are_refused_until_force_is_given(inside: Inside) -> None:
    twelve(inside)
    inside.settings(*TWELVE[:7])
    message = refusal(inside, "up")
    assert "5 of the 12 records of ours in example.com (42 %) would be deleted; a run may do so with 3" in message
    assert "n07.example.com A, n08.example.com A" in message
    done = inside.run("up", "--force")
    assert done.returncode == 0, done.stderr
    assert "allowed by --force: 5 of the 12 records" in done.stdout
    assert len(inside.zone()) == 7


def test_the_word_of_a_refusal_allows_exactly_that(inside: Inside) -> None:
    twelve(inside)
    inside.settings(*TWELVE[:7])
    allowed = word(inside)
    assert f"--allow {allowed}" in refusal(inside, "up")
    inside.settings(*TWELVE[:6])
    assert f"the word given, {allowed}, is of other changes" in refusal(inside, "up", "--allow", allowed)
    inside.settings(*TWELVE[:7], guard={"allow": allowed})
    result = inside.result("up")
    assert result["allowed_by"] == f"the word {allowed}"
    assert len(inside.zone()) == 7
    inside.settings("n00", guard={"allow": allowed, "from_records": 7})
    refusal(inside, "up")


def test_too_many_updates_are_refused_and_a_new_address_is_not(inside: Inside) -> None:
    twelve(inside)
    inside.settings(*TWELVE, ttl=300)
    assert "12 of the 12 records of ours in example.com (100 %) would be updated" in refusal(inside, "up")
    inside.settings(*TWELVE)
    remote.set_address(inside.places, "203.0.113.8")
    assert inside.result("up")["refusals"] == []
    assert set(inside.zone().values()) == {"203.0.113.8"}


def test_a_plain_pulumi_up_is_refused_as_well(inside: Inside) -> None:
    twelve(inside)
    inside.settings(*TWELVE[:7])

    def pulumi(command: str, **changes: str) -> subprocess.CompletedProcess[str]:
        chosen = ("--stack", "test", "--config-file", str(inside.settings_file), "--non-interactive")
        skipping = ("--yes", "--skip-preview") if command == "up" else ()
        return subprocess.run(
            ["pulumi", command, *chosen, *skipping],
            cwd=ROOT,
            env={**inside.environment, **changes},
            capture_output=True,
            text=True,
            timeout=COMMAND_DEADLINE,
            check=False,
        )

    preview = pulumi("preview")
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert "would be refused: 5 of the 12 records" in preview.stdout + preview.stderr
    refused = pulumi("up")
    assert refused.returncode != 0
    assert "5 of the 12 records of ours in example.com" in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stdout + refused.stderr
    assert len(inside.zone()) == 12
    assert inside.result("preview")["allow"]
    forced = pulumi("up", TRUENORTH_FORCE="1")
    assert forced.returncode == 0, forced.stdout + forced.stderr
    assert "allowed by TRUENORTH_FORCE=1" in forced.stdout + forced.stderr
    assert set(inside.zone()) == {f"{name}.example.com/A" for name in TWELVE[:7]}


class TestPurge:
    def test_no_purge_keeps_what_is_not_wanted_and_purge_deletes_it(self, inside: Inside) -> None:
        inside.settings("www", "api")
        inside.result("up")
        inside.settings("www")
        assert inside.result("preview", "--no-purge")["changes"] == []
        assert inside.result("up", "--no-purge")["engine_runs"] == 0
        assert inside.zone().keys() == {"www.example.com/A", "api.example.com/A"}
        inside.settings("www", policy="upsert-only")
        assert inside.result("up")["engine_runs"] == 0
        assert len(inside.result("up", "--purge")["changes"]) == 2
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4}


class TestSavedPlans:
    def test_what_was_reviewed_is_done_and_passes_the_guard(self, inside: Inside) -> None:
        twelve(inside)
        inside.settings(*TWELVE[:7], "www")
        file = inside.settings_file.with_name("plan.json")
        shown = inside.run("preview", "--save", str(file))
        assert "refused: 5 of the 12 records" in shown.stdout
        assert file.stat().st_mode & 0o777 == 0o600
        assert inside.environment["CLOUDFLARE_API_TOKEN"] not in file.read_text()
        done = inside.run("up", "--plan", str(file))
        assert done.returncode == 0, done.stderr
        assert "allowed by the reviewed plan" in done.stdout
        assert set(inside.zone()) == {f"{name}.example.com/A" for name in (*TWELVE[:7], "www")}
        assert "gone: to do: example.com www.example.com/A: create" in refusal(inside, "up", "--plan", str(file))

    def test_whatever_is_not_as_reviewed_is_refused_line_by_line(self, inside: Inside) -> None:
        inside.settings("www", "api")
        inside.result("up")
        inside.settings("www", {"name": "shop", "ttl": 300})
        file = inside.settings_file.with_name("plan.json")
        inside.run("preview", "--save", str(file))
        inside.settings("api", "blog", {"name": "shop", "ttl": 600})
        inside.calls()
        message = refusal(inside, "up", "--plan", str(file))
        assert "what would be done is not what was reviewed" in message
        assert "new: to do: example.com blog.example.com/A: create A 203.0.113.7" in message
        assert "gone: to do: example.com api.example.com/A: delete A 203.0.113.7" in message
        assert (
            'different: to do: example.com shop.example.com/A: {"after": {"ttl": 300}} -> {"after": {"ttl": 600}}'
        ) in message
        inside.settings("www", {"name": "shop", "ttl": 300})
        assert inside.run("up", "--plan", str(file)).returncode == 0

    def test_a_plan_remembers_the_option_purge(self, inside: Inside) -> None:
        inside.settings("www", "api")
        inside.result("up")
        inside.settings("shop")
        file = inside.settings_file.with_name("plan.json")
        inside.run("preview", "--no-purge", "--save", str(file))
        assert inside.run("up", "--plan", str(file)).returncode == 0
        assert set(inside.zone()) == {f"{name}.example.com/A" for name in ("www", "api", "shop")}

    def test_a_file_that_is_no_plan_is_bad_input(self, inside: Inside) -> None:
        inside.settings("www")
        done = inside.run("up", "--plan", str(inside.settings_file))
        assert done.returncode == 2
        assert "the file is no saved plan" in done.stderr
        assert json.loads(inside.run("preview", "--json").stdout.splitlines()[-1])["changes"]
