"""Reads what external-dns was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import get_args

from cli.setup.moving.draft import Draft, seconds
from cli.setup.moving.tools.external_dns_zones import Said, zones
from cli.setup.moving.tools.ways import UNKNOWN, names, table
from components.plain_text import quoted
from stacks.model.errors import UserError
from stacks.settings.cluster import SourceName

TOOL = "external-dns"
PROVIDERS = ("cloudflare", "gandi")
OWN_PREFIXES = ("external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/")
TRAEFIK = tuple(one for one in get_args(SourceName) if one.startswith("traefik-"))
MADE = ("A", "AAAA", "CNAME")
"""The types that external-dns makes unless it is told otherwise."""
FLAGS, VARIABLES = table("external-dns flags"), table("external-dns variables")
SWITCHES, TOGETHER = names("external-dns switches"), names("external-dns told together")
"""The flags without a value; those told all at once, or by their values."""
OF_OTHERS = "~of another provider, registry or source: it does nothing here, nor with Cloudflare or Gandi there"


def said_by(arguments: Sequence[str], draft: Draft) -> list[Said]:
    """Return the flags among arguments; anything else is told as lost."""
    found: list[Said] = []
    words = [word for word in arguments if word.startswith("-") or not word.endswith("external-dns")]
    while words:
        word = words.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            draft.lost(quoted(word), "no flag of external-dns is written so")
            continue
        known = name in SWITCHES or name.removeprefix("no-") in SWITCHES
        if not equals and not known and words and not words[0].startswith("-"):
            value = words.pop(0)
        found.append(flag(name, value))
    return found


def flag(name: str, value: str, what: str = "") -> Said:
    """Return one flag. what: the value of a chart in its place."""
    if name not in SWITCHES and name.removeprefix("no-") in SWITCHES:
        return Said(what or f"--{name}", name.removeprefix("no-"), "false" if value != "false" else "true")
    shown = f"--{name}={value}" if value and _may_be_shown(name) else f"--{name}"
    return Said(what or shown, name, value or ("true" if name in SWITCHES else ""))


def read(draft: Draft, said: Sequence[Said], variables: Mapping[str, str | None]) -> None:
    """Tell the fate of all flags and variables, and put the settings into the draft.

    Raises UserError for a provider that is not served here.
    """
    said = [*said, *_from_environment(draft, variables)]
    by_flag: dict[str, list[Said]] = {}
    for one in said:
        by_flag.setdefault(one.flag, []).append(one)
    for name, several in by_flag.items():
        if name not in TOGETHER:
            for one in several:
                draft.tell(one.what, OF_OTHERS if is_of_others(one.flag) else FLAGS.get(one.flag, UNKNOWN), one.value)
    _provider(draft, by_flag.get("provider", []), variables)
    _sources(draft, by_flag.get("source", []), by_flag.get("ignore-ingress-tls-spec", []))
    zones(draft, by_flag)
    _marks(draft, by_flag)
    for name, one_of in _BY_VALUE.items():
        one_of(draft, by_flag.get(name, []))
    _templates(draft, by_flag)


def _may_be_shown(name: str) -> bool:
    """Return whether the value of a flag is no secret: those of unknown flags may be."""
    known = name in TOGETHER or (name in FLAGS and not FLAGS[name].startswith("$"))
    return known and name not in ("webhook-provider-url", "server")


def _from_environment(draft: Draft, variables: Mapping[str, str | None]) -> list[Said]:
    """Return the flags in variables (EXTERNAL_DNS_TXT_OWNER_ID), and tell the others."""
    found = []
    for name, value in variables.items():
        named = name.removeprefix("EXTERNAL_DNS_").lower().replace("_", "-")
        if name.startswith("EXTERNAL_DNS_") and value is not None:
            found += [flag(named, part, name) for part in value.split("\n")]
        else:
            is_own = name.startswith(("EXTERNAL_DNS_", "CF_", "CLOUDFLARE_", "GANDI_"))
            other = (
                UNKNOWN if is_own else "~no variable of external-dns's own; set it for TrueNorth, too, if it needs it"
            )
            draft.tell(name, VARIABLES.get(name) or FLAGS.get(named, other), value)
    return found


def is_of_others(name: str) -> bool:
    """Return whether a flag is one of another provider, registry or source."""
    return name == "zone-name-filter" or any(name.startswith(f"{one}-") for one in names("external-dns others' flags"))


def _provider(draft: Draft, said: Sequence[Said], variables: Mapping[str, str | None]) -> None:
    named = said[-1].value if said else "gandi" if any(one.startswith("GANDI") for one in variables) else "cloudflare"
    if named not in PROVIDERS:
        more = "; external-dns can stay for it" if named != "webhook" else ": its webhook stays with external-dns"
        do = f"TrueNorth serves {' and '.join(PROVIDERS)}{more}; zones at one of these need that --provider"
        raise UserError(f"this external-dns writes to the provider {quoted(named)}", draft.where, do)
    for one in said:
        draft.carry(one.what, "provider", one.value)


def _sources(draft: Draft, said: Sequence[Said], without_tls: Sequence[Said]) -> None:
    for one in said:
        if one.value == "traefik-proxy":
            for name in TRAEFIK:
                draft.settings.setdefault("sources", [])
                draft.settings["sources"] += [] if name in draft.settings["sources"] else [name]
            draft.same(one.what, f"sources: {', '.join(TRAEFIK)}")
        elif one.value in ("empty", "fake", "connector"):
            draft.otherwise(one.what, "nothing is read for it; write `names` and `records`")
        elif one.value not in get_args(SourceName):
            draft.lost(one.what, f"there is no source {quoted(one.value)}; `cluster.kinds` can describe a kind")
        else:
            draft.carry(one.what, "sources[]", one.value)
    for one in without_tls:
        draft.carry(one.what, "cluster.tls_hosts", "never" if one.value == "true" else "always")
    if not without_tls and "ingress" in draft.settings.get("sources", ()):
        draft.carry("no --ignore-ingress-tls-spec", "cluster.tls_hosts", "always")


def _marks(draft: Draft, by_flag: Mapping[str, list[Said]]) -> None:
    registries, owners = by_flag.get("registry", []), by_flag.get("txt-owner-id", [])
    for one in registries:
        if one.value == "txt":
            draft.same(one.what, "its marks are read, and ours are TXT records, too")
        elif one.value == "noop":
            draft.carry(one.what, "marks", "none")
        else:
            draft.lost(one.what, f"its registry {quoted(one.value)} is not read: its records bear no mark that we know")
    for one in owners:
        if one.value != "default":
            draft.carry(one.what, "owner", one.value, f"owner: {one.value}; adopt --from-owner takes its records over")
        else:
            draft.otherwise(one.what, "adopt --from-owner default; the owner here is the stack's name")
    for one in by_flag.get("migrate-from-txt-owner", []):
        draft.otherwise(one.what, f"truenorth adopt --from external-dns --from-owner {one.value}, once more")
    _affix(draft, by_flag)
    if not registries or registries[-1].value == "txt":
        draft.adopt += ["--from", TOOL, "--from-owner", owners[-1].value if owners and owners[-1].value else "default"]


def _affix(draft: Draft, by_flag: Mapping[str, list[Said]]) -> None:
    affix = {}
    for name, key in (("txt-prefix", "prefix"), ("txt-suffix", "suffix"), ("txt-wildcard-replacement", "wildcard")):
        for one in by_flag.get(name, []):
            shown = f"external_dns, {key}: {one.value}"
            if not one.value:
                draft.same(one.what, "empty here, too")
            elif draft.carry(one.what, "external_dns", [{key: one.value}], shown):
                affix[key] = one.value
    if affix:
        draft.settings["external_dns"] = [affix]


def _default_targets(draft: Draft, said: Sequence[Said]) -> None:
    targets = ",".join(one.value for one in said)
    sources = draft.settings.get("sources", [])
    for one in said:
        places = {source: targets for source in sources if source != "crd"} or {"ingress": targets}
        draft.carry(one.what, "cluster.default_targets", places, f"cluster.default_targets, each source: {targets}")


def _types(draft: Draft, said: Sequence[Said]) -> None:
    given = [one.value.upper() for one in said]
    lacking = [one for one in MADE if one not in given]
    for number, one in enumerate(said):
        if lacking and not number:
            draft.lost(one.what, f"{', '.join(lacking)} would be made, too: objects get every type that they ask for")
        else:
            draft.same(one.what, "made where an object asks for it")


def _annotation_prefix(draft: Draft, said: Sequence[Said]) -> None:
    for one in said:
        if one.value in OWN_PREFIXES:
            draft.same(one.what, "both prefixes of external-dns are read")
        else:
            draft.carry(one.what, "cluster.annotation_prefix", one.value)


def _min_ttl(draft: Draft, said: Sequence[Said]) -> None:
    for one in said:
        if seconds(one.value) == 0:
            draft.same(one.what, "automatic here, too")
        else:
            shown = f"ttl: {seconds(one.value)}, for what says none; a shorter one of an object counts"
            draft.carry(one.what, "ttl", seconds(one.value), shown)


def _log_format(draft: Draft, said: Sequence[Said]) -> None:
    for one in said:
        draft.carry(one.what, "watch.log", {"text": "console"}.get(one.value, one.value))


_BY_VALUE: Mapping[str, Callable[[Draft, Sequence[Said]], None]] = {
    "default-targets": _default_targets,
    "managed-record-types": _types,
    "annotation-prefix": _annotation_prefix,
    "min-ttl": _min_ttl,
    "log-format": _log_format,
}


def _templates(draft: Draft, by_flag: Mapping[str, list[Said]]) -> None:
    paths = (("fqdn-template", "names"), ("target-template", "targets"), ("fqdn-target-template", "pairs"))
    for name, key in paths:
        several = [one for one in by_flag.get(name, []) if one.value]
        for one in several:
            draft.carry(one.what, f"cluster.templates.{key}", ",".join(other.value for other in several))
        for one in (one for one in by_flag.get(name, []) if not one.value):
            draft.same(one.what, "empty here, too")


def flags(pairs: Iterable[tuple[str, str, object]]) -> list[Said]:
    """Return flags from triples of what was written, the flag, and its value or list of values."""
    found = []
    for what, name, value in pairs:
        for one in value if isinstance(value, list) else [value]:
            text = str(one).lower() if isinstance(one, bool) else str(one)
            found.append(flag(name, text, f"{what}: {text}" if _may_be_shown(name) else what))
    return found
