"""Types of single settings that zones, names, records and clusters have, and of templates, with their checks."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from components import views
from components.host_port import parse_host
from components.marks import ownership
from components.plain_text import check_plain, quoted
from components.records import canonical, international
from stacks.model import selectors
from stacks.model.addresses import host_part
from stacks.model.name_patterns import check_namespace, check_pattern
from stacks.model.selectors import Selector
from stacks.model.templates.parse import parse
from stacks.settings.expressions.names import expression
from stacks.settings.problems import fault

LONGEST_COMMENT = 500
SHORTEST_LIMIT = 50
"""Characters: a mark has to fit in."""
LONGEST_TTL = 2_592_000
MOST_OBJECTS_OF = 100
"""Clusters and daemons that a zone names."""
DDNS = "ddns"
LONGEST_OBJECT = 253
"""Characters of the name of an object, and of a prefix of its annotations."""
LONGEST_TARGETS = 8192
"""Characters of addresses with commas between."""
_SWITCHES = {**dict.fromkeys(("true", "yes", "on", "y", "t", "1"), True)}
_SWITCHES |= dict.fromkeys(("false", "no", "off", "n", "f", "0"), False)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
OBJECT = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
SELECTOR = "write it as kubectl takes a selector: team=web,stage in (test,live),!old"


def matching(pattern: re.Pattern[str], what: str, do: str) -> AfterValidator:
    """Return the check that a text matches the pattern whole. what: the text is, else; do: what is to be written."""

    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise fault(f"{quoted(value)} is {what}", do)
        return value

    return AfterValidator(check)


def _comment(value: str) -> str:
    do = f"use one line of at most {LONGEST_COMMENT} characters (100 on Free zones)"
    if len(value) > LONGEST_COMMENT:
        raise fault(f"the comment has {len(value):,} characters and cannot be stored", do)
    try:
        check_plain(value)
    except ValueError as error:
        raise fault(f"the comment cannot be stored: {error}", do) from None
    return value


def _zone(value: str) -> str:
    try:
        bare = canonical.ascii_name(value).rstrip(".")
        canonical.check_name(bare)
    except ValueError as error:
        raise fault(str(error), "write the zone as its domain, e.g. example.com") from None
    if "." not in bare:
        raise fault(f"{quoted(value)} is no zone", "write the zone as its domain, e.g. example.com")
    return bare


def _zone_in_view(value: str) -> str:
    domain, sign, view = value.partition(views.SIGN)
    if sign and not views.VIEW.match(view):
        do = "write example.com@inside, or zone: example.com with view: inside"
        raise fault(f"{quoted(value)} names no view of a zone", do)
    return views.qualified(_zone(domain), view or views.OUTSIDE)


def _one_or_several(value: object) -> object:
    return [value] if isinstance(value, str) and value not in {"all", "none"} else value


def _ttl(value: int) -> int:
    if value != canonical.AUTOMATIC_TTL and not 30 <= value <= LONGEST_TTL:  # noqa: PLR2004 - said in the message
        raise fault(
            f"a ttl of {value} seconds is not possible",
            "use 60 to 86400 (from 30 on Enterprise zones) at Cloudflare, 300 to 2592000 at Gandi, 30 to 2592000 at "
            "a name server of one's own or a webhook, or 1 for automatic",
        )
    return value


def _mark_prefix(value: str) -> str:
    """Raise a fault for a prefix that gives two types one mark, or puts the apex's mark outside of the zone."""
    if "%{record_type}" not in value or not value.endswith("."):
        raise fault(
            f"the prefix {value!r} cannot name a mark for each type of each name",
            f"write one with %{{record_type}} in it and a dot at its end, e.g. {ownership.DEFAULT_PREFIX}",
        )
    return value


def _comment_limit(value: int) -> int:
    if value and not SHORTEST_LIMIT <= value <= LONGEST_COMMENT:
        raise fault(
            f"comments of {value} characters are no limit of a plan",
            f"use {SHORTEST_LIMIT} to {LONGEST_COMMENT}, or 0 for that of the zone's plan",
        )
    return value


def _default_target(value: str) -> str:
    """Return `ddns`, addresses with commas between, or one host name."""
    parts = [part.strip() for part in value.split(",")] if len(value) <= LONGEST_TARGETS else []
    if parts == [DDNS] or (parts and all(map(canonical.is_address, parts))):
        return ",".join(parts)
    try:
        (host,) = (canonical.ascii_name(part).rstrip(".") for part in parts)
        canonical.check_name("" if host.startswith("*") else host)
    except ValueError:
        do = "write ddns for the WAN address, addresses with commas between, or one host name"
        raise fault(f"{quoted(value)} is no target", do) from None
    return host


def _labels(value: str) -> str:
    """Return a selector over labels. Raises a fault for a text that is none."""
    return _selector(value, selectors.over_labels)


def _annotations(value: str) -> str:
    """Return a selector over annotations. Raises a fault for a text that is none."""
    return _selector(value, selectors.over_annotations)


def _selector(value: str, read: Callable[[str], Selector]) -> str:
    try:
        read(value)
    except ValueError as error:
        raise fault(str(error), SELECTOR) from None
    return value


def _template(value: str) -> str:
    """Return a template. Raises a fault for a text that is none, and for what external-dns does not document."""
    try:
        parse(value)
    except ValueError as error:
        do = "write it as {{ .Name }}.{{ .Namespace }}.example.com, with what docs/sources.md has of Go's templates"
        raise fault(f"the template cannot be used: {error}", do) from None
    return value


def gateway_name(value: str) -> str:
    """Return the name of a Gateway. Raises a fault for a text that is none."""
    namespace, slash, name = value.rpartition("/")
    if len(name) > LONGEST_OBJECT or not OBJECT.fullmatch(name) or (slash and not _LABEL.fullmatch(namespace)):
        raise fault(f"{value!r} is no name of a Gateway", "write it as external, or with its namespace: edge/external")
    return value


def _pattern(value: str) -> str:
    try:
        return check_pattern(_in_ascii(value.strip(" ")).rstrip("."))
    except ValueError as error:
        raise fault(str(error), "write it as www.example.com, *.example.com or **.example.com") from None


def _in_ascii(pattern: str) -> str:
    """Return a pattern in Punycode, in which no part of an international label can be found."""
    for label in pattern.split("."):
        if "*" in label and not label.isascii():
            raise ValueError(f"{quoted(label)} in {quoted(pattern)} is part of an international label: write it whole")
    return international.to_ascii(pattern)


def _namespace(value: str) -> str:
    try:
        return check_namespace(value)
    except ValueError as error:
        raise fault(str(error), "write the name of a namespace, or a part of it: shop, team-*") from None


def _network(value: str) -> str:
    reason = f"{value!r} is no network"
    try:
        if "/" in value:
            return str(ip_network(value.strip()))
    except ValueError as error:
        reason = str(error)
    raise fault(reason, "write it as 192.0.2.0/24 or 2001:db8::/32, a single address with /32 or /128")


def _resolver(value: str) -> str:
    try:
        host, _ = parse_host(value, 53)
        ip_address(host)
    except ValueError:
        raise fault(
            f"{quoted(value)} is no address", "write it as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]"
        ) from None
    return value.strip()


def _in_quotes(value: object) -> object:
    """Raise a fault for a number: YAML reads a MAC of decimal digits below 60 as one of base 60."""
    if isinstance(value, int | float):
        raise fault(f"{value!r} is no host part", 'write it in quotes, a MAC too: "52:54:00:12:34:56"')
    return value


def _host6(value: str) -> str:
    """Return a host part in its canonical form. Raises a fault for a text that is none."""
    try:
        return str(host_part.parse(value))
    except ValueError as error:
        raise fault(f"{quoted(value)} is no host part: {error}", f"write {host_part.FORMS}") from None


def _annotation_prefix(value: str) -> str:
    """Return a prefix of annotations (Kubernetes, labels: a DNS subdomain and a slash). Raises a fault for none."""
    domain = value.removesuffix("/")
    if value and (domain == value or len(domain) > LONGEST_OBJECT or not OBJECT.fullmatch(domain)):
        raise fault(f"{quoted(value)} is no prefix of annotations", "write it with its slash: internal.example.com/")
    return value


def _proxied(value: object) -> object:
    """Return true, false or an expression over names; other values as they are. Raises a fault for a bad expression."""
    if not isinstance(value, str) or value.strip().lower() in _SWITCHES:
        return _SWITCHES[value.strip().lower()] if isinstance(value, str) else value
    try:
        expression(value)
    except ValueError as error:
        do = "write true, false, or an expression such as sub(example.com) && !is(vpn.example.com)"
        raise fault(f"the expression cannot be used: {error}", do) from None
    return value


CommentLimit = Annotated[int, AfterValidator(_comment_limit)]
MarkPrefix = Annotated[str, AfterValidator(_mark_prefix)]
Proxied = Annotated[bool | str, BeforeValidator(_proxied)]
"""Whether names are proxied, or an expression over their full names."""
Ttl = Annotated[int, AfterValidator(_ttl)]
Comment = Annotated[str, AfterValidator(_comment)]
Domain = Annotated[str, AfterValidator(lambda value: value and _zone(value))]
"""A domain; empty for none."""
Zone = Annotated[str, AfterValidator(_zone_in_view)]
ObjectsOf = Annotated[
    Literal["all", "none"] | Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST_OBJECTS_OF)],
    BeforeValidator(_one_or_several, json_schema_input_type=str | tuple[str, ...]),
]
"""Names of clusters and daemons, one or several, or a word for all or none of them."""
View = Annotated[str, matching(views.VIEW, "no name of a view", "use letters a to z, digits and -, 32 at most")]
DefaultTarget = Annotated[str, AfterValidator(_default_target)]
NamePattern = Annotated[str, AfterValidator(_pattern)]
NamespacePattern = Annotated[str, AfterValidator(_namespace)]
Resolver = Annotated[str, AfterValidator(_resolver)]
Host6 = Annotated[str, BeforeValidator(_in_quotes), AfterValidator(_host6)]
Network = Annotated[str, AfterValidator(_network)]
LabelSelector = Annotated[str, AfterValidator(_labels)]
AnnotationSelector = Annotated[str, AfterValidator(_annotations)]
TemplateText = Annotated[str, AfterValidator(_template)]
AnnotationPrefix = Annotated[str, AfterValidator(_annotation_prefix)]
GatewayName = Annotated[str, AfterValidator(gateway_name)]
