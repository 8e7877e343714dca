"""The settings of a list of one's own addresses, which rules of Cloudflare's WAF refer to by its name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from stacks.model.values import WAN
from stacks.settings.problems import fault
from stacks.settings.zone import ZoneSettings

PROVIDER = "cloudflare"
"""The provider that has lists."""
MOST_LISTS = 50
FamilyName = Literal["ipv4", "ipv6"]


class AddressListSettings(BaseModel):
    """A list of IP addresses of an account at Cloudflare, with the detected addresses among its items."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,50}$")]
    """The name of the list, by which rules refer to it (`$name`): a to z, 0 to 9 and _, at most 50."""
    account_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    """The id of the account, 32 hexadecimal digits: in the address of Cloudflare's dashboard."""
    families: tuple[FamilyName, ...] = ()
    """The address families in it; none: those of `wan.families`."""
    links: tuple[str, ...] = ()
    """The links with the addresses, of `wan.links`; none: the machine's own way to the Internet."""
    prefix4: Annotated[int, Field(ge=8, le=32)] = 32
    """The length of the IPv4 network around an address that is put into it; 32: the address itself."""
    prefix6: Annotated[int, Field(ge=4, le=64)] = 64
    """The length of the IPv6 network around an address that is put into it."""
    description: Annotated[str, Field(max_length=500)] = ""
    """The description of the list, where it is made here."""
    comment: Annotated[str, Field(max_length=500)] | None = None
    """The comment on each item, by which an item unknown to state is known again; none: `truenorth/` and the owner."""

    @field_validator("families")
    @classmethod
    def _each_family_once(cls, families: tuple[FamilyName, ...]) -> tuple[FamilyName, ...]:
        if len(set(families)) != len(families):
            raise fault("an address family stands twice", "keep one of the two")
        return families

    @property
    def each_link(self) -> tuple[str, ...]:
        """The links with the addresses, that of names that ask for none included."""
        return self.links or (WAN,)

    def length(self, version: int) -> int:
        """Return the prefix length of an IP version."""
        return self.prefix4 if version == 4 else self.prefix6  # noqa: PLR2004 - IP's

    def item_comment(self, owner: str) -> str:
        """Return the comment on each item. owner: the stack's."""
        return f"truenorth/{owner}" if self.comment is None else self.comment


def check_address_lists(
    lists: Sequence[AddressListSettings],
    zones: Iterable[ZoneSettings],
    families: Collection[str],
    links: Collection[str],
) -> None:
    """Raise a fault for a list twice, a link or family that is not detected, and where no zone is at Cloudflare.

    families, links: those of the setting `wan`. zones: all, those to be found included.
    """
    if lists and not any(zone.provider == PROVIDER for zone in zones):
        said = "no zone is at Cloudflare, whose credentials the lists would need"
        raise fault(said, "add one of its zones to truenorth:zones", ("address_lists",))
    taken: set[tuple[str, str]] = set()
    for position, one in enumerate(lists):
        where = ("address_lists", position)
        if (one.account_id, one.name) in taken:
            raise fault(f"the list {one.name} stands twice", "keep one of the two", (*where, "name"))
        taken.add((one.account_id, one.name))
        for link in one.links:
            if link not in links:
                known = ", ".join(links) or "none"
                do = f"name one of wan.links ({known}), or describe {link!r} there"
                raise fault(f"{one.name}: there is no link {link!r}", do, (*where, "links"))
        for family in one.families:
            if not one.links and family not in families:
                said = f"{one.name}: no address of the family {family} is detected"
                raise fault(said, f"add {family} to truenorth:wan.families, or take it out here", (*where, "families"))
