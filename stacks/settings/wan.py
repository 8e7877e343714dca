"""The settings of WAN address detection."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from components.plain_text import quoted
from stacks.model.values import WAN
from stacks.settings.detection.ranges import Ranges
from stacks.settings.detection.web_source import Source, WebSource
from stacks.settings.expressions.schedule import schedule
from stacks.settings.problems import fault
from stacks.settings.wan_operators import DECLARED
from stacks.settings.wan_source import INTERFACE, Spec, WebRequest, parse

DEFAULT_STUN = ("stun.l.google.com:19302", "stun.cloudflare.com:3478", "global.stun.twilio.com:3478")
DEFAULT_HTTP = (
    "https://checkip.amazonaws.com",
    "https://ifconfig.me/ip",
    "https://api.ipify.org",
    "https://cloudflare.com/cdn-cgi/trace",
)

LinkName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$")]
ServerList = tuple[Literal["stun", "stun-tcp"], str, int]
"""The kind of source, the path or URL of the list, and the number of its servers to ask."""


def _schedule(value: str) -> str:
    if value:
        try:
            schedule(value)
        except ValueError as error:
            do = "write five fields as cron has them (*/5 * * * *), @hourly, @every 5m or @once"
            raise fault(f"the schedule {quoted(value)} cannot be used: {error}", do) from None
    return value


@dataclass(frozen=True, slots=True)
class Stage:
    """Sources to ask at the same time. The mode `chain` has three stages, any other mode one."""

    specs: tuple[Spec, ...]
    lists: tuple[ServerList, ...]
    agreement: int


class WanSettings(BaseModel):
    """The detection of the WAN addresses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["stun+http", "stun", "http", "chain", "list"] = "stun+http"
    """The sources to ask; `list`: those in `sources`; `chain`: STUN, after its silence HTTP, then `interface`."""
    sources: list[Source] = []
    """For mode `list`: `stun:HOST:PORT`, `stun-tcp:HOST:PORT`, `https://URL`, `interface`, `interface:NAME`,
    `dns:whoami.cloudflare`, `dns:myip.opendns.com`, `doh:whoami.cloudflare`, `static:ADDRESS`, `file:PATH`,
    `pushed:USER`, `none`; or a web service in full."""
    families: Annotated[list[Literal["ipv4", "ipv6"]], Field(min_length=1)] = ["ipv4"]
    """The address families that are published."""
    stun: list[str] = list(DEFAULT_STUN)
    """STUN servers, `HOST:PORT`; `tcp:HOST:PORT` asks over TCP."""
    stun_udp_list: str = ""
    """The path or URL of a list of further STUN servers, one `HOST:PORT` a line, asked over UDP."""
    stun_tcp_list: str = ""
    """The path or URL of another such list, asked over TCP."""
    udp_limit: Annotated[int, Field(ge=1, le=50)] = 10
    """The number of servers of `stun_udp_list` that a detection asks, chosen at random."""
    tcp_limit: Annotated[int, Field(ge=1, le=50)] = 10
    """The number of servers of `stun_tcp_list` that a detection asks, chosen at random."""
    http: list[Source] = list(DEFAULT_HTTP)
    """Web services, URLs; a bare host is asked over https; or a web service in full."""
    agreement: Annotated[int, Field(ge=1, le=10)] = 2
    """The number of operators that must agree. With 1 a single answer is used, after all others failed or agreed."""
    accept: list[IPv4Network | IPv6Network] = []
    """Ranges that count as WAN addresses although they are not global; never Cloudflare's own."""
    networks: list[IPv4Network | IPv6Network] = []
    """Networks of which one has to have a detected address of its family; none: any address counts."""
    excluded_networks: list[IPv4Network | IPv6Network] = []
    """Networks of which none may have a detected address."""
    pushed: str = ""
    """The folder of the addresses of `pushed:USER`, which routers tell (`watch.dyndns`); empty: one of yours."""
    via: str = ""
    """The interface, or address of this machine, by which questions leave; empty: as the kernel routes them."""
    interval: Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)] = 10.0
    """Seconds between two looks while watching."""
    web_interval: Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)] = 60.0
    """Seconds between two looks at a web service, where nothing else can be looked at."""
    recheck: Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)] = 300.0
    """Seconds after which all sources are asked again, even if no look has found a change."""
    schedule: Annotated[str, AfterValidator(_schedule)] = ""
    """When sources are asked while watching, in place of looks: `*/5 * * * *`, `@every 5m`, `@once`; empty: looks."""
    hold: Annotated[float, Field(ge=0, le=300, allow_inf_nan=False)] = 30.0
    """Seconds for which an address that comes back must hold before it is published; doubled at each return."""
    timeout: Annotated[float, Field(ge=0.1, le=60, allow_inf_nan=False)] = 5.0
    """Seconds after which each attempt of a detection ends."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """The number of attempts for a family that stays unknown before a detection gives up."""
    cool_down: Annotated[float, Field(ge=0, le=300, allow_inf_nan=False)] = 5.0
    """Seconds before the second attempt; doubled before each further one, to 300."""
    links: dict[LinkName, WanSettings] = {}
    """Further ways to the Internet, by name. The settings above are the defaults of each."""

    @model_validator(mode="before")
    @classmethod
    def _links_inherit(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
        if not isinstance(data, dict) or not isinstance(data.get("links"), dict):
            return data
        outer = {key: value for key, value in data.items() if key != "links"}
        return outer | {"links": {name: _inheriting(outer, link) for name, link in data["links"].items()}}

    @field_validator("links")
    @classmethod
    def _links_have_no_links(cls, links: dict[str, WanSettings]) -> dict[str, WanSettings]:
        if any(link.links for link in links.values()):
            raise ValueError("a link has no links of its own")
        return links

    @field_validator("via")
    @classmethod
    def _via_is_a_place_here(cls, via: str) -> str:
        if via and not INTERFACE.fullmatch(via):
            try:
                ip_address(via)
            except ValueError:
                raise ValueError(f"{via!r} is no interface and no address of this machine") from None
        return via

    @field_validator("families")
    @classmethod
    def _each_family_once(cls, families: list[str]) -> list[str]:
        if len(set(families)) != len(families):
            raise ValueError("each family stands once; allowed are ipv4, ipv6, or both")
        return families

    @model_validator(mode="after")
    def _sources_can_agree(self) -> Self:
        if (self.mode == "list") != bool(self.sources):
            raise ValueError(
                "mode `list` asks what `sources` lists, and there is nothing in it"
                if self.mode == "list"
                else f"`sources` is for mode `list`; mode `{self.mode}` asks what `stun` and `http` list"
            )
        for stage in self.stages():
            operators = {spec.operator for spec in stage.specs}
            if DECLARED not in operators and len(operators) < stage.agreement and not stage.lists:
                raise ValueError(
                    f"{stage.agreement} operators must agree, but the sources of mode `{self.mode}` belong to "
                    f"{len(operators)} ({', '.join(sorted(operators)) or 'none'}): add a source of another operator, "
                    f"or set `agreement` to {max(len(operators), 1)}"
                )
        return self

    @property
    def ranges(self) -> Ranges:
        """The ranges for detected addresses."""
        return Ranges(tuple(self.accept), tuple(self.networks), tuple(self.excluded_networks))

    def of_link(self, link: str) -> WanSettings:
        """Return the settings of a link, `WAN` for the machine's own. Raises `KeyError` for an unknown one."""
        return self if link == WAN else self.links[link]

    def stages(self) -> tuple[Stage, ...]:
        """Return the stages, to be asked in turn until one has an outcome. Raises `ValueError` for a wrong source."""
        stun = tuple(_stun(text) for text in self.stun)
        http = tuple(_web(entry) for entry in self.http)
        lists = self._lists()
        asked: tuple[Stage, ...]
        if self.mode == "chain":
            # The interface's own word is the last resort that the mode asks for: it needs no second witness.
            asked = (Stage(stun, lists, self.agreement), Stage(http, (), self.agreement), Stage(_INTERFACE, (), 1))
        elif self.mode == "list":
            asked = (Stage(tuple(map(_listed, self.sources)), (), self.agreement),)
        else:
            specs = {"stun+http": stun + http, "stun": stun, "http": http}[self.mode]
            asked = (Stage(specs, lists if "stun" in self.mode else (), self.agreement),)
        for stage in asked:
            _check_differ(stage.specs)
        return tuple(Stage(_each_once(stage.specs), stage.lists, stage.agreement) for stage in asked)

    def specs(self) -> tuple[Spec, ...]:
        """Return the sources that the mode may ask, each once, without those of server lists."""
        return _each_once(tuple(spec for stage in self.stages() for spec in stage.specs))

    def pushers(self) -> tuple[str, ...]:
        """Return the users of the dyndns2 endpoint whose addresses are asked for."""
        return tuple(spec.argument for spec in self.specs() if spec.kind == "pushed")

    def stun_ports(self) -> tuple[int, ...]:
        """Return the ports of all STUN servers, those of the links too, each once; not those of server lists."""
        ports = [
            spec.port
            for link in (self, *(self.links[name] for name in sorted(self.links)))
            for spec in (*map(_stun, link.stun), *map(_listed, link.sources))
            if spec.kind in ("stun", "stun-tcp")
        ]
        return tuple(dict.fromkeys(ports))

    def _lists(self) -> tuple[ServerList, ...]:
        every: tuple[ServerList, ...] = (
            ("stun", self.stun_udp_list, self.udp_limit),
            ("stun-tcp", self.stun_tcp_list, self.tcp_limit),
        )
        return tuple(one for one in every if one[1])


_INTERFACE = (parse("interface"),)


def _inheriting(outer: dict[str, Any], link: Any) -> Any:  # noqa: ANN401 - whatever the user wrote
    if not isinstance(link, dict):
        return link
    if "sources" in link and "mode" not in link:
        return outer | {"mode": "list"} | link
    if "mode" in link and link["mode"] != "list" and "sources" not in link:
        outer = {key: value for key, value in outer.items() if key != "sources"}
    return outer | link


def _each_once(specs: tuple[Spec, ...]) -> tuple[Spec, ...]:
    return tuple({spec.name: spec for spec in specs}.values())


def _check_differ(specs: tuple[Spec, ...]) -> None:
    """Raise ValueError for one web service with two requests: an answer would not say to which."""
    requests: dict[str, WebRequest] = {}
    for spec in specs:
        if requests.setdefault(spec.name, spec.request) != spec.request:
            raise ValueError(
                f"{quoted(spec.name)} stands twice, with different headers or patterns: keep one of the two"
            )


def _listed(entry: str | WebSource) -> Spec:
    return parse(entry) if isinstance(entry, str) else entry.spec


def _web(entry: str | WebSource) -> Spec:
    return _listed(f"https://{entry}" if isinstance(entry, str) and "://" not in entry else entry)


def _stun(text: str) -> Spec:
    if text.startswith("tcp:"):
        return parse(f"stun-{text}")
    return parse(f"stun:{text.removeprefix('udp:')}")
