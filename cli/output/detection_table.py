"""Tables of detections and of the kind of NAT, for `truenorth detect`."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.terminal import plain, styled
from stacks.model.values import WAN, Known, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.observe.wan.agreement.consensus import disagree
from stacks.observe.wan.detect import Detection
from stacks.observe.wan.nat import Nat


def print_detections(console: Console, detections: Mapping[str, Detection]) -> None:
    """Print the answer of each source on each link (`WAN`: the machine's own route), and the result."""
    linked = set(detections) != {WAN}
    table = Table(box=None)
    for column in (*(("link",) if linked else ()), "source", "operator", "family", "answer"):
        table.add_column(column, overflow="fold")
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    for link, detection in detections.items():
        for answer in detection.answers:
            cells = [*((link or "-",) if linked else ()), *_cells(answer)]
            silent = isinstance(answer.result, Unknown) and not answer.given
            table.add_row(*(plain(cell) for cell in cells), verdict(answer, detection), style="dim" if silent else "")
    console.print(table)
    for link, detection in detections.items():
        for family, found in detection.addresses.items():
            place = f"link {link} {family.value}" if link else family.value
            known = isinstance(found, Known)
            said = plain(", ".join(map(str, found.value)) if isinstance(found, Known) else "unknown")
            said.stylize("bold green" if known else "bold red")
            reason = f": {found.reason}" if isinstance(found, Unknown) else ""
            console.print(styled(f"{place}: ", said, reason), soft_wrap=True)


def print_hosts(console: Console, hosts: Mapping[str, Known[tuple[str, ...]] | Unknown]) -> None:
    """Print the IPv6 addresses of hosts in the networks of the detected ones, by name."""
    for name, found in hosts.items():
        if isinstance(found, Known):
            console.print(styled(f"{name}: ", (", ".join(found.value), "bold green")), soft_wrap=True)
        else:
            console.print(styled(f"{name}: ", ("unknown", "bold red"), f": {found.reason}"), soft_wrap=True)


def print_nat(console: Console, nat: Nat | Unknown, meaning: tuple[str, ...]) -> None:
    """The kind of NAT, and what it means."""
    if isinstance(nat, Unknown):
        console.print(styled("NAT: ", ("unknown", "bold red"), f": {nat.reason}"), soft_wrap=True)
        return
    seen = f", seen as {nat.external}" if nat.external else ""
    console.print(styled("NAT: ", (nat.kind.value, "bold"), seen), soft_wrap=True)
    for line in meaning:
        console.print(plain(f"  {line}"), soft_wrap=True)


def verdict(answer: Answer, detection: Detection) -> Text:
    """Return the verdict on an answer: it agrees, contradicts, counts, or was refused."""
    if isinstance(answer.result, Unknown):
        return plain(answer.refused, style="yellow") if answer.refused else plain(answer.result.reason)
    outcome = detection.addresses[answer.family]
    if isinstance(outcome, Known):
        return plain("agrees", style="green") if answer.addresses == outcome.value else _contradicts()
    return _contradicts() if disagree(detection.answers, answer.family) else plain("counts")


def _contradicts() -> Text:
    return plain("contradicts", style="red")


def _cells(answer: Answer) -> tuple[str, ...]:
    given = ", ".join(map(str, answer.given)) or "-"
    return answer.source, answer.operator, answer.family.value, given, f"{answer.seconds * 1000:.0f} ms"
