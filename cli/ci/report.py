"""Reports of a run for pipelines: a summary in Markdown, annotations, values for the next steps."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from cli.ci import github, markdown
from cli.engine.failure import RunFailed
from cli.findings.finding import grouped
from cli.findings.outcome import of_plan
from cli.output.tables import line
from cli.reconcile.result import Convergence
from cli.session.redactor import Redactor, redactor
from cli.terminal import Terminal
from stacks.model.errors import ObservationError, Refused, UserError
from stacks.plan.safety import guard

WIDTH = 160
"""Columns where COLUMNS does not say otherwise: a log of a pipeline scrolls, and folds nothing."""


def console_of(environment: Mapping[str, str], *, ci: bool, stderr: bool) -> Console:
    """The terminal's own; with ci one without colours (unless FORCE_COLOR asks for them) and without live views."""
    if not ci:
        return Terminal(stderr=stderr)
    columns = environment.get("COLUMNS", "")
    width = int(columns) if columns.isdigit() and int(columns) else WIDTH
    coloured = bool(environment.get("FORCE_COLOR")) and not environment.get("NO_COLOR")
    return Terminal(stderr=stderr, width=width, force_terminal=coloured, force_interactive=False, no_color=not coloured)


@dataclass(slots=True)
class Report:
    """The report of one run. Without a file and without --ci nothing is written."""

    stack: str
    environment: Mapping[str, str] = field(repr=False)
    summary: Path | None
    ci: bool
    stderr: bool
    """Whether annotations go to standard error, because standard output is JSON."""
    _seen: Convergence | None = None
    _is_done: bool = False

    def planned(self, seen: Convergence) -> None:
        """Take the plan of the run."""
        self._seen = seen

    def done(self, done: Convergence) -> None:
        """Take the result of the run."""
        self._seen, self._is_done = done, True

    def succeeded(self) -> None:
        """Write the report of a run that has succeeded."""
        if self._seen is not None:
            text = markdown.summary(self.stack, self._seen, done=self._is_done and bool(self._seen.runs))
            self._tell(text, outcome_of(self._seen, done=self._is_done), self._seen)

    def failed(self, error: Exception) -> None:
        """Write the report of a run that has failed, with its plan if it has one."""
        text = self._redact().text(str(error))
        self._tell(
            markdown.failure(self.stack, text, self._seen, done=self._is_done),
            "refused" if isinstance(error, Refused) else "failed",
            self._seen,
        )
        for problem in error.problems if isinstance(error, UserError | Refused) else (error,):
            self._annotate("error", str(problem))

    def _tell(self, text: str, outcome: str, seen: Convergence | None) -> None:
        text = self._redact().text(text)
        if self.summary:
            _write(self.summary, text, append=False)
        if not self.ci:
            return
        if file := github.file_of(self.environment, github.SUMMARY):
            _write(file, text, append=True)
        if file := github.file_of(self.environment, github.OUTPUT):
            values = {"outcome": outcome, "changes": seen.pending if seen else 0}
            values |= {"allow": guard.word(seen.refusals) if seen and not seen.allowed_by else ""}
            _write(file, "".join(f"{name}={value}\n" for name, value in values.items()), append=True)
        for note in _warnings(seen) if seen else ():
            self._annotate("warning", note)

    def _annotate(self, level: github.Level, message: str) -> None:
        if self.ci and github.has_annotations(self.environment):
            line = github.annotation(level, f"TrueNorth, stack {self.stack}", self._redact().text(message))
            print(line, file=sys.stderr if self.stderr else sys.stdout, flush=True)

    def _redact(self) -> Redactor:
        return redactor(self.environment)


@contextmanager
def reporting(
    stack: str, environment: Mapping[str, str], summary: Path | None, *, ci: bool, as_json: bool
) -> Iterator[Report]:
    """A report, told when the block ends. What the block fails with is told, and raised.

    Raises UserError before the block where the summary cannot be written.
    """
    report = Report(stack, environment, summary, ci, as_json)
    if summary:
        _write(summary, "", append=True)
    try:
        yield report
    except (UserError, Refused, ObservationError, RunFailed) as error:
        with suppress(UserError):  # that the summary cannot be written says less than why the run has failed
            report.failed(error)
        raise
    report.succeeded()


def outcome_of(seen: Convergence, *, done: bool) -> str:
    """In a word: nothing, changed, pending (it would be changed) or refused (it would be, too)."""
    if done:
        return "changed" if seen.runs and seen.is_changing else "nothing"
    if seen.refusals and not seen.allowed_by:
        return "refused"
    return "pending" if seen.is_changing else "nothing"


def _warnings(seen: Convergence) -> Iterator[str]:
    for one in grouped(of_plan(seen.plan), {"frozen"}):
        if one.severity == "warning":
            yield one.sentence if one.names else line(one).plain


def _write(file: Path, text: str, *, append: bool) -> None:
    try:
        with file.open("a" if append else "w", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise UserError(
            f"the summary cannot be written: {error.strerror}", str(file), "name another file, or make its folder"
        ) from error
