"""Checks the clock of this machine against those of the APIs, because signatures, tokens and leases depend on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import requests

from cli.apiproxy.dialects import DIALECTS
from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding, failed, ok, warning
from components.http_login import without_netrc
from stacks.model.errors import ObservationError

TIMEOUT = 5.0
DOUBTFUL, WRONG = 5.0, 60.0
"""Seconds by which a clock may be wrong before that is told, and before it is a failure."""
_HALF = 0.5
"""A Date has no fractions: on average it is so much in the past."""


def clock(examined: Examined) -> Iterator[DoctorFinding]:
    """Raises ObservationError where no provider can be asked.

    A name server of one's own says so itself, by the signature of each answer.
    """
    providers = [zone.provider for zone in examined.settings.each_zone() if zone.provider in DIALECTS]
    if not providers:
        return
    dialect = DIALECTS[providers[0]]
    # Answered to anybody, if only with a refusal, and with a Date (RFC 9110, 6.6.1).
    url = (examined.environment.get(dialect.variable, "").strip() or dialect.url).rstrip("/") + dialect.public_path
    began = time.time()
    try:
        answer = requests.get(url, timeout=TIMEOUT, auth=without_netrc)
    except requests.RequestException as error:
        raise ObservationError(f"the time of {url} cannot be asked: {error}") from error
    ended = time.time()
    date = answer.headers.get("Date", "")
    try:
        theirs = parsedate_to_datetime(date).timestamp() + _HALF
    except ValueError:
        yield warning("clock", f"the answer has no Date that can be read: {date!r}", url, "see which proxy is between")
        return
    yield judged((began + ended) / 2 - theirs, (ended - began) / 2 + _HALF, url)


def judged(ahead: float, uncertain: float, where: str) -> DoctorFinding:
    """Return the finding about a clock. ahead, uncertain: seconds. where: the URL of the other clock."""
    surely = max(0.0, abs(ahead) - uncertain)
    said = f"the clock is {abs(ahead):.0f} s {'fast' if ahead > 0 else 'slow'}"
    do = "set it by NTP: `timedatectl set-ntp true`, or on the host of the virtual machine or container"
    if surely > WRONG:
        return failed("clock", said, where, do)
    if surely > DOUBTFUL:
        return warning("clock", said, where, do)
    return ok("clock", "the clock is right, to the second" if surely == 0 else said, where)
