"""Compute when a leader must have stopped, and when another process may take the lease.

Of a renewal that was sent at S, and seen by another at O (which is after S, whatever the network does):

    S                       the leader renews
    S + renew_deadline      it leads no more: no engine starts, one that runs is interrupted
    S + stop                an engine that still runs is killed
    O + free                another takes the lease

Another can only take it where nothing was written since O (resourceVersion), so O belongs to the last renewal, and
O + free is never before S + stop as long as no two clocks differ in rate by more than the distance of the two: about
4 % with 15 s and 10 s; NTP slews by 0.05 % at most. What is left of it is the time that killing takes.

free is a little less than lease_duration, so that a takeover is over within lease_duration of a leader's death even
when it died just after a renewal.
"""

from __future__ import annotations

from stacks.kube.timing import WatchTiming
from stacks.settings.watch import ElectionSettings

_OF_GAP = 0.2
"""Of the time between the deadline and the lease's end: what is kept after the kill; the rest is for a graceful end."""
_AT_LEAST = 0.06
"""Of lease_duration: what is kept after the kill at least, should renew_deadline come close to lease_duration."""
_EARLY = 0.03
"""Of lease_duration."""
_POLL = 0.5
"""Seconds between two questions, at most, where the Lease cannot be watched."""


def stop(pace: ElectionSettings) -> float:
    """Return the seconds from the start of the last renewal to the moment at which an engine is killed."""
    gap = pace.lease_duration - pace.renew_deadline
    return pace.lease_duration - max(_OF_GAP * gap, _AT_LEAST * pace.lease_duration)


def lead(pace: ElectionSettings) -> float:
    """Return the seconds from the start of the last renewal for which a leader leads."""
    return min(pace.renew_deadline, stop(pace))


def free(duration: float) -> float:
    """Return the seconds from the last change of a Lease of this duration to the moment at which it may be taken."""
    return duration * (1 - _EARLY)


def absence(pace: ElectionSettings) -> float:
    """Return the seconds for which a Lease must be absent before another process makes it.

    A leader whose Lease was deleted makes it again in less. A process that has just started cannot know of that leader.
    """
    return 1.5 * pace.retry_period


def patience(pace: ElectionSettings) -> float:
    """Return the seconds for which an answer is awaited: several attempts fit before the deadline."""
    return 0.9 * pace.retry_period


def rhythm(pace: ElectionSettings) -> WatchTiming:
    """Return the rhythm of looking at the Lease. A leader renews once in a retry period: a silence of 1.5 is long."""
    period = pace.retry_period
    return WatchTiming(patience(pace), 1.5 * period, min(_POLL, period), period / 2)
