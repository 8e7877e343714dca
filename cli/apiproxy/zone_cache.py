"""The records of a zone, known from one listing and kept true by what is written through the bridge."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cli.apiproxy.cloudflare_json import IDENTIFIED, PAGE, Malformed, failure
from cli.apiproxy.pace import TooLong, Unreachable

if TYPE_CHECKING:
    from cli.apiproxy.calls import Calls
    from cli.apiproxy.http import Answer

_PAGE_SIZE: Final = 5_000
_ATTEMPTS: Final = 3


class NotListed(Exception):  # noqa: N818 - a state, not a fault
    """The zone could not be listed. answer: what the API said of it, or why it said nothing."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Listing:
    """All records of a zone by id, each as the API's JSON. moment: of the API's clock, in s; None: it told none."""

    records: dict[str, bytes]
    moment: float | None


async def listed(calls: Calls, zone_id: str) -> Listing:
    """List a zone, all pages. Raises NotListed.

    Records that somebody else makes or deletes meanwhile shift the pages: then it is listed anew.
    """
    for _ in range(_ATTEMPTS):
        found = await _once(calls, zone_id)
        if found is not None:
            return found
    raise NotListed(failure(HTTPStatus.SERVICE_UNAVAILABLE, "the zone changes while it is listed, again and again"))


async def _once(calls: Calls, zone_id: str) -> Listing | None:
    records: dict[str, bytes] = {}
    number, pages, total, counted = 0, 1, -1, 0
    moment: float | None = None
    while number < pages:
        number += 1
        answer = await _asked(calls, f"/zones/{zone_id}/dns_records?page={number}&per_page={_PAGE_SIZE}")
        if answer.status != HTTPStatus.OK:
            raise NotListed(answer)
        try:
            page = PAGE.decode(answer.body)
            records.update((IDENTIFIED.decode(item).id, bytes(item)) for item in page.result)
        except Malformed:
            said = "the API's listing of the zone could not be read"
            raise NotListed(failure(HTTPStatus.BAD_GATEWAY, said)) from None
        counted += len(page.result)
        if page.result_info is not None:
            pages = page.result_info.total_pages
            total = page.result_info.total_count
        moment = _moment(answer) if moment is None else moment
    is_whole = number == 1 or (total in {-1, len(records)} and counted == len(records))
    return Listing(records, moment) if is_whole else None


async def _asked(calls: Calls, target: str) -> Answer:
    try:
        return await calls.ask("GET", target)
    except Unreachable as error:
        raise NotListed(failure(HTTPStatus.BAD_GATEWAY, f"the API could not be reached: {error}")) from error
    except TooLong as error:
        raise NotListed(failure(HTTPStatus.TOO_MANY_REQUESTS, f"the API's limit is used up: {error}")) from error


def _moment(answer: Answer) -> float | None:
    told = next((value for name, value in answer.headers.items() if name.lower() == "date"), None)
    try:
        return None if told is None else parsedate_to_datetime(told).timestamp()
    except ValueError:
        return None


class Mirror:
    """Not listed until the first question. lock: held by whoever lists the zone or writes to it."""

    def __init__(self, calls: Calls, zone_id: str, lock: asyncio.Lock) -> None:
        self._calls = calls
        self._zone_id = zone_id
        self._lock = lock
        self._records: dict[str, bytes] | None = None
        self._refused: tuple[int, NotListed] | None = None
        self._round = 0

    @property
    def ids(self) -> frozenset[str] | None:
        """Of the records that are there; None where nobody has asked yet."""
        return None if self._records is None else frozenset(self._records)

    def known(self, record_id: str) -> Mapping[str, Any] | None:
        """The record, if it is there and the zone has been listed."""
        found = (self._records or {}).get(record_id)
        return None if found is None else msgspec.json.decode(found, type=dict[str, Any])

    async def read(self, record_id: str) -> bytes | None:
        """The record's JSON; None where it is gone. Lists the zone first where it has not been. Raises NotListed."""
        records = self._records
        if records is None:
            asked = self._round
            async with self._lock:
                records = await self._listed_once(asked)
        return records.get(record_id)

    async def renew(self) -> Listing:
        """List the zone anew; the lock has to be held. Raises NotListed."""
        listing = await listed(self._calls, self._zone_id)
        self._records = listing.records
        return listing

    def put(self, record_id: str, record: bytes) -> None:
        """A record has been written."""
        if self._records is not None:
            self._records[record_id] = record

    def remove(self, record_id: str) -> None:
        """A record has been deleted."""
        if self._records is not None:
            self._records.pop(record_id, None)

    async def _listed_once(self, asked: int) -> dict[str, bytes]:
        """List for all who have asked by now: one refusal answers them all, as one listing does."""
        if self._records is not None:
            return self._records
        if self._refused is not None and self._refused[0] > asked:
            raise self._refused[1]
        try:
            return (await self.renew()).records
        except NotListed as error:
            self._round += 1
            self._refused = (self._round, error)
            raise
