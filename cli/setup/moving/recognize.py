"""Finds the tool that each document is of, and has its reader read it. By shape, and not by the names of files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from cli.setup.moving.documents import Document
from cli.setup.moving.draft import Draft
from cli.setup.moving.given import Chart, Container, charts, containers, of_values
from cli.setup.moving.tools import (
    by_table,
    cloudflare_ddns,
    ddns_updater,
    esddns,
    external_dns,
    external_dns_charts,
    favonia,
    timothymiller,
)
from cli.setup.moving.tools.ways import UNKNOWN
from cli.setup.moving.zones import bind, dnscontrol, octodns
from stacks.model.errors import Problem, UserError

OPTIONS: Mapping[str, str] = {"--repeat": "~truenorth watch", "--dry-run": "~truenorth preview"}
"""The options of tools that are told by variables."""
_WITH_ARGUMENTS = ("cloudflare-ddns", external_dns.TOOL)
_INSTEAD_OF_OCTODNS = "give the files of its zones instead, one a zone (config/example.com.yaml)"


def drafts(documents: Sequence[Document], zone: str) -> Iterator[Draft]:
    """Yield a draft for each tool in documents. zone: a person's; "" for none."""
    for one in containers(documents):
        if draft := _container(one):
            yield draft
    for chart in charts(documents):
        if draft := _chart(chart):
            yield draft
        else:
            yield from filter(None, map(_container, of_values(chart)))
    for document in documents:
        if draft := _document(document, zone):
            yield draft


def _container(one: Container) -> Draft | None:
    draft = Draft("", one.where)
    for name in one.missing:
        draft.lost(f"variables of {name}", f"its values are not here: give its file with --from, too ({name})")
    for name in one.secrets:
        draft.otherwise(f"variables of Secret {name}", "secrets are not copied: set the variables that are told here")
    for tool, is_of, read in _CONTAINERS:
        if is_of(one):
            draft.tool = tool
            read(draft, one)
            for word in one.arguments if tool not in _WITH_ARGUMENTS else ():
                if word.startswith("-"):
                    draft.tell(word.partition("=")[0], OPTIONS.get(word, UNKNOWN), "")
            return draft
    return None


def _ddns_updater(draft: Draft, one: Container) -> None:
    ddns_updater.read_variables(draft, one.variables)
    if "names" not in draft.settings:
        draft.otherwise("data/config.json", "give that file with --from, too: it has the names")


def _timothymiller(draft: Draft, one: Container) -> None:
    draft.otherwise("config.json", "give that file with --from, too: it has the names")
    favonia.told(draft, one.variables)


def _is_external_dns(one: Container) -> bool:
    return "external-dns" in one.image or any(word.startswith("--txt-owner-id") for word in one.arguments)


_Kind = tuple[str, Callable[[Container], bool], Callable[[Draft, Container], None]]
_CONTAINERS: tuple[_Kind, ...] = (
    (
        "external-dns-cloudflare-geo",
        lambda one: "GEO_LOCATION" in one.variables or "external-dns-cloudflare-geo" in one.image,
        lambda draft, one: by_table.geo(draft, one.variables),
    ),
    (
        external_dns.TOOL,
        _is_external_dns,
        lambda draft, one: external_dns.read(draft, external_dns.said_by(one.arguments, draft), one.variables),
    ),
    (
        "routeflare",
        lambda one: "routeflare" in one.image,
        lambda draft, one: by_table.routeflare(draft, {}, one.variables),
    ),
    ("ddns-updater", lambda one: "ddns-updater" in one.image or "CONFIG" in one.variables, _ddns_updater),
    ("ESDDNS", lambda one: "esddns" in one.image, lambda draft, one: esddns.read_variables(draft, one.variables)),
    (
        "timothymiller's cloudflare-ddns",
        lambda one: "timothyj" in one.image and favonia.is_given(one.variables),
        lambda draft, one: favonia.read(draft, one.variables),
    ),
    ("timothymiller's cloudflare-ddns", lambda one: "timothyj" in one.image, _timothymiller),
    (
        "favonia's cloudflare-ddns",
        lambda one: favonia.is_given(one.variables),
        lambda draft, one: favonia.read(draft, one.variables),
    ),
    (
        "cloudflare-ddns",
        lambda one: cloudflare_ddns.is_given(one.arguments),
        lambda draft, one: cloudflare_ddns.read(draft, one.arguments, one.variables),
    ),
)
"""The tools that run in containers: how each is told, and its reader. The first that fits counts."""


def _chart(chart: Chart) -> Draft | None:
    values: Mapping[str, object] = chart.values
    where = chart.where
    if not external_dns_charts.is_chart(values) and not by_table.is_routeflares_chart(values):
        inner = [key for key in ("external-dns", "externalDns", "routeflare") if isinstance(values.get(key), Mapping)]
        if len(inner) != 1:
            return None
        where, values = f"{where}, {inner[0]}", values[inner[0]]  # type: ignore[assignment]
    draft = Draft("", where)
    for name in chart.missing:
        _missing(draft, name, values)
    listed = next((values[key] for key in ("env", "extraEnvVars") if values.get(key)), [])
    (variables,) = (one.variables for one in of_values(Chart(where, "", {"image": "chart", "env": listed})))
    if by_table.is_routeflares_chart(values):
        draft.tool = "routeflare"
        by_table.routeflare(draft, values, variables)
    else:
        draft.tool = external_dns.TOOL
        external_dns_charts.read(draft, values, variables)
    return draft


def _missing(draft: Draft, name: str, values: Mapping[str, object]) -> None:
    """Tell the absence of further values, among which a filter of zones may be."""
    do = "put them into the file, or give what `helm get values` prints"
    if values.get("domainFilters"):
        draft.lost(f"values of {name}", f"they are not here: {do}")
    else:
        what = f"the values of {name} are not here, and may have domainFilters"
        draft.faults.append(Problem(what, draft.where, f"{do}; or name the zone: --zone example.com"))


def _document(document: Document, zone: str) -> Draft | None:
    draft, value = Draft("", document.where), document.value
    stem = Path(document.file).name
    if document.form == "zone":
        draft.tool = "a zone file"
        bind.read(draft, value, zone, stem)
    elif document.form == "dnscontrol":
        raise UserError("the file is a program, which is not run", document.where, dnscontrol.INSTEAD)
    elif document.form == "ini" and esddns.is_given(value):
        draft.tool = "ESDDNS"
        esddns.read(draft, value)
    elif document.form == "yaml" and isinstance(value, Mapping):
        if octodns.is_configuration(value):
            raise UserError(
                "the file is octoDNS's own configuration, and has no records", document.where, _INSTEAD_OF_OCTODNS
            )
        if timothymiller.is_given(value):
            draft.tool = "timothymiller's cloudflare-ddns"
            timothymiller.read(draft, value, zone)
        elif ddns_updater.is_given(value):
            draft.tool = "ddns-updater"
            ddns_updater.read(draft, value)
        elif dnscontrol.is_given(value):
            draft.tool = "DNSControl"
            dnscontrol.read_ir(draft, value)
        elif octodns.is_given(value):
            draft.tool = "octoDNS"
            octodns.read(draft, value, zone, stem.rsplit(".", 1)[0])
    return draft if draft.tool else None
