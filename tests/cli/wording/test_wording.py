"""The messages of each outcome, for every reader, compared with files.

`WORDING=write pytest tests/cli/wording` writes the files anew.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from cli.ci import markdown
from cli.ci.report import outcome_of, reporting
from cli.findings.sightings import of_address
from cli.log.hearing import hearing
from cli.log.log import Log
from cli.notify.policy import Policy
from cli.output import documents, tables
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Event
from cli.reconcile.result import Convergence
from cli.session.redactor import redactor
from cli.web.document import head
from cli.web.names import rows
from cli.web.status_board import StatusBoard
from stacks.model.values import Sighting
from stacks.plan.owners.events import Outcome, notices
from stacks.plan.owners.object_status import statuses
from stacks.settings.watch import NotificationSettings
from tests.cli.happenings import TURN
from tests.cli.happenings import dispatch as dispatched
from tests.cli.web.sample import NOW, convergence, dispatch
from tests.cli.wording.outcomes import OUTCOMES

GOLDEN = Path(__file__).parent / "golden"
Events = tuple[Event, ...]


def convergences(events: Events) -> Iterator[Convergence]:
    return (one for one in events if isinstance(one, Convergence))


def text(document: Mapping[str, object]) -> str:
    """The document, a line for each of its values, and for each value of its lists."""
    lines = []
    for key, value in document.items():
        values = value if isinstance(value, list) else [value]
        lines += [f"{key}: {json.dumps(one, ensure_ascii=False)}" for one in values] or [f"{key}: none"]
    return "\n".join(lines)


def on_the_terminal(events: Events) -> str:
    """What `truenorth up` and `status` print; escape sequences begin with an arrow."""
    file = io.StringIO()
    console = Console(file=file, width=140, force_terminal=True, color_system="standard", legacy_windows=False)
    for done in convergences(events):
        tables.print_plan_notes(console, done.plan)
        tables.print_changes(console, done.changes)
        tables.print_each(console, done.geo_changes)
        tables.print_refusals(console, done)
        tables.print_addresses(console, done)
        tables.print_outcome(console, done)
        if not done.changes:
            tables.print_records(console, done)
    for one in events:
        if isinstance(one, Confirmation):
            tables.print_confirmation(console, one.outcomes)
        elif isinstance(one, Sighting):
            tables.print_findings(console, [of_address(one)])
    return file.getvalue().replace("\x1b", "→")


def in_json(events: Events) -> str:
    return "\n".join(text(documents.convergence_document(done)) for done in convergences(events))


def in_markdown(events: Events) -> str:
    made = [markdown.summary("home", done, done=bool(done.runs)) for done in convergences(events)]
    made += [
        markdown.failure("home", "it failed [1]\nfor www.example.com", done, done=True) for done in convergences(events)
    ]
    return "\n----\n".join(made)


def in_a_word(events: Events) -> str:
    found = [(outcome_of(done, done=True), outcome_of(done, done=False)) for done in convergences(events)]
    return "\n".join(f"{done}, {pending}" for done, pending in found)


def on_the_page(events: Events) -> str:
    board = StatusBoard("home", "home", lambda: NOW)
    for ago, event in zip(range(len(events) - 1, -1, -1), events, strict=True):
        board.on_event(dispatch(event, ago, turn="7f3a"))
    document = head(board.status)
    shown = {key: document[key] for key in ("status", "headline", "problems", "sources", "history", "balancing")}
    for entry in shown["history"]:
        entry["since_asked"] = entry["since_asked"] is not None
    names = [(row["name"], row["type"], row["state"], row["reason"]) for row in rows(board.status, str)]
    return text({**shown, "names": [one for one in names if one[2] != "ok"]})


def in_the_log(events: Events, mode: str) -> str:
    file = io.StringIO()
    console = Console(file=file, width=140, force_terminal=True, color_system="standard", legacy_windows=False)
    log = Log(console, "json" if mode == "json" else "console", file, redactor({}))
    listen = hearing(log)
    for event in events:
        listen(dispatched(event, 11.0, TURN))
    if mode == "json":
        return "\n".join(text(_without_records(json.loads(line))) for line in file.getvalue().splitlines())
    return file.getvalue().replace("\x1b", "→")


def _without_records(document: dict[str, object]) -> dict[str, object]:
    """A line of the log without what is in the document of the convergence too."""
    left_out = documents.convergence_document(convergence()).keys() if document["event"] == "result" else {"time"}
    return {key: value for key, value in document.items() if key not in left_out}


def in_notifications(events: Events) -> str:
    policy = Policy(NotificationSettings(), "home")
    sent = []
    for now, event in enumerate(events):
        policy.on_event(dispatched(event, float(now)))
        sent += policy.tell(float(now))
    sent += policy.tell(3600.0)
    return "\n".join(f"{one.severity} {one.kind}: {one.title}\n{one.body}" for one in sent)


def in_kubernetes(events: Events) -> str:
    made = []
    for done in convergences(events):
        refused = () if done.allowed_by else done.refusals
        outcome = Outcome(done.plan, done.observation, done.changes, refused)
        for each in (outcome, replace(outcome, is_done=False, failure="the engine failed: 503")):
            made += [f"{one.object} {one.reason.value}: {one.message}" for one in notices(each)]
            made += [f"{one.object} {one.text()}" for one in statuses(each, {"home", "office"})]
    return "\n".join(made)


READERS: Mapping[str, Callable[[Events], str]] = {
    "terminal": on_the_terminal,
    "json": in_json,
    "markdown": in_markdown,
    "outcome": in_a_word,
    "page": on_the_page,
    "log": lambda events: in_the_log(events, "console"),
    "log in json": lambda events: in_the_log(events, "json"),
    "notifications": in_notifications,
    "kubernetes": in_kubernetes,
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_an_outcome_is_worded_as_in_its_file(name: str) -> None:
    file = GOLDEN / f"{name.replace(' ', '_')}.txt"
    found = "\n".join(
        f"=== {reader} ===\n{render(OUTCOMES[name])}".rstrip() + "\n" for reader, render in READERS.items()
    )
    if os.environ.get("WORDING") == "write":
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_pipeline_is_warned_of_an_outcome_as_in_its_file(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(tmp_path / "output")}
    for done in convergences(OUTCOMES[name]):
        with reporting("home", environment, tmp_path / "summary", ci=True, as_json=False) as report:
            report.planned(done)
    written = (tmp_path / "output").read_text() if (tmp_path / "output").exists() else ""
    found = capsys.readouterr().out + written
    file = GOLDEN / f"{name.replace(' ', '_')}.pipeline"
    if os.environ.get("WORDING") == "write":
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


def test_every_file_belongs_to_an_outcome() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == {name.replace(" ", "_") for name in OUTCOMES}
