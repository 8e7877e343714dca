"""Reads ESDDNS's dns.ini, and the variables of its operator."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from cli.setup.moving.draft import Draft
from cli.setup.moving.tools.addresses import is_plain
from stacks.model.errors import Problem

_API = "~the API is spoken to by TrueNorth"
_RFC = "~constants of RFC 8489"
KEYS: Mapping[str, str] = {
    "gandi.api_key": "$GANDI_PERSONAL_ACCESS_TOKEN",
    "gandi.record_ttl": "=ttl",
    "gandi.record_type_a": "~A, which follows the address",
    "gandi.record_type_cname": "~other names: names, or records",
    "wanipstate.retry_attempts": "=wan.attempts",
    "wanipstate.retry_cooldown_seconds": "#wan.cool_down",
    "stunconfig.retry_attempts": "=wan.attempts",
    "stunconfig.retry_cooldown_seconds": "#wan.cool_down",
    "stunconfig.udp_host_list_url": "=wan.stun_udp_list",
    "stunconfig.tcp_host_list_url": "=wan.stun_tcp_list",
    "stunconfig.udp_limit": "=wan.udp_limit",
    "stunconfig.tcp_limit": "=wan.tcp_limit",
    "stunconfig.bind_request": _RFC,
    "stunconfig.magic_cookie": _RFC,
    "stunconfig.xor_mapped_address": _RFC,
    "esddns.daemon_thread_interval": "#wan.recheck",
    "esddns.service_host": "~truenorth watch --listen, or watch.web.listen",
    "esddns.service_port": "~truenorth watch --listen, or watch.web.listen",
    "log.log_file": "~the log goes to standard output; send it to a file from there",
    "log.log_to_console": "~the log goes to standard output",
}
"""The keys that are told one by one, with their section."""
VARIABLES: Mapping[str, str] = {
    "GANDI_API_KEY": "$GANDI_API_KEY",
    "DNS_SYNC_INTERVAL": "#wan.recheck",
    "RECORD_TTL": "=ttl",
    "LOG_LEVEL": "~truenorth watch -v says more",
}
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
            draft.tell(what, _API, value)
        elif _PLACEHOLDER.fullmatch(value) and KEYS.get(what, "$")[0] in "=#":
            draft.otherwise(what, f"{value} stands for a value that is not in the file; write it, or leave the default")
        else:
            whole = int(value) if value.isdigit() else value
            draft.tell(what, KEYS.get(what, "-no key of dns.ini is called so; of a newer version, or misspelt?"), whole)
    zone = said.get("gandi.target_domain_fqdn", "")
    _zone(draft, "gandi.target_domain_fqdn", "" if _PLACEHOLDER.fullmatch(zone) else zone)
    name = said.get("gandi.record_name_root", "@")
    draft.carry("gandi.record_name_root", "names[]", "@" if _PLACEHOLDER.fullmatch(name) or not name else name)
    _services(draft, said.get("wanipstate.ip_check_services", ""))
    draft.carry("STUN and HTTP have to agree" if "stunconfig.udp_limit" in said else "HTTP", "wan.agreement", 1)
    _as_it_is(draft)


def read_variables(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Tell the variables of the operator."""
    for name, value in variables.items():
        if name == "TARGET_DOMAIN_FQDN":
            _zone(draft, name, value or "")
        elif name == "RECORD_NAME_ROOT":
            draft.carry(name, "names[]", value or "@")
        else:
            draft.tell(name, VARIABLES.get(name, "-no variable of the operator is called so"), value)
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
        services = json.loads(text).get("svc")
    except (ValueError, AttributeError):
        draft.lost("wanipstate.ip_check_services", "it is no JSON with a list svc; write wan.http")
        return
    plain = [one for one in services or () if isinstance(one, str) and is_plain(one)]
    for one in services or ():
        if one not in plain:
            draft.lost("wanipstate.ip_check_services", "an address may hold a secret; write it among wan.http")
    draft.carry("wanipstate.ip_check_services", "wan.http", plain)


def _as_it_is(draft: Draft) -> None:
    draft.carry("records without marks", "adopt", "same-content", "adopt: same-content, for the first run")
