"""Reads the files of other tools, and puts what they say together as the settings of one stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.setup.moving.documents import documents_of
from cli.setup.moving.draft import Draft, Fate, Row, put
from cli.setup.moving.recognize import drafts
from components.plain_text import listed
from stacks.model.errors import Problem, UserError

KNOWN = (
    "arguments, Helm values or a HelmRelease of external-dns; variables, a compose file or config.json of a "
    "cloudflare-ddns or ddns-updater; ESDDNS's dns.ini; values of Routeflare; variables of "
    "external-dns-cloudflare-geo; zones of octoDNS or DNSControl; a zone file"
)
_LISTS = ("names", "records", "sources", "external_dns")
_FIRST = ("zone", "zone_id", "zones", "provider", "owner", "names", "records", "sources", "cluster")
"""The order in which a person would write settings."""


@dataclass(frozen=True, slots=True)
class MovedIn:
    """The settings made of files. tools: those recognized; adopt: the options of `truenorth adopt`, for each."""

    tools: tuple[str, ...]
    settings: Mapping[str, Any]
    rows: tuple[Row, ...]
    adopt: tuple[tuple[str, ...], ...]

    @property
    def losses(self) -> int:
        """The number of things that are lost."""
        return sum(row.fate is Fate.LOST for row in self.rows)


def moved(files: Sequence[str], zone: str, environment: Mapping[str, str]) -> MovedIn:
    """Return the settings of files, with the fate of each thing. zone: a person's; "" for those of the files.

    Raises UserError for a file of no known shape, a value that is not filled in, and files that contradict each other.
    """
    documents = [document for file in files for document in documents_of(file, environment)]
    found = list(drafts(documents, zone))
    if not found:
        where = ", ".join(files)
        raise UserError(
            "nothing in it is of a tool that is known", where, f"give {KNOWN}; or write settings: docs/settings.md"
        )
    if zone:
        for draft in found:
            _only(draft, zone)
    if faults := [fault for draft in found for fault in draft.faults]:
        recognized = listed([f"{draft.tool} in {draft.where}" for draft in found])
        told = sum(len(draft.rows) for draft in found)
        note = Problem(
            f"recognized: {recognized}; {told} of its settings were understood", ", ".join(files), "mend the rest"
        )
        raise UserError.of([*faults, note])
    settings = _together(found)
    tools = tuple(dict.fromkeys(draft.tool for draft in found))
    if not (settings.get("zone") or settings.get("zones")):
        do = "give the tool's own file too, which has the names (config.json), or --zone example.com"
        raise UserError(f"{' and '.join(tools)}: no names and no zone are in it", ", ".join(files), do)
    adopt = tuple(dict.fromkeys(tuple(draft.adopt) for draft in found if draft.adopt))
    rows = tuple(row for draft in found for row in draft.rows)
    return MovedIn(tools, settings, rows, adopt)


def _only(draft: Draft, zone: str) -> None:
    """Put a named zone in the place of zones that are still to be found."""
    zones = draft.settings.get("zones")
    is_found = zones == "auto" or (isinstance(zones, list) and len(zones) == 1 and "auto" in zones[0])
    if is_found or not (zones or draft.settings.get("zone")):
        entry = {key: value for key, value in (zones[0] if isinstance(zones, list) else {}).items() if key != "auto"}
        ids = zones[0]["auto"].get("ids", []) if isinstance(zones, list) and zones else []
        draft.settings.pop("zones", None)
        draft.settings |= entry | ({"zone_id": ids[0]} if len(ids) == 1 else {})
        draft.faults = [one for one in draft.faults if "zone" not in one.do]
        draft.carry("--zone", "zone", zone)


def _together(found: Sequence[Draft]) -> dict[str, Any]:
    """Return the settings of all drafts as one. Raises UserError where two say different things."""
    whole: dict[str, Any] = {}
    for draft in found:
        settings = dict(draft.settings)
        zones = settings.pop("zones", [])
        zones = [{"auto": {}}] if zones == "auto" else zones
        zones += [{"zone": settings.pop("zone")}] if settings.get("zone") and len(found) > 1 else []
        for entry in zones:
            _add_zone(whole.setdefault("zones", []), entry)
        _add(whole, settings, "", draft)
    return _short(whole)


def _add(whole: dict[str, Any], settings: Mapping[str, Any], path: str, draft: Draft) -> None:
    for key, value in settings.items():
        if key not in whole:
            whole[key] = value
        elif isinstance(value, Mapping) and isinstance(whole[key], dict):
            _add(whole[key], value, f"{path}{key}.", draft)
        elif key in _LISTS and not path:
            for one in value:
                put(whole, f"{key}[]", one)
        elif whole[key] != value:
            what = f"two of the files say different things about {path}{key}: {whole[key]!r} and {value!r}"
            raise UserError(what, draft.where, "give each tool a stack of its own: --stack NAME, once for each --from")


def _add_zone(zones: list[dict[str, Any]], entry: Mapping[str, Any]) -> None:
    """Add an entry of `zones`, to the one of the same zone where there is one."""
    for one in zones:
        if (one.get("zone"), one.get("auto")) == (entry.get("zone"), entry.get("auto")):
            for key, value in entry.items():
                one[key] = (
                    one[key] + [new for new in value if new not in one[key]] if key in _LISTS and key in one else value
                )
            return
    zones.append(dict(entry))


def _short(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with a single zone beside the rest, as a person would write it."""
    zones = whole.pop("zones", [])
    entry = zones[0] if len(zones) == 1 else {}
    if zones == [{"auto": {}}]:
        whole["zones"] = "auto"
    elif "zone" in entry and not (entry.keys() & whole.keys()):
        whole |= entry
    elif zones:
        whole["zones"] = zones
    return {key: whole[key] for key in (*(one for one in _FIRST if one in whole), *whole)}
