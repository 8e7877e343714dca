"""Marks in the descriptions of pools: the owner, the wanted load balancers, and whether the pool is leaving.

The mark follows a text for people: `TrueNorth: home in eu [truenorth owner=home hosts=app.example.com]`. Each
cluster reads the marks of all pools of the account, so that any of them puts right what a lost update has taken out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LIMIT = 1000
"""The longest description written, in characters. Cloudflare's documents give no limit for it."""

_OWNER = r"[A-Za-z0-9._/-]{1,63}"
_HOST = r"[a-z0-9*_-]+(?:\.[a-z0-9_-]+)+"
_TOO_MANY = "*"
_MARK = re.compile(
    rf"\[truenorth owner=(?P<owner>{_OWNER})"
    rf" hosts=(?P<hosts>\*|(?:{_HOST}(?:,{_HOST})*)?)(?P<leaving> leaving)?\]\s*\Z"
)


@dataclass(frozen=True, slots=True)
class PoolMark:
    """The mark of a pool. hosts: the host names of its load balancers, sorted; None where they did not fit."""

    owner: str
    hosts: tuple[str, ...] | None
    leaving: bool = False

    def wants(self, host_name: str) -> bool:
        """Whether the pool is to be in the load balancer of this host name."""
        return not self.leaving and self.hosts is not None and host_name in self.hosts


def encode(text: str, mark: PoolMark) -> str:
    """Return the description with this text and mark; without the host names where they do not fit.

    Raises ValueError, with what to do, where the mark could not be read back or does not fit without host names.
    """
    if not re.fullmatch(_OWNER, mark.owner):
        raise ValueError(f"the owner {mark.owner!r} cannot stand in a mark: use 1 to 63 letters, digits, . _ / and -")
    for host in mark.hosts or ():
        if not re.fullmatch(_HOST, host):
            raise ValueError(f"{host!r} is no host name in lower case")
    hosts = _TOO_MANY if mark.hosts is None else ",".join(sorted(set(mark.hosts)))
    fits = [one for one in (_description(text, mark, hosts), _description(text, mark, _TOO_MANY)) if len(one) <= LIMIT]
    if not fits:
        raise ValueError(f"the description and its mark are longer than {LIMIT} characters: use a shorter description")
    return fits[0]


def parse(description: str) -> PoolMark | None:
    """Return the mark at the end of a pool's description; None for none."""
    found = _MARK.search(description)
    if found is None:
        return None
    hosts = None if found["hosts"] == _TOO_MANY else tuple(sorted({one for one in found["hosts"].split(",") if one}))
    return PoolMark(found["owner"], hosts, leaving=found["leaving"] is not None)


def text(cluster: str, location: str) -> str:
    """Return the text for people before the mark."""
    return f"TrueNorth: {cluster} in {location}"


def _description(text: str, mark: PoolMark, hosts: str) -> str:
    written = f"[truenorth owner={mark.owner} hosts={hosts}{' leaving' if mark.leaving else ''}]"
    return f"{text} {written}" if text else written
