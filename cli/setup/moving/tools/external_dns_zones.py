"""Reads the filters of zones that external-dns was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.setup.moving.draft import Draft
from stacks.model.errors import Problem


@dataclass(frozen=True, slots=True)
class Said:
    """A flag of external-dns, as it was told. what: the written form; flag: the name without dashes."""

    what: str
    flag: str
    value: str


def zones(draft: Draft, by_flag: Mapping[str, list[Said]]) -> None:
    """Choose zones as the filters do. A regular expression stands in place of domains there, and beside them here."""
    filters, excluded, ids = (by_flag.get(one, []) for one in ("domain-filter", "exclude-domains", "zone-id-filter"))
    pattern, pattern_out = (by_flag.get(one, []) for one in ("regex-domain-filter", "regex-domain-exclusion"))
    domains = _apart(draft, [(one, part.strip()) for one in filters for part in one.value.split(",") if part.strip()])
    choice: dict[str, Any] = {}
    for key, several in (("regex", pattern), ("regex_exclude", pattern_out)):
        for one in several:
            if draft.carry(one.what, "zones", [{"auto": {key: one.value}}], f"zones: auto, {key}: {one.value}"):
                choice[key] = one.value
            else:  # without it further zones would count
                do = "name the zones: init --from ... --zone example.com"
                draft.faults.append(Problem(f"{one.what} cannot be taken over: {draft.rows[-1].how}", draft.where, do))
    if pattern:
        for one in filters:
            draft.otherwise(one.what, "external-dns does not look at it beside --regex-domain-filter")
        domains = []
    names = dict.fromkeys(domain for _, domain in domains)
    is_plain = bool(names) and not any(name.startswith(".") for name in names)
    is_plain = is_plain and (not ids or (len(ids) == 1 and len(names) == 1))
    if is_plain:
        _named_zones(draft, domains, ids)
    else:
        for one, domain in domains:
            patterns = [] if domain.startswith(".") else [domain]
            patterns.append(f"**.{domain.lstrip('.')}")
            if draft.carry(one.what, "zones", [{"auto": {"include": patterns}}], f"zones: auto, include: {patterns}"):
                choice.setdefault("include", []).extend(patterns)
        for one in ids:
            choice.setdefault("ids", []).append(one.value)
            draft.same(one.what, f"zones: auto, ids: {one.value}")
        draft.settings["zones"] = [{"auto": choice}] if choice else "auto"
    _excluded(draft, excluded, [domain for _, domain in domains] if is_plain else [])


def _apart(draft: Draft, domains: Sequence[tuple[Said, str]]) -> list[tuple[Said, str]]:
    """Return the domains outside of each other, and tell the rest: all names of the one around count anyway."""
    found = []
    for one, domain in domains:
        around = next((other for _, other in domains if domain.endswith(f".{other.lstrip('.')}")), "")
        if around:
            draft.same(one.what, f"it lies in {around}, whose names all count")
        else:
            found.append((one, domain))
    return found


def _named_zones(draft: Draft, domains: Sequence[tuple[Said, str]], ids: Sequence[Said]) -> None:
    """Write each domain as a zone; with an id where the only one has one."""
    names = list(dict.fromkeys(domain for _, domain in domains))
    for one, domain in domains:
        where = "zone" if len(names) == 1 else "zones"
        value: Any = domain if len(names) == 1 else [{"zone": name} for name in names]
        shown = f"{where}: {domain}; zones below it, too: zones: auto, include (docs/names.md)"
        draft.carry(one.what, where, value, shown)
    for one in ids:
        draft.carry(one.what, "zone_id", one.value)


def _excluded(draft: Draft, excluded: Sequence[Said], domains: Sequence[str]) -> None:
    for one in excluded:
        domain = one.value.lstrip(".")
        out = [domain, f"**.{domain}"]
        if domains:
            rule = {"names": [text for name in domains for text in (name, f"**.{name}")], "exclude": out}
            if draft.settings.get("cluster", {}).get("domains"):
                rule["exclude"] = [*draft.settings["cluster"]["domains"][0]["exclude"], *out]
            draft.carry(one.what, "cluster.domains", [rule], f"cluster.domains, exclude: {out}")
        else:
            zones = draft.settings["zones"]
            choice = dict(zones[0]["auto"]) if isinstance(zones, list) else {}
            choice["exclude"] = [*choice.get("exclude", []), *out]
            shown = f"zones: auto, exclude: {out}; for names in other zones: cluster.domains"
            draft.carry(one.what, "zones", [{"auto": choice}], shown)
