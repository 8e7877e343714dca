"""Tell the operator of a service from its host: the agreement counts operators, not hosts."""

from __future__ import annotations

from ipaddress import ip_address

from stacks.model.cloudflare_ranges import is_cloudflare

DECLARED = "declared"
"""The operator of addresses that the user wrote down (`static:`, `file:`): they need no second witness."""

CLOUDFLARE = "cloudflare.com"

# One operator under several domains.
ALIASES = {
    "icanhazip.com": CLOUDFLARE,
    "cloudflare-dns.com": CLOUDFLARE,
    "one.one.one.one": CLOUDFLARE,
    "whoami.cloudflare": CLOUDFLARE,
    "ipinfo.app": "ipinfo.io",
    "googleapis.com": "google.com",
    "dns.google": "google.com",
    "awsglobalaccelerator.com": "amazonaws.com",
    "amazon.com": "amazonaws.com",
}

CLOUDFLARE_RESOLVERS = frozenset({"1.1.1.1", "1.0.0.1"})
"""Addresses of Cloudflare that are not in its published ranges."""

# Second-level labels under which countries register names (example.co.uk). Where this table is too short two
# operators count as one: fewer witnesses, never more.
SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"})


def operator_of(host: str, port: int) -> str:
    """Return the operator of a host: its registrable domain.

    A bare address is an operator of its own, except Cloudflare's; on this host (loopback, local names) each
    `host:port` is one.
    """
    host = host.lower().rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        pass
    else:
        if is_cloudflare(address) or host in CLOUDFLARE_RESOLVERS:
            return CLOUDFLARE
        if not address.is_loopback:
            return host
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    labels = host.split(".")
    if len(labels) == 1 or labels[-1] == "localhost":
        return f"{host}:{port}"
    if host in ALIASES:
        return ALIASES[host]
    is_country = len(labels[-1]) == 2  # noqa: PLR2004 - ISO 3166 codes have two letters
    count = 3 if is_country and labels[-2] in SECOND_LEVEL else 2
    domain = ".".join(labels[-count:])
    return ALIASES.get(domain, domain)
