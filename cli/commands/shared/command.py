"""The parts that commands share: a session with a console, JSON lines, and the question before something is deleted.

Everything heavy is imported inside functions: the modules of commands are imported for `truenorth --help` too.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rich.console import Console

    from cli.ci.report import Report
    from cli.engine.run import Listener
    from cli.reconcile.result import Convergence
    from cli.reconcile.saved_plan import SavedPlan
    from cli.session.session import Session
    from stacks.plan.records.adoption import Takeover


@dataclass(frozen=True, slots=True)
class CommandSession:
    """A session on a stack, and the output of the command that has opened it.

    as_json: whether standard output gets JSON lines, and the console is standard error. live: whether progress may be
    drawn anew. report: the report for a pipeline. reviewed: the saved plan that is to be carried out.
    """

    session: Session
    console: Console
    report: Report
    reviewed: SavedPlan | None
    as_json: bool
    live: bool

    def recover(self) -> Takeover | None:
        """Recover from a crash, print the repairs, and return the takeover of the next convergence, if any."""
        from cli.recovery.recover import printing_on, recover

        return recover(self.session, printing_on(self.console))

    def listening(self) -> AbstractContextManager[Listener]:
        """Return a context that gives the listener for runs of the engine."""
        from cli.output.run_view import listening

        return listening(self.console, json_lines=self.as_json, live=self.live)

    def print_outcome(self, done: Convergence) -> dict[str, object]:
        """Print a convergence, ask the name servers to confirm it, and return its JSON document."""
        from cli.output import documents, tables
        from cli.reconcile.confirm import confirmations

        tables.print_outcome(self.console, done)
        outcomes = confirmations(self.session.settings, done)
        tables.print_confirmation(self.console, outcomes)
        return documents.convergence_document(done) | {"confirmation": documents.confirmation_document(outcomes)}

    def print_event(self, event: str, document: Mapping[str, object]) -> None:
        """Print a JSON line, where the command prints JSON."""
        if self.as_json:
            print_json({"event": event, **document})


@contextmanager
def command_session(  # noqa: PLR0913 - the options of commands
    stack: str,
    settings: Path | None,
    state: str,
    *,
    as_json: bool,
    project: Path | None = None,
    purge: bool | None = None,
    plan: Path | None = None,
    ci: bool = False,
    summary: Path | None = None,
) -> Iterator[CommandSession]:
    """Open a session for the block, and report its end to a pipeline where `ci` or `summary` ask for it.

    project: the folder of the project, or one in it. plan: a saved plan to load; its policy holds where `purge` is
    None. Raises UserError.
    """
    from cli.ci.report import console_of, reporting
    from cli.reconcile import saved_plan
    from cli.session.open import open_session, purging, with_found_zones

    console = console_of(os.environ, ci=ci, stderr=as_json)
    with reporting(stack, os.environ, summary, ci=ci, as_json=as_json) as report:
        reviewed = saved_plan.load(plan, stack) if plan else None
        purge = reviewed.purge if reviewed and purge is None else purge
        session = with_found_zones(purging(open_session(stack, settings, os.environ, state, project), purge))
        yield CommandSession(session, console, report, reviewed, as_json, live=not ci)


def print_json(document: object) -> None:
    """Write one JSON line to standard output."""
    from cli.terminal import write_line

    write_line(json.dumps(document, sort_keys=True))


def confirm(question: str, *, yes: bool, otherwise: tuple[str, str, str]) -> None:
    """Ask a question, and return where the answer is yes. yes: the answer, given by an option.

    Raises typer.Abort where the answer is no, and UserError(*otherwise) where nobody can be asked.
    """
    from stacks.model.errors import UserError

    if yes:
        return
    if not sys.stdin.isatty():
        raise UserError(*otherwise)
    typer.confirm(question, abort=True)
