"""The timing of requests to a cluster."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiTiming:
    """The timing of requests to a cluster, in seconds.

    timeout: wait for an answer, and duration of attempts before a collection is unknown.
    watch: duration of a watch that the server is asked for; up to twice that, so that not all end at once.
    silence: of a watch, after which its connection counts as half-open. The server sends a bookmark every 60 s, except
    for a kind without any change since it started; there a silence costs a further request.
    absent: between two discoveries of a kind that is not served.
    first_retry, longest_retry: between two attempts; it doubles from the one to the other.
    resolved: the longest for which the addresses of a host name of the cluster count, whatever their TTL is.
    """

    timeout: float = 10.0
    watch: float = 300.0
    silence: float = 90.0
    absent: float = 30.0
    first_retry: float = 0.1
    longest_retry: float = 30.0
    resolved: float = 300.0


@dataclass(frozen=True, slots=True)
class WatchTiming:
    """The timing of an ObjectWatcher, in seconds.

    patience: wait for an answer. silence: of a watch, after which it counts as half-open; the object changes more often
    than that while somebody takes care of it. poll: between two requests where it cannot be watched. retry: after a
    failure, at most.
    """

    patience: float
    silence: float
    poll: float
    retry: float
