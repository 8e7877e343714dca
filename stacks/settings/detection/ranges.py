"""The ranges by which a link's settings take addresses, or leave them out."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IpNetwork = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Ranges:
    """The ranges for detected addresses. accept: count although not global; networks, excluded: see `WanSettings`."""

    accept: tuple[IpNetwork, ...] = ()
    networks: tuple[IpNetwork, ...] = ()
    excluded: tuple[IpNetwork, ...] = ()

    def left_out(self, address: IPv4Address | IPv6Address) -> str:
        """Return the reason why the settings leave an address out; "" where they do not.

        Networks of one family say nothing about the other.
        """
        chosen = [one for one in self.networks if one.version == address.version]
        if chosen and not any(address in one for one in chosen):
            return f"{address} is left out: it is in none of wan.networks"
        out = next((one for one in self.excluded if address in one), None)
        return f"{address} is left out: wan.excluded_networks has {out}" if out else ""


ALL = Ranges()
