"""What the world says the WAN addresses are: set from outside while the services answer."""

from __future__ import annotations

import errno
from dataclasses import dataclass


@dataclass
class Addresses:
    """The WAN addresses, shared by all services of a world. None: no service answers over that family.

    Fields are set from any thread; the next answer has the new value.
    """

    ipv4: str | None = "203.0.113.7"
    ipv6: str | None = "2001:db8::7"

    def seen_from(self, client: str) -> str | None:
        """Return the address that a client (its numeric address) is seen to have: that of its family."""
        is_ipv6 = ":" in client and not client.startswith("::ffff:")
        return self.ipv6 if is_ipv6 else self.ipv4


def in_use(error: OSError, host: str, port: int) -> OSError:
    """Return the error with the address in its message, where it says that the port cannot be had."""
    if error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
        return error
    return OSError(error.errno, f"cannot listen on {host} port {port}: {error.strerror}")
