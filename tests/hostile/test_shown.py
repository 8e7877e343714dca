"""Whatever objects, zones and servers say is text: on the terminal, in the log, Markdown, messages and the page."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.table import Table
from rich.text import Text

from cli.ci import github, markdown
from cli.doctor import report
from cli.doctor.finding import DoctorFinding, Level
from cli.engine.events import Diagnostic, Step
from cli.events import Failure
from cli.feedback.event import InvolvedObject, event
from cli.findings.finding import Finding
from cli.log.entries import LONGEST_TEXT, LogEntry
from cli.log.hearing import hearing
from cli.log.log import Log
from cli.notify.message import Fact, message
from cli.output import adoption, detection_table, geo_table, run_view, sources_table, tables
from cli.output.adoption import AdoptionStep
from cli.output.geo_table import BalancerReport
from cli.output.sources_table import WantedNames
from cli.reconcile.result import Convergence
from cli.session.redactor import Redactor
from cli.terminal import Terminal, plain, styled
from cli.web.document import as_it_is
from cli.web.published import Piece, Published
from cli.web.status_board import StatusBoard
from components.geo.values import LoadBalancer, Origin, Pool
from components.plain_text import LONGEST_QUOTE, check_plain, quoted, visible
from components.records.record import Record
from stacks.model.claims import Complaint, ObjectKey, SourceSighting
from stacks.model.confirmation import Unconfirmed
from stacks.model.geo import Account, LiveBalancer, LivePool
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import WAN, Conflict, Family, Frozen, Known, Sighting, Unknown, ZoneSnapshot
from stacks.plan.asked import AskedName, AskedNames
from stacks.plan.changes import Action, Change
from stacks.plan.owners.events import Notice, Reason
from tests.cli.happenings import RUN, TURN, dispatch

HOSTILE = (
    *("[/x]", "[bold]", "[/]", "[link=https://evil]x[/link]", ":bomb:", "\x1b[2J\x1b]0;title\x07"),
    *("<script>alert(1)</script>", "\u202egpj.exe", "a\u200bb", "\r", "\x9b31m", "\ud800", "`|`", "@everyone", "\\"),
    *("a\\[b", "[red", "\t", "\v\f\b"),
)
TEXT = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=10), max_size=4).map("".join),
)
KEY = ObjectKey("home", "Ingress", "shop", "web")


def record(text: str) -> Record:
    return Record(
        name=f"{text}.example.com", type="TXT", content=text, ttl=1, proxied=False, comment=text, tags=(text,)
    )


def change(text: str) -> Change:
    return Change(
        Action.UPDATE,
        "www.example.com/TXT",
        replace(record(text), content="before", comment=""),
        record(text),
        "example.com",
    )


def convergence(text: str) -> Convergence:
    """A convergence with the text in everything that comes from outside."""
    plan = Plan(
        (),
        (Conflict(f"{text}.example.com", "A", text, text),),
        (Frozen(f"{text}.example.com", "A", (text,), text),),
        complaints=(Complaint(KEY, text, text, text, text),),
    )
    sources = (SourceSighting(text, text, text, Unknown(text)),)
    sightings = (Sighting(WAN, Family.IPV4, Unknown(text)), Sighting(text, Family.IPV6, Known((ip_address("::1"),))))
    return Convergence(Observation(sightings, (), Registry(), sources=sources), plan, (change(text),), (RUN,), 1.5)


def in_two_views(text: str) -> Convergence:
    zones = tuple(ZoneSnapshot(zone, "z1", ()) for zone in ("example.com", "example.com@inside"))
    seen = convergence(text)
    return replace(seen, observation=replace(seen.observation, zones=zones))


def balancers(text: str) -> BalancerReport:
    pool = Pool(name=text, origins=(Origin(text, text),), description=f"TrueNorth: {text} in {text} [truenorth ")
    live = LivePool("p1", pool, "m1")
    balancer = LoadBalancer(name=text, default_pools=("p1", text), fallback_pool="p1")
    return BalancerReport(Account("account", (live,), (), (LiveBalancer("b1", text, "z1", balancer),)), text, (text,))


def sources(text: str) -> WantedNames:
    name = f"{text}.example.com"
    made = AskedName(name, "example.com", "A", (text,), (text,), (KEY,), ttl=300, proxied=True, comment=text)
    conflict = AskedName(name, "example.com", "A", (), (), (KEY,), "conflict", text)
    outside = AskedName(name, "", "", (text,), (), (KEY,), "outside")
    complaints = (Complaint(KEY, text, text, text, text), Complaint(KEY, text, text, text, text, minor=True))
    sources = (SourceSighting(text, text, text, Unknown(text)),)
    return WantedNames(sources, AskedNames((made, conflict, outside), complaints))


Print = Callable[[Terminal, str], object]
PRINTERS: Mapping[str, Print] = {
    "a text": lambda console, text: console.print(text),
    "a cell": lambda console, text: console.print(_cell(text)),
    "plain": lambda console, text: console.print(plain(text)),
    "styled": lambda console, text: console.print(styled((text, "bold red"), text)),
    "changes": lambda console, text: tables.print_changes(console, (change(text),)),
    "notes of a plan": lambda console, text: tables.print_plan_notes(console, convergence(text).plan),
    "addresses": lambda console, text: tables.print_addresses(console, convergence(text)),
    "records": lambda console, text: tables.print_records(console, convergence(text)),
    "records of two views": lambda console, text: tables.print_records(console, in_two_views(text)),
    "sources of two views": lambda console, text: sources_table.print_asking(
        console, replace(sources(text), views=("outside", "inside"))
    ),
    "an outcome": lambda console, text: tables.print_confirmation(console, (Unconfirmed(text, "A", text),)),
    "findings": lambda console, text: tables.print_findings(
        console, [Finding("conflict", "warning", text, text, text)]
    ),
    "steps of an adoption": lambda console, text: adoption.print_steps(
        console, (AdoptionStep("import", change(text), text),)
    ),
    "sources": lambda console, text: sources_table.print_asking(console, sources(text)),
    "findings of the doctor": lambda console, text: report.print_findings(
        console, [DoctorFinding(text, Level.FAILED, text, text, text)], Redactor()
    ),
    "load balancers": lambda console, text: geo_table.print_shown(console, balancers(text)),
    "NAT": lambda console, text: detection_table.print_nat(console, Unknown(text), ()),
}


def _cell(text: str) -> Table:
    table = Table(text)
    table.add_row(text)
    return table


def shown(printer: Print, text: str) -> str:
    file = io.StringIO()
    printer(Terminal(file=file, width=100_000), text)
    return file.getvalue()


@pytest.mark.parametrize("name", PRINTERS)
@given(text=TEXT)
@example(text="[/b]")
@example(text="\x1b[31m")
@example(text="\u0301")
@example(text="\U0001f3fb")
def test_the_terminal_shows_a_text_as_it_is_and_nothing_else(name: str, text: str) -> None:
    text = " ".join(text.split())
    found = shown(PRINTERS[name], text)
    check_plain(found.replace("\n", ""))
    forms = (visible(text), repr(text)[1:-1], ascii(text)[1:-1])
    assert any(one in found for one in forms)


@given(text=TEXT)
def test_the_live_table_of_a_run_shows_steps_as_they_are(text: str) -> None:
    text = " ".join(text.split())
    steps = run_view.Steps()
    steps.take_in(Step("started", "create", f"urn::{text}", "cloudflare:index/dnsRecord:DnsRecord", text))
    file = io.StringIO()
    Terminal(file=file, width=10_000).print(steps.table())
    check_plain(file.getvalue().replace("\n", ""))
    assert visible(text) in file.getvalue() or ascii(text)[1:-1] in file.getvalue()
    assert steps.heard(Diagnostic("warning", text)) == f"  warning: {text}"


@pytest.mark.parametrize("mode", ["console", "json"])
@given(text=TEXT)
def test_the_log_writes_texts_as_they_are(mode: str, text: str) -> None:
    file = io.StringIO()
    log = Log(Terminal(file=file, width=10_000), "json" if mode == "json" else "console", file, Redactor())
    log.write(LogEntry("warning", "log", text, {"reason": text}))
    listen = hearing(log)
    for one in (Failure(text, 1.0), convergence(text)):
        listen(dispatch(one, 11.0, TURN))
    check_plain(file.getvalue().replace("\n", ""))
    if mode == "json":
        assert json.loads(file.getvalue().splitlines()[0])["reason"] == text


@pytest.mark.parametrize("mode", ["json", "console"])
@pytest.mark.parametrize("line", ["x" * 250_000, plain("x" * 250_000)])
def test_the_log_cuts_a_text_of_any_length(mode: str, line: str | Text) -> None:
    file = io.StringIO()
    log = Log(Terminal(file=file, width=10_000), "json" if mode == "json" else "console", file, Redactor())
    long = "y" * 250_000
    log.write(LogEntry("warning", "log", line, {"reason": long, "names": [long], "of": {"a": (long,)}}))
    written = file.getvalue()
    assert len(written) < 5 * LONGEST_TEXT
    assert " ..." in written
    if mode == "json":
        document = json.loads(written)
        texts = [document["message"], document["reason"], *document["names"], *document["of"]["a"]]
        assert [len(text) for text in texts] == [LONGEST_TEXT] * 4


@given(text=TEXT)
@example(text="1. [a](b)")
@example(text="- - -")
@example(text="&lt;b&gt; $x$ ~~~")
def test_markdown_has_texts_as_text(text: str) -> None:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for made in (markdown.prose(text), f"- {markdown.prose(text)}"):
        check_plain(made)
        inline = [one for token in parser.parse(made) for one in token.children or ()]
        assert {one.type for one in inline} <= {"text", "code_inline", "text_special"}
        assert not any(
            token.type in {"heading_open", "hr", "fence", "code_block", "html_block"} for token in parser.parse(made)
        )
        wanted = " ".join(visible(word) for word in text.split())
        assert "".join(one.content for one in inline).split() == wanted.split() or "``" in made or "|" in text
    done = convergence(text)
    parsed = parser.parse(markdown.summary("home", done, done=True) + markdown.failure("home", text, done, done=True))
    kinds = {one.type for token in parsed for one in token.children or ()}
    assert not kinds & {"html_inline", "link_open", "image", "em_open"}


@given(text=TEXT)
def test_an_annotation_of_a_pipeline_is_one_line(text: str) -> None:
    check_plain(github.annotation("error", text, text))


@given(text=TEXT)
@example(text="@everyone <!channel> <@U024BE7LH> mail@example.com")
def test_a_notification_calls_nobody(text: str) -> None:
    made = message("home", [Fact("change", "x", Finding("change", "note", text, text, text, text))])
    for one in (made.title, made.body):
        check_plain(one.replace("\u2060", "").replace("\n", ""))
        for mention in ("@everyone", "@here", "<!", "<@", "<#"):
            assert mention not in one
    assert ("mail@example.com" in made.body) == ("mail@example.com" in text)


@given(text=TEXT)
def test_an_event_of_kubernetes_is_text(text: str) -> None:
    notice = Notice(KEY, Reason(next(iter(Reason))), text * 600)
    body = event(notice, InvolvedObject("v1", "uid"), datetime.now(UTC), "host")
    check_plain(str(body["message"]))
    assert len(str(body["message"])) <= 1024


@given(text=TEXT)
def test_the_page_gets_no_hidden_characters(text: str) -> None:
    board = StatusBoard("home", "home")
    board.on_event(dispatch(convergence(text)))

    async def documents() -> tuple[bytes, Piece, Piece]:
        published = Published(board, as_it_is)
        status = board.status
        return (await published.raw()).plain, await published.head(status), await published.records(status)

    import asyncio  # noqa: PLC0415 - here alone

    raw, head, names = asyncio.run(documents())
    for one in (raw, head.plain.split(b"data: ")[1], names.plain.split(b"data: ")[1]):
        line = one.decode().rstrip("\n")
        check_plain(line)
        json.loads(line)


@given(text=st.text(st.characters()))
@example(text="\U000e0100")
def test_a_shown_text_is_plain_and_stays_as_it_is(text: str) -> None:
    check_plain(visible(text))
    assert visible(visible(text)) == visible(text)
    check_plain(quoted(text))
    assert len(quoted(text * 100)) < 10 * LONGEST_QUOTE
    if text.isascii() and text.isprintable():
        assert visible(text) == text
