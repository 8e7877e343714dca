"""Names with several links, one of which cannot be seen: the others are followed, and its addresses stay. Pure.

Which of a name's addresses came from which link nobody can tell from the zone. State remembers what was published of
each link; where its memory does not explain what the name has, nothing is touched.
"""

from __future__ import annotations

from collections.abc import Collection

from stacks.model.observation import Observation
from stacks.model.values import Endpoint, Known, LinkAddresses, Unknown
from stacks.plan.desired.endpoints import FAMILY


def partly_known(
    endpoint: Endpoint, values: Collection[str], observation: Observation
) -> Known[tuple[str, ...]] | Unknown:
    """The targets where some links are known and the others keep what was last published of them; else Unknown."""
    family = FAMILY[endpoint.type]
    seen = {
        one.link: one.addresses for one in observation.addresses if one.family is family and one.link in endpoint.links
    }
    if not any(isinstance(one, Known) for one in seen.values()):
        return endpoint.targets
    memory = {one.link: frozenset(one.addresses) for one in observation.registry.links if one.family is family}
    held = frozenset(values)
    known = {str(address) for one in seen.values() if isinstance(one, Known) for address in one.value}
    unseen = [link for link, one in seen.items() if isinstance(one, Unknown)]
    remembered = {address for link in unseen for address in memory.get(link, ())}
    explained = known.union(*(memory.get(link, ()) for link in seen))
    if not remembered <= held or (held - explained and not all(link in memory for link in unseen)):
        return endpoint.targets
    return Known(tuple(sorted(known | remembered)))


def published(observation: Observation) -> tuple[LinkAddresses, ...]:
    """What to remember of each named link: its addresses now, and of a link that is unknown those of before."""
    before = {(one.link, one.family): one for one in observation.registry.links}
    now = {
        (one.link, one.family): LinkAddresses(one.link, one.family, tuple(sorted(map(str, one.addresses.value))))
        if isinstance(one.addresses, Known)
        else before.get((one.link, one.family))
        for one in observation.addresses
        if one.link
    }
    return tuple(one for one in now.values() if one is not None)
