"""The kind of NAT before this machine, by pystun3, and its meaning for records. For diagnosis only, IPv4 only.

pystun3 goes by RFC 3489: it asks the server to answer from its second address and port (CHANGE-REQUEST) and concludes
from what gets through. So only a server with two addresses can tell the kind, such as coturn with two listeners; the
well-known public ones answer with the address and no more. What is lost on the way looks like a filter: "full cone" is
certain, "restricted" and "port restricted" are likely. It sees the NATs on the way as one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address

from stacks.model.values import Address, Family, Known, Unknown
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.agreement.verdict import CARRIER_NAT, Network, refusal
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.wan.sources.stun_exchange import binding
from stacks.settings.secrets.children import NAT, needed

CHILD = "stacks.observe.wan.nat_child"
SHARE = 0.8
"""The share of the time for pystun3; the rest is for a Binding of RFC 8489 where pystun3 gets no answer."""


class Kind(Enum):
    """The kind of NAT or firewall before this machine; the value is its name in messages (RFC 3489, section 5)."""

    OPEN_INTERNET = "open internet"
    SYMMETRIC_UDP_FIREWALL = "symmetric UDP firewall"
    FULL_CONE = "full cone"
    RESTRICTED = "restricted cone"
    PORT_RESTRICTED = "port restricted cone"
    SYMMETRIC = "symmetric"
    UDP_BLOCKED = "UDP blocked"
    NONE = "none"
    """No NAT; the server cannot tell whether there is a firewall."""
    UNTOLD = "of unknown kind"
    """A NAT of a kind that the server cannot tell."""


PYSTUN3 = {
    "Open Internet": Kind.OPEN_INTERNET,
    "Symmetric UDP Firewall": Kind.SYMMETRIC_UDP_FIREWALL,
    "Full Cone": Kind.FULL_CONE,
    "Restric NAT": Kind.RESTRICTED,
    "Restric Port NAT": Kind.PORT_RESTRICTED,
    "Symmetric NAT": Kind.SYMMETRIC,
}

UDP_BLOCKED = (
    "The server did not answer over UDP: it is down, or a firewall drops UDP.",
    "Sources over TCP (`tcp:HOST:PORT` in `wan.stun`, and web services) find the address all the same.",
)
NO_NAT = "No NAT: the address is this machine's own, and records can point straight at it."
FIREWALL = "A firewall lets in answers only: open the ports that are to be reached."
FORWARD = "what the records name is reached once your router forwards its ports to this machine."
SECOND_NAT = "a second NAT, your provider's, is beyond it, and no forwarded port is reached."
CARRIERS = (
    "the NAT is your provider's, and forwards no ports; a public record cannot work; ask the provider for a public "
    "address, or use a tunnel."
)
HOLE_PUNCHING = (
    "Each destination sees another port of yours: connections between peers (hole punching) fail, forwarded ports work."
)


@dataclass(frozen=True, slots=True)
class Nat:
    """The outcome of a classification."""

    kind: Kind
    external: IPv4Address | None
    """The address that the server sees; None where UDP is blocked."""
    source: IPv4Address | None = None
    """The address of ours from which the requests were sent."""
    untold: str = ""
    """The reason why the kind is not known; empty where it is."""


def classify(
    server: tuple[str, int], seconds: float, via: str = "", environment: Mapping[str, str] | None = None
) -> Nat | Unknown:
    """Classify the NAT before this machine, over UDP and IPv4. Raises nothing.

    server: host and port of a STUN server. seconds: the longest time. via: the interface or the address of ours by
    which the requests leave. environment: of this process, of which the child gets what it needs. No process is left
    behind.
    """
    host, port = server
    deadline = Deadline(seconds)
    found = _pystun3(host, port, seconds * SHARE, via, environment or {})
    source, external = _address(found.get("source")), _address(found.get("external"))
    kind = PYSTUN3.get(found.get("kind", ""))
    if kind is not None and external is not None:
        return Nat(kind, external, source)
    untold = found.get("failed", "its second address does not answer")
    if external is None:
        try:
            seen = binding(host, port, Family.IPV4, "udp", deadline, via)
        except NoAnswerError as error:
            if found.get("kind") == "Blocked":
                return Nat(Kind.UDP_BLOCKED, None, source)
            return Unknown(f"{host} port {port}: {found.get('failed', error)}")
        external = _address(str(seen))
        untold = "the server does not answer in the way of RFC 3489"
    return Nat(Kind.NONE if external == source else Kind.UNTOLD, external, source, untold)


def meaning(nat: Nat, wan: Known[tuple[Address, ...]] | Unknown, accept: Sequence[Network] = ()) -> tuple[str, ...]:
    """Return the meaning of a classification for records, in plain sentences. Pure.

    wan: the addresses on which the detection's sources agreed; accept: see `refusal`. Two NATs in a row cannot be seen
    from here, and are not claimed.
    """
    lines = _meaning(nat, accept)
    if nat.external is not None and isinstance(wan, Known) and nat.external not in wan.value:
        agreed = ", ".join(map(str, wan.value))
        lines += (f"The sources agreed on {agreed}: what goes to this server leaves by another way, such as a VPN.",)
    return lines


def _meaning(nat: Nat, accept: Sequence[Network]) -> tuple[str, ...]:
    if nat.external is None:
        return UDP_BLOCKED
    if refused := refusal(nat.external, Family.IPV4, accept):
        return (f"{refused}.",)
    if nat.external == nat.source:
        return (NO_NAT, FIREWALL) if nat.kind is Kind.SYMMETRIC_UDP_FIREWALL else (NO_NAT,)
    if nat.source is not None and nat.source in CARRIER_NAT:
        return (f"This machine's own address {nat.source} is of the range 100.64.0.0/10: {CARRIERS}",)
    lines: tuple[str, ...] = (
        f"A NAT stands between {nat.source or 'this machine'} and the Internet: {FORWARD}",
        f"If the router's own WAN address is not {nat.external}, then {SECOND_NAT}",
    )
    if nat.kind is Kind.SYMMETRIC:
        lines += (HOLE_PUNCHING,)
    if nat.kind is Kind.UNTOLD:
        lines += (f"Its kind is not known: {nat.untold}.",)
    return lines


def _pystun3(host: str, port: int, seconds: float, via: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the output of the child process, or the reason why there is none as `failed`. It is gone on return."""
    # -P: a file `stun.py` in the working directory must not be taken for pystun3.
    command = [sys.executable, "-P", "-m", CHILD, host, str(port), str(seconds), *([via] if via else [])]
    started = time.monotonic()
    try:
        with subprocess.Popen(  # noqa: S603 - our own module
            command,
            env=needed(NAT, environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as child:
            try:
                written, _ = child.communicate(timeout=seconds)
            finally:
                child.kill()
    except subprocess.TimeoutExpired:
        return {"failed": f"the classification was not done after {time.monotonic() - started:.1f} s"}
    except OSError as error:
        return {"failed": f"the classification cannot be started: {error}"}
    try:
        found: dict[str, str] = json.loads(written)
    except ValueError:
        return {"failed": f"the classification failed (exit code {child.returncode})"}
    return found


def _address(text: str | None) -> IPv4Address | None:
    return IPv4Address(text) if text else None
