"""How the writes of a zone are put together into batches, and how a batch that was refused is taken apart.

A batch is one transaction, carried out in the order deletes, patches, puts, posts. Writes of one name stay together, so
that a record can take the place of another of its name; otherwise the order is that in which they came.
https://developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes/
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain

import msgspec

from cli.apiproxy.cloudflare_json import BATCH, IDENTIFIED, SINGLE, Malformed
from cli.apiproxy.http import Answer
from cli.apiproxy.operation import ORDER, Method, Operation

Named = Callable[[Operation], str]
"""The name that an operation is about, in lower case; "" where it is not known."""
_KINDS: dict[Method, str] = {"DELETE": "deletes", "PATCH": "patches", "PUT": "puts", "POST": "posts"}


def takeable(queue: Sequence[Operation]) -> tuple[list[Operation], list[Operation]]:
    """Those that may go together, and the rest: of each record, the first only."""
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


def batches(operations: Iterable[Operation], limit: int, named: Named) -> list[list[Operation]]:
    """Parts of at most `limit` operations; those of one name in one part, as far as they fit."""
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
    """Two parts of a refused batch of at least two, to be sent one after the other."""
    clusters = _clusters(part, named)
    if len(clusters) == 1:
        ordered = sorted(part, key=lambda operation: ORDER[operation.method])
        return ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]
    sizes = list(accumulate(map(len, clusters)))
    cut = max(1, bisect_right(sizes, len(part) // 2))
    return list(chain.from_iterable(clusters[:cut])), list(chain.from_iterable(clusters[cut:]))


def body(part: Sequence[Operation]) -> bytes:
    """The JSON of a batch call."""
    lists: dict[str, list[object]] = {}
    for operation in part:
        item = dict(operation.fields or {})
        item.pop("id", None)
        if operation.record_id:
            item["id"] = operation.record_id
        lists.setdefault(_KINDS[operation.method], []).append(item)
    return msgspec.json.encode(lists)


def results(part: Sequence[Operation], answer: Answer) -> list[tuple[Operation, str, bytes]] | None:
    """What the API says has come of each operation, with its record's id and JSON; None where that cannot be read."""
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


def _clusters(operations: Iterable[Operation], named: Named) -> list[list[Operation]]:
    found: dict[object, list[Operation]] = {}
    for operation in operations:
        found.setdefault(named(operation) or operation, []).append(operation)
    return list(found.values())
