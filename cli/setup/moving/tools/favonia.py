"""Reads the variables of favonia's cloudflare-ddns, which timothymiller's takes, too, since its version 2."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cli.setup.moving.draft import Draft, shown, truth
from cli.setup.moving.tools import addresses, favonia_filters, favonia_hosts, favonia_lists, ways
from stacks.model.addresses.host_part import USUAL_NETWORK
from stacks.settings.expressions.names import FALSE, TRUE

TOOL = "cloudflare-ddns"
NAMES: Mapping[str, tuple[str, ...]] = {"DOMAINS": (), "IP4_DOMAINS": ("A",), "IP6_DOMAINS": ("AAAA",)}
"""The variables with names, and the types of their records; none: both."""
_TOGETHER = {*NAMES, "PROXIED", "TTL", "UPDATE_CRON", "MANAGED_RECORDS_COMMENT_REGEX"}
_PROVIDERS = {"ipv4": ("IP4_PROVIDER", "IP4_POLICY"), "ipv6": ("IP6_PROVIDER", "IP6_POLICY")}
_FILTERS = {"IP4_DETECTION_FILTER", "IP6_DETECTION_FILTER"}


def is_given(variables: Mapping[str, str | None]) -> bool:
    """Return whether these are variables of the tool."""
    return bool(variables.keys() & NAMES.keys())


def read(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Tell all variables, and put what they become into the settings."""
    told(draft, variables)
    _names(draft, variables)
    chosen = {}
    for family, names in _PROVIDERS.items():
        if {*names} <= variables.keys():
            draft.otherwise(names[1], f"{names[0]} stands in its place there, too")
        given = next((name for name in names if name in variables), "")
        chosen[family] = (given or f"{names[0]}, by default", variables.get(given) or "" if given else "")
    addresses.families(draft, chosen)
    _times(draft, variables.get("UPDATE_CRON"))
    _ttl(draft, variables.get("TTL"))
    draft.adopt += ["--from", TOOL, *_by_comment(draft, variables)]


def told(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Tell the variables that say neither names nor how the address is found."""
    for name in sorted(_FILTERS & variables.keys()):
        _filter(draft, name, (variables[name] or "").strip())
    providers = {name for several in _PROVIDERS.values() for name in several}
    favonia_lists.lists(draft, variables)
    ways.told(draft, "favonia", variables, _TOGETHER | providers | _FILTERS | favonia_lists.VARIABLES)


def _filter(draft: Draft, name: str, text: str) -> None:
    if text == "keep-all":
        draft.otherwise(name, "all addresses are kept")
        return
    try:
        found = favonia_filters.parsed(text)
    except ValueError as error:
        draft.lost(name, f"{error}: write wan.networks and wan.excluded_networks")
        return
    for setting, networks in (("networks", found.within), ("excluded_networks", found.outside)):
        for one in networks:
            draft.carry(f"{name}: {one}", f"wan.{setting}[]", one)


def _names(draft: Draft, variables: Mapping[str, str | None]) -> None:
    types: dict[str, set[str]] = {}
    hosts: dict[str, tuple[str, ...]] = {}
    for variable, named in NAMES.items():
        if variable in variables and variables[variable] is None:
            draft.lost(variable, "it comes from a Secret: write the names yourself, in full: names")
        for entry in filter(None, favonia_hosts.entries(variables.get(variable) or "")):
            domain, fields = favonia_hosts.taken_apart(entry)
            name = domain.rstrip(".")
            what = f"{variable}: {entry}"
            found = _host6(draft, what, fields, variables) if fields else ()
            if found and hosts.setdefault(name, found) != found:
                draft.lost(what, "the name is there twice, with other hosts; the first count")
            types.setdefault(name, set()).update(named or ("A", "AAAA"))
    for name, wanted in types.items():
        draft.carry(name, "names[]", _entry(name, wanted, hosts.get(name, ())))
    if text := variables.get("PROXIED"):
        _proxied(draft, text)
    draft.settings["zones"] = "auto"


def _host6(draft: Draft, what: str, fields: str, variables: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the host parts in the fields of a domain, and tell them."""
    length = (variables.get("IP6_DEFAULT_PREFIX_LEN") or "").strip()
    try:
        found = favonia_hosts.host6(fields, int(length) if length else USUAL_NETWORK)
    except ValueError as error:
        draft.lost(what, f"{error}: write names with host6 (docs/wan.md)")
        return ()
    draft.same(what, f"host6: {shown(found)}" if found else "the AAAA record has the detected address")
    return found


def _entry(name: str, types: set[str], hosts: tuple[str, ...]) -> object:
    more: dict[str, object] = {"types": sorted(types)} if len(types) == 1 else {}
    more |= {"host6": hosts[0] if len(hosts) == 1 else list(hosts)} if hosts else {}
    return {"name": name, **more} if more else name


def _proxied(draft: Draft, text: str) -> None:
    """Carry an expression as it is; one that takes no name whatever it is called needs no setting."""
    if text.strip() in FALSE:
        draft.same(f"PROXIED={text}", "proxied: false")
    else:
        draft.carry(f"PROXIED={text}", "proxied", True if text.strip() in TRUE else text)


def _times(draft: Draft, cron: str | None) -> None:
    """Carry the schedule as it is; two older words of the tool for @once by that."""
    if cron is None:
        return
    text = "@once" if cron.strip() in {"@disabled", "@nevermore"} else cron.strip()
    without = "without it a change is noticed within seconds"
    if text == "@once":
        without = "truenorth up ends by itself; for truenorth watch leave it out, or it never looks again"
    draft.carry("UPDATE_CRON", "wan.schedule", text, f"wan.schedule: {shown(text)}; {without}")


def _ttl(draft: Draft, ttl: str | None) -> None:
    if ttl and truth(ttl) is True and ttl.strip() == "1":
        draft.same("TTL=1", "ttl: automatic")
    elif ttl:
        draft.carry("TTL", "ttl", int(ttl) if ttl.strip().isdigit() else ttl)


def _by_comment(draft: Draft, variables: Mapping[str, str | None]) -> list[str]:
    """Return the options of `adopt` that find the tool's records by their comment."""
    pattern, comment = variables.get("MANAGED_RECORDS_COMMENT_REGEX"), variables.get("RECORD_COMMENT")
    if pattern:
        draft.otherwise("MANAGED_RECORDS_COMMENT_REGEX", "adopt --from-comment, once; then marks say whose a record is")
        return ["--from-comment", pattern]
    if "MANAGED_RECORDS_COMMENT_REGEX" in variables:
        draft.same("MANAGED_RECORDS_COMMENT_REGEX", "empty here, too")
    part = max(re.split(r"[^A-Za-z0-9 /_-]+", comment or ""), key=len)
    return ["--from-comment", part] if part else []
