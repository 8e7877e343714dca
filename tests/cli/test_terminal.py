from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

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


def test_what_nobody_reads_any_more_ends_nothing() -> None:
    reads, writes = os.pipe()
    with os.fdopen(writes, "w") as stream:
        os.close(reads)
        console = Terminal(file=stream)
        for _ in range(3):
            console.print(NAME)
        assert console.quiet


def test_a_command_whose_output_nobody_reads_goes_on_to_its_end(tmp_path: Path) -> None:
    """The lines of JSON go as those of the terminal do."""
    done = tmp_path / "done"
    code = (
        "import sys, pathlib\nfrom cli.terminal import Terminal, write_line\nconsole = Terminal()\n"
        "sys.stdin.readline()\nconsole.print('a')\nwrite_line('{}')\nconsole.print('b')\nwrite_line('{}')\n"
        f"pathlib.Path({str(done)!r}).touch()"
    )
    for first in ("console.print", "write_line"):
        text = code if first == "console.print" else code.replace("console.print('a')\n", "")
        process = subprocess.Popen(
            [sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.close()
        _, errors = process.communicate(b"\n")
        assert (process.returncode, errors) == (0, b"")
        assert done.exists()
        done.unlink()


def test_notifications_and_summaries_show_them_too() -> None:
    finding = Finding("conflict", "warning", f"{NAME} A", "is held by somebody")
    assert BOTH in message("home", [Fact("conflict", NAME, finding)]).title
    assert BOTH in markdown.prose(f"{NAME} A is held")
    assert markdown.code(NAME) == f"`{BOTH}`"


def test_a_conflict_says_what_would_take_the_record_over() -> None:
    (finding,) = of_conflicts(Plan((), (HELD,), ()))
    assert finding.why == "not ours; `truenorth adopt --name x` takes it over"
