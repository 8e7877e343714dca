"""Names of hosts: what is one, and what a route's and a listener's have in common. Pure."""

from __future__ import annotations

from ipaddress import ip_address

from components.records import canonical


def hostname(text: str) -> str:
    """A host's name in lower case, without the dot at its end; a wildcard may be its first label.

    Raises ValueError with the reason. An IP address is no name (Gateway API, `Hostname`).
    """
    name = text.strip().lower().removesuffix(".")
    if is_address(name):
        raise ValueError(f"{text!r} is an IP address, which is no host name")
    canonical.check_name(name)
    if name == "*":
        raise ValueError("'*' is a wildcard of no domain")
    return name


def is_hostname(text: str) -> bool:
    """Whether the text is the name of a host."""
    try:
        hostname(text)
    except ValueError:
        return False
    return True


def is_address(text: str) -> bool:
    """Whether the text is an IP address."""
    if ":" not in text and not text[-1:].isdigit():
        return False  # most names end here: parsing each took a third of the time of a first look at a cluster
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def intersection(one: str, other: str) -> str | None:
    """The name that both stand for: the more specific of the two; "" stands for every name. None: they share none.

    `*.example.com` stands for a.example.com and a.b.example.com, not for
    example.com (Gateway API, `Listener.hostname`).
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
    """Whether every name that `name` stands for is one of the wildcard's."""
    return wildcard.startswith("*.") and name.endswith(wildcard[1:])
