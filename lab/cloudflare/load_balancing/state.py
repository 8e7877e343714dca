"""What exists of load balancing, for all accounts and zones of the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.cloudflare.load_balancing.health import HealthBook
from lab.cloudflare.load_balancing.model import Quota

if TYPE_CHECKING:
    from lab.cloudflare.load_balancing.model import LoadBalancer, Monitor, Pool


class LoadBalancing:
    """Monitors, pools and load balancers by their ids. The account's lock is held around it.

    `quota` may be set: what an account on a plan below Enterprise may have, unless the lab says otherwise.
    """

    def __init__(self) -> None:
        self.monitors: dict[str, Monitor] = {}
        self.pools: dict[str, Pool] = {}
        self.load_balancers: dict[str, LoadBalancer] = {}
        self.health = HealthBook()
        self.quota = Quota()
