"""Names in the labels that containers have for other tools. Pure.

| tool        | labels                                                                                              |
|-------------|-----------------------------------------------------------------------------------------------------|
| `caddy`     | `caddy`, `caddy_N`: the addresses of a site (caddy-docker-proxy, README; Caddyfile Concepts)        |
| `caddy-gen` | `virtual.host`, `virtual.alias`: names with spaces between (caddy-gen, README)                      |
| `dockflare` | `dockflare.hostname`, `dockflare.N.hostname`, where `dockflare.enable` is true (its wiki, Container |
|             | Labels); formerly `cloudflare.tunnel` in place of `dockflare`                                       |
| `swag`      | `swag_url`, where `swag` is `enable` (linuxserver/docker-mods, swag-auto-proxy)                     |
| `traefik`   | the rules of routers, unless `traefik.enable` is false (Traefik, `providers.docker`)                |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from stacks.observe.cluster.kinds.described import hosts_in
from stacks.settings.neighbours.docker import Tool

Labels = Mapping[str, str]
Hosts = Iterator[tuple[str, Sequence[str]]]
"""Labels, each with the texts in it that are to be host names."""

LONGEST_VALUE: Final = 4096
"""Characters of a label's value; a longer one has no names."""
_SITE: Final = re.compile(r"caddy(?:_[0-9]{1,9})?\Z")
_ROUTER: Final = re.compile(r"traefik\.(?:http|tcp)\.routers\.[^.]{1,128}\.rule\Z", re.IGNORECASE)
_TUNNEL: Final = re.compile(r"(dockflare|cloudflare\.tunnel)\.(?:[0-9]{1,9}\.)?hostname\Z")
_APART: Final = re.compile(r"[\s,]+")
_ADDRESS: Final = re.compile(r"[0-9.]+\Z")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]{0,30}://", re.IGNORECASE)


def hosts(labels: Labels, tools: Sequence[Tool]) -> Hosts:
    """Yield what the labels of these tools name."""
    for tool in tools:
        yield from _READERS[tool](labels)


def _of_caddy(labels: Labels) -> Hosts:
    """Yield the sites but snippets, `(name)`, and those that Docker's data or the environment fill in, `{...}`."""
    for label, value in labels.items():
        if _SITE.match(label) and not value.lstrip().startswith("(") and "{{" not in value:
            sites = (_site(one) for one in _apart(value) if "{" not in one)
            yield label, [one for one in sites if "." in one and not _ADDRESS.match(one)]


def _site(address: str) -> str:
    """Return the host of a site's address, which may have a scheme, a port and a path."""
    scheme = _SCHEME.match(address)
    return address[scheme.end() if scheme else 0 :].partition("/")[0].partition(":")[0]


def _of_caddy_gen(labels: Labels) -> Hosts:
    for label in ("virtual.host", "virtual.alias"):
        yield label, _apart(labels.get(label, ""))


def _of_dockflare(labels: Labels) -> Hosts:
    for label, value in labels.items():
        tunnel = _TUNNEL.match(label)
        if tunnel and labels.get(f"{tunnel[1]}.enable", "").lower() == "true":
            yield label, [value.strip()]


def _of_swag(labels: Labels) -> Hosts:
    if labels.get("swag", "").lower() == "enable":
        yield "swag_url", [one for one in _apart(labels.get("swag_url", "")) if not one.endswith(".*")]


def _of_traefik(labels: Labels) -> Hosts:
    if labels.get("traefik.enable", "").lower() != "false":
        for label, value in labels.items():
            if _ROUTER.match(label):
                yield label, hosts_in(value)


def _apart(value: str) -> list[str]:
    return [one for one in _APART.split(value) if one] if len(value) <= LONGEST_VALUE else []


_READERS: Final[Mapping[Tool, Callable[[Labels], Hosts]]] = {
    "caddy": _of_caddy,
    "caddy-gen": _of_caddy_gen,
    "dockflare": _of_dockflare,
    "swag": _of_swag,
    "traefik": _of_traefik,
}
