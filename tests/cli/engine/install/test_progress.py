from __future__ import annotations

import io
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from cli.engine.install.progress import Plain, shown_on


def follow(monkeypatch: pytest.MonkeyPatch, clock: Callable[[], float]) -> None:
    """Put a clock in place of that of these modules alone: a server of the lab that saw it would sleep for hours."""
    for module in ("cli.engine.install.progress", "toolchain.progress"):
        monkeypatch.setattr(f"{module}.time", SimpleNamespace(monotonic=clock))


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for a test that lets it."""
    follow(monkeypatch, lambda: 100.0)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestPlainLines:
    def test_a_step_is_one_line_with_its_number_and_the_time(self) -> None:
        lines: list[str] = []
        plain = Plain(lines.append)

        plain.plan(2)
        plain.step("download")
        plain.step("unpack")

        assert lines == ["engine 0:00 [1/2] download", "engine 0:00 [2/2] unpack"]

    def test_a_second_plan_counts_anew(self) -> None:
        lines: list[str] = []
        plain = Plain(lines.append)
        plain.plan(3)
        plain.step("download")

        plain.plan(5)
        plain.step("find a Go toolchain")

        assert lines[-1] == "engine 0:00 [1/5] find a Go toolchain"

    def test_a_detail_is_told_only_when_nothing_was_for_a_while(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 100.0
        follow(monkeypatch, lambda: now)
        lines: list[str] = []
        plain = Plain(lines.append)
        plain.plan(1)
        plain.step("build")

        now = 110.0
        plain.detail("10 packages")
        now = 190.0
        plain.detail("90 packages")

        assert lines == ["engine 0:00 [1/1] build", "engine 1:30 [1/1] build: 90 packages"]

    def test_they_are_used_where_there_is_no_terminal(self) -> None:
        stream = io.StringIO()

        with shown_on(stream) as progress:
            progress.note("installs it")

        assert stream.getvalue() == "engine 0:00 installs it\n"


class TestOnATerminal:
    def test_notes_and_finished_steps_stay(self) -> None:
        stream = _Terminal()

        with shown_on(stream) as progress:
            progress.note("installs [it]")
            progress.plan(2)
            progress.step("download")
            progress.detail("1 of 2 MiB")
            progress.step("unpack")

        assert "installs [it]" in stream.getvalue()
        assert "[1/2] download, done after 0:0" in stream.getvalue()

    def test_nothing_is_drawn_where_nothing_happens(self) -> None:
        stream = _Terminal()

        with shown_on(stream):
            pass

        assert stream.getvalue() == ""
