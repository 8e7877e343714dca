from __future__ import annotations

from pathlib import Path

import pytest

from stacks.model.errors import ObservationError
from stacks.observe.pulumi_cli import PulumiUnavailable, ask_pulumi, reports_missing_stack, run_pulumi


def pulumi(folder: Path, body: str) -> Path:
    script = folder / "pulumi"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    return script


def test_an_answer_has_exit_code_and_both_outputs(tmp_path: Path) -> None:
    answer = run_pulumi(pulumi(tmp_path, "echo out; echo err >&2; exit 3"), ("stack", "ls"), {})
    assert (answer.exit_code, answer.stdout, answer.stderr, answer.succeeded) == (3, "out\n", "err\n", False)


def test_the_reason_is_one_line_without_the_word_error(tmp_path: Path) -> None:
    answer = run_pulumi(pulumi(tmp_path, "printf 'error: no\\n  such thing\\n' >&2; exit 255"), ("up",), {})
    assert answer.reason == "no such thing"


@pytest.mark.parametrize(
    "message",
    ["error: no stack named 'home' found", "error: Stack not found", "error: could not find stack organization/home"],
)
def test_a_missing_stack_is_recognised(message: str, tmp_path: Path) -> None:
    assert reports_missing_stack(message)
    assert run_pulumi(pulumi(tmp_path, f'echo "{message}" >&2; exit 255'), ("stack", "export"), {}).lacks_stack


def test_the_same_words_of_a_command_that_succeeded_mean_nothing(tmp_path: Path) -> None:
    assert not run_pulumi(pulumi(tmp_path, "echo stack not found >&2"), ("stack", "export"), {}).lacks_stack


def test_a_question_is_asked_without_prompts_in_the_given_folder(tmp_path: Path) -> None:
    answer = ask_pulumi(pulumi(tmp_path, 'pwd; echo "$@"'), ("stack", "ls"), {}, cwd=tmp_path, failed="it failed")
    assert answer.stdout.split() == [str(tmp_path.resolve()), "stack", "ls", "--non-interactive"]


def test_a_program_that_cannot_be_started_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(PulumiUnavailable, match="cannot be started: No such file"):
        run_pulumi(tmp_path / "pulumi", ("version",), {})


def test_a_program_that_does_not_end_is_unavailable(tmp_path: Path) -> None:
    hanging = pulumi(tmp_path, "exec /bin/sleep 60")
    with pytest.raises(
        ObservationError, match=r"it failed: `pulumi stack ls --non-interactive` did not end within 0 s"
    ):
        ask_pulumi(hanging, ("stack", "ls"), {}, cwd=tmp_path, failed="it failed", deadline=0.1)
