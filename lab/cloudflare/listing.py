"""Which records a listing holds, and in what order: the filters of `GET /zones/{zone_id}/dns_records`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.cloudflare.errors import invalid_parameter
from lab.cloudflare.validation import RECORD_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lab.cloudflare.calls import Call
    from lab.cloudflare.model import Record
    from lab.cloudflare.store import RecordStore

    Test = Callable[[Record], bool]

_PREDICATES: dict[str, Callable[[str, str], bool]] = {
    "exact": lambda value, wanted: value == wanted,
    "contains": lambda value, wanted: wanted in value,
    "startswith": lambda value, wanted: value.startswith(wanted),
    "endswith": lambda value, wanted: value.endswith(wanted),
}
_TEXTS: dict[str, Callable[[Record], str | None]] = {
    "name": lambda record: record.name,
    "content": lambda record: record.content,
    "comment": lambda record: record.comment,
}
_ORDERS: dict[str, Callable[[Record], str | int | bool]] = {
    "type": lambda record: record.type,
    "name": lambda record: record.name,
    "content": lambda record: record.content,
    "ttl": lambda record: record.ttl,
    "proxied": lambda record: record.proxied,
}


def select(call: Call, store: RecordStore) -> Sequence[Record]:
    """Find the records of the store that the query asks for, ordered."""
    match_any = call.choice("match", ("all", "any"), "all") == "any"
    order = call.choice("order", tuple(_ORDERS), "type")
    descending = call.choice("direction", ("asc", "desc"), "asc") == "desc"
    tests = [*_text_tests(call), *_plain_tests(call)]
    tags = _tag_test(call)
    if tags is not None:
        tests.append(tags)
    found: Sequence[Record] = store.ordered()
    if tests:
        combine = any if match_any else all
        found = [record for record in found if combine(test(record) for test in tests)]
    if "search" in call.query:  # independent of `match`
        found = [record for record in found if _holds(record, call.query["search"].lower())]
    if order == "type" and not descending:
        return found  # the store's own order
    return sorted(found, key=_ORDERS[order], reverse=descending)


def _text_tests(call: Call) -> list[Test]:
    tests: list[Test] = []
    for field, of in _TEXTS.items():
        for key, predicate in (("", "exact"), *((f".{name}", name) for name in _PREDICATES)):
            wanted = call.query.get(field + key)
            if wanted is not None:
                tests.append(_text_test(of, _PREDICATES[predicate], wanted.lower()))
    return tests


def _text_test(of: Callable[[Record], str | None], test: Callable[[str, str], bool], wanted: str) -> Test:
    return lambda record: (value := of(record)) is not None and test(value.lower(), wanted)


def _plain_tests(call: Call) -> list[Test]:
    query = call.query
    tests: list[Test] = []
    if "type" in query:
        record_type = query["type"].upper()
        if record_type not in RECORD_TYPES:
            raise invalid_parameter("type")
        tests.append(lambda record: record.type == record_type)
    if "proxied" in query:
        if query["proxied"] not in ("true", "false"):
            raise invalid_parameter("proxied")
        proxied = query["proxied"] == "true"
        tests.append(lambda record: record.proxied is proxied)
    if "comment.present" in query:
        tests.append(lambda record: record.comment is not None)
    if "comment.absent" in query:
        tests.append(lambda record: record.comment is None)
    return tests


def _tag_test(call: Call) -> Test | None:
    """All conditions on tags as one: `tag_match` joins them, `match` joins the result with the other filters."""
    tests: list[Test] = []
    for key, wanted in call.query.items():
        if key != "tag" and not key.startswith("tag."):
            continue
        predicate = key.removeprefix("tag").removeprefix(".") or ("exact" if ":" in wanted else "present")
        if predicate in ("present", "absent"):
            tests.append(_tag_presence(wanted.lower(), present=predicate == "present"))
        elif predicate in _PREDICATES:
            tests.append(_tag_value(_PREDICATES[predicate], wanted.lower()))
    combine = any if call.choice("tag_match", ("all", "any"), "all") == "any" else all
    return (lambda record: combine(test(record) for test in tests)) if tests else None


def _tag_presence(wanted: str, *, present: bool) -> Test:
    return lambda record: (wanted in {tag.lower().partition(":")[0] for tag in record.fields.tags}) is present


def _tag_value(test: Callable[[str, str], bool], wanted: str) -> Test:
    name, _, value = wanted.partition(":")

    def holds(record: Record) -> bool:
        pairs = (tag.lower().partition(":") for tag in record.fields.tags)
        return any(one == name and test(rest, value) for one, _, rest in pairs)

    return holds


def _holds(record: Record, wanted: str) -> bool:
    texts = (record.name, record.type, record.content, record.comment or "", *record.fields.tags)
    return any(wanted in text.lower() for text in texts)
