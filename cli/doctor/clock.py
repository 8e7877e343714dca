"""Checks the clock of this machine against those of the APIs, because signatures, tokens and leases depend on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import requests

from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding, failed, ok, warning
from stacks.model.errors import ObservationError
from stacks.settings.credentials import CLOUDFLARE, GANDI

PATHS = {
    "cloudflare": ("CLOUDFLARE_BASE_URL", CLOUDFLARE, "/user/tokens/verify"),
    "gandi": ("GANDI_URL", GANDI, "/v5/livedns/domains"),
}
"""What each provider answers to anybody, if only with a refusal: the answer has a Date (RFC 9110, 6.6.1)."""
TIMEOUT = 5.0
DOUBTFUL, WRONG = 5.0, 60.0
"""Seconds by which a clock may be wrong before that is told, and before it is a failure."""
_HALF = 0.5
"""A Date has no fractions: on average it is so much in the past."""


def clock(examined: Examined) -> Iterator[DoctorFinding]:
    """Compare the clock with the first provider's. Raises ObservationError where that cannot be asked."""
    provider = examined.settings.each_zone()[0].provider
    variable, usual, path = PATHS[provider]
    url = (examined.environment.get(variable, "").strip() or usual).rstrip("/") + path
    began = time.time()
    try:
        answer = requests.get(url, timeout=TIMEOUT)
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
