"""Tables and JSON of the names that objects of clusters ask for, for `truenorth sources`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.findings.finding import MANY, shortened
from cli.findings.outcome import of_complaint
from cli.findings.sightings import of_source
from cli.output import side_by_side
from cli.output.documents import complaint_document, source_document
from cli.output.tables import print_findings
from cli.terminal import plain
from components.records import canonical
from components.views import several
from stacks.model.claims import Claim, Complaint, SourceSighting, Targets
from stacks.model.values import WAN, Known, Unknown
from stacks.plan.asked import AskedName, AskedNames, asked_names

if TYPE_CHECKING:
    from stacks.settings.stack import Settings

OUTSIDE = "in none of our zones"
BALANCED = "load balanced"


@dataclass(frozen=True, slots=True)
class WantedNames:
    """The names that objects ask for, with the state of their sources."""

    sources: tuple[SourceSighting, ...]
    asked: AskedNames
    views: tuple[str, ...] = ()
    """The views of the zones, where one has several."""

    def document(self) -> dict[str, object]:
        """The JSON of it."""
        return {
            "sources": [source_document(one) for one in self.sources],
            "names": [_document(one) for one in self.asked.names],
            "balanced": [_balanced_document(one) for one in self.balanced],
            "complaints": [complaint_document(one) for one in self.complaints],
        }

    @property
    def balanced(self) -> tuple[Claim, ...]:
        """The claims of objects to load balancers."""
        return tuple(one for one in _of_balancing(self.sources) if isinstance(one, Claim))

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """The complaints about the objects, those of load balancers too."""
        more = (one for one in _of_balancing(self.sources) if isinstance(one, Complaint))
        return tuple(dict.fromkeys((*self.asked.complaints, *more)))


def asking(settings: Settings, sources: tuple[SourceSighting, ...]) -> WantedNames:
    """Return the names that the objects of these sources ask for, in records and in load balancers."""
    asked = asked_names(settings, tuple(one for one in sources if not one.balances))
    return WantedNames(sources, asked, several(one.zone for one in settings.each_zone()))


def _of_balancing(sources: Iterable[SourceSighting]) -> Iterator[Claim | Complaint]:
    for one in sources:
        if one.balances and isinstance(one.found, Known):
            yield from one.found.value


def print_asking(console: Console, found: WantedNames) -> None:
    """The names with who asks for them, a line for each source, and what is wrong."""
    views = side_by_side.columns(found.views, (one.name for one in found.asked.names)) if found.views else ()
    table = _sides(found, views) if views and side_by_side.fits(console, views) else _one_by_one(found)
    if table.rows:
        console.print(table)
    print_findings(console, map(of_source, found.sources))
    print_findings(console, shortened(map(of_complaint, found.complaints), MANY))


def _one_by_one(found: WantedNames) -> Table:
    """Return a table with a row for each name and type of a view, the sides of a name after each other."""
    table = Table(box=None)
    for column in ("name", "type", "targets", "settings", "asked for by"):
        table.add_column(column, overflow="fold")
    complained = _complained(found)
    for one in (each for sides in _together(found) for each in sides.each()) if found.views else found.asked.names:
        cells = plain(_said(one)), plain(", ".join(_asking(one)))
        style = "dim" if one.state == "outside" else ""
        table.add_row(plain(one.name), one.type, _targets(one, complained), *cells, style=style)
    for claim in found.balanced:
        table.add_row(plain(claim.name), "", _balanced_at(claim), BALANCED, plain(str(claim.object)))
    return table


def _sides(found: WantedNames, views: Sequence[str]) -> Table:
    """Return a table with a row for each name and type, and a column for each view."""
    table = side_by_side.table(views, "settings", "asked for by")
    complained = _complained(found)
    for sides in _together(found):
        there = [(view, sides.of[view]) for view in views if view in sides.of]
        said = [(view, side_by_side.stacked(dict.fromkeys(map(_said, side)))) for view, side in there]
        by = dict.fromkeys(by for one in sides.each() for by in _asking(one))
        targets = {view: [_targets(one, complained, "\n") for one in side] for view, side in there}
        cells = (side_by_side.cell(targets.get(view, ())) for view in views)
        style = "dim" if all(one.state == "outside" for one in sides.each()) else ""
        beside = side_by_side.by_view(said), side_by_side.stacked(by)
        table.add_row(plain(sides.name), sides.type, *cells, *beside, style=style)
    for claim in found.balanced:
        nothing = [side_by_side.cell(())] * (len(views) - 1)
        table.add_row(plain(claim.name), "", _balanced_at(claim), *nothing, BALANCED, plain(str(claim.object)))
    return table


def _together(found: WantedNames) -> list[side_by_side.Sides[AskedName]]:
    return side_by_side.together((one.name, one.type, one) for one in found.asked.names)


def _complained(found: WantedNames) -> dict[str, str]:
    """Return what becomes of objects, by the text of a complaint."""
    return {one.text: "waits" if one.is_waiting else "skipped" for one in found.complaints}


def _asking(one: AskedName) -> list[str]:
    return [f"{key} (by template)" if key in one.templated else str(key) for key in one.objects]


def _said(one: AskedName) -> str:
    return OUTSIDE if one.state == "outside" else _settings(one)


def _balanced_at(claim: Claim) -> Text:
    return plain(", ".join(claim.targets.value) if isinstance(claim.targets, Known) else _why(claim.targets))


def unreadable(sources: Sequence[SourceSighting]) -> str:
    """Return each reason for unread sources once; "" if all were read or wait for their kind."""
    reasons = [one.found.reason for one in sources if isinstance(one.found, Unknown) and not one.waiting]
    return "; ".join(dict.fromkeys(reasons))


def _targets(one: AskedName, complained: Mapping[str, str], between: str = ", ") -> Text:
    """Return the targets, or why there are none. complained: what becomes of objects, by the text of a complaint."""
    if one.state == "skipped" or one.why in complained:
        return plain(f"{complained.get(one.why, one.state)}, see below", style="yellow")
    if one.why:
        return plain(f"conflict: {one.why}" if one.state == "conflict" else one.why, style="yellow")
    behind = f", host {' and '.join(one.hosts)}" if one.hosts else ""
    detected = plain(between.join(_link(link) for link in one.links) + behind, style="cyan")
    return plain(between).join(filter(None, (plain(between.join(one.targets)), detected)))


def _why(targets: Targets) -> str:
    return targets.reason if isinstance(targets, Unknown) else "the WAN address"


def _link(link: str) -> str:
    return "the WAN address" if link == WAN else f"the address of link {link}"


def _settings(one: AskedName) -> str:
    said = []
    if one.ttl is not None:
        said.append("ttl auto" if one.ttl == canonical.AUTOMATIC_TTL else f"ttl {one.ttl}")
    if one.proxied:
        said.append("proxied")
    if one.comment:
        said.append(f"comment {one.comment!r}")
    return ", ".join(said)


def _document(one: AskedName) -> dict[str, object]:
    return {
        "name": one.name,
        "zone": one.zone or None,
        "type": one.type or None,
        "state": one.state,
        "targets": list(one.targets) or None,
        "links": list(one.links),
        "host6": list(one.hosts),
        "unknown": one.why,
        "ttl": one.ttl,
        "proxied": one.proxied,
        "comment": one.comment,
        "objects": [key.resource for key in one.objects],
        "by_template": [key.resource for key in one.templated],
    }


def _balanced_document(one: Claim) -> dict[str, object]:
    return {
        "name": one.name,
        "targets": list(one.targets.value) if isinstance(one.targets, Known) else None,
        "unknown": "" if isinstance(one.targets, Known) else _why(one.targets),
        "object": one.object.resource,
        "cluster": one.pool_of,
    }
