"""Checks that all servers of a zone have it as it is now: each is asked for the zone's serial (RFC 1035, 3.3.13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import dns.message
import dns.rcode
import dns.rdatatype
from dns.serial import Serial

from cli.doctor.finding import DoctorFinding, ok, warning

UNREACHED = "see that DNS, UDP and TCP port 53, is let out; until then changes are not confirmed (setting confirm)"
_BEHIND = (
    "see that the primary tells it of changes (BIND: also-notify) and lets it transfer the zone (allow-transfer), and "
    "what its own log says"
)
_AHEAD = "write the server that takes the updates first in rfc2136.server, and see that the others follow it"

Answer = int | str
"""The serial that a server has of a zone, or why it gives none."""


def serial_in(answer: dns.message.Message) -> Answer:
    """Return the serial in an answer, or why there is none."""
    if answer.rcode() != dns.rcode.NOERROR:
        return f"it answers {dns.rcode.to_text(answer.rcode())}"
    found = [part[0].serial for part in answer.answer if part.rdtype == dns.rdatatype.SOA]
    return int(found[0]) if found else "it does not serve the zone"


def compared(about: str, answers: Mapping[str, Answer], primary: str) -> Iterator[DoctorFinding]:
    """Report a line for each server: what it has, whether that is old, or why it does not answer.

    primary: the server that takes the updates. Where it is silent, the newest serial is that of the zone.
    """
    known = {name: serial for name, serial in answers.items() if isinstance(serial, int)}
    first = primary if primary in known else max(known, key=lambda name: Serial(known[name]), default="")
    for name, said in answers.items():
        if isinstance(said, str):
            yield warning(about, f"{name} does not answer: {said}", name, UNREACHED)
        elif said == known[first]:
            yield ok(about, f"{name} answers, with serial {said}")
        else:
            behind = Serial(said) < Serial(known[first])
            how = "lags behind" if behind else "is ahead of"
            what = f"{name} {how} {first}: it has serial {said}, and {first} has {known[first]}"
            yield warning(about, what, name, _BEHIND if behind else _AHEAD)
