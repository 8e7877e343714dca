"""The records of a zone, known from one listing and kept true by the writes through the API proxy."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

import msgspec

from cli.apiproxy.client import ApiClient
from cli.apiproxy.cloudflare.envelope import IDENTIFIED, LISTING_PAGE, Malformed, failure
from cli.apiproxy.http import Response
from cli.apiproxy.pacer import ApiUnreachable, TurnTooLate

_PAGE_SIZE: Final = 5_000
_ATTEMPTS: Final = 3


class NotListed(Exception):  # noqa: N818 - a state, not a fault
    """The zone could not be listed. answer: the API's, or one that says why there is none."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Listing:
    """All records of a zone by id, each as the API's JSON. moment: of the API's clock, in s; None: it told none."""

    records: dict[str, bytes]
    moment: float | None


async def listed(client: ApiClient, zone_id: str) -> Listing:
    """Return all records of a zone. Raises NotListed.

    Records that somebody else creates or deletes meanwhile shift the pages: then the zone is listed anew.
    """
    for _ in range(_ATTEMPTS):
        found = await _once(client, zone_id)
        if found is not None:
            return found
    raise NotListed(failure(HTTPStatus.SERVICE_UNAVAILABLE, "the zone changes while it is listed, again and again"))


async def _once(client: ApiClient, zone_id: str) -> Listing | None:
    records: dict[str, bytes] = {}
    number, pages, total, counted = 0, 1, -1, 0
    moment: float | None = None
    while number < pages:
        number += 1
        answer = await _page(client, f"/zones/{zone_id}/dns_records?page={number}&per_page={_PAGE_SIZE}")
        if answer.status != HTTPStatus.OK:
            raise NotListed(answer)
        try:
            page = LISTING_PAGE.decode(answer.body)
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


async def _page(client: ApiClient, target: str) -> Response:
    try:
        return await client.call("GET", target)
    except ApiUnreachable as error:
        raise NotListed(failure(HTTPStatus.BAD_GATEWAY, f"the API could not be reached: {error}")) from error
    except TurnTooLate as error:
        raise NotListed(
            failure(HTTPStatus.TOO_MANY_REQUESTS, f"the API's rate limit is used up for {error}")
        ) from error


def _moment(answer: Response) -> float | None:
    told = next((value for name, value in answer.headers.items() if name.lower() == "date"), None)
    try:
        return None if told is None else parsedate_to_datetime(told).timestamp()
    except ValueError:
        return None


class ZoneCache:
    """The records of one zone, listed at the first read. lock: held by whoever lists the zone or writes to it."""

    def __init__(self, client: ApiClient, zone_id: str) -> None:
        self._client = client
        self._zone_id = zone_id
        self.lock = asyncio.Lock()
        self._records: dict[str, bytes] | None = None
        self._refused: tuple[int, NotListed] | None = None
        self._round = 0

    @property
    def ids(self) -> frozenset[str] | None:
        """The ids of the zone's records; None before the zone is listed."""
        return None if self._records is None else frozenset(self._records)

    def known(self, record_id: str) -> Mapping[str, Any] | None:
        """Return a record; None where it is gone or the zone has not been listed."""
        found = (self._records or {}).get(record_id)
        return None if found is None else msgspec.json.decode(found, type=dict[str, Any])

    async def read(self, record_id: str) -> bytes | None:
        """Return a record's JSON; None where it is gone. The first read lists the zone. Raises NotListed."""
        records = self._records
        if records is None:
            asked = self._round
            async with self.lock:
                records = await self._listed_once(asked)
        return records.get(record_id)

    async def renew(self) -> Listing:
        """List the zone anew; the lock has to be held. Raises NotListed."""
        listing = await listed(self._client, self._zone_id)
        self._records = listing.records
        return listing

    def put(self, record_id: str, record: bytes) -> None:
        """Take in a record that has been written."""
        if self._records is not None:
            self._records[record_id] = record

    def remove(self, record_id: str) -> None:
        """Take in that a record has been deleted."""
        if self._records is not None:
            self._records.pop(record_id, None)

    async def _listed_once(self, asked: int) -> dict[str, bytes]:
        """List the zone for all who have asked by now: one refusal answers them all, as one listing does."""
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
