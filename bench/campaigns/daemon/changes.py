"""What changes in a seed, in the world and in what is wished of it, by us and by others."""

from __future__ import annotations

from collections.abc import Callable

from bench.campaigns.daemon.estate import OWN
from bench.campaigns.daemon.storm import Storm
from lab.world import ZONE

HOSTS = ("www", "api", "shop", "mail", "blog", "wiki")
ADDRESSES = tuple(f"203.0.113.{number}" for number in range(10, 60))
GATEWAYS = tuple(f"192.0.2.{number}" for number in range(1, 9))
FOREIGN = "198.51.100.80"
FEW = 2
"""Records of somebody else that are there at most."""

Change = Callable[[Storm], None]


def change_address(storm: Storm) -> None:
    """The WAN address changes."""
    others = [one for one in ADDRESSES if one != storm.estate.addresses.ipv4]
    storm.estate.addresses.ipv4 = storm.chance.choice(others)


def add_route(storm: Storm) -> None:
    """A route is made, or goes where all are there."""
    storm.need_api_server()
    free = sorted(set(HOSTS) - storm.estate.routes)
    if free:
        storm.estate.add_route(storm.chance.choice(free))
    else:
        remove_route(storm)


def remove_route(storm: Storm) -> None:
    """A route is deleted, or is made where there is none."""
    storm.need_api_server()
    if storm.estate.routes:
        storm.estate.remove_route(storm.chance.choice(sorted(storm.estate.routes)))
    else:
        add_route(storm)


def change_gateway(storm: Storm) -> None:
    """The Gateway has another address."""
    storm.need_api_server()
    storm.estate.put_gateway(storm.chance.choice(GATEWAYS))


def change_settings(storm: Storm) -> None:
    """The settings file names other names."""
    estate = storm.estate
    estate.names = OWN if len(estate.names) > len(OWN) else (*OWN, "more")
    estate.write_settings()


def add_foreign(storm: Storm) -> None:
    """Somebody makes a record: at a name that may be wished for, or beside ours, or of another type."""
    estate = storm.estate
    if len(estate.foreign) >= FEW:
        return
    name = f"{storm.chance.choice((*HOSTS, 'theirs'))}.{ZONE}"
    kind, content = storm.chance.choice([("A", FOREIGN), ("A", FOREIGN), ("TXT", '"theirs"'), ("MX", "mx.example.net")])
    there = [one for one in estate.records() if one["name"] == name and one["type"] == kind]
    if any(one["id"] in estate.foreign for one in there):
        return
    body: dict[str, object] = {"name": name, "type": kind, "content": content, "ttl": 300}
    body |= {"priority": 10} if kind == "MX" else {}
    made = estate.cloudflare.add_record(estate.zone_id, body).as_json()
    estate.foreign[str(made["id"])] = made


def remove_foreign(storm: Storm) -> None:
    """Somebody takes their record away."""
    if storm.estate.foreign:
        identity = storm.chance.choice(sorted(storm.estate.foreign))
        storm.estate.cloudflare.remove_record(storm.estate.zone_id, identity)
        del storm.estate.foreign[identity]


def edit_ours(storm: Storm) -> None:
    """Somebody deletes one of our records, or a mark."""
    estate = storm.estate
    ours = [one for one in estate.records() if one["id"] not in estate.foreign]
    if ours:
        estate.cloudflare.remove_record(estate.zone_id, storm.chance.choice(ours)["id"])


CHANGES: tuple[Change, ...] = (
    *(change_address, change_address, change_address),
    *(add_route, add_route, remove_route, change_gateway),
    *(change_settings, add_foreign, add_foreign, remove_foreign, edit_ours),
)
