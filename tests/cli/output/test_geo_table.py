from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from rich.console import Console

from cli.output.geo_table import BalancerReport, print_shown
from components.geo.marks import PoolMark, encode, text
from components.geo.values import LoadBalancer, Origin, Pool
from stacks.model.claims import Complaint, ObjectKey
from stacks.model.geo import Account, GeoWish, Health, LiveBalancer, LivePool
from stacks.model.values import Known, Unknown

GOLDEN = Path(__file__).parent / "golden"
APP, API = "app.example.com", "api.example.com"


def pool(identity: str, cluster: str, place: str, where: tuple[float, float], **others: Any) -> LivePool:  # noqa: ANN401 - whatever differs
    addresses: tuple[str, ...] = others.get("addresses", ("192.0.2.1",))
    health: Health = others.get("health", "healthy")
    mark = PoolMark(cluster, (APP,), leaving=others.get("leaving", False))
    origins = tuple(
        Origin(f"origin-{place}" if number == 1 else f"origin-{place}-{number}", address, 0.33)
        for number, address in enumerate(addresses, 1)
    )
    made = Pool(f"k8s-pool-{cluster}-{place}", origins, *where, description=encode(text(cluster, place), mark))
    return LivePool(identity, made, "monitor", health, tuple((one, health) for one in addresses))


HOME = pool("p1", "home", "eu", (50.1109, 8.6821), addresses=("203.0.113.7", "2001:db8::7"))
OFFICE = pool("p2", "office", "us_east", (40.7128, -74.006), addresses=("198.51.100.4",), health="unhealthy")
EDGE = pool("p3", "edge", "asia", (35.6762, 139.6503), leaving=True, health="unknown")
BESIDE = pool("p5", "lab", "eu", (50.0, 8.6))
LEGACY = LivePool("p4", Pool("legacy-sydney", (Origin("old", "192.0.2.77", port=8443),), -33.87, 151.21), "")
NOWHERE = LivePool("p6", Pool("by-hand", (Origin("one", "2001:db8::1", port=443, enabled=False),)), "")
BALANCERS = (
    LiveBalancer("b1", "example.com", "z", LoadBalancer(APP, ("p1", "p2", "p3"), "p4")),
    LiveBalancer(
        "b2",
        "example.com",
        "z",
        LoadBalancer(
            API,
            ("p1", "p5", "p6", "gone"),
            "p1",
            "random",
            proxied=False,
            ttl=60,
            region_pools=(("WEU", ("p1", "p5")),),
            country_pools=(("AU", ("p4",)),),
            pool_weights=(("p1", 0.7),),
            session_affinity="cookie",
            session_affinity_ttl=1800,
        ),
    ),
)
SHOWN = BalancerReport(
    Account("a1", (HOME, OFFICE, EDGE, LEGACY, BESIDE, NOWHERE), (), BALANCERS), "home", ("example.com",)
)
EMPTY = BalancerReport(Account("a1", (), (), ()), "home", ("example.com", "example.net"))


def printed(shown: BalancerReport, **terminal: Any) -> str:  # noqa: ANN401 - arguments of Console
    """What is printed on 80 columns, without the blanks at the ends of lines."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    print_shown(Console(file=stream, width=80, **terminal), shown)
    stream.seek(0)
    return "".join(f"{line.rstrip()}\n" for line in stream.read().splitlines())


class TestWhatIsPrinted:
    def test_is_as_in_its_file(self) -> None:
        assert printed(SHOWN) == (GOLDEN / "geo_status.txt").read_text(encoding="utf-8")

    def test_fits_80_columns(self) -> None:
        assert max(map(len, printed(SHOWN).splitlines())) <= 80

    def test_has_no_colour_where_there_is_no_terminal(self) -> None:
        assert "\x1b" not in printed(SHOWN)

    def test_has_the_colour_of_health_on_a_terminal(self) -> None:
        found = printed(SHOWN, force_terminal=True, color_system="standard", no_color=False)
        assert "\x1b[32mhealthy" in found
        assert "\x1b[31munhealthy" in found

    def test_says_where_there_is_nothing(self) -> None:
        assert printed(EMPTY) == "there is no load balancer in example.com, example.net\n"

    def test_names_pools_of_ours_that_are_in_no_load_balancer(self) -> None:
        shown = BalancerReport(Account("a1", (HOME,), (), ()), "home", ("example.com",))
        assert "the pool k8s-pool-home-eu is in none of these load balancers" in printed(shown)


class TestNotes:
    KEY = ObjectKey("", "Ingress", "shop", "web")

    def test_say_what_is_asked_for_and_not_so(self) -> None:
        unknown = Unknown("Ingress shop/web has no address")
        wishes = (GeoWish("new.example.com", Known(("192.0.2.1",))), GeoWish(APP, unknown))
        complaint = Complaint(self.KEY, "cluster-name", "", "", "Ingress shop/web: it lacks the label cluster-name")
        shown = BalancerReport(SHOWN.account, "home", ("example.com",), wishes, (complaint,))
        assert shown.notes() == [
            "Ingress shop/web: it lacks the label cluster-name",
            "new.example.com has no load balancer yet: truenorth up makes it",
            f"{APP}: the origins stay as they are: Ingress shop/web has no address",
        ]
        assert printed(shown).endswith("Ingress shop/web has no address\n")

    def test_are_none_where_all_is_as_asked_for(self) -> None:
        assert BalancerReport(SHOWN.account, "home", (), (GeoWish(APP, Known(("192.0.2.1",))),)).notes() == []


class TestTheDocument:
    def test_has_what_the_table_has(self) -> None:
        document: dict[str, Any] = SHOWN.document()
        assert (document["account"], document["owner"]) == ("a1", "home")
        first, second = document["load_balancers"]
        assert (first["hostname"], first["fallback_pool"], first["steering_policy"]) == (
            APP,
            "legacy-sydney",
            "proximity",
        )
        assert [(one["name"], one["owner"], one["ours"], one["leaving"]) for one in first["pools"]] == [
            ("k8s-pool-home-eu", "home", True, False),
            ("k8s-pool-office-us_east", "office", False, False),
            ("k8s-pool-edge-asia", "edge", False, True),
            ("legacy-sydney", None, False, False),
        ]
        assert first["pools"][1]["origins"] == [
            {
                "name": "origin-us_east",
                "address": "198.51.100.4",
                "weight": 0.33,
                "enabled": True,
                "health": "unhealthy",
            }
        ]
        assert first["pools"][3]["health"] is None
        assert second["region_pools"] == {"WEU": ["k8s-pool-home-eu", "k8s-pool-lab-eu"]}
