"""Checks of the arguments of GeoPool and GeoLoadBalancer, before any request to the API.

Limits: https://developers.cloudflare.com/api/resources/load_balancers/. Only plain values are checked: outputs of
other resources are not known yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args

from components.geo.arguments import GeoLoadBalancerArgs, GeoPoolArgs, GeoPoolMonitor
from components.geo.canonical import WEB
from components.geo.values import MonitorType, OriginSteering, SteeringPolicy

REGIONS = ("WNAM", "ENAM", "WEU", "EEU", "NSAM", "SSAM", "OC", "ME", "NAF", "SAF", "SAS", "SEAS", "NEAS")
AFFINITY_SECONDS = {"none": (0, 604_800), "cookie": (1800, 604_800), "ip_cookie": (1800, 604_800), "header": (30, 3600)}
"""How long a session may last, by the kind of affinity."""

_EVERYWHERE = "ALL_REGIONS"
_WITH_PORT = frozenset({"tcp", "udp_icmp", "smtp"})
_POOL_NAME = re.compile(r"[A-Za-z0-9_-]+")
_COUNTRY = re.compile(r"[A-Z]{2}")


def check_pool(args: GeoPoolArgs) -> None:
    """Raise ValueError, with all faults, where no such pool can be made."""
    faults = [
        *_matching("name", args["name"], _POOL_NAME, "letters, digits, - and _"),
        *_place(args.get("latitude"), args.get("longitude")),
        *_origins(args),
        *_range("minimumOrigins", args.get("minimum_origins"), 1, 1000),
        *_choice("originSteering", args.get("origin_steering"), get_args(OriginSteering)),
        *(fault for one in args.get("check_regions", ()) for fault in _choice("checkRegions", one, _CHECKED_FROM)),
        *_shedding(args),
        *_monitor(args.get("monitor")),
    ]
    _raise(f"the pool {args['name']}", faults)


def check_balancer(args: GeoLoadBalancerArgs) -> None:
    """Raise ValueError, with all faults, where no such load balancer can be made."""
    affinity = args.get("session_affinity", "none")
    seconds = args.get("session_affinity_ttl", 0)
    faults = [
        *_choice("steeringPolicy", args.get("steering_policy"), get_args(SteeringPolicy)),
        *_choice("sessionAffinity", affinity, AFFINITY_SECONDS),
        *_choice("locationMode", args.get("location_mode"), ("pop", "resolver_ip")),
        *_choice("preferEcs", args.get("prefer_ecs"), ("always", "never", "proximity", "geo")),
        *([] if args.get("proxied", True) else _range("ttl", args.get("ttl"), 10, 600)),
        *_range("defaultWeight", args.get("default_weight"), 0, 1),
        *(fault for one in args.get("region_pools", ()) for fault in _choice("regionPools", one, REGIONS)),
        *(
            fault
            for one in args.get("country_pools", ())
            for fault in _matching("countryPools", one, _COUNTRY, "codes of two capital letters (ISO 3166-1)")
        ),
    ]
    if not args["default_pools"]:
        faults.append("defaultPools: give at least one pool")
    if affinity == "header" and not (args.get("session_affinity_headers") or "headers" in args.get("kept", "")):
        faults.append("sessionAffinityHeaders: name the headers that make a session")
    if seconds and affinity in AFFINITY_SECONDS:
        faults += _range("sessionAffinityTtl", seconds, *AFFINITY_SECONDS[affinity])
    _raise(f"the load balancer {args['name']}", faults)


_CHECKED_FROM = (*REGIONS, _EVERYWHERE)


def _place(latitude: float | None, longitude: float | None) -> list[str]:
    if (latitude is None) != (longitude is None):
        return ["latitude and longitude: give both or neither"]
    return [*_range("latitude", latitude, -90, 90), *_range("longitude", longitude, -180, 180)]


def _origins(args: GeoPoolArgs) -> list[str]:
    faults = [] if args["origins"] else ["origins: give at least one"]
    faults += [fault for one in args["origins"] for fault in _range("origins.weight", one.get("weight"), 0, 1)]
    faults += [fault for one in args["origins"] for fault in _range("origins.port", one.get("port"), 0, 65_535)]
    for key in ("name", "address"):
        values = [value for one in args["origins"] if isinstance(value := one.get(key), str)]
        faults += [f"origins.{key}: {value} is there twice" for value in sorted(_repeated(values))]
    return faults


def _repeated(values: list[str]) -> set[str]:
    return {value for value in values if values.count(value) > 1}


def _shedding(args: GeoPoolArgs) -> list[str]:
    shedding = args.get("load_shedding", {})
    return [
        *_range("loadShedding.defaultPercent", shedding.get("default_percent"), 0, 100),
        *_choice("loadShedding.defaultPolicy", shedding.get("default_policy"), ("random", "hash")),
        *_range("loadShedding.sessionPercent", shedding.get("session_percent"), 0, 100),
    ]


def _monitor(args: GeoPoolMonitor | None) -> list[str]:
    if args is None:
        return []
    kind = args.get("type", "https")
    faults = [
        *_choice("monitor.type", kind, get_args(MonitorType)),
        *_range("monitor.interval", args.get("interval"), 5, 3600),
        *_range("monitor.timeout", args.get("timeout"), 1, 10),
        *_range("monitor.retries", args.get("retries"), 0, 5),
        *_range("monitor.port", args.get("port"), 0, 65_535),
    ]
    if kind in _WITH_PORT and not args.get("port"):
        faults.append(f"monitor.port: a check of type {kind} needs one")
    if kind in WEB and args.get("expected_codes", "2xx") == "":
        faults.append("monitor.expectedCodes: give a status code, or several like 2xx")
    return faults


def _choice(name: str, value: str | None, allowed: Iterable[str]) -> list[str]:
    return [] if value is None or value in allowed else [f"{name}: {value!r} is none of {', '.join(allowed)}"]


def _matching(name: str, value: str, pattern: re.Pattern[str], allowed: str) -> list[str]:
    return [] if pattern.fullmatch(value) else [f"{name}: {value!r} has to be of {allowed}"]


def _range(name: str, value: object, least: float, most: float) -> list[str]:
    if isinstance(value, int | float) and not least <= value <= most:
        return [f"{name}: {value:g} is not from {least:g} to {most:g}"]
    return []


def _raise(what: str, faults: list[str]) -> None:
    if faults:
        raise ValueError(f"{what} cannot be made: {'; '.join(faults)}")
