"""The settings of `truenorth watch`: timing, election, address cache, web page and notifications."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from components.plain_text import quoted
from components.records import canonical
from stacks.settings.problems import fault
from stacks.settings.wan_source import PUSHER

Switch = Literal["auto", "on", "off"]
"""A switch. auto: on in a pod, off elsewhere."""
IN_POD = "KUBERNETES_SERVICE_HOST"
"""The variable with the host of the API server, in every container of a pod."""
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|)\s*")
_PLACE = re.compile(r"(\[[0-9a-fA-F:]{2,45}\]|[^:\s]{0,253}):\d{1,5}")
_SECONDS = {"": 1.0, "s": 1.0, "ms": 0.001, "m": 60.0, "h": 3600.0}
_OBJECT_NAME = r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$"
_NAMESPACE = r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$"


def _seconds(value: object) -> object:
    """Return the seconds in a text like 15s, 1m or 500ms; any other value as it is."""
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value)
    if not found:
        raise fault(f"{value!r} is no duration", "write seconds (15), or a number with a unit: 500ms, 15s, 2m, 1h")
    return float(found[1]) * _SECONDS[found[2]]


_DurationText = Annotated[str, Field(pattern=f"^{_DURATION.pattern}$")]
Seconds = Annotated[
    float, BeforeValidator(_seconds, json_schema_input_type=float | _DurationText), Field(allow_inf_nan=False)
]


def is_on(switch: Switch, environment: Mapping[str, str]) -> bool:
    """Return whether a switch is on in this environment."""
    return switch == "on" or (switch == "auto" and bool(environment.get(IN_POD)))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def pushed_name(lock: str) -> str:
    """Return the ConfigMap in which replicas share what routers tell. lock: the Lease of their election."""
    return f"{lock}-pushed"


class ElectionSettings(_Part):
    """The election of a leader among replicas, by a Lease in the cluster that we run in."""

    enabled: Switch = "auto"
    """Whether replicas elect a leader; `auto`: in a pod."""
    lock_name: Annotated[str, Field(pattern=r"^$|" + _OBJECT_NAME)] = ""
    """The Lease; truenorth-<stack> when left out."""
    lock_namespace: Annotated[str, Field(pattern=_NAMESPACE)] = ""
    """Its namespace; the pod's own, or the kubeconfig's, when left out."""
    lease_duration: Annotated[Seconds, Field(ge=2, le=3600)] = 15.0
    """Seconds after the leader's last renewal before another replica may lead."""
    renew_deadline: Annotated[Seconds, Field(ge=1, le=3600)] = 10.0
    """Seconds after which a leader that could not renew stops."""
    retry_period: Annotated[Seconds, Field(ge=0.2, le=600)] = 2.0
    """Seconds between two tries to renew, or to acquire."""

    @model_validator(mode="after")
    def _in_order(self) -> ElectionSettings:
        if self.renew_deadline >= self.lease_duration:
            raise fault(
                f"a renew_deadline of {self.renew_deadline:g} s is not below the lease_duration of "
                f"{self.lease_duration:g} s: two could lead at once",
                "make lease_duration the longer one; 15 and 10 are usual",
            )
        if self.retry_period * 1.2 > self.renew_deadline:
            raise fault(
                f"a retry_period of {self.retry_period:g} s is too long for a renew_deadline of "
                f"{self.renew_deadline:g} s",
                "make renew_deadline several times as long; 10 and 2 are usual",
            )
        return self


class CacheSettings(_Part):
    """The ConfigMap in which the leader keeps the WAN addresses, for the standbys and for other pods."""

    enabled: Switch = "auto"
    """Whether the ConfigMap is used; `auto`: in a pod."""
    name: Annotated[str, Field(pattern=_OBJECT_NAME)] = "truenorth-wan-ip"
    """The name of the ConfigMap."""
    namespace: Annotated[str, Field(pattern=_NAMESPACE)] = ""
    """The namespace of the ConfigMap; that of the Lease when left out."""
    max_age: Annotated[Seconds, Field(ge=5, le=86_400)] = 120.0
    """Seconds after which addresses are stale. The leader writes them again in a third of that."""


def _host(value: str) -> str:
    try:
        name = canonical.ascii_name(value).rstrip(".")
        canonical.check_name(name)
    except ValueError as error:
        raise fault(str(error), "write the name by which browsers reach the page, e.g. dns.example.com") from None
    return name


Host = Annotated[str, AfterValidator(_host)]


def _listen(value: object) -> object:
    """Return a place to listen at. Raises a fault for a text of another form."""
    if isinstance(value, str) and value and not _PLACE.fullmatch(value):
        do = "write :8080 for all addresses, or one of them: 127.0.0.1:8080, [::1]:8080"
        raise fault(f"{quoted(value)} is no HOST:PORT", do)
    return value


_PlaceText = Annotated[str, Field(pattern=f"^$|^{_PLACE.pattern}$")]
Listen = Annotated[str, BeforeValidator(_listen, json_schema_input_type=_PlaceText)]
Pusher = Annotated[str, Field(pattern=f"^{PUSHER.pattern}$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]


class DyndnsSettings(_Part):
    """The dyndns2 endpoint, by which routers tell their addresses: `/nic/update`."""

    listen: Listen = ""
    """Host and port, e.g. :8245 for all addresses; "" for none."""
    users: Annotated[dict[Pusher, Variable], Field(max_length=64)] = {}
    """The users, each with the environment variable that holds the password."""
    shared: Switch = "auto"
    """Whether replicas share what routers tell, by a ConfigMap named after the Lease; `auto`: in a pod."""

    @model_validator(mode="after")
    def _has_users(self) -> DyndnsSettings:
        if self.listen and not self.users:
            raise fault("routers need a user and a password", "add users: {USER: VARIABLE} to watch.dyndns")
        return self

    @property
    def is_shared(self) -> bool:
        """Whether replicas in pods share what routers tell."""
        return bool(self.listen) and self.shared != "off"


class WebSettings(_Part):
    """The page, the metrics and the probes."""

    listen: Listen = ""
    """Host and port, e.g. 127.0.0.1:8080 or :8080 for all addresses; port 0 takes a free one; "" for none."""
    hosts: tuple[Host, ...] = ()
    """Names in the Host header, e.g. dns.example.com behind an ingress, beside addresses and names without a dot."""


class WebhookSettings(_Part):
    """The webhook of external-dns, with this process as its provider."""

    listen: Listen = ""
    """Host and port, e.g. 127.0.0.1:8888, which external-dns asks by default; "" for none."""
    from_anywhere: bool = False
    """Whether other machines may ask too: whoever reaches the port can have any name of the zones."""
    retired: bool = False
    """Whether external-dns asks no more: what it asked for is deleted, but for what something else asks for."""

    @model_validator(mode="after")
    def _is_at_home(self) -> WebhookSettings:
        host = self.listen.rpartition(":")[0].strip("[]")
        if self.listen and not self.from_anywhere and not _is_loopback(host):
            raise fault(
                f"other machines reach {self.listen}, and whoever asks there can have any name of the zones",
                "listen at 127.0.0.1:8888 and run external-dns beside it, in the same pod; or set from_anywhere: true, "
                "and see that nobody but external-dns reaches it",
                ("listen",),
            )
        if self.listen and self.retired:
            raise fault("external-dns is retired, and listened to", "take out one of the two", ("retired",))
        return self


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


NotifiedOf = Literal["change", "conflict", "disagreement", "failure", "recovery", "refusal", "leadership"]


class NotificationSettings(_Part):
    """Notifications of events. Their addresses hold secrets, and so come from the environment only."""

    of: tuple[NotifiedOf, ...] = ("change", "conflict", "disagreement", "failure", "recovery", "refusal")
    """The kinds of events to notify of."""
    at_most_every: Annotated[Seconds, Field(ge=0, le=86_400)] = 300.0
    """Seconds between two notifications of the same."""
    failures_from: Annotated[Seconds, Field(ge=0, le=86_400)] = 60.0
    """Seconds of failure before the notification, so that a passing fault wakes nobody."""
    ping_every: Annotated[Seconds, Field(ge=5, le=86_400)] = 60.0
    """Seconds between two pings of a watchdog (healthchecks.io, Uptime Kuma), while all is well."""


class WatchSettings(_Part):
    """The loop of `watch`. The defaults suit most."""

    drift: Annotated[Seconds, Field(ge=5, le=86_400)] = 300.0
    """Seconds after a listing of the zones until the next one, where nothing calls for one sooner."""
    settle: Annotated[Seconds, Field(ge=0, le=60)] = 0.5
    """Seconds without further change before changes are carried out; not for a new address or record after quiet."""
    settle_most: Annotated[Seconds, Field(ge=0, le=600)] = 5.0
    """Seconds after which changes are carried out, even while more arrive."""
    first_retry: Annotated[Seconds, Field(ge=0.1, le=600)] = 2.0
    """Seconds after a failure until the next try; doubled each time, to longest_retry, and spread by chance."""
    longest_retry: Annotated[Seconds, Field(ge=1, le=3600)] = 300.0
    """Seconds between two tries, at most."""
    cleanup_on_stop: bool = False
    """Whether all records of the stack are deleted at the loop's end; a replica that takes over makes them again."""
    log: Literal["console", "json"] = "console"
    """The format of the log: lines for people, or a JSON document a line."""
    log_level: Literal["debug", "info", "warning", "error"] | None = None
    """The least level that is logged; when left out info for lines, and debug for JSON documents."""
    election: ElectionSettings = Field(default_factory=ElectionSettings)
    """The election of a leader among replicas."""
    cache: CacheSettings = Field(default_factory=CacheSettings)
    """The ConfigMap in which the leader keeps the addresses."""
    web: WebSettings = Field(default_factory=WebSettings)
    """The page, the metrics and the probes."""
    dyndns: DyndnsSettings = Field(default_factory=DyndnsSettings)
    """The endpoint by which routers tell their addresses."""
    webhook: WebhookSettings = Field(default_factory=WebhookSettings)
    """What external-dns asks for by its webhook."""
    notifications: NotificationSettings = Field(default_factory=NotificationSettings)
    """Notifications of events."""

    @model_validator(mode="after")
    def _settles(self) -> WatchSettings:
        if self.settle > self.settle_most:
            raise fault("settle is longer than settle_most", "make settle_most the longer one; 0.5 and 5 are usual")
        return self
