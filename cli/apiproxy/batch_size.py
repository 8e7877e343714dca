"""How many operations a batch call of a zone may hold.

https://developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes/
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from cli.apiproxy.cloudflare_json import ZONE, Malformed
from cli.apiproxy.pace import TooLong, Unreachable

if TYPE_CHECKING:
    from cli.apiproxy.calls import Calls

SMALLEST: Final = 200
"""On Free, and what every plan takes."""
_PAID: Final = 3_500


async def batch_size(calls: Calls, zone_id: str, waiting: int, known: dict[str, int]) -> int:
    """The size for so many waiting operations; the zone's plan is asked for once, and only where it matters.

    known: sizes by zone id; grows. Where the plan cannot be seen (a token without Zone:Read) it is the smallest.
    """
    if zone_id not in known and waiting > SMALLEST:
        try:
            answer = await calls.ask("GET", f"/zones/{zone_id}")
        except (Unreachable, TooLong):
            return SMALLEST
        known[zone_id] = _PAID if answer.status == HTTPStatus.OK and _is_paid(answer.body) else SMALLEST
    return known.get(zone_id, SMALLEST)


def _is_paid(body: bytes) -> bool:
    try:
        return ZONE.decode(body).result.plan.legacy_id != "free"
    except Malformed:
        return False
