"""Worlds to show: news as the loop tells it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import chain, repeat

from cli.engine.run import Run
from cli.events import Cached, Failure, Leadership, Mended, Role, Trigger, Turn
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Dispatch, Event
from cli.reconcile.result import Convergence
from cli.web.status_board import StatusBoard
from components.geo.values import LoadBalancer
from components.marks import ownership
from components.records.record import Record
from stacks.model.claims import Claim, ObjectKey, SourceSighting
from stacks.model.confirmation import Confirmed
from stacks.model.geo import Account, GeoPlan, GeoSight, LiveBalancer
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import (
    WAN,
    Address,
    Conflict,
    Family,
    Frozen,
    Known,
    RecordSet,
    Rejected,
    Sighting,
    Slot,
    Unknown,
    ZoneSnapshot,
)
from stacks.observe.wan.agreement.answer import Answer
from stacks.observe.wan.detect import Detection
from stacks.plan.changes import Action, Change
from tests.cli.output.test_geo_table import pool

ZONE, OWNER, POD = "example.com", "home", "truenorth-6f7c9d-x2x7k"
IPV4, IPV6, FORMER = "203.0.113.7", "2001:db8:71::7", "203.0.113.99"
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
RUN = Run("up", 0, 1.4, (), (), None)
UNREACHABLE = "cluster office: https://10.20.0.1:6443 does not answer: connection timed out"
HELD = Conflict("git.example.com", "A", "nobody (no mark)", "an A record 198.51.100.20 stands there that is not ours")


def dispatch(event: Event, ago: float = 0.0, *triggers: Trigger, now: datetime = NOW, turn: str = "") -> Dispatch:
    """This news, so many seconds before now."""
    of = Turn(turn or "5f3a9c1e", triggers, time.monotonic() - ago - 2.1) if triggers or turn else None
    return Dispatch(now - timedelta(seconds=ago), time.monotonic() - ago, of, event)


def sighting(family: Family, address: str | Unknown, link: str = WAN) -> Sighting:
    found: Known[tuple[Address, ...]] | Unknown = (
        address if isinstance(address, Unknown) else Known((ip_address(address),))
    )
    return Sighting(link, family, found)


def record_set(label: str, *targets: str, record_type: str = "A", resource: str = "", **changes: object) -> RecordSet:
    name = f"{label}.{ZONE}" if label else ZONE
    mark = ownership.Mark(ownership.HERITAGE, OWNER, resource or f"settings/names/{label or '@'}")
    values: dict[str, object] = {
        "zone": ZONE,
        "zone_id": "z1",
        "name": name,
        "type": record_type,
        "slots": tuple(Slot(number, target) for number, target in enumerate(targets)),
        "ttl": 1,
        "proxied": False,
        "comment": "",
        "mark_name": ownership.mark_name(name, record_type),
        "mark_content": ownership.encode(mark),
    }
    return RecordSet(**values | changes)  # type: ignore[arg-type] # values of a test


def convergence(
    record_sets: Iterable[RecordSet] = (),
    changes: tuple[Change, ...] = (),
    *,
    frozen: tuple[Frozen, ...] = (),
    conflicts: tuple[Conflict, ...] = (),
    rejected: tuple[Rejected, ...] = (),
    **observation: object,
) -> Convergence:
    seen: dict[str, object] = {
        "addresses": (sighting(Family.IPV4, IPV4),),
        "zones": (ZoneSnapshot(ZONE, "z1", ()),),
        "registry": Registry(),
    }
    asked_by = observation.pop("asked_by", ())
    plan = Plan(tuple(record_sets), conflicts, frozen, rejected=rejected, asked_by=asked_by, geo=GeoPlan())  # type: ignore[arg-type] # values of a test
    runs = (RUN,) if changes else ()
    return Convergence(Observation(**seen | observation), plan, changes, runs, 2.13)  # type: ignore[arg-type] # likewise


def refused(label: str, words: str = "Record quota exceeded. (81045)") -> Rejected:
    """An address that the provider refuses."""
    record = Record(f"{label}.{ZONE}", "A", IPV4, 1, proxied=False, comment="")
    return Rejected(ZONE, f"{label}.{ZONE}/A", record, is_deletion=False, words=words, asked_by=("the settings",))


def change(action: Action, label: str, before: str | None, after: str | None) -> Change:
    def record(content: str | None) -> Record | None:
        name = f"{label}.{ZONE}"
        return Record(name, "A", content, 1, proxied=False, comment="") if content else None

    return Change(action, f"{label}.{ZONE}/A", record(before), record(after), zone=ZONE)


def detection() -> Detection:
    def answer(source: str, operator: str, family: Family, said: str | Unknown, seconds: float) -> Answer:
        if isinstance(said, Unknown):
            return Answer(source, operator, family, said, seconds)
        address = ip_address(said)
        return Answer(source, operator, family, Known(address), seconds, given=(address,))

    return Detection(
        (
            answer("stun.cloudflare.com:3478", "cloudflare", Family.IPV4, IPV4, 0.021),
            answer("stun.l.google.com:19302", "google", Family.IPV4, IPV4, 0.034),
            answer("https://checkip.amazonaws.com", "amazon", Family.IPV4, IPV4, 0.19),
            answer("https://ifconfig.me", "ifconfig", Family.IPV4, Unknown("no answer in time"), 2.0),
            answer("stun.cloudflare.com:3478", "cloudflare", Family.IPV6, IPV6, 0.024),
            answer("stun.l.google.com:19302", "google", Family.IPV6, IPV6, 0.039),
        ),
        {Family.IPV4: Known((ip_address(IPV4),)), Family.IPV6: Known((ip_address(IPV6),))},
    )


POOLS = (
    pool("p1", OWNER, "eu", (50.1109, 8.6821), addresses=(IPV4, IPV6)),
    pool("p2", "office", "us_east", (40.7128, -74.006), addresses=("198.51.100.4",), health="unhealthy"),
    pool("p3", "edge", "asia", (35.6762, 139.6503), addresses=("192.0.2.33",)),
    pool("p4", "south", "sao_paulo", (-23.55, -46.63), addresses=("192.0.2.44",), health="unknown"),
)
BALANCER = LiveBalancer("b1", ZONE, "z1", LoadBalancer(f"app.{ZONE}", ("p1", "p2", "p3", "p4"), "p3"))


def ingress(name: str, cluster: str = "home", kind: str = "Ingress") -> ObjectKey:
    return ObjectKey(cluster, kind, "shop", name)


def records() -> list[RecordSet]:
    return [
        record_set("", IPV4),
        record_set("", IPV6, record_type="AAAA"),
        record_set("www", f"{ZONE}.", record_type="CNAME"),
        record_set("vpn", IPV4, comment="WireGuard, port 51820"),
        record_set("cloud", IPV4, proxied=True, ttl=1),
        record_set("cloud", IPV6, record_type="AAAA", proxied=True),
        record_set("shop", IPV4, "203.0.113.8", resource="home/httproute/shop/web"),
        record_set("api", IPV4, resource="home/ingress/shop/api", ttl=120),
        record_set("media", IPV4, resource="home/service/shop/media", tags=("team:web",)),
        record_set("_sip._tcp", "0 5 5060 vpn.example.com.", record_type="SRV"),
        record_set("status", "198.51.100.4", resource="office/ingress/shop/status", untouched=True),
        record_set("wiki", "198.51.100.4", resource="office/ingress/shop/wiki", untouched=True),
        record_set("mail", "v=spf1 mx -all", record_type="TXT", ttl=3600),
    ]


def troubled() -> Convergence:
    """A conflict, and two names of a cluster that cannot be reached."""
    wishes = tuple(
        Claim(f"{label}.{ZONE}", None, Known((IPV4,)), ingress(label), "2026-01-01T00:00:00Z")
        for label in ("shop", "api", "media")
    )
    frozen = tuple(Frozen(f"{label}.{ZONE}", "A", ("198.51.100.4",), UNREACHABLE) for label in ("status", "wiki"))
    return convergence(
        records(),
        frozen=frozen,
        conflicts=(HELD,),
        addresses=(sighting(Family.IPV4, IPV4), sighting(Family.IPV6, IPV6)),
        sources=(
            SourceSighting("home", "httproute", "HTTPRoute", Known(wishes[:1])),
            SourceSighting("home", "ingress", "Ingress", Known(wishes[1:])),
            SourceSighting("office", "ingress", "Ingress", Known(()), stale=UNREACHABLE),
            SourceSighting("edge", "httproute", "HTTPRoute", Unknown("no such kind: HTTPRoute"), waiting=True),
        ),
        geo=GeoSight(Known(Account("a1", POOLS, (), (BALANCER,))).value, cluster=OWNER),
        asked_by=(
            ((f"shop.{ZONE}", "A"), (ingress("web", kind="HTTPRoute"),)),
            ((f"api.{ZONE}", "A"), (ingress("api"),)),
            ((f"media.{ZONE}", "A"), (ingress("media", kind="Service"),)),
            ((f"status.{ZONE}", "A"), (ingress("status", "office"),)),
            ((f"wiki.{ZONE}", "A"), (ingress("wiki", "office"),)),
        ),
    )


BOTH = (sighting(Family.IPV4, IPV4), sighting(Family.IPV6, IPV6))
BEFORE = (sighting(Family.IPV4, FORMER), sighting(Family.IPV6, IPV6))


def moved() -> Convergence:
    """The address has changed."""
    labels = ("vpn", "cloud", "shop", "api", "media")
    return convergence(records(), tuple(change(Action.UPDATE, label, FORMER, IPV4) for label in labels), addresses=BOTH)


def leading(now: datetime) -> list[Dispatch]:
    """The news of a leader's day."""

    def at(event: Event, ago: float, *triggers: Trigger) -> Dispatch:
        return dispatch(event, ago, *triggers, now=now)

    created = convergence(records(), (change(Action.CREATE, "media", None, FORMER),), addresses=BEFORE)
    restored = convergence(records(), (change(Action.RESTORE, "vpn", None, FORMER),), addresses=BEFORE)
    return [
        at(Leadership(Role.STANDBY, "truenorth-6f7c9d-9qk4m", POD, 3), 93_000),
        at(Mended("the lock of a process that has died was broken: home, pid 4711"), 90_061),
        at(Leadership(Role.LEADER, POD, POD, 4), 90_060),
        at(created, 52_000, Trigger.OBJECTS),
        at(restored, 30_000, Trigger.DRIFT),
        at(sighting(Family.IPV4, IPV4), 7_302),
        at(moved(), 7_300, Trigger.ADDRESS),
        at(
            Confirmation(tuple(Confirmed(f"{one}.{ZONE}", "A", 1.84) for one in ("vpn", "shop", "api"))),
            7_298,
            Trigger.ADDRESS,
        ),
        *[
            at(Failure("the zone example.com: the API answers 503 Service Unavailable", 8.0), 4000 - n, Trigger.DRIFT)
            for n in range(3)
        ],
        at(Cached((sighting(Family.IPV4, IPV4),), written=True), 21),
        at(troubled(), 14, Trigger.DRIFT),
    ]


def board(now: datetime, event: Iterable[Dispatch] | None = None) -> StatusBoard:
    """A board that has heard this, a leader's day if nothing is given."""
    times = chain([now - timedelta(seconds=93_010)], repeat(now))
    made = StatusBoard("home", OWNER, lambda: next(times))
    for one in leading(now) if event is None else event:
        made.on_event(one)
    made.hear_detection(detection())
    return made
