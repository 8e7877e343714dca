"""`up --ci` and `preview --ci` on the lab: exit codes, the summary, what GitHub is told."""

from __future__ import annotations

import json
from pathlib import Path

from cli.exit_codes import CHANGED, DISAGREED, DONE, FAILED, REFUSED, UNUSABLE
from lab import remote
from tests.cli.conftest import Inside


class Step:
    """A step of GitHub Actions: what it is given, and what it has written."""

    def __init__(self, folder: Path) -> None:
        self.summary_file, self.output_file = folder / "summary.md", folder / "output"

    def environment(self) -> dict[str, str]:
        files = {"GITHUB_STEP_SUMMARY": str(self.summary_file), "GITHUB_OUTPUT": str(self.output_file)}
        return {"GITHUB_ACTIONS": "true", "CI": "true", **files}

    @property
    def summary(self) -> str:
        return self.summary_file.read_text()

    @property
    def outputs(self) -> dict[str, str]:
        """The last value of each."""
        return dict(line.split("=", 1) for line in self.output_file.read_text().splitlines())


def test_a_disagreement_of_the_sources_has_an_exit_code_of_its_own_where_it_is_asked_for(inside: Inside) -> None:
    inside.settings("www")
    usual = json.loads(inside.environment["TRUENORTH_WAN"])
    wan = {**usual, "mode": "list", "sources": [f"stun:{inside.places.stun}", "static:198.51.100.9"]}
    asked = inside.run("up", "--detailed-exitcode", TRUENORTH_WAN=json.dumps(wan))
    assert asked.returncode == DISAGREED, asked.stderr
    assert "the sources disagree" in asked.stdout
    assert inside.zone() == {}
    assert inside.run("up", TRUENORTH_WAN=json.dumps(wan)).returncode == DONE


def test_the_exit_codes_of_a_pipeline(inside: Inside, tmp_path: Path) -> None:
    """Nothing, changed, refused and failed can be told apart, and a pending change before it is made."""
    step = Step(tmp_path)
    names = [f"n{number:02}" for number in range(12)]
    inside.settings(*names)
    ci = step.environment()

    pending = inside.run("up", "--ci", "--expect-no-changes", without=(), **ci)
    assert pending.returncode == CHANGED, pending.stderr
    assert "would do: 24 to create" in pending.stdout
    assert (inside.zone(), step.outputs["outcome"]) == ({}, "pending")

    changed = inside.run("up", "--ci", "--detailed-exitcode", without=(), **ci)
    assert changed.returncode == CHANGED, changed.stderr
    assert "\x1b" not in changed.stdout
    assert (len(inside.zone()), step.outputs) == (12, {"outcome": "changed", "changes": "24", "allow": ""})
    assert "**Done**: 24 created." in step.summary

    nothing = inside.run("up", "--ci", "--detailed-exitcode", "--expect-no-changes", without=(), **ci)
    assert (nothing.returncode, step.outputs["outcome"]) == (DONE, "nothing")

    inside.settings(*names[:6])
    refused = inside.run("up", "--ci", without=(), **ci)
    assert (refused.returncode, step.outputs["outcome"]) == (REFUSED, "refused")
    assert "::error title=TrueNorth%2C stack test::6 of the 12 records of ours" in refused.stdout
    assert f"`truenorth up --allow {step.outputs['allow']}`" in step.summary
    assert len(inside.zone()) == 12

    allowed = inside.run("up", "--ci", "--allow", step.outputs["allow"], without=(), **ci)
    assert (allowed.returncode, len(inside.zone())) == (DONE, 6)

    remote.set_faults(inside.places, [{"effect": "server_error", "status": 500}])
    failed = inside.run("up", "--ci", without=(), **ci)
    assert (failed.returncode, step.outputs["outcome"]) == (FAILED, "failed")
    assert "::error title=TrueNorth%2C stack test::" in failed.stdout


class TestASummaryFile:
    def test_is_written_anew_by_each_run_and_leaves_github_alone(self, inside: Inside, tmp_path: Path) -> None:
        inside.settings("www")
        file = tmp_path / "plan.md"
        file.write_text("from before")
        done = inside.run("preview", "--summary", str(file))
        assert done.returncode == DONE, done.stderr
        assert file.read_text().startswith(
            "<!-- truenorth test -->\n## TrueNorth: stack `test`\n\n**Would do**: 2 to create."
        )
        assert "::" not in done.stdout

    def test_tells_a_failure_and_no_secret(self, inside: Inside, tmp_path: Path) -> None:
        inside.settings("www")
        file = tmp_path / "plan.md"
        token = "x" * 40
        done = inside.run("preview", "--ci", "--summary", str(file), CLOUDFLARE_API_TOKEN=token, GITHUB_ACTIONS="true")
        assert done.returncode == UNUSABLE
        assert "**Failed**: Cloudflare refuses the credentials" in file.read_text()
        assert token not in done.stdout + done.stderr + file.read_text()

    def test_that_cannot_be_written_is_told_before_anything_is_done(self, inside: Inside, tmp_path: Path) -> None:
        inside.settings("www")
        done = inside.run("up", "--summary", str(tmp_path / "missing" / "plan.md"))
        assert done.returncode == UNUSABLE
        assert "the summary cannot be written: No such file or directory" in done.stderr
        assert inside.zone() == {}


def test_conflicts_are_warnings_at_the_run(inside: Inside) -> None:
    inside.settings("www")
    remote.edit_record(inside.places, {"name": "www.example.com", "type": "A", "content": "192.0.2.9", "ttl": 300})
    done = inside.run("preview", "--ci", GITHUB_ACTIONS="true")
    assert done.returncode == DONE, done.stderr
    assert "::warning title=TrueNorth%2C stack test::conflict www.example.com A is held by " in done.stdout


def test_annotations_keep_out_of_json(inside: Inside) -> None:
    inside.settings("www")
    remote.edit_record(inside.places, {"name": "www.example.com", "type": "A", "content": "192.0.2.9", "ttl": 300})
    done = inside.run("preview", "--ci", "--json", GITHUB_ACTIONS="true")
    assert "::warning" in done.stderr
    assert all(line.startswith("{") for line in done.stdout.splitlines())


def test_a_plan_cannot_be_carried_out_and_nothing_changed(inside: Inside, tmp_path: Path) -> None:
    inside.settings("www")
    done = inside.run("up", "--expect-no-changes", "--plan", str(tmp_path / "plan.json"))
    assert done.returncode == UNUSABLE
    assert "it changes nothing, and a plan is to be carried out" in " ".join(done.stderr.split())
