"""Names with several links, some of them unknown: the others are followed, and the addresses of these stay. Pure.

The zone does not tell from which link an address came. State remembers the addresses that were published of each link;
where this memory does not explain a name's addresses, nothing is touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from ipaddress import ip_address

from stacks.model.addresses.host_part import placed
from stacks.model.observation import Observation
from stacks.model.values import Endpoint, Known, LinkAddresses, Unknown
from stacks.plan.desired.endpoints import FAMILY


def partly_known(
    endpoint: Endpoint, values: Collection[str], observation: Observation
) -> Known[tuple[str, ...]] | Unknown:
    """Return the targets where some links are known and the others keep the addresses last published; else Unknown.

    values: the present ones of its set.
    """
    family = FAMILY[endpoint.type]
    sightings = [one for one in observation.addresses if one.family is family and one.link in endpoint.links]
    known = {
        one.link: frozenset(placed(one.addresses.value, endpoint.hosts))
        for one in sightings
        if isinstance(one.addresses, Known)
    }
    unseen = [one.link for one in sightings if isinstance(one.addresses, Unknown)]
    if not known:
        return endpoint.targets
    memory = {
        one.link: frozenset(placed(map(ip_address, one.addresses), endpoint.hosts))
        for one in observation.registry.links
        if one.family is family
    }
    held, now = frozenset(values), _of_links(known, known)
    remembered = _of_links(unseen, memory)
    explained = held <= now | remembered | _of_links(known, memory) or memory.keys() >= set(unseen)
    return Known(tuple(sorted(now | remembered))) if explained and remembered <= held else endpoint.targets


def _of_links(links: Iterable[str], addresses: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(address for link in links for address in addresses.get(link, ()))


def published(observation: Observation) -> tuple[LinkAddresses, ...]:
    """Return the addresses to remember of each named link: its present ones, of an unknown link the former ones."""
    before = {(one.link, one.family): one for one in observation.registry.links}
    now = {
        (one.link, one.family): LinkAddresses(one.link, one.family, tuple(sorted(map(str, one.addresses.value))))
        if isinstance(one.addresses, Known)
        else before.get((one.link, one.family))
        for one in observation.addresses
        if one.link
    }
    return tuple(one for one in now.values() if one is not None)
