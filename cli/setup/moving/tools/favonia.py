"""Reads the variables of favonia's cloudflare-ddns, which timothymiller's takes, too, since its version 2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cli.setup.moving.draft import Draft, truth
from cli.setup.moving.tools import addresses, proxied
from components.plain_text import quoted

TOOL = "cloudflare-ddns"
NAMES: Mapping[str, tuple[str, ...]] = {"DOMAINS": (), "IP4_DOMAINS": ("A",), "IP6_DOMAINS": ("AAAA",)}
"""The variables with names, and the types of their records; none: both."""
_HOST = re.compile(r"\{[^}]*\}$")
_WAF = "-no WAF lists are kept; let the tool go on with WAF_LISTS and without domains"
_TIME = "~not needed: an address that changes is noticed within seconds (docs/wan.md)"
_LOGS = "~truenorth watch -v says more; watch.log: json for machines"
_ID = "~of the container: docs/image.md"
VARIABLES: Mapping[str, str] = {
    "CLOUDFLARE_API_TOKEN": "$CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_API_TOKEN_FILE": "~the same variable",
    "CF_API_TOKEN": "$CF_API_TOKEN",
    "CF_API_TOKEN_FILE": "~the same variable",
    "CF_ACCOUNT_ID": "~not needed",
    "WAF_LISTS": _WAF,
    "WAF_LIST_DESCRIPTION": _WAF,
    "WAF_LIST_ITEM_COMMENT": _WAF,
    "MANAGED_WAF_LIST_ITEMS_COMMENT_REGEX": _WAF,
    "IP4_DEFAULT_PREFIX_LEN": "~it counts for WAF lists alone",
    "IP6_DEFAULT_PREFIX_LEN": "~it counts for WAF lists and hostid6 alone",
    "CACHE_EXPIRATION": "~the zone is listed every watch.drift (5 minutes)",
    "DELETE_ON_STOP": "?watch.cleanup_on_stop",
    "UPDATE_ON_START": "~`watch` looks at once",
    "DETECTION_TIMEOUT": "#wan.timeout",
    "UPDATE_TIMEOUT": "~each call of the API has its own limit, and is tried again",
    "RECORD_COMMENT": "=comment",
    "HEALTHCHECKS": "$TRUENORTH_PING_HEALTHCHECKS",
    "UPTIMEKUMA": "$TRUENORTH_PING_UPTIME_KUMA",
    "SHOUTRRR": "~set TRUENORTH_NOTIFY; its addresses are apprise's (docs/notifications.md)",
    "SHOUTRRR_FILE": "~set TRUENORTH_NOTIFY_FILE; its addresses are apprise's (docs/notifications.md)",
    "EMOJI": _LOGS,
    "QUIET": _LOGS,
    "TZ": _TIME,
    "PUID": _ID,
    "PGID": _ID,
    "REJECT_CLOUDFLARE_IPS": "~an address of Cloudflare's is never taken",
    "DRY_RUN": "~truenorth preview",
}
"""The variables that are told one by one."""
_TOGETHER = {*NAMES, "PROXIED", "TTL", "UPDATE_CRON", "MANAGED_RECORDS_COMMENT_REGEX"}
_PROVIDERS = {"ipv4": ("IP4_PROVIDER", "IP4_POLICY"), "ipv6": ("IP6_PROVIDER", "IP6_POLICY")}
_FILTERS = ("IP4_DETECTION_FILTER", "IP6_DETECTION_FILTER")


def is_given(variables: Mapping[str, str | None]) -> bool:
    """Return whether these are variables of the tool."""
    return bool(variables.keys() & NAMES.keys())


def read(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Tell all variables, and put what they become into the settings."""
    told(draft, variables)
    _names(draft, variables)
    chosen = {}
    for family, names in _PROVIDERS.items():
        given = next((name for name in names if name in variables), "")
        chosen[family] = (given or f"{names[0]}, by default", variables.get(given) or "" if given else "")
    addresses.families(draft, chosen)
    _times(draft, variables.get("UPDATE_CRON"))
    _ttl(draft, variables.get("TTL"))
    draft.adopt += ["--from", TOOL, *_by_comment(draft, variables)]


def told(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Tell the variables that say neither names nor how the address is found."""
    providers = {name for several in _PROVIDERS.values() for name in several}
    for name, value in variables.items():
        if name in _FILTERS:
            way = "~all addresses are kept" if value == "keep-all" else "-detected addresses are not filtered"
            draft.tell(name, way, "")
        elif name not in _TOGETHER | providers:
            _alone(draft, name, value)


def _alone(draft: Draft, name: str, value: str | None) -> None:
    way = VARIABLES.get(name)
    if way is None:
        draft.lost(name, "no variable of this tool is called so; one of a newer version, or misspelt?")
    elif way[0] in "=?#" and value is None:
        draft.lost(name, "it comes from a Secret: write the setting yourself")
    elif way[0] in "=?#" and not value:
        draft.same(name, "empty here, too")
    else:
        draft.tell(name, way, value)


def _names(draft: Draft, variables: Mapping[str, str | None]) -> None:
    text = variables.get("PROXIED") or "false"
    try:
        takes = proxied.parsed(text)
    except ValueError as error:
        draft.lost("PROXIED", f"{quoted(text)} is no expression: {error}")
        takes = proxied.parsed("false")
        text = ""
    types: dict[str, set[str]] = {}
    for variable, named in NAMES.items():
        if variable in variables and variables[variable] is None:
            draft.lost(variable, "it comes from a Secret: write the names yourself, in full: names")
        for entry in (variables.get(variable) or "").split(","):
            if not entry.strip():
                continue
            name = (entry.strip() if "$" in entry else _HOST.sub("", entry.strip())).rstrip(".")
            if name != entry.strip().rstrip("."):
                draft.lost(
                    f"{variable}: {entry.strip()}", "an AAAA record has the detected address; hostid6 is not known"
                )
            types.setdefault(name, set()).update(named or ("A", "AAAA"))
    same = len({takes(name.lower()) for name in types}) == 1
    if same and takes(next(iter(types)).lower()):
        draft.settings["proxied"] = True
    for name, wanted in types.items():
        draft.carry(name, "names[]", _entry(name, wanted, is_proxied=None if same else takes(name.lower())))
    if "PROXIED" in variables and text:
        how = f"proxied: {str(draft.settings.get('proxied', False)).lower()}"
        draft.same(f"PROXIED={text}", how if same else "proxied, name by name")
    draft.settings["zones"] = "auto"


def _entry(name: str, types: set[str], *, is_proxied: bool | None) -> object:
    more: dict[str, Any] = {"types": sorted(types)} if len(types) == 1 else {}
    more |= {"proxied": True} if is_proxied else {}
    return {"name": name, **more} if more else name


def _times(draft: Draft, cron: str | None) -> None:
    if cron in ("@once", "@disabled", "@nevermore"):
        draft.otherwise("UPDATE_CRON", "truenorth up, as often as you start it")
    elif cron is not None:
        draft.tell("UPDATE_CRON", _TIME, cron)


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
