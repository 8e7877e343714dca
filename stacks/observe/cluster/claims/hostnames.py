"""Names of hosts, wildcards among them, and the names that two of them have in common. Pure."""

from __future__ import annotations

from functools import lru_cache

from components.plain_text import quoted
from components.records import canonical
from components.records.canonical import is_address


@lru_cache(maxsize=4096)
def hostname(text: str) -> str:
    """Return a host's name in lower case, without the dot at its end; a wildcard may be its first label.

    Raises ValueError with the reason. An IP address is not a name (Gateway API, `Hostname`).
    """
    name = canonical.ascii_name(text).removesuffix(".")
    if is_address(name):
        raise ValueError(f"{quoted(text)} is an IP address, which is no host name")
    canonical.check_name(name)
    if name == "*":
        raise ValueError("'*' is a wildcard of no domain")
    return name


def is_hostname(text: str) -> bool:
    """Return whether the text is the name of a host."""
    try:
        hostname(text)
    except ValueError:
        return False
    return True


def intersection(one: str, other: str) -> str | None:
    """Return the more specific of two names where one covers the other; None where they share no name.

    "" stands for every name. `*.example.com` covers a.example.com and a.b.example.com, but not example.com (Gateway
    API, `Listener.hostname`).
    """
    try:
        first, second = (hostname(text) if text else "" for text in (one, other))
    except ValueError:
        return None
    if not first or not second or first == second:
        return first or second
    if covers(first, second):
        return second
    return first if covers(second, first) else None


def covers(wildcard: str, name: str) -> bool:
    """Return whether a wildcard covers a name, or all names of another wildcard."""
    return wildcard.startswith("*.") and name.endswith(wildcard[1:])
