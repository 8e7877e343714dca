"""Schedules, as favonia's cloudflare-ddns takes them for `UPDATE_CRON`. Pure: time is given.

| a schedule                         | stands for                                                                  |
|------------------------------------|-----------------------------------------------------------------------------|
| `*/5 * * * *`                      | moments by cron's five fields: minute, hour, day, month, day of the week     |
| `@hourly`, `@daily`, `@weekly`, ...| the same, by a word                                                          |
| `@every 5m`, `@every 1h30m`        | a period, from one moment to the next                                        |
| `@once`                            | no moment but the start                                                      |
| `CRON_TZ=Europe/Berlin 0 4 * * *`  | the fields are in that time zone; else in that of the process (`TZ`)         |

A day of the month and one of the week, both given, count each by itself, as in Debian's cron.
https://github.com/favonia/cloudflare-ddns, README, UPDATE_CRON; https://pkg.go.dev/github.com/robfig/cron/v3;
https://github.com/cuu508/cronsim
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from components.plain_text import quoted

LONGEST = 256
"""Characters of a schedule."""
SHORTEST, MOST = 1.0, 2_678_400.0
"""Seconds of `@every`: a second, and 31 days."""
ONCE = "@once"
_WORDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELDS = 5
_EVERY = re.compile(r"@every[ \t]{1,8}(?P<h>\d{1,6}h)?(?P<m>\d{1,6}m)?(?P<s>\d{1,7}s)?\Z")
_SECONDS = {"h": 3600, "m": 60, "s": 1}
_ZONED = re.compile(r"(?:CRON_TZ|TZ)=(?P<zone>[A-Za-z0-9_+/-]{1,64})[ \t]{1,8}(?P<rest>.*)\Z", re.DOTALL)
_YEAR_2000 = 946_684_800.0


class _ProcessZone(tzinfo):
    """The time zone of the process, whatever it is called."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return moment.replace(tzinfo=None).astimezone().utcoffset() if moment else None

    def dst(self, _: datetime | None) -> timedelta | None:
        return None

    def tzname(self, _: datetime | None) -> str | None:
        return None

    def fromutc(self, moment: datetime) -> datetime:
        return datetime.fromtimestamp(moment.replace(tzinfo=UTC).timestamp()).replace(tzinfo=self)  # noqa: DTZ006 - local


_PROCESS = _ProcessZone()


@dataclass(frozen=True, slots=True)
class Schedule:
    """The moments at which something is due. period: seconds, in place of cron's fields; infinite for none at all.

    zone: None for that of the process.
    """

    fields: str = ""
    period: float = math.inf
    zone: ZoneInfo | None = None

    def after(self, now: float) -> float:
        """Return the first moment after one, both in seconds since the epoch; infinity for none."""
        if not self.fields:
            return now + self.period
        return next(CronSim(self.fields, datetime.fromtimestamp(now, self.zone or _PROCESS))).timestamp()


@lru_cache(maxsize=64)
def schedule(text: str) -> Schedule:
    """Return a parsed schedule. Raises ValueError, with the reason, for a text of another form."""
    if len(text) > LONGEST:
        raise ValueError(f"it has {len(text):,} characters, and may have {LONGEST}")
    text = text.strip()
    zone = None
    if zoned := _ZONED.fullmatch(text):
        zone, text = _zone(zoned["zone"]), zoned["rest"].strip()
    if text.startswith("@every"):
        return Schedule(period=_period(text))
    if text == ONCE:
        return Schedule()
    if text.startswith("@") and text not in _WORDS:
        raise ValueError(f"{quoted(text)} is none of @every, @once, {', '.join(_WORDS)}")
    found = Schedule(_fields(_WORDS.get(text, text)), zone=zone)
    try:
        found.after(_YEAR_2000)
    except StopIteration:
        raise ValueError(f"{quoted(text)} never comes") from None
    return found


def _fields(text: str) -> str:
    """Return cron's fields, each as the library has it. Raises ValueError for other ones."""
    parts = text.split()
    if len(parts) != _FIELDS:
        raise ValueError(f"it has {len(parts)} fields, and cron has minute, hour, day, month and day of the week")
    fields = " ".join("*" if part == "?" else part for part in parts)
    try:
        CronSim(fields, datetime(2000, 1, 1))  # noqa: DTZ001 - the time of no place, for a check
    except (CronSimError, ValueError, AssertionError) as error:
        raise ValueError(f"{str(error).lower() or 'a field cannot be read'} in {quoted(text)}") from None
    return fields


def _period(text: str) -> float:
    found = _EVERY.fullmatch(text)
    seconds = sum(int(part[:-1]) * _SECONDS[unit] for unit, part in found.groupdict("0 ").items()) if found else 0
    if not SHORTEST <= seconds <= MOST:
        raise ValueError(f"{quoted(text)} is no period: write 30s, 5m, 1h30m and the like, up to 31 days")
    return float(seconds)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # the first where there is no such zone
        raise ValueError(f"there is no time zone {quoted(name)} here") from None
