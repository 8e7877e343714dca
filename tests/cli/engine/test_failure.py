from __future__ import annotations

import pytest

from cli.engine.events import Diagnostic, Step
from cli.engine.failure import RunFailed, raise_for
from cli.engine.run import Run
from stacks.model.errors import UserError

LOCKED = """error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete
the lock file with `pulumi cancel`.
  file:///state/.pulumi/locks/home/1.json: created by ann@host (pid 4711) at 2026-01-02T03:04:05Z"""


def a_run(stderr: str = "", *diagnostics: Diagnostic, steps: tuple[Step, ...] = (), interrupted: bool = False) -> Run:
    return Run("up", 255, 1.0, steps, diagnostics, None, stderr, interrupted)


def refused(run: Run) -> str:
    with pytest.raises(UserError) as caught:
        raise_for(run, stack="home", backend="file:///state")
    return str(caught.value)


def failed(run: Run) -> RunFailed:
    with pytest.raises(RunFailed) as caught:
        raise_for(run, stack="home", backend="file:///state")
    return caught.value


def test_a_run_that_succeeded_raises_nothing() -> None:
    raise_for(Run("up", 0, 1.0, (), (), None), stack="home", backend="")


class TestWhatTheUserCanMend:
    def test_a_lock_names_its_owner_and_how_to_break_it(self) -> None:
        message = refused(a_run(LOCKED))
        assert "locked by ann@host (process 4711, since 2026-01-02T03:04:05Z)" in message
        assert "pulumi cancel --stack home" in message

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ("write /state/x: no space left on device", "the disk is full"),
            ("error: incorrect passphrase", "the passphrase does not fit"),
            ("no resource plugin 'pulumi-resource-cloudflare' found in the workspace", "provider plugin"),
        ],
    )
    def test_the_engines_words_become_ours(self, words: str, message: str) -> None:
        assert message in refused(a_run(words))
        assert message in refused(a_run("", Diagnostic("error", words)))


class TestWhatMayPass:
    def test_a_refused_write_names_the_resource_and_what_the_api_said(self) -> None:
        step = Step("failed", "create", "urn::www.example.com/A", "t")
        said = Diagnostic("error", "POST: 500\n  oops", "urn::www.example.com/A")
        closing = Diagnostic("error", "update failed", "urn::stack")
        assert str(failed(a_run("", said, closing, steps=(step,)))) == "create www.example.com/A: POST: 500 oops"

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ("409: This record already exists", "409: This record already exists"),
            ("rrset_ttl: too small", "400: rrset_ttl: too small"),
            ("500", "500"),
        ],
    )
    def test_a_refusal_of_gandi_is_told_in_its_words_alone(self, said: str, told: str) -> None:
        step = Step("failed", "create", "urn::www.example.com/A", "t")
        whole = f"creating urn:a: 1 error occurred:\n\t* StatusCode: {told[:3]} ; Err: {said} \n\n"
        run = a_run("", Diagnostic("error", whole, "urn::www.example.com/A"), steps=(step,))
        assert str(failed(run)) == f"create www.example.com/A: the API answers {told}"

    def test_a_fault_of_the_program_is_told_without_its_traceback_and_once(self) -> None:
        first = Diagnostic(
            "error", "python inline source runtime error: no\nTraceback (most recent call last):\n  File x"
        )
        again = Diagnostic("error", "an unhandled error occurred: python inline source runtime error: no")
        assert str(failed(a_run("", first, again))) == "python inline source runtime error: no"

    def test_an_engine_without_a_word_is_told_by_its_exit_code(self) -> None:
        assert "exit code 255" in str(failed(a_run()))

    def test_an_interruption_says_that_the_state_knows(self) -> None:
        failure = failed(a_run("", interrupted=True))
        assert failure.interrupted
        assert "what was done so far is in the state" in str(failure)
