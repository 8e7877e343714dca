"""Stacks that share load balancers: each with its own settings and state, on one account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.engine.install.find import Engine
from components.geo.marks import parse
from lab.cloudflare.load_balancing.model import LoadBalancer, Pool
from lab.dns.behaviour import DnsBehaviour
from lab.dns.cloudflare import zones_of
from lab.dns.server import serve_dns
from lab.world import Places
from tests.cli.conftest import Inside, settle
from tests.geo import APP, TOKEN, ZONE, Place, account

HOMES = {"amber": ("eu", "203.0.113.11"), "birch": ("us_east", "203.0.113.12"), "cedar": ("asia", "203.0.113.13")}
"""Each stack's location and address."""


@dataclass(frozen=True)
class Member:
    """A stack of its own: its owner's and its cluster's name are the same."""

    name: str
    inside: Inside

    @property
    def pool(self) -> str:
        return f"k8s-pool-{self.name}-{HOMES[self.name][0]}"

    def wish(self, *addresses: str, names: tuple[object, ...] = (), **others: Any) -> None:  # noqa: ANN401 - any setting
        """Write settings with these origins, its usual one if none are given, in the load balancer of APP."""
        location, usual = HOMES[self.name]
        own = {"cluster": self.name, "location": location, "hostname": APP, "addresses": list(addresses) or [usual]}
        self.inside.settings(*names, owner=self.name, geo=own | others)

    def leave(self) -> None:
        """Write settings without load balancing."""
        self.inside.settings(owner=self.name)

    def up(self) -> list[str]:
        """Run `up`, which must succeed; what it did to load balancing."""
        return [f"{one['action']} {one['kind']} {one['name']}" for one in self.document()["balancing"]["changes"]]

    def document(self) -> dict[str, Any]:
        """Run `up`, which must succeed, and return its document."""
        return self.inside.result("up")


@dataclass(frozen=True)
class World:
    """The account, and a way to make stacks on it."""

    account: Place
    member: Callable[[str], Member]

    def joined(self, *names: str) -> tuple[Member, ...]:
        """Stacks that have joined one after the other."""
        made = tuple(map(self.member, names))
        for one in made:
            one.wish()
            one.up()
        return made

    @property
    def balancers(self) -> tuple[LoadBalancer, ...]:
        with self.account.cloudflare.lock:
            return tuple(self.account.cloudflare.load_balancing.load_balancers.values())

    @property
    def pools(self) -> dict[str, Pool]:
        """All pools of the account, by name."""
        with self.account.cloudflare.lock:
            return {one.name: one for one in self.account.cloudflare.load_balancing.pools.values()}

    def named(self, *pool_ids: str) -> list[str]:
        """The names of the pools with these ids, in their order."""
        names = {one.id: name for name, one in self.pools.items()}
        return [names[one] for one in pool_ids]

    def balanced(self) -> list[str]:
        """The names of the pools in the only load balancer, which must be that of APP, sorted."""
        assert [one.name for one in self.balancers] == [APP]
        (only,) = self.balancers
        return sorted(self.named(*only.default_pools))

    def addresses(self, pool: str) -> list[str]:
        return [one.address for one in self.pools[pool].origins]

    def leaving(self) -> list[str]:
        """The names of pools whose mark says that they are leaving."""
        marks = {name: parse(str(one.fields["description"])) for name, one in self.pools.items()}
        return [name for name, mark in marks.items() if mark and mark.leaving]

    def is_empty(self) -> bool:
        """Whether nothing of load balancing is in the account."""
        balancing = self.account.cloudflare.load_balancing
        return not (balancing.load_balancers or balancing.pools or balancing.monitors)

    def writes(self) -> list[tuple[str, str]]:
        """The calls that were to change something since the last question, as (method, path), which are forgotten."""
        found = [(one.method, one.path) for one in self.account.cloudflare.requests if one.method != "GET"]
        self.account.cloudflare.requests.clear()
        return found


@contextmanager
def world(engine: Engine, plugin_folder: Path, folder: Path) -> Iterator[World]:
    """An empty account with a zone that is served."""
    with account() as place, serve_dns(zones_of(place.cloudflare), behaviour=DnsBehaviour()) as dns:
        url, nowhere, elsewhere = place.credentials.base_url, "127.0.0.1:9", "http://127.0.0.2:9"
        places = Places(url, "", nowhere, elsewhere, dns, ZONE, TOKEN, elsewhere, "example.net", "-")

        def member(name: str) -> Member:
            (folder / name).mkdir()
            return Member(name, settle(places, engine, plugin_folder, folder / name))

        yield World(place, member)
