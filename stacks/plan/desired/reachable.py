"""The targets of claims that clients of a public zone can reach; the others are left out, and told. Pure.

| a target (`stacks.model.scope`)                  | in a public zone                                                  |
|--------------------------------------------------|-------------------------------------------------------------------|
| that is never usable                             | left out: as if its object did not have it                        |
| private                                          | left out, unless a setting lets it in                             |
| private, let in, beside one that can be proxied, | left out: a record without the proxy would show where its origin  |
| and the proxy is wanted                          | is                                                                |
| private, let in, alone, and the proxy is wanted  | not proxied where the zone's settings want it; where an           |
|                                                  | annotation does, the object has no address                        |
| a tunnel's name                                  | proxied at the tunnel's provider, never usable at others          |

An object without any target that is left has no address yet: what was there stays, and nothing new is made. These let
private targets in: the zone's `private_addresses`, `cluster.targets` where it spells them, and for Services
`cluster.cluster_addresses`, without which nobody asks for the private addresses of such a Service.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from components.records import hosts
from components.records.providers import PROVIDERS
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.name_patterns import matches
from stacks.model.scope import PUBLIC, Reach, TargetScope, reach, tunnel_of
from stacks.model.values import Known, Unknown
from stacks.plan.desired.admission import without_targets

if TYPE_CHECKING:
    from stacks.settings.cluster import ClusterDefaults
    from stacks.settings.zone import ZoneSettings

SHOWN = 3
"""Targets in a complaint about several."""
_NAMING = frozenset({"MX", "SRV", "NS", "SVCB", "HTTPS"})
"""Types with the name of a host in their values."""
POINTING = frozenset({None, "A", "AAAA", "CNAME"}) | _NAMING
"""Types that point somewhere; the values of the others of them are nothing but targets."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of a claim: those that are left, and those that are not, each with the reason."""

    left: tuple[str, ...]
    out: tuple[tuple[str, Reach], ...]


def reachable(
    claims: Iterable[Claim],
    zone_of: Callable[[Claim], ZoneSettings],
    rules: Mapping[str, ClusterDefaults],
    zones: Collection[str],
) -> tuple[list[Claim], tuple[Complaint, ...]]:
    """Return the claims with the targets that are left, and one complaint to each object about all others.

    rules: by cluster. zones: our own, whose names are usable wherever they lie. Of an object with other claims to the
    same name a claim without a target is left out.
    """
    kept: list[Claim] = []
    bare: dict[tuple[ObjectKey, str], list[Claim]] = defaultdict(list)
    out: dict[tuple[ObjectKey, str], dict[tuple[str, Reach], None]] = defaultdict(dict)
    for claim in claims:
        if not isinstance(claim.targets, Known) or claim.type not in POINTING:
            kept.append(claim)
            continue
        zone = zone_of(claim)
        found = _sorted_out(claim.targets.value, claim, zone, rules[claim.object.cluster], zones)
        if not found.out:
            kept.append(claim)
            continue
        out[claim.object, zone.zone] |= dict.fromkeys(found.out)
        if found.left:
            kept.append(replace(claim, targets=Known(found.left)))
        else:
            bare[claim.object, claim.name].append(claim)
    if not out:
        return kept, ()
    having = {(one.object, one.name) for one in kept if not isinstance(one.targets, Unknown)}
    lost = {where: several for where, several in bare.items() if where not in having}
    losing = {(key, zone_of(several[0]).zone) for (key, _), several in lost.items()}
    told = {where: _complaint(*where, tuple(given), minor=where not in losing) for where, given in out.items()}
    for (key, _), several in lost.items():
        reason = told[key, zone_of(several[0]).zone].text
        kept.append(without_targets(several[0], Unknown(reason)))
    return kept, tuple(told.values())


def _sorted_out(
    targets: Sequence[str], claim: Claim, zone: ZoneSettings, rules: ClusterDefaults, zones: Collection[str]
) -> Targets:
    left: list[str] = []
    out: list[tuple[str, Reach]] = []
    for target in targets:
        host = pointed_at(claim.type, target)
        found = reach_in(host, zone, zones) if host else PUBLIC
        if found.scope is TargetScope.PUBLIC or (
            found.scope is TargetScope.PRIVATE and _lets_in(host, claim, zone, rules)
        ):
            left.append(target)
        else:
            out.append((host, found))
    return Targets(tuple(left), tuple(out))


def pointed_at(record_type: str | None, value: str) -> str:
    """Return the host or address that a value of one of the types POINTING leads to; "" for none."""
    return hosts.written(record_type, value).rstrip(".") if record_type in _NAMING else value


def reach_in(target: str, zone: ZoneSettings, zones: Collection[str] = ()) -> Reach:
    """Return the scope of a target of a record in the zone. zones: our own."""
    provider = tunnel_of(target)
    if provider and provider != zone.provider:
        title = PROVIDERS[provider].title
        return Reach(
            TargetScope.NEVER, f"a tunnel's name, to which only {title}'s proxy leads, and that in its own zones"
        )
    found = reach(target)
    is_ours = found.scope is not TargetScope.PUBLIC and any(target.endswith(f".{one}") for one in zones)
    return PUBLIC if is_ours else found


def _lets_in(target: str, claim: Claim, zone: ZoneSettings, rules: ClusterDefaults) -> bool:
    """Whether a setting lets a private target in. A pattern or network of all the world spells no private one."""
    if zone.private_addresses or (rules.cluster_addresses and claim.object.kind == "Service"):
        return True
    try:
        address = ip_address(target)
    except ValueError:
        spelling = (one for one in rules.targets.names if "." in one and _is_private(one.replace("*", "x")))
        return any(matches(one, target) for one in spelling)
    spelled = (ip_network(one) for one in rules.targets.networks)
    return any(
        address in network and all(reach(str(end)).scope is TargetScope.PRIVATE for end in (network[0], network[-1]))
        for network in spelled
    )


def _is_private(target: str) -> bool:
    return reach(target).scope is not TargetScope.PUBLIC


def proxiable(targets: Iterable[str]) -> tuple[str, ...]:
    """Return the targets that a proxy reaches."""
    return tuple(one for one in targets if not _is_private(one))


def _complaint(key: ObjectKey, zone: str, out: Sequence[tuple[str, Reach]], *, minor: bool) -> Complaint:
    """Return the complaint about the targets that are left out. minor: whether each name has others."""
    what = "; ".join(f"{target} is {found.what}" for target, found in out[:SHOWN])
    more = f"; and {len(out) - SHOWN} more like these" if len(out) > SHOWN else ""
    does = "are left out" if len(out) > 1 else "is left out"
    do = " (truenorth:private_addresses: true lets private ones in)" if _any_private(out) else ""
    left = "" if minor else ". What it has stays, and nothing new is made"
    text = f"{key}: {what}{more}: of no use in the public zone {zone}, and {does}{do}{left}"
    return Complaint(key, "", "", "targets that everybody reaches", text, minor=minor, waits=not minor)


def _any_private(out: Iterable[tuple[str, Reach]]) -> bool:
    return any(found.scope is TargetScope.PRIVATE for _, found in out)
