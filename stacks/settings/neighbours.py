"""The check of what the settings want at one name: whether the zone's provider lets it stand together."""

from __future__ import annotations

from collections.abc import Collection

from components.records.aliases import ALIASES, WHY, Neighbour, clash
from components.records.providers import Provider
from stacks.settings.problems import fault


def check_beside(
    provider: Provider, name: str, one: Neighbour, others: Collection[Neighbour], where: tuple[str, int], *, apex: bool
) -> None:
    """Raise the fault of an entry that cannot stand beside the others of its name. apex: whether it is the zone's."""
    if one.type in {other.type for other in others}:
        raise fault(f"{name} is named twice", "keep one of the two entries", where)
    clashing = [other for other in others if clash(provider, one, other, at_apex=apex)]
    if not clashing:
        return
    there = (one, *clashing)
    alias = next(each for each in there if each.type in ALIASES)
    beside = [each for each in there if each != alias]
    proxied = Neighbour(alias.type, proxied=True)
    helps = provider.proxies and not any(clash(provider, proxied, each, at_apex=apex) for each in beside)
    raise fault(
        f"{name} has a {alias.type} and {', '.join(sorted(each.type for each in beside))} records",
        f"{WHY[alias.type]}: keep one of the two{', or set proxied: true for the CNAME' if helps else ''}",
        where,
    )
