"""The settings of WAN address detection, as users write them in YAML."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from stacks.observe.wan.answer import DECLARED
from stacks.observe.wan.spec import Spec, parse

DEFAULT_STUN = ("stun.l.google.com:19302", "stun.cloudflare.com:3478", "global.stun.twilio.com:3478")
DEFAULT_HTTP = (
    "https://checkip.amazonaws.com",
    "https://ifconfig.me/ip",
    "https://api.ipify.org",
    "https://cloudflare.com/cdn-cgi/trace",
)


class WanSettings(BaseModel):
    """How the WAN addresses are found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["stun+http", "stun", "http", "list"] = "stun+http"
    """Which sources are asked; `list`: those in `sources`."""
    sources: list[str] = []
    """For mode `list`: `stun:HOST:PORT`, `https://URL`, `interface`, ... (see `spec`)."""
    families: Annotated[list[Literal["ipv4", "ipv6"]], Field(min_length=1)] = ["ipv4"]
    stun: list[str] = list(DEFAULT_STUN)
    """STUN servers, `HOST:PORT`; `tcp:HOST:PORT` asks over TCP."""
    stun_udp_list: str = ""
    """The path or URL of a list of further STUN servers, one `HOST:PORT` a line, asked over UDP."""
    stun_tcp_list: str = ""
    """Likewise, asked over TCP."""
    udp_limit: Annotated[int, Field(ge=1, le=50)] = 10
    """Servers of `stun_udp_list` that one detection asks, chosen at random."""
    tcp_limit: Annotated[int, Field(ge=1, le=50)] = 10
    """Likewise of `stun_tcp_list`."""
    http: list[str] = list(DEFAULT_HTTP)
    """Web services, URLs; a bare host is asked over https."""
    agreement: Annotated[int, Field(ge=1, le=10)] = 2
    """Operators that must agree. With 1 a single answer is usable, once all others have failed or agreed."""
    accept: list[IPv4Network | IPv6Network] = []
    """Ranges that count as WAN addresses although they are not global; never Cloudflare's own."""
    interval: Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)] = 10.0
    """Seconds between two looks while watching."""
    timeout: Annotated[float, Field(ge=0.1, le=60, allow_inf_nan=False)] = 5.0
    """Seconds after which a detection (each attempt of it) ends, whatever has answered."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 1
    """How often a family that stays unknown is asked for before a detection gives up."""
    cool_down: Annotated[float, Field(ge=0, le=300, allow_inf_nan=False)] = 5.0
    """Seconds between two attempts."""

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
        operators = {spec.operator for spec in self.specs()}
        if DECLARED not in operators and len(operators) < self.agreement and not self.lists():
            raise ValueError(
                f"{self.agreement} operators must agree, but the sources of mode `{self.mode}` belong to "
                f"{len(operators)} ({', '.join(sorted(operators)) or 'none'}): add a source of another operator, "
                f"or set `agreement` to {max(len(operators), 1)}"
            )
        return self

    def lists(self) -> tuple[tuple[Literal["stun", "stun-tcp"], str, int], ...]:
        """Return the server lists that the mode asks from: the kind of source, the place and the limit."""
        if self.mode not in ("stun+http", "stun"):
            return ()
        every: tuple[tuple[Literal["stun", "stun-tcp"], str, int], ...] = (
            ("stun", self.stun_udp_list, self.udp_limit),
            ("stun-tcp", self.stun_tcp_list, self.tcp_limit),
        )
        return tuple(one for one in every if one[1])

    def specs(self) -> tuple[Spec, ...]:
        """Return the sources that the mode asks, each once. Raises `ValueError` where one names none."""
        stun = [_stun(text) for text in self.stun]
        http = [parse(text if "://" in text else f"https://{text}") for text in self.http]
        specs = {
            "stun+http": stun + http,
            "stun": stun,
            "http": http,
            "list": [parse(text) for text in self.sources],
        }[self.mode]
        return tuple({spec.name: spec for spec in specs}.values())


def _stun(text: str) -> Spec:
    if text.startswith("tcp:"):
        return parse(f"stun-{text}")
    return parse(f"stun:{text.removeprefix('udp:')}")
