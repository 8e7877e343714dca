"""Batches and their parts hold each operation once, in an order that keeps names together."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import chain

import httpx2
import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.apiproxy.client import ApiClient
from cli.apiproxy.cloudflare import batches
from cli.apiproxy.cloudflare.operation import Method, Operation
from cli.apiproxy.counts import Counts
from cli.apiproxy.dialects import DIALECTS
from cli.apiproxy.http import Response
from cli.apiproxy.pacer import Pacer
from components.records.record import Record

_methods: st.SearchStrategy[Method] = st.sampled_from(["POST", "PUT", "PATCH", "DELETE"])
_shapes = st.lists(st.tuples(_methods, st.sampled_from("abcdef"), st.integers(0, 5)), max_size=40)
NOBODY = ApiClient("", httpx2.AsyncClient(), Pacer(DIALECTS["cloudflare"], 1, Counts()))
Shapes = list[tuple[Method, str, int]]


def operations(shapes: Shapes) -> list[Operation]:
    """One for each method, name and number of its record."""

    async def made() -> list[Operation]:
        return [
            Operation(method, "" if method == "POST" else str(number), b"", {"name": name}, None, {}, NOBODY)
            for method, name, number in shapes
        ]

    return asyncio.run(made())


def name_of(operation: Operation) -> str:
    return str((operation.fields or {})["name"])


@settings(deadline=None)
@given(_shapes)
def test_of_each_record_the_first_operation_is_taken(shapes: Shapes) -> None:
    queue = operations(shapes)
    taken, left = batches.takeable(queue)
    assert Counter(map(id, taken + left)) == Counter(map(id, queue))
    assert max(Counter(one.record_id for one in taken if one.record_id).values(), default=1) == 1
    for late in left:
        first = next(one for one in taken if one.record_id == late.record_id)
        assert queue.index(first) < queue.index(late)


@settings(deadline=None)
@given(_shapes, st.integers(1, 12))
def test_batches_hold_each_once_and_keep_names_together_where_they_fit(shapes: Shapes, limit: int) -> None:
    queue = operations(shapes)
    parts = batches.batches(queue, limit, name_of)
    assert Counter(map(id, chain.from_iterable(parts))) == Counter(map(id, queue))
    assert all(0 < len(part) <= limit for part in parts)
    for name, count in Counter(map(name_of, queue)).items():
        holding = [part for part in parts if name in map(name_of, part)]
        assert len(holding) <= 2 + count // limit


@settings(deadline=None)
@given(_shapes.filter(lambda shapes: len(shapes) > 1))
def test_halves_are_smaller_and_hold_each_once(shapes: Shapes) -> None:
    queue = operations(shapes)
    left, right = batches.halves(queue, name_of)
    assert left
    assert right
    assert Counter(map(id, left + right)) == Counter(map(id, queue))
    if len(set(map(name_of, queue))) == 1:
        ranks = [["DELETE", "PATCH", "PUT", "POST"].index(one.method) for one in left + right]
        assert ranks == sorted(ranks)


@settings(deadline=None)
@given(_shapes.filter(lambda shapes: len(shapes) > 1))
def test_each_operation_finds_its_own_in_the_answer_to_a_batch(shapes: Shapes) -> None:
    part, _ = batches.takeable(operations(shapes))
    asked = msgspec.json.decode(batches.body(part), type=dict[str, list[dict[str, str]]])
    assert sum(map(len, asked.values())) == len(part)
    if len(part) < 2:
        return
    numbered = {kind: [{"id": item.get("id", f"new-{n}")} for n, item in enumerate(asked[kind])] for kind in asked}
    found = batches.results(part, Response(200, msgspec.json.encode({"result": numbered})))
    assert found is not None
    assert {id(one): record_id for one, record_id, _ in found if one.record_id} == {
        id(one): one.record_id for one in part if one.record_id
    }
    news = [one for one in part if not one.record_id]
    assert [record_id for one, record_id, _ in found if not one.record_id] == [f"new-{n}" for n in range(len(news))]


def test_an_answer_that_leaves_operations_out_tells_nothing() -> None:
    part = operations([("POST", "a", 0), ("POST", "b", 0)])
    told: list[object] = [{"posts": [{"id": "x"}]}, {"posts": None}, {}, {"posts": [{}, {}]}, None]
    for result in told:
        assert batches.results(part, Response(200, msgspec.json.encode({"result": result}))) is None


def _write(method: Method, record_set: tuple[str, str], number: int, *, is_mark: bool = False) -> Operation:
    name = f"_truenorth-{record_set[1].lower()}.{record_set[0]}" if is_mark else record_set[0]
    record = Record(name, "TXT" if is_mark else record_set[1], f"{number}", 1, proxied=False, comment="")
    operation = Operation(method, "" if method == "POST" else f"{number}", b"", {"name": name}, record, {}, NOBODY)
    operation.record_set = record_set
    return operation


_sets = st.lists(
    st.tuples(st.sampled_from(["A", "AAAA", "TXT", "MX"]), st.integers(1, 3)), max_size=3, unique_by=lambda one: one[0]
)


@settings(deadline=None)
@given(made=_sets, gone=st.integers(0, 4))
def test_halves_of_one_name_never_part_a_mark_from_all_of_its_records(made: list[tuple[str, int]], gone: int) -> None:
    async def of_one_name() -> list[Operation]:
        part = [_write("DELETE", ("www", "CNAME"), number) for number in range(gone)]
        for record_type, several in made:
            part.append(_write("POST", ("www", record_type), 0, is_mark=True))
            part += [_write("POST", ("www", record_type), number) for number in range(1, several + 1)]
        return part

    def check(part: list[Operation]) -> None:
        for mark in part:
            if mark.write.is_mark:
                assert any(one.record_set == mark.record_set and one is not mark for one in part)
        if len(part) > 1 and batches.as_one_set(part) is None:
            halves = batches.halves(part, lambda _: "www")
            assert Counter(map(id, chain(*halves))) == Counter(map(id, part))
            for half in halves:
                assert half
                check(half)

    check(asyncio.run(of_one_name()))
