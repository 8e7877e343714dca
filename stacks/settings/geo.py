"""The settings of geo load balancing: this cluster's pool, and the load balancers that it is in."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from components.geo.locations import locate
from components.geo.values import SessionAffinity, SteeringPolicy
from components.records import canonical
from stacks.model.scope import TargetScope, reach
from stacks.model.selectors import over_labels
from stacks.settings.monitor import MonitorSettings
from stacks.settings.problems import fault

GEO_ROUTE = "dns.external/geo-route=true"
"""The default label selector of balanced objects."""
Region = Literal["WNAM", "ENAM", "WEU", "EEU", "NSAM", "SSAM", "OC", "ME", "NAF", "SAF", "SAS", "SEAS", "NEAS"]
"""Cloudflare's regions: https://developers.cloudflare.com/load-balancing/reference/region-mapping-api/."""
BalancedKind = Literal["ingress", "service", "gateway"]
AFFINITY_SECONDS = {"cookie": (1800, 604_800), "ip_cookie": (1800, 604_800), "header": (30, 3600)}
"""The shortest and longest session, seconds, by the kind of affinity."""
PLACES = "eu, us_east, us_west or asia, a region of a cloud (aws/eu-central-1), or a name with latitude and longitude"
_CLUSTER = re.compile(r"[A-Za-z0-9_-]{1,63}")


def _weight(value: object) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and 1 <= int(text) <= 100):  # noqa: PLR2004 - said in the message
        raise fault(f"a weight of {value!r} is not possible", "write a whole number from 1 to 100")
    return int(text)


def _host_name(value: str) -> str:
    try:
        name = canonical.ascii_name(value).rstrip(".")
        canonical.check_name(name)
    except ValueError as error:
        raise fault(str(error), "write the host name in full, e.g. app.example.com") from None
    if "." not in name:
        raise fault(f"{value!r} is no host name in full", "write it with its zone, e.g. app.example.com")
    return name


def _cluster(value: str) -> str:
    if value and not is_cluster_name(value):
        do = "use letters, digits, - and _, at most 63 of them"
        raise fault(f"no pool can be named after a cluster {value!r}", do)
    return value


def _address(value: str) -> str:
    try:
        text = canonical.ascii_name(value).rstrip(".")
        if ":" in text or text[-1:].isdigit():
            return canonical.address(text, "AAAA" if ":" in text else "A")
        canonical.check_name(text)
    except ValueError as error:
        raise fault(str(error), "write an IPv4 or IPv6 address, e.g. 203.0.113.7, or a host name") from None
    return text


def _reachable(value: str) -> str:
    if is_internal(value):
        raise fault(f"Cloudflare does not reach the private address {value}", "write one that the Internet reaches")
    return value


def is_internal(target: str) -> bool:
    """Return whether only a private network, a link or a machine reaches an address or a host name."""
    return reach(target).scope is not TargetScope.PUBLIC


def _label_selector(value: str) -> str:
    """Return a label selector. Raises a fault for a text that is none."""
    try:
        if value.strip():
            over_labels(value)
            return value.strip()
    except ValueError as error:
        raise fault(str(error), f"write it as kubectl does: {GEO_ROUTE}") from None
    raise fault(f"{value!r} is no label selector", f"write it as kubectl does: {GEO_ROUTE}")


def _place(value: object) -> object:
    """Return the name, latitude and longitude of a place that is given by name; any other value as it is."""
    if isinstance(value, dict) and value.keys() == {"name"}:
        value = value["name"]
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        found = locate(value.strip())
    except ValueError as error:
        raise fault(str(error), f"use {PLACES}") from None
    name = re.sub(r"[^a-z0-9_-]", "-", found.name.lower())
    return {"name": name, "latitude": found.latitude, "longitude": found.longitude}


def _one_or_several(value: object) -> object:
    return [value] if isinstance(value, str) and value else value or ()


def is_cluster_name(text: str) -> bool:
    """Return whether the text can be the cluster in a pool's name."""
    return _CLUSTER.fullmatch(text) is not None


Weight = Annotated[int, BeforeValidator(_weight, json_schema_input_type=int | str)]
HostName = Annotated[str, AfterValidator(_host_name)]
OriginAddress = Annotated[str, AfterValidator(_address), AfterValidator(_reachable)]


class LocationSettings(BaseModel):
    """A place on earth. Degrees, north and east positive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
    """Part of the pool's name."""
    latitude: Annotated[float, Field(ge=-90, le=90)]
    """Degrees, north positive."""
    longitude: Annotated[float, Field(ge=-180, le=180)]
    """Degrees, east positive."""


class BalancerDefaults(BaseModel):
    """The defaults of each of `load_balancers`, from `geo`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steering_policy: SteeringPolicy = "proximity"
    """The choice of a pool for a client; `off`: failover in order."""
    regions: tuple[Region, ...] = ()
    """The regions of the clients that the own pool gets, for the policy geo."""
    countries: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    """The countries of the clients that the own pool gets, by ISO 3166 code: DE, FR."""
    pool_weight: Weight = 100
    """The own pool's weight for the policy random; API weight is a hundredth of it."""
    proxied: bool = True
    """Whether Cloudflare's proxy answers."""
    ttl: Annotated[int, Field(ge=10, le=600)] = 30
    """Seconds; only where it is not proxied."""
    session_affinity: SessionAffinity = "none"
    """How a client is kept at an origin."""
    session_affinity_ttl: Annotated[int, Field(ge=0, le=604800)] = 0
    """Seconds of a session; 0: Cloudflare's default."""
    session_affinity_headers: Annotated[tuple[str, ...], Field(max_length=5)] = ()
    """The headers that make a session, for the affinity header."""
    adaptive_routing: bool = False
    """Whether a request may fail over to another pool before health checks notice."""

    @model_validator(mode="after")
    def _affinity_is_possible(self) -> BalancerDefaults:
        kind, seconds = self.session_affinity, self.session_affinity_ttl
        if kind == "header" and not self.session_affinity_headers:
            do = "name them in session_affinity_headers"
            raise fault("session affinity by header needs headers", do, ("session_affinity",))
        least, most = AFFINITY_SECONDS.get(kind, (0, seconds))
        if seconds and not least <= seconds <= most:
            what = f"a session by {kind} cannot last {seconds} seconds"
            raise fault(what, f"use {least} to {most}, or 0 for the default", ("session_affinity_ttl",))
        return self


class BalancerSettings(BalancerDefaults):
    """A load balancer."""

    hostname: HostName
    """The host name in full, with its zone."""


class GeoSettings(BalancerDefaults):
    """The place of this cluster in the world, its pool, and its load balancers."""

    account_id: str = ""
    """The Cloudflare account; empty: that of the zone."""
    cluster: Annotated[str, AfterValidator(_cluster)] = ""
    """The cluster's name in the pool's name; empty: that of its objects' label cluster-name, else the owner."""
    location: Annotated[LocationSettings | None, BeforeValidator(_place)] = None
    """Required: `eu`, `us_east`, `us_west`, `asia`, a region (`aws/eu-central-1`), or name, latitude, longitude."""
    weight: Weight = 33
    """The weight of the origins; API weight is a hundredth of it."""
    hostname: Annotated[str, AfterValidator(lambda value: _host_name(value) if value.strip() else "")] = ""
    """The load balancer's host name; empty, like the two next: those of the objects."""
    hostnames: Annotated[tuple[HostName, ...], BeforeValidator(_one_or_several)] = ()
    """Several host names."""
    load_balancers: tuple[BalancerSettings, ...] = ()
    """Several load balancers, each with settings of its own."""
    addresses: Annotated[tuple[OriginAddress, ...], BeforeValidator(_one_or_several)] = ()
    """The addresses of the origins; none: those of the labelled objects, or with `wan` the WAN address."""
    wan: bool = False
    """Whether the WAN address is the origin."""
    label_selector: Annotated[str, AfterValidator(_label_selector)] = GEO_ROUTE
    """Which Ingresses, Services and Gateways are balanced."""
    kinds: Annotated[tuple[BalancedKind, ...], Field(min_length=1)] = ("ingress", "service", "gateway")
    """Which kinds of labelled objects are balanced; the operator has rights to read these alone."""
    host_header: str = ""
    """The Host header of requests to origins; empty: the host name."""
    minimum_origins: Annotated[int, Field(ge=1)] = 1
    """Healthy origins that the pool needs."""
    check_regions: tuple[Region | Literal["ALL_REGIONS"], ...] = ()
    """The regions from which it is checked; none: those of the account's plan."""
    notification_email: str = ""
    """The recipient of messages about changes of its health."""
    load_shedding_percent: Annotated[float, Field(ge=0, le=100)] = 0
    """New requests that are kept away from the own pool."""
    session_shedding_percent: Annotated[float, Field(ge=0, le=100)] = 0
    """Sessions that are kept away from the own pool."""
    monitor: MonitorSettings | None = Field(default_factory=MonitorSettings)
    """How the origins are checked; null: not at all."""
    hub: str = ""
    """The owner of the one stack that has the load balancers; empty: every stack declares them, merged."""
    adopt: Literal["owned", "all"] = "owned"
    """Which pools of the own pool's name are taken over: those that bear our mark, or any."""
    handover: Annotated[int, Field(ge=0, le=3600)] = 300
    """Seconds for which an old origin stays while the new one is not healthy yet."""
    pool_limit: Annotated[int, Field(ge=1)] = 20
    """The number of pools in the account's plan."""
    balancer_limit: Annotated[int, Field(ge=1)] = 20
    """The number of load balancers in the account's plan."""
    origin_limit: Annotated[int, Field(ge=1)] = 20
    """The number of origins that a pool may have."""

    @model_validator(mode="before")
    @classmethod
    def _balancers_inherit(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
        if not isinstance(data, dict) or not isinstance(data.get("load_balancers"), list | tuple):
            return data
        outer = {key: value for key, value in data.items() if key in BalancerDefaults.model_fields}
        return data | {"load_balancers": [_inheriting(outer, one) for one in data["load_balancers"]]}

    @model_validator(mode="after")
    def _balancers_differ(self) -> GeoSettings:
        names = [one.hostname for one in self.load_balancers]
        for position, name in enumerate(names):
            if name in names[:position]:
                what, do = f"the load balancer {name} is there twice", "keep one of the two"
                raise fault(what, do, ("load_balancers", position))
        return self

    @model_validator(mode="after")
    def _origins_are_said_once(self) -> GeoSettings:
        if self.addresses and self.wan:
            raise fault("there are addresses, and the WAN address is to be used", "keep addresses or wan", ("wan",))
        if (self.addresses or self.wan) and not self.each_balancer():
            do = "set geo.hostname (or CF_LB_HOSTNAME), geo.hostnames or geo.load_balancers"
            raise fault("no load balancer is named for the origins to be in", do, ("hostname",))
        return self

    def each_balancer(self) -> tuple[BalancerSettings, ...]:
        """Return the load balancers, those of the short forms included, each host name once."""
        short = [name for name in (self.hostname, *self.hostnames) if name]
        named = {name: self._by_default(name) for name in short}
        return tuple((named | {one.hostname: one for one in self.load_balancers}).values())

    def balancer(self, host_name: str) -> BalancerSettings:
        """Return the settings of a load balancer; those of `geo` itself for a host name that only objects have."""
        found = (one for one in self.each_balancer() if one.hostname == host_name)
        return next(found, None) or self._by_default(host_name)

    @property
    def from_objects(self) -> bool:
        """Whether the addresses of the origins are those of labelled objects."""
        return not (self.addresses or self.wan)

    def _by_default(self, host_name: str) -> BalancerSettings:
        return BalancerSettings(
            hostname=host_name, **{name: getattr(self, name) for name in BalancerDefaults.model_fields}
        )


def _inheriting(outer: dict[str, Any], balancer: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
    """Return one of `load_balancers`, a text or a mapping, with defaults from `geo`."""
    if isinstance(balancer, str):
        balancer = {"hostname": balancer}
    return outer | balancer if isinstance(balancer, dict) else balancer
