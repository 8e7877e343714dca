"""Tables and JSON of load balancers with their pools, for `truenorth geo status`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.findings.balancing import pools_of
from cli.output.documents import complaint_document
from cli.terminal import plain, styled
from components.geo.marks import PoolMark, parse
from components.geo.values import LoadBalancer, Origin, Pool
from stacks.model.claims import Complaint
from stacks.model.geo import Account, GeoWish, LiveBalancer, LivePool
from stacks.model.values import Unknown

STYLES = {"healthy": "green", "unhealthy": "red", "unknown": "yellow", "": "dim"}
NOT_CHECKED = "not checked"
_PLACE = re.compile(r"^TrueNorth: .* in (?P<place>\S+) \[truenorth ")


@dataclass(frozen=True, slots=True)
class BalancerReport:
    """The load balancers of an account. owner: of this stack; wishes, complaints: of this stack's objects."""

    account: Account
    owner: str
    zones: tuple[str, ...]
    wishes: tuple[GeoWish, ...] = ()
    complaints: tuple[Complaint, ...] = ()

    def pools(self) -> dict[str, LivePool]:
        """The account's pools by id."""
        return {one.id: one for one in self.account.pools}

    def notes(self) -> list[str]:
        """Return the wishes of this stack that are not carried out, each with the reason."""
        made = {one.balancer.name for one in self.account.balancers}
        found = [one.text for one in self.complaints]
        for wish in self.wishes:
            if isinstance(wish.addresses, Unknown):
                found.append(f"{wish.host_name}: the origins stay as they are: {wish.addresses.reason}")
            elif wish.host_name not in made:
                found.append(f"{wish.host_name} has no load balancer yet: truenorth up makes it")
        return list(dict.fromkeys(found))

    def document(self) -> dict[str, object]:
        """The JSON of it."""
        return {
            "account": self.account.account_id,
            "owner": self.owner,
            "load_balancers": [_balancer_document(one, self) for one in self.account.balancers],
            "unused_pools": [one.pool.name for one in self.unused()],
            "complaints": [complaint_document(one) for one in self.complaints],
            "notes": self.notes(),
        }

    def unused(self) -> list[LivePool]:
        """The pools with a mark, or of our kind of name, that are in no load balancer of ours."""
        used = {pool for one in self.account.balancers for pool in pools_of(one.balancer)}
        return [one for one in self.account.pools if one.id not in used and mark_of(one.pool)]


def mark_of(pool: Pool) -> PoolMark | None:
    """Return the ownership mark of a pool, or None."""
    return parse(pool.description)


def print_shown(console: Console, shown: BalancerReport) -> None:
    """Print a table for each load balancer, and what is not as it is asked for."""
    if not shown.account.balancers:
        console.print(f"there is no load balancer in {', '.join(shown.zones)}", soft_wrap=True)
    for one in shown.account.balancers:
        _print_balancer(console, one, shown)
    for pool in shown.unused():
        console.print(plain(f"the pool {pool.pool.name} is in none of these load balancers"), soft_wrap=True)
    for note in shown.notes():
        console.print(plain(note, style="yellow"), soft_wrap=True)


def _print_balancer(console: Console, live: LiveBalancer, shown: BalancerReport) -> None:
    balancer, pools = live.balancer, shown.pools()
    said = [balancer.steering_policy, "proxied" if balancer.proxied else f"ttl {balancer.ttl}"]
    said += [f"affinity by {balancer.session_affinity}"] if balancer.session_affinity != "none" else []
    said += [] if balancer.enabled else ["disabled"]
    console.print(styled((balancer.name, "bold"), f"  {', '.join(said)}"), soft_wrap=True)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("pool, origins", "place, address", "health", "owner, weight"):
        table.add_column(column, overflow="fold")
    for identity in pools_of(balancer):
        held = pools.get(identity)
        if held is None:
            table.add_row(plain(identity), "", plain("gone", style="red"), "")
            continue
        whose = ", ".join(_owner(held, balancer, shown.owner))
        name = plain(held.pool.name, style="bold")
        table.add_row(name, _place(held.pool), _pool_health(held), plain(whose))
        for origin in held.pool.origins:
            weight = f"{origin.weight:g}"
            table.add_row(plain(f"  {origin.name}"), _where(origin), _origin_health(held, origin), weight)
    console.print(table)
    for kind, codes in (("region", balancer.region_pools), ("country", balancer.country_pools)):
        for code, ids in codes:
            order = ", ".join(pools[one].pool.name if one in pools else one for one in ids)
            console.print(plain(f"   {kind} {code}: {order}"), soft_wrap=True)
    console.print()


def _owner(held: LivePool, balancer: LoadBalancer, ours: str) -> Iterator[str]:
    mark = mark_of(held.pool)
    if mark is None:
        yield "no mark"
    else:
        yield mark.owner
        if mark.owner == ours:
            yield "ours"
        if mark.leaving:
            yield "leaving"
    if held.id == balancer.fallback_pool:
        yield "fallback"
    if weight := _pool_weight(balancer, held.id):
        yield f"weight {weight}"
    if not held.pool.enabled:
        yield "disabled"


def place_name(pool: Pool) -> str:
    """The name of the location, where the mark's text says it; "" elsewhere."""
    found = _PLACE.match(pool.description)
    return found["place"] if found else ""


def _place(pool: Pool) -> str:
    """The name of the location and its coordinates."""
    if pool.latitude is None or pool.longitude is None:
        return "nowhere"
    named = place_name(pool)
    north, east = "N" if pool.latitude >= 0 else "S", "E" if pool.longitude >= 0 else "W"
    degrees = f"{abs(pool.latitude):.1f}{north} {abs(pool.longitude):.1f}{east}"
    return f"{named} {degrees}" if named else degrees


def _pool_weight(balancer: LoadBalancer, identity: str) -> str:
    if balancer.steering_policy not in {"random", "least_outstanding_requests", "least_connections"}:
        return ""
    return f"{dict(balancer.pool_weights).get(identity, balancer.default_weight):g}"


def _where(origin: Origin) -> str:
    if not origin.port:
        return origin.address
    return f"[{origin.address}]:{origin.port}" if ":" in origin.address else f"{origin.address}:{origin.port}"


def _pool_health(held: LivePool) -> Text:
    return plain(held.health, style=STYLES[held.health]) if held.monitor_id else plain(NOT_CHECKED, style="dim")


def _origin_health(held: LivePool, origin: Origin) -> Text:
    if not origin.enabled:
        return plain("disabled", style="dim")
    if not held.monitor_id:
        return plain("")
    health = dict(held.origin_health).get(origin.address, "unknown")
    return plain(health, style=STYLES[health])


def _balancer_document(live: LiveBalancer, shown: BalancerReport) -> dict[str, object]:
    balancer, pools = live.balancer, shown.pools()
    names = {identity: one.pool.name for identity, one in pools.items()}

    def table(codes: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, list[str]]:
        return {code: [names.get(one, one) for one in ids] for code, ids in codes}

    return {
        "hostname": balancer.name,
        "zone": live.zone,
        "steering_policy": balancer.steering_policy,
        "proxied": balancer.proxied,
        "enabled": balancer.enabled,
        "fallback_pool": names.get(balancer.fallback_pool, balancer.fallback_pool),
        "pools": [_pool_document(pools[one], shown.owner) for one in pools_of(balancer) if one in pools],
        "region_pools": table(balancer.region_pools),
        "country_pools": table(balancer.country_pools),
    }


def _pool_document(held: LivePool, ours: str) -> dict[str, object]:
    mark, health = mark_of(held.pool), dict(held.origin_health)
    return {
        "name": held.pool.name,
        "owner": mark.owner if mark else None,
        "ours": mark is not None and mark.owner == ours,
        "leaving": mark is not None and mark.leaving,
        "location": place_name(held.pool) or None,
        "latitude": held.pool.latitude,
        "longitude": held.pool.longitude,
        "health": held.health if held.monitor_id else None,
        "origins": [
            {
                "name": one.name,
                "address": one.address,
                "weight": one.weight,
                "enabled": one.enabled,
                "health": health.get(one.address, "unknown") if held.monitor_id else None,
            }
            for one in held.pool.origins
        ],
    }
