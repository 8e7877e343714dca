"""Tables and JSON of the names that objects of clusters ask for, for `truenorth sources`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.findings.outcome import of_complaint
from cli.findings.sightings import of_source
from cli.output.documents import complaint_document, source_document
from cli.output.tables import print_findings
from cli.terminal import plain
from components.records import canonical
from stacks.model.claims import Claim, Complaint, Detected, SourceSighting, Targets
from stacks.model.values import WAN, Known, Unknown
from stacks.plan.desired.cluster_endpoints import claims_by_zone, zone_claims, zone_of
from stacks.plan.desired.endpoints import endpoints

if TYPE_CHECKING:
    from stacks.settings.stack import Settings

OUTSIDE = "in none of our zones"


@dataclass(frozen=True, slots=True)
class WantedNames:
    """The names that objects ask for, in our zones (once each) and elsewhere, and complaints about them."""

    sources: tuple[SourceSighting, ...]
    wishes: tuple[tuple[str, Claim], ...]
    """Each with its zone, "" for none of ours."""
    complaints: tuple[Complaint, ...]

    def document(self) -> dict[str, object]:
        """The JSON of it."""
        return {
            "sources": [source_document(one) for one in self.sources],
            "names": [_wish_document(zone, wish) for zone, wish in self.wishes],
            "complaints": [complaint_document(one) for one in self.complaints],
        }


def asking(settings: Settings, sources: tuple[SourceSighting, ...]) -> WantedNames:
    """Return the names that the objects of these sources ask for."""
    settled = claims_by_zone(settings, sources)
    by_zone, complaints = settled.by_zone, settled.complaints
    for zone in settings.each_zone():
        found = zone_claims(zone, by_zone.get(zone.zone, ()), endpoints(zone, {}), {})
        complaints = (*complaints, *found.complaints)
    zones = frozenset(by_zone) | {zone.zone for zone in settings.each_zone()}
    every = (one for source in sources if isinstance(source.found, Known) for one in source.found.value)
    outside = [("", one) for one in every if isinstance(one, Claim) and not zone_of(one.name, zones)]
    inside = [(zone, wish) for zone, wishes in by_zone.items() for wish in wishes]
    ordered = sorted([*inside, *outside], key=lambda one: (one[1].name, one[1].type or "", one[1].object))
    return WantedNames(sources, tuple(ordered), complaints)


def print_asking(console: Console, found: WantedNames) -> None:
    """The names with who asks for them, a line for each source, and what is wrong."""
    table = Table(box=None)
    skipped = {complaint.text for complaint in found.complaints}
    for column in ("name", "type", "targets", "settings", "asked for by"):
        table.add_column(column, overflow="fold")
    for zone, wish in found.wishes:
        by = ", ".join(dict.fromkeys(str(key) for key, _ in wish.parts)) or str(wish.object)
        said = _settings(wish) if zone else OUTSIDE
        targets = _targets(wish.targets, skipped)
        table.add_row(plain(wish.name), wish.type or "", targets, plain(said), plain(by), style="" if zone else "dim")
    if found.wishes:
        console.print(table)
    print_findings(console, map(of_source, found.sources))
    print_findings(console, map(of_complaint, found.complaints))


def unreadable(sources: Sequence[SourceSighting]) -> str:
    """Return each reason for unread sources once; "" if all were read or wait for their kind."""
    reasons = [one.found.reason for one in sources if isinstance(one.found, Unknown) and not one.waiting]
    return "; ".join(dict.fromkeys(reasons))


def _targets(targets: Targets, skipped: Collection[str]) -> Text:
    if isinstance(targets, Detected):
        return plain(", ".join(_link(link) for link in targets.links), style="cyan")
    if isinstance(targets, Unknown):
        return plain("skipped, see below" if targets.reason in skipped else targets.reason, style="yellow")
    return plain(", ".join(targets.value))


def _link(link: str) -> str:
    return "the WAN address" if link == WAN else f"the address of link {link}"


def _settings(wish: Claim) -> str:
    said = []
    if wish.ttl is not None:
        said.append("ttl auto" if wish.ttl == canonical.AUTOMATIC_TTL else f"ttl {wish.ttl}")
    if wish.proxied is not None:
        said.append("proxied" if wish.proxied else "not proxied")
    if wish.comment is not None:
        said.append(f"comment {wish.comment!r}")
    return ", ".join(said)


def _wish_document(zone: str, wish: Claim) -> dict[str, object]:
    targets = wish.targets
    return {
        "name": wish.name,
        "zone": zone or None,
        "type": wish.type,
        "targets": list(targets.value) if isinstance(targets, Known) else None,
        "links": list(targets.links) if isinstance(targets, Detected) else [],
        "unknown": targets.reason if isinstance(targets, Unknown) else "",
        "ttl": wish.ttl,
        "proxied": wish.proxied,
        "comment": wish.comment,
        "objects": [key.resource for key in dict.fromkeys([wish.object, *(key for key, _ in wish.parts)])],
    }
