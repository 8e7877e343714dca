"""Chooses the names of a new stack, and the objects of a cluster that get records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from rich.console import Console

from cli.setup import asking
from cli.setup.cluster import Contexts, Probed, contexts, probe
from cli.terminal import styled
from components.records import canonical
from stacks.model.errors import UserError
from stacks.settings.cluster import ROUTES_INGRESSES_SERVICES, ClusterSettings, SourceName

AUTO = "auto"
"""Stands for all readable sources."""


@dataclass(frozen=True, slots=True)
class ChosenSources:
    """The chosen sources of a cluster. context: "" for the current one."""

    sources: tuple[str, ...] = ()
    context: str = ""


def split(text: str) -> tuple[str, ...]:
    """Return the entries of a list with commas or blanks between them, each once."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def choose_names(given: Sequence[str], zone: str, *, may_ask: bool, needed: bool) -> tuple[str, ...]:
    """Return the given or typed names. needed: whether there has to be one. Raises UserError."""

    def wrong(text: str) -> str:
        names = split(text)
        return next(filter(None, (_fault(name, zone) for name in names)), "" if names or not needed else "write one")

    if given or not may_ask:
        names = split(",".join(given))
        if not names and needed:
            raise asking.missing("a name", "--name www (again for further ones; @ for the zone itself), or --sources")
        if fault := wrong(",".join(names)):
            raise UserError(fault, "--name", f"write one label (www), @ for {zone}, or a name that ends in .{zone}")
        return names
    what = "Names that point at your address, with commas between them (@: the zone itself)"
    return split(asking.line(what if needed else f"{what}; empty for none", "www" if needed else "", wrong))


def choose_objects(
    console: Console, sources: str, cluster: ClusterSettings, environment: Mapping[str, str], *, may_ask: bool
) -> ChosenSources:
    """Return the given or chosen sources, once the cluster has shown that they can be read. Raises UserError."""
    if sources:
        probed = probe(cluster, environment, _wanted(sources))
        _print(console, probed)
        if sources != AUTO and probed.unusable:
            name, reason = next(iter(probed.unusable.items()))
            raise UserError(
                f"{name} cannot be read: {reason}", probed.server, "mend that, or leave it out of --sources"
            )
        return ChosenSources(probed.usable, cluster.context)
    there = contexts(cluster.kubeconfig, environment) if may_ask else None
    if there is None or not there.names or not asking.yes("Shall objects of a Kubernetes cluster get records, too?"):
        return ChosenSources()
    chosen = cluster.context or _context(there)
    try:
        probed = probe(cluster.model_copy(update={"context": chosen}), environment)
    except UserError as error:
        console.print(styled((error.problems[0].what, "yellow"), "\n  the cluster is left out"), soft_wrap=True)
        return ChosenSources()
    _print(console, probed)
    if not probed.usable or not asking.yes(f"Name those of {', '.join(probed.usable)}?"):
        return ChosenSources()
    return ChosenSources(probed.usable, "" if chosen == there.current and not cluster.context else chosen)


def _wanted(sources: str) -> tuple[SourceName, ...]:
    if sources == AUTO:
        return ROUTES_INGRESSES_SERVICES
    known = get_args(SourceName)
    for name in split(sources):
        if name not in known:
            raise UserError(f"there is no source {name}", "--sources", f"use {AUTO}, or some of: {', '.join(known)}")
    return tuple(name for name in known if name in split(sources))


def _context(there: Contexts) -> str:
    names = [there.current, *(name for name in there.names if name != there.current)] if there.current else there.names
    return names[asking.one_of("Which context of the kubeconfig?", names)] if len(names) > 1 else names[0]


def _fault(name: str, zone: str) -> str:
    try:
        canonical.fqdn(name, zone)
    except ValueError as error:
        return str(error)
    return ""


def _print(console: Console, probed: Probed) -> None:
    readable = ", ".join(probed.usable) or "nothing"
    console.print(f"the cluster {probed.server}: can be read: {readable}", soft_wrap=True)
    for name, reason in probed.unusable.items():
        console.print(f"  not {name}: {reason}", soft_wrap=True)
