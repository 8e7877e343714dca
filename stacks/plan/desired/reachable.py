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
private targets in: the zone's `private_addresses`, `cluster.targets` and `cluster.target_networks` where they spell
them, and for Services `cluster.cluster_addresses`, without which nobody asks for the private addresses of those.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from components.records import hosts
from components.records.providers import PROVIDERS
from components.views import OUTSIDE, view_of
from stacks.model.claims import Claim, Complaint
from stacks.model.name_patterns import matches
from stacks.model.scope import PUBLIC, Reach, TargetScope, reach, tunnel_of
from stacks.plan.desired.leaving_out import Out, Targets, leave_out

if TYPE_CHECKING:
    from stacks.settings.cluster import ClusterDefaults
    from stacks.settings.zone import ZoneSettings

_NAMING = frozenset({"MX", "SRV", "NS", "SVCB", "HTTPS"})
"""Types with the name of a host in their values."""
POINTING = frozenset({None, "A", "AAAA", "CNAME"}) | _NAMING
"""Types that point somewhere; the values of the others of them are nothing but targets."""


def reachable(
    claims: Iterable[Claim],
    zone_of: Callable[[Claim], ZoneSettings],
    rules: Mapping[str, ClusterDefaults],
    zones: Collection[str],
) -> tuple[list[Claim], tuple[Complaint, ...]]:
    """Return the claims with the targets that are left, and one complaint to each object about all others.

    rules: by cluster. zones: our own, whose names are usable wherever they lie.
    """

    def sort_out(claim: Claim, targets: Sequence[str]) -> Targets:
        if claim.type not in POINTING:
            return Targets(tuple(targets), ())
        return _sorted_out(targets, claim, zone_of(claim), rules[claim.object.cluster], zones)

    return leave_out(claims, sort_out, lambda claim: zone_of(claim).zone, _why, "targets that everybody reaches")


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
    spelled = (ip_network(one) for one in (*rules.targets.networks, *rules.target_networks))
    return any(
        address in network and all(reach(str(end)).scope is TargetScope.PRIVATE for end in (network[0], network[-1]))
        for network in spelled
    )


def _is_private(target: str) -> bool:
    return reach(target).scope is not TargetScope.PUBLIC


def proxiable(targets: Iterable[str]) -> tuple[str, ...]:
    """Return the targets that a proxy reaches."""
    return tuple(one for one in targets if not _is_private(one))


def _why(zone: str, out: Out) -> str:
    does = "are left out" if len(out) > 1 else "is left out"
    do = " (truenorth:private_addresses: true lets private ones in)" if _any_private(out) else ""
    kind = "public zone" if view_of(zone) == OUTSIDE else "zone"
    return f": of no use in the {kind} {zone}, and {does}{do}"


def _any_private(out: Iterable[tuple[str, Reach]]) -> bool:
    return any(found.scope is TargetScope.PRIVATE for _, found in out)
