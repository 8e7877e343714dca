"""Parse the names of WAN sources: `stun:host:port`, `https://...`, `interface:eth0` and others. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from components.host_port import parse_host
from components.plain_text import quoted
from stacks.model.values import Address, Family
from stacks.settings.wan_operators import DECLARED, operator_of

Kind = Literal["stun", "stun-tcp", "http", "interface", "dns", "doh", "static", "file", "pushed", "none"]

STUN_PORT = 3478
LOCAL = "this host"
"""The operator of the interfaces."""
FORMS = (
    "stun:HOST:PORT, stun-tcp:HOST:PORT, https://URL, interface, interface:NAME, dns:whoami.cloudflare, "
    "dns:myip.opendns.com, doh:whoami.cloudflare, static:ADDRESS,ADDRESS, file:PATH, pushed:USER or none"
)
PUSHER = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
"""A user of the dyndns2 endpoint, and so the name of a file."""
INTERFACE = re.compile(r"[^\s/]{1,15}")
LONGEST_SOURCE = 2048
"""Characters: the longest URL that all servers take."""
DNS_PORT = 53
RESOLVERS = {
    ("whoami.cloudflare", Family.IPV4): "1.1.1.1",
    ("whoami.cloudflare", Family.IPV6): "2606:4700:4700::1111",
    ("myip.opendns.com", Family.IPV4): "resolver1.opendns.com",
    ("myip.opendns.com", Family.IPV6): "resolver1.opendns.com",
}
"""The resolvers that answer a name with the address of whoever asks, by name and family."""
OVER_HTTPS = {"whoami.cloudflare": "https://cloudflare-dns.com/dns-query"}
"""The services that answer a name so over https (RFC 8484), by name.

https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/
"""
_RESOLVED_NAMES = tuple(sorted({name for name, _ in RESOLVERS}))


@dataclass(frozen=True, slots=True)
class WebRequest:
    """The request to a web service, beside its URL. headers: never shown, as they may have secrets."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    missing: tuple[str, ...] = ()
    """Variables that are to hold values of headers, and are not set."""
    pattern: str = ""
    """The expression that finds the address in the answer; "" for the usual forms."""
    over: Family | None = None
    """The family of the connection; None for that of the address."""


PLAIN = WebRequest()


@dataclass(frozen=True, slots=True)
class Spec:
    """The parts of a source's name in the settings."""

    kind: Kind
    name: str
    operator: str
    argument: str = ""
    """The URL, interface, question, path or user; empty for the others."""
    question: str = ""
    """The name that is asked for at the URL, over https."""
    host: str = ""
    port: int = 0
    addresses: tuple[Address, ...] = ()
    request: WebRequest = PLAIN


def parse(text: str) -> Spec:
    """Return the parts of a source's name. Raises `ValueError` with the allowed forms."""
    if len(text) > LONGEST_SOURCE:
        raise ValueError(f"{quoted(text)} names no source: it is longer than {LONGEST_SOURCE:,} characters")
    if text.startswith(("http://", "https://")):
        return _http(text, text)
    kind, _, rest = text.partition(":")
    reader = READERS.get(kind)
    if reader is None:
        raise ValueError(f"{quoted(text)} names no source; allowed are {FORMS}")
    return reader(text, rest)


def parse_addresses(text: str) -> tuple[Address, ...]:
    """Return the addresses in a comma-separated text. Raises `ValueError` with the part that is no address."""
    return tuple(ip_address(part.strip()) for part in text.split(","))


def _stun(text: str, rest: str) -> Spec:
    host, port = parse_host(rest, STUN_PORT)
    kind: Kind = "stun-tcp" if text.startswith("stun-tcp:") else "stun"
    return Spec(kind, text, operator_of(host, port), host=host, port=port)


def _http(text: str, rest: str) -> Spec:
    url = urlsplit(rest)
    if url.scheme not in ("http", "https") or not url.hostname or url.username is not None:
        raise ValueError(f"{quoted(text)}: a web source is http://HOST/PATH or https://HOST/PATH")
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    default = 443 if url.scheme == "https" else 80
    # urlsplit reads the port only when it is asked for it, and raises then.
    host, port = parse_host(f"{host}:{default if url.port is None else url.port}", default)
    return Spec("http", rest, operator_of(host, port), argument=rest, host=host, port=port)


def _interface(text: str, rest: str) -> Spec:
    if text != "interface" and not INTERFACE.fullmatch(rest):
        raise ValueError(
            f"{quoted(text)}: an interface is `interface:NAME`, or `interface` for that of the default route"
        )
    return Spec("interface", text, LOCAL, argument=rest)


def _dns(text: str, rest: str) -> Spec:
    name, _, server = rest.partition("@")
    if name not in _RESOLVED_NAMES:
        raise ValueError(
            f"{quoted(text)}: a dns source is dns:{' or dns:'.join(_RESOLVED_NAMES)}, each with @HOST:PORT or without"
        )
    if not server:
        return Spec("dns", text, operator_of(name, 0), argument=name, port=DNS_PORT)
    host, port = parse_host(server, DNS_PORT)
    return Spec("dns", text, operator_of(host, port), argument=name, host=host, port=port)


def _doh(text: str, rest: str) -> Spec:
    name, _, url = rest.partition("@")
    url = url or OVER_HTTPS.get(name, "")
    if name not in _RESOLVED_NAMES or not url.startswith("https://"):
        raise ValueError(
            f"{quoted(text)}: DNS over HTTPS is doh:{' or doh:'.join(OVER_HTTPS)}, or with a service of its own "
            f"doh:{' or doh:'.join(_RESOLVED_NAMES)}, each with @https://HOST/PATH"
        )
    web = _http(url, url)
    return Spec("doh", text, web.operator, argument=url, question=name, host=web.host, port=web.port)


def _static(text: str, rest: str) -> Spec:
    try:
        addresses = parse_addresses(rest)
    except ValueError as error:
        raise ValueError(f"{quoted(text)}: static: takes addresses, separated by commas: {error}") from error
    return Spec("static", text, DECLARED, addresses=addresses)


def _file(text: str, rest: str) -> Spec:
    if not rest:
        raise ValueError(f"{quoted(text)}: file: takes the path of a file that holds addresses")
    return Spec("file", text, DECLARED, argument=rest)


def _pushed(text: str, rest: str) -> Spec:
    if not PUSHER.fullmatch(rest):
        raise ValueError(f"{quoted(text)}: pushed: takes a user of watch.dyndns: letters, digits, dots, - and _")
    return Spec("pushed", text, DECLARED, argument=rest)


def _none(text: str, rest: str) -> Spec:
    if rest:
        raise ValueError(f"{quoted(text)}: none stands alone")
    return Spec("none", text, DECLARED)


READERS: dict[str, Callable[[str, str], Spec]] = {
    "stun": _stun,
    "stun-tcp": _stun,
    "http": _http,
    "https": _http,
    "interface": _interface,
    "dns": _dns,
    "doh": _doh,
    "static": _static,
    "file": _file,
    "pushed": _pushed,
    "none": _none,
}
