"""The pipelines that are given as examples: what they have to have, and every command of theirs on the lab."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cli.engine.install.find import Engine
from lab.api.serving import listening
from lab.world import Places
from tests.cli.conftest import COMMAND_DEADLINE, ROOT, Inside, fresh, lab_places, plugin_folder  # noqa: F401 - fixtures

FOLDER = ROOT / "examples" / "ci"
GITHUB: Mapping[str, Any] = yaml.safe_load((FOLDER / "github-actions.yaml").read_text())
GITLAB: Mapping[str, Any] = yaml.safe_load((FOLDER / "gitlab-ci.yaml").read_text())
ON: Mapping[str, Any] = GITHUB[True]  # type: ignore[index] # YAML 1.1 takes the key `on` for true
MANY = 4


@pytest.fixture
def inside(lab_places: Places, engine: Engine, plugin_folder: Path, tmp_path: Path) -> Inside:  # noqa: F811 - the fixtures
    return fresh(lab_places, engine, plugin_folder, tmp_path)


def github_commands(job: str) -> Iterator[str]:
    yield from (step["run"] for step in GITHUB["jobs"][job]["steps"] if "truenorth " in step.get("run", ""))


def gitlab_commands(job: str) -> Iterator[str]:
    sections = ("script", "after_script")
    yield from (line for section in sections for line in GITLAB[job].get(section, ()) if "truenorth " in line)


class TestGitHubActions:
    def test_runs_every_five_minutes_at_merges_and_by_hand(self) -> None:
        assert ON["schedule"] == [{"cron": "*/5 * * * *"}]
        assert ON["push"]["branches"] == ["main"]
        assert "workflow_dispatch" in ON

    def test_never_has_two_runs_at_once_and_kills_none(self) -> None:
        assert GITHUB["jobs"]["up"]["concurrency"] == {"group": "truenorth-home", "cancel-in-progress": False}

    def test_has_a_role_by_openid_connect_and_no_more_rights_than_it_needs(self) -> None:
        assert GITHUB["permissions"] == {}
        for job in GITHUB["jobs"].values():
            assert job["permissions"]["id-token"] == "write"
            (role,) = [step["with"] for step in job["steps"] if "configure-aws-credentials" in step.get("uses", "")]
            assert role["role-to-assume"] == "${{ vars.AWS_ROLE }}"
        assert "pull-requests" not in GITHUB["jobs"]["up"]["permissions"]

    def test_comments_with_the_summary_that_it_has_written(self) -> None:
        steps = GITHUB["jobs"]["preview"]["steps"]
        assert any("--body-file plan.md" in step.get("run", "") for step in steps)
        assert any("--summary plan.md" in command for command in github_commands("preview"))

    def test_puts_nothing_that_others_write_into_a_shell(self) -> None:
        """An expression is replaced before the shell reads the line: what it holds would be run."""
        runs = [step["run"] for job in GITHUB["jobs"].values() for step in job["steps"] if "run" in step]
        assert runs
        assert [run for run in runs if "${{" in run] == []


class TestGitLab:
    def test_never_has_two_runs_at_once_and_kills_none(self) -> None:
        assert (GITLAB["up"]["resource_group"], GITLAB["up"]["interruptible"]) == ("truenorth-home", False)

    def test_runs_by_a_schedule_and_at_merges_and_previews_merge_requests(self) -> None:
        assert 'CI_PIPELINE_SOURCE == "schedule"' in GITLAB["up"]["rules"][0]["if"]
        assert [rule["if"] for rule in GITLAB["preview"]["rules"]] == ['$CI_PIPELINE_SOURCE == "merge_request_event"']

    def test_has_a_role_by_openid_connect(self) -> None:
        assert GITLAB[".truenorth"]["id_tokens"]["AWS_TOKEN"]["aud"]
        assert GITLAB["variables"]["AWS_WEB_IDENTITY_TOKEN_FILE"]


def test_the_note_on_a_merge_request_is_what_the_preview_has_written(tmp_path: Path) -> None:
    notes: list[tuple[str, Mapping[str, Any]]] = []

    async def take(request: Request) -> Response:
        notes.append((request.headers["private-token"], json.loads(await request.body())))
        return Response(status_code=201)

    (tmp_path / "plan.md").write_text('## "Quoted" and `code`\n')
    (command,) = (line for line in GITLAB["preview"]["script"] if "truenorth " not in line)
    with listening(Starlette(routes=[Route("/notes", take, methods=["POST"])])) as port:
        environment = {**os.environ, "NOTES_TOKEN": "secret", "NOTES_URL": f"http://127.0.0.1:{port}/notes"}
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=tmp_path,
            env=environment,
            timeout=COMMAND_DEADLINE,
            check=True,
        )
    assert notes == [("secret", {"body": '## "Quoted" and `code`\n'})]


def test_every_command_that_is_there_is_run_here() -> None:
    """A command that is not found by these functions would not be tried."""
    for file, found in (
        ("github-actions.yaml", [*github_commands("preview"), *github_commands("up")]),
        ("gitlab-ci.yaml", [*gitlab_commands("preview"), *gitlab_commands("up")]),
    ):
        lines = [line for line in (FOLDER / file).read_text().splitlines() if not line.strip().startswith("#")]
        assert len(found) == sum("truenorth " in line for line in lines) == MANY


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param([*github_commands("preview"), *github_commands("up")], id="github"),
        pytest.param([*gitlab_commands("preview"), *gitlab_commands("up")], id="gitlab"),
    ],
)
def test_the_commands_do_what_they_are_for(commands: list[str], inside: Inside, tmp_path: Path) -> None:
    inside.settings("www")
    environment = {**inside.environment, "ALLOW": "", "CI": "true", "CI_JOB_STATUS": "failed"}
    for command in commands:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command.replace("plan.md", str(tmp_path / "plan.md"))],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_DEADLINE,
            check=False,
        )
        assert done.returncode == 0, command + done.stdout + done.stderr
        if " preview " in command:
            assert "**Would do**: 2 to create." in (tmp_path / "plan.md").read_text()
            assert inside.zone() == {}
    assert inside.zone() == {"www.example.com/A": "203.0.113.7"}
