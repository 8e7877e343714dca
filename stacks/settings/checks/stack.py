"""Checks that need the settings of a whole stack: its links, and the marks in comments with its owner."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from components.marks import in_comments
from components.records.plan_limits import USUAL_COMMENT
from stacks.model.errors import UserError
from stacks.settings.problems import fault
from stacks.settings.wan import WanSettings
from stacks.settings.zone import ZoneSettings
from stacks.settings.zones.entries import NameSettings, RecordSettings


def check_links(names: Iterable[tuple[tuple[str | int, ...], NameSettings]], links: Collection[str]) -> None:
    """Raise a fault for a name with a link that is not among these. names: with the paths of their settings."""
    for where, entry in names:
        known = ", ".join(links) or "none"
        for link in entry.links:
            if link not in links:
                raise fault(
                    f"{entry.name}: there is no link {link!r}",
                    f"name one of wan.links ({known}), or describe {link!r} there",
                    (*where, "links"),
                )
        if entry.links and entry.targets:
            raise fault(
                f"{entry.name} has targets and links",
                "keep targets (fixed addresses) or links (detected)",
                (*where, "links"),
            )


def check_pushers(wan: WanSettings, users: Collection[str]) -> None:
    """Raise a fault for a source `pushed:USER` without such a user. users: those of the dyndns2 endpoint."""
    for place, link in ((("wan",), wan), *((("wan", "links", name), one) for name, one in wan.links.items())):
        for user in link.pushers():
            if user not in users:
                known = ", ".join(users) or "none"
                do = f"name one of watch.dyndns.users ({known}), or add {user} there, with the variable of the password"
                raise fault(f"pushed:{user}: nobody can tell an address as {user}", do, (*place, "sources"))


def check_comment_marks(zones: Iterable[ZoneSettings], owner: str, where: str) -> None:
    """Raise UserError for a comment that leaves too little room for the mark in it."""
    for zone in zones:
        if zone.marks != "comment":
            continue
        entries: tuple[NameSettings | RecordSettings, ...] = (*zone.names, *zone.records)
        for comment in {zone.comment, *(entry.comment for entry in entries)}:
            try:
                in_comments.encode(comment or "", owner, zone.comment_limit or USUAL_COMMENT)
            except ValueError as error:
                do = "shorten it, raise comment_limit to what the zone's plan stores, or use marks: txt"
                raise UserError(str(error), where, do) from None
