"""Reads ESDDNS's dns.ini, and the variables of its operator."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from cli.setup.moving.draft import Draft
from cli.setup.moving.tools.addresses import is_plain
from cli.setup.moving.tools.ways import UNKNOWN, table, told
from stacks.model.errors import Problem

_TOGETHER = ("gandi.target_domain_fqdn", "gandi.record_name_root", "wanipstate.ip_check_services")
_PLACEHOLDER = re.compile(r"[A-Z]+(_[A-Z]+)+")
"""What the template of the file has for values that a deployment fills in."""


def is_given(sections: Mapping[str, object]) -> bool:
    """Return whether the sections are those of a dns.ini of ESDDNS."""
    return bool({"gandi", "STUNConfig", "WANIPState", "ESDDNS"} & sections.keys())


def read(draft: Draft, sections: Mapping[str, Mapping[str, str]]) -> None:
    """Tell all keys, and put what they become into the settings."""
    said = {
        f"{section}.{key}".lower(): value.strip("\"' ")
        for section, keys in sections.items()
        for key, value in keys.items()
    }
    for what, value in said.items():
        if what in _TOGETHER:
            continue
        if ".msg_" in what:
            draft.otherwise(what, "the texts of messages are TrueNorth's own (docs/notifications.md)")
        elif what.startswith("gandi.api_url"):
            draft.otherwise(what, "the API is spoken to by TrueNorth")
        elif _PLACEHOLDER.fullmatch(value) and table("esddns").get(what, "$")[0] in "=#":
            draft.otherwise(what, f"{value} stands for a value that is not in the file; write it, or leave the default")
        else:
            draft.tell(what, table("esddns").get(what, UNKNOWN), int(value) if value.isdecimal() else value)
    zone = said.get("gandi.target_domain_fqdn", "")
    _zone(draft, "gandi.target_domain_fqdn", "" if _PLACEHOLDER.fullmatch(zone) else zone)
    name = said.get("gandi.record_name_root", "@")
    draft.carry("gandi.record_name_root", "names[]", "@" if _PLACEHOLDER.fullmatch(name) or not name else name)
    _services(draft, said.get("wanipstate.ip_check_services", ""))
    draft.carry("STUN and HTTP have to agree" if "stunconfig.udp_limit" in said else "HTTP", "wan.agreement", 1)
    _as_it_is(draft)


def read_variables(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Tell the variables of the operator."""
    told(draft, "esddns operator", variables, ("TARGET_DOMAIN_FQDN", "RECORD_NAME_ROOT"))
    _zone(draft, "TARGET_DOMAIN_FQDN", variables.get("TARGET_DOMAIN_FQDN") or "")
    if name := variables.get("RECORD_NAME_ROOT"):
        draft.carry("RECORD_NAME_ROOT", "names[]", name)
    draft.settings.setdefault("names", ["@"])
    _as_it_is(draft)


def _zone(draft: Draft, what: str, zone: str) -> None:
    draft.settings["provider"] = "gandi"
    if zone:
        draft.carry(what, "zone", zone)
    else:
        do = "write it into the file, or give --zone example.com"
        draft.faults.append(
            Problem("the domain is not in the file: it is filled in when it is deployed", draft.where, do)
        )


def _services(draft: Draft, text: str) -> None:
    """Take the web services over; their question for text is left as it is."""
    if not text:
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    services = found.get("svc") if isinstance(found, Mapping) else None
    if not isinstance(services, list):
        draft.lost("wanipstate.ip_check_services", "it is no JSON with a list svc; write wan.http")
        return
    plain = [one for one in services if isinstance(one, str) and is_plain(one)]
    for one in services:
        if one not in plain:
            draft.lost("wanipstate.ip_check_services", "an address may hold a secret; write it among wan.http")
    draft.carry("wanipstate.ip_check_services", "wan.http", plain)


def _as_it_is(draft: Draft) -> None:
    draft.carry("records without marks", "adopt", "same-content", "adopt: same-content, for the first run")
