from __future__ import annotations

from io import StringIO

from cli.ci import markdown
from cli.findings.finding import Finding
from cli.findings.outcome import of_conflicts
from cli.notify.message import Fact, message
from cli.terminal import Terminal, plain, styled
from stacks.model.plan import Plan
from stacks.model.values import Conflict

NAME, BOTH = "xn--bcher-kva.example.com", "bücher.example.com (xn--bcher-kva.example.com)"
HELD = Conflict(NAME, "A", "A 198.51.100.9 (no owner's mark)", "not ours", "`truenorth adopt --name x` takes it over")


def test_the_terminal_shows_international_names_in_both_forms() -> None:
    written = StringIO()
    console = Terminal(file=written, width=200)
    console.print(f"{NAME} A")
    console.print(styled(("conflict", "bold"), f" {NAME}"))
    assert written.getvalue() == f"{BOTH} A\nconflict {BOTH}\n"
    assert plain(NAME).plain == BOTH


def test_notifications_and_summaries_show_them_too() -> None:
    finding = Finding("conflict", "warning", f"{NAME} A", "is held by somebody")
    assert BOTH in message("home", [Fact("conflict", NAME, finding)]).title
    assert BOTH in markdown.prose(f"{NAME} A is held")
    assert markdown.code(NAME) == f"`{BOTH}`"


def test_a_conflict_says_what_would_take_the_record_over() -> None:
    (finding,) = of_conflicts(Plan((), (HELD,), ()))
    assert finding.why == "not ours; `truenorth adopt --name x` takes it over"
