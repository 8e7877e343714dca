"""How long things take with a cluster."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiTiming:
    """How long things take, in seconds.

    timeout: for which an answer is awaited, and for which it is tried before a collection is unknown.
    watch: after which the server is asked to end a watch; up to twice that, so that not all end at once.
    silence: between two words of a watch. A bookmark comes every 60: after more than that, the connection is half-open.
    (Not of a kind to which nothing has happened since the server began. There it costs a request more now and then.)
    absent: between two questions whether a kind is served that has not been.
    first_retry, longest_retry: between two attempts; it doubles from the one to the other.
    """

    timeout: float = 10.0
    watch: float = 300.0
    silence: float = 90.0
    absent: float = 30.0
    first_retry: float = 0.1
    longest_retry: float = 30.0
