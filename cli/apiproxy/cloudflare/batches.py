"""Put the writes of a zone together into batches, and take a refused batch apart.

A batch is one transaction, carried out in the order deletes, patches, puts, posts. Writes of one name stay together, so
that a record can take the place of another of its name; otherwise the order is that in which they came.
https://developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes/
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from itertools import accumulate, chain
from typing import Final

import msgspec

from cli.apiproxy.client import ApiClient
from cli.apiproxy.cloudflare.envelope import BATCH, IDENTIFIED, SINGLE, ZONE, Malformed
from cli.apiproxy.cloudflare.operation import ORDER, Method, Operation
from cli.apiproxy.http import Response
from cli.apiproxy.pacer import ApiUnreachable, TurnTooLate
from components.records.plan_limits import limits_of

Named = Callable[[Operation], str]
"""Returns the name that an operation is about, in lower case; "" where it is not known."""
SMALLEST: Final = 200
"""Operations of a batch on Free, and on every plan."""
_KINDS: dict[Method, str] = {"DELETE": "deletes", "PATCH": "patches", "PUT": "puts", "POST": "posts"}


def takeable(queue: Sequence[Operation]) -> tuple[list[Operation], list[Operation]]:
    """Return the operations that may go together, the first of each record, and the rest."""
    taken: list[Operation] = []
    left: list[Operation] = []
    ids: set[str] = set()
    for operation in queue:
        if operation.record_id and operation.record_id in ids:
            left.append(operation)
        else:
            ids.add(operation.record_id)
            taken.append(operation)
    return taken, left


async def batch_limit(client: ApiClient, zone_id: str, waiting: int) -> int:
    """Return how many operations a batch of the zone may hold, where so many are waiting.

    The zone's plan is read once, and only where it matters. Where it cannot be read (a token without Zone:Read), the
    smallest limit is returned.
    """
    known = client.batch_limits
    if zone_id not in known and waiting > SMALLEST:
        try:
            answer = await client.call("GET", f"/zones/{zone_id}")
        except (ApiUnreachable, TurnTooLate):
            return SMALLEST
        known[zone_id] = _limit(answer.body) if answer.status == HTTPStatus.OK else SMALLEST
    return known.get(zone_id, SMALLEST)


def _limit(content: bytes) -> int:
    try:
        return limits_of(ZONE.decode(content).result.plan.legacy_id).batch or SMALLEST
    except Malformed:
        return SMALLEST


def batches(operations: Iterable[Operation], limit: int, named: Named) -> list[list[Operation]]:
    """Return parts of at most `limit` operations; those of one name are in one part, as far as they fit."""
    parts: list[list[Operation]] = []
    part: list[Operation] = []
    for cluster in _clusters(operations, named):
        if part and len(part) + len(cluster) > limit:
            parts.append(part)
            part = []
        part += cluster
        while len(part) > limit:
            parts.append(part[:limit])
            part = part[limit:]
    return [*parts, part] if part else parts


def halves(part: Sequence[Operation], named: Named) -> tuple[list[Operation], list[Operation]]:
    """Return two parts of a refused batch of at least two operations, to be sent one after the other."""
    clusters = _clusters(part, named)
    if len(clusters) == 1:
        clusters = _units(part)
    if len(clusters) == 1:
        return list(part[: len(part) // 2]), list(part[len(part) // 2 :])
    sizes = list(accumulate(map(len, clusters)))
    cut = max(1, bisect_right(sizes, len(part) // 2))
    return list(chain.from_iterable(clusters[:cut])), list(chain.from_iterable(clusters[cut:]))


def as_one_set(part: Sequence[Operation]) -> tuple[Operation, list[Operation]] | None:
    """Return the mark and the records of a part that makes one marked set and nothing else; None for any other."""
    marks = [one for one in part if one.write.is_mark]
    sets = {one.record_set for one in part}
    if len(marks) != 1 or len(sets) != 1 or len(part) == 1 or any(one.method != "POST" for one in part):
        return None
    return marks[0], [one for one in part if one is not marks[0]]


def body(part: Sequence[Operation]) -> bytes:
    """Return the JSON of a batch call."""
    lists: dict[str, list[object]] = {}
    for operation in part:
        item = dict(operation.fields or {})
        item.pop("id", None)
        if operation.record_id:
            item["id"] = operation.record_id
        lists.setdefault(_KINDS[operation.method], []).append(item)
    return msgspec.json.encode(lists)


def results(part: Sequence[Operation], answer: Response) -> list[tuple[Operation, str, bytes]] | None:
    """Return each operation with its record's id and JSON from the answer; None for an answer that cannot be read."""
    try:
        if len(part) == 1:
            raw = bytes(SINGLE.decode(answer.body).result)
            return [(part[0], part[0].record_id or IDENTIFIED.decode(raw).id, raw)]
        result = BATCH.decode(answer.body).result
        found: list[tuple[Operation, str, bytes]] = []
        for method, kind in _KINDS.items():
            operations = [one for one in part if one.method == method]
            listed: list[msgspec.Raw] = getattr(result, kind) or []
            for operation, item in zip(operations, listed, strict=True):
                raw = bytes(item)
                found.append((operation, operation.record_id or IDENTIFIED.decode(raw).id, raw))
    except (Malformed, ValueError):
        return None
    return found


def _units(part: Iterable[Operation]) -> list[list[Operation]]:
    """Return the writes of one name in the order of a batch, one by one but for what makes a set: with its mark."""
    ordered = sorted(part, key=lambda one: ORDER[one.method])
    return _clusters(ordered, lambda one: (one.record_set or "") if one.method == "POST" else "")


def _clusters(
    operations: Iterable[Operation], named: Callable[[Operation], str | tuple[str, str]]
) -> list[list[Operation]]:
    found: dict[object, list[Operation]] = {}
    for operation in operations:
        found.setdefault(named(operation) or operation, []).append(operation)
    return list(found.values())
