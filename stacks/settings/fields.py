"""Types of single settings that zones, names and records share, and of selectors and templates, with their checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator

from components.marks import ownership
from components.plain_text import check_plain, quoted
from components.records import canonical
from stacks.model import selectors
from stacks.model.templates.parse import parse
from stacks.settings.problems import fault

LONGEST_COMMENT = 500
SHORTEST_LIMIT = 50
"""Characters: a mark has to fit in."""
LONGEST_TTL = 2_592_000
DDNS = "ddns"


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


def _ttl(value: int) -> int:
    if value != canonical.AUTOMATIC_TTL and not 30 <= value <= LONGEST_TTL:  # noqa: PLR2004 - said in the message
        raise fault(
            f"a ttl of {value} seconds is not possible",
            "use 60 to 86400 (from 30 on Enterprise zones) at Cloudflare, 300 to 2592000 at Gandi, or 1 for automatic",
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
    parts = [part.strip() for part in value.split(",")]
    if parts == [DDNS] or all(map(canonical.is_address, parts)):
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


def _selector(value: str, read: Callable[[str], selectors.Selector]) -> str:
    try:
        read(value)
    except ValueError as error:
        do = "write it as kubectl takes a selector: team=web,stage in (test,live),!old"
        raise fault(str(error), do) from None
    return value


def _template(value: str) -> str:
    """Return a template. Raises a fault for a text that is none, and for what external-dns does not document."""
    try:
        parse(value)
    except ValueError as error:
        do = "write it as {{ .Name }}.{{ .Namespace }}.example.com, with what docs/sources.md has of Go's templates"
        raise fault(f"the template cannot be used: {error}", do) from None
    return value


CommentLimit = Annotated[int, AfterValidator(_comment_limit)]
MarkPrefix = Annotated[str, AfterValidator(_mark_prefix)]
Ttl = Annotated[int, AfterValidator(_ttl)]
Comment = Annotated[str, AfterValidator(_comment)]
Zone = Annotated[str, AfterValidator(_zone)]
DefaultTarget = Annotated[str, AfterValidator(_default_target)]
LabelSelector = Annotated[str, AfterValidator(_labels)]
AnnotationSelector = Annotated[str, AfterValidator(_annotations)]
TemplateText = Annotated[str, AfterValidator(_template)]
