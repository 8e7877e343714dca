"""The options that say from which tool records are taken over, and which records of it."""

from __future__ import annotations

import shlex
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacks.plan.records.adoption import Takeover
    from stacks.settings.stack import Settings

_DO = "write a part of the comment, or a pattern such as '^managed by ddns/'"


class Tool(Enum):
    """The tools whose records can be taken over."""

    EXTERNAL_DNS = "external-dns"
    CLOUDFLARE_DDNS = "cloudflare-ddns"
    ROUTEFLARE = "routeflare"


FromOwner = Annotated[
    str,
    typer.Option("--from-owner", help="Only what this owner id of the tool has marked; all of its if left out."),
]
FromName = Annotated[
    list[str] | None,
    typer.Option("--name", help="Also take what nobody has marked at this name; repeat for more."),
]
FromComment = Annotated[
    str, typer.Option("--from-comment", help="Also take what has a comment like this regular expression.")
]


def takeover_asked(tool: Tool | None, owner: str, comment: str) -> Takeover:
    """Return the takeover that these options ask for, without names. Raises UserError."""
    from components.plain_text import quoted
    from stacks.model.errors import UserError
    from stacks.plan.records.adoption import Takeover
    from stacks.plan.records.unmarked import Unmarked, comment_pattern

    if tool is None and owner:
        raise UserError("--from-owner names an owner of no tool", "truenorth adopt", "say which with --from")
    if tool is Tool.ROUTEFLARE and owner:
        raise UserError("routeflare marks no owner", "--from-owner", "leave --from-owner out")
    try:
        unmarked = Unmarked(comment=comment_pattern(comment) if comment else None)
    except ValueError as error:
        raise UserError(f"{quoted(comment)} is no pattern of comments: {error}", "--from-comment", _DO) from None
    return Takeover(tool.value if tool else "truenorth", owner, unmarked=unmarked)


def at_names(takeover: Takeover, names: Iterable[str], settings: Settings) -> Takeover:
    """Return the takeover of what nobody has marked at these names, too. Raises UserError for one in no zone."""
    return replace(takeover, unmarked=replace(takeover.unmarked, names=full_names(names, settings)))


def options_line(tool: Tool, owner: str, names: Iterable[str], comment: str) -> str:
    """Return the options as a person would type them for `truenorth adopt`."""
    said = [("--from", tool.value), ("--from-owner", owner), ("--from-comment", comment)]
    given = [*said, *(("--name", name) for name in names)]
    return " ".join(f"{option} {shlex.quote(value)}" for option, value in given if value)


def full_names(names: Iterable[str], settings: Settings) -> frozenset[str]:
    """Return names in full, each with its view. Raises UserError for one that is in none of the zones."""
    from components.plain_text import quoted
    from components.records import canonical
    from components.views import bare, qualified, view_of
    from stacks.model.errors import UserError

    zones = [zone.zone for zone in settings.each_zone()]
    do = f"write it in full, in one of {', '.join(zones)}"
    found: set[str] = set()
    for name in names:
        try:
            full = canonical.ascii_name(bare(name)).rstrip(".")
            full = canonical.fqdn(full, bare(zones[0])) if len(zones) == 1 else full
            canonical.check_name(full)
            full = qualified(full, view_of(zones[0] if len(zones) == 1 else name))
        except ValueError as error:
            raise UserError(str(error), "--name", do) from None
        if not any(f".{full}".endswith(f".{zone}") for zone in zones):
            raise UserError(f"{quoted(name)} is in none of the zones", "--name", do)
        found.add(full)
    return frozenset(found)
