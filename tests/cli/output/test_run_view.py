from __future__ import annotations

import io

from cli.engine.events import Diagnostic, Step
from cli.output.run_view import Steps
from cli.terminal import Terminal

WWW = Step("started", "create", "urn::www", "cloudflare:index/dnsRecord:DnsRecord", "www.example.com/A")


def test_the_live_table_has_the_last_note_below_its_steps() -> None:
    steps = Steps()
    for event in (WWW, Diagnostic("note", "something moves"), Diagnostic("note", "the zone is as wished [b]")):
        steps.take_in(event)
    file = io.StringIO()
    Terminal(file=file, width=100).print(steps.shown())
    first, last = file.getvalue().splitlines()
    assert first.split()[:2] == ["creating", "www"]
    assert last == "  the zone is as wished [b]"
