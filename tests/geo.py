"""An account at the lab's Cloudflare with load balancing in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lab.cloudflare.load_balancing import load_balancers, monitors, pools
from lab.cloudflare.model import ALL_PERMISSIONS, Permission
from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from stacks.model.errors import ObservationError, UserError
from stacks.model.geo import Account, LivePool
from stacks.observe.geo.account import read_account
from stacks.settings.credentials import Credentials

TOKEN = "lab-token-0123456789abcdefghijklmnopqrst"
ZONE = "example.com"
APP = "app.example.com"


def everything(_: LivePool) -> bool:
    return True


@dataclass(frozen=True)
class Place:
    """An account with a zone, and the way to read it."""

    cloudflare: Cloudflare
    credentials: Credentials

    @property
    def account_id(self) -> str:
        return self.cloudflare.account.id

    def zone_id(self, name: str = ZONE) -> str:
        found = self.cloudflare.zone_named(name)
        assert found is not None
        return found.id

    def monitor(self, **fields: Any) -> str:  # noqa: ANN401 - fields of a JSON document
        balancing, now = self.cloudflare.load_balancing, self.cloudflare.clock()
        body = {"type": "https", "expected_codes": "2xx", **fields}
        return monitors.create(balancing, self.account_id, body, now).id

    def pool(self, name: str, *addresses: str, **fields: Any) -> str:  # noqa: ANN401 - likewise
        origins = [{"name": f"o{number}", "address": one} for number, one in enumerate(addresses or ("192.0.2.1",))]
        body = {"name": name, "origins": origins, "latitude": 50, "longitude": 8.5, **fields}
        return pools.create(self.cloudflare.load_balancing, self.account_id, body, self.cloudflare.clock()).id

    def balancer(self, *pool_ids: str, name: str = APP, zone: str = ZONE, **fields: Any) -> str:  # noqa: ANN401 - likewise
        held = self.cloudflare.zone_named(zone)
        assert held is not None
        body = {"name": name, "default_pools": list(pool_ids), "fallback_pool": pool_ids[0], **fields}
        return load_balancers.create(self.cloudflare.load_balancing, held, body, self.cloudflare.clock()).id

    def read(self, **changes: Any) -> Account:  # noqa: ANN401 - any argument
        zones: Mapping[str, str] = changes.pop("zones", {ZONE: self.zone_id()})
        account_id = changes.pop("account_id", self.account_id)
        return read_account(dict.fromkeys(zones, self.credentials), account_id, zones, **changes)

    def refused(self, **changes: Any) -> str:  # noqa: ANN401 - any argument
        with pytest.raises(UserError) as caught:
            self.read(**changes)
        return str(caught.value)

    def failing(self) -> str:
        with pytest.raises(ObservationError) as caught:
            self.read()
        return str(caught.value)

    def may_not(self, *permissions: Permission) -> Place:
        token = "lab-token-with-less-0123456789abcdefghijk"
        self.cloudflare.add_token(token, permissions=ALL_PERMISSIONS - set(permissions))
        return replace(self, credentials=replace(self.credentials, token=token))


@contextmanager
def account() -> Iterator[Place]:
    """An account with one zone and nothing in it."""
    world = Cloudflare(rate_limit=None)
    world.add_zone(ZONE, "pro")
    world.add_token(TOKEN)
    with serve(world) as url:
        yield Place(world, Credentials(token=TOKEN, base_url=url))
