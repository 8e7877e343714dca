"""The same requests through the API proxy and without it: the same answers and the same zone, in any interleaving.

What is compared of an answer: its status, the codes of its errors, and the record in it but for times, and for the id
of a record that was just made. The oracle of concurrent requests is linearizability: there is an order of all requests,
in which one that was answered before another began stands before it, and in which the lab's rules, applied one request
after the other, give each request the answer that it got, and the zone that there is in the end. So requests that
commute are answered exactly as alone, and those that conflict as in one of their orders.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.apiproxy.cloudflare import lost_answers, zone
from lab.api.faults import Effect, Fault
from lab.cloudflare.errors import ApiError
from lab.cloudflare.model import Record
from lab.cloudflare.records import create, find, overwrite, patch, remove
from lab.cloudflare.store import RecordStore
from tests.cli.apiproxy.conftest import Place

_NUMBERS = itertools.count(1)
VARYING = {"id", "created_on", "modified_on", "comment_modified_on", "tags_modified_on"}
OLD = 4
"""Records that are there at first, and owned; one more is not."""

_names = st.sampled_from(["a", "b", "c"])
_bodies = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("A"),
            "name": _names,
            "content": st.sampled_from(["192.0.2.1", "192.0.2.2"]),
            "ttl": st.sampled_from([1, 300, 5]),
        },
        optional={"comment": st.sampled_from(["x", None]), "tags": st.sampled_from([["t:1"], []])},
    ),
    st.fixed_dictionaries(
        {"type": st.just("CNAME"), "name": _names, "content": st.just("target.example.net"), "ttl": st.just(1)}
    ),
    st.fixed_dictionaries({"type": st.just("TXT"), "name": _names, "content": st.sampled_from(['"x"', "y"])}),
    st.sampled_from([{"type": "A"}, {}, {"type": "A", "name": "a", "content": "no address"}, {"name": 5}]),
)
_changes = st.one_of(
    st.fixed_dictionaries({"ttl": st.sampled_from([1, 600, 5])}),
    st.fixed_dictionaries({"name": _names}),
    st.fixed_dictionaries({"comment": st.sampled_from(["y", None])}),
)


@dataclass(frozen=True)
class Asked:
    """target: which of the zone's first records, or, from OLD on, which of those that the same client made before."""

    method: str
    target: int
    body: Any


_targets = st.integers(0, OLD + 1)
_asked = st.one_of(
    st.builds(Asked, st.just("POST"), st.just(0), _bodies),
    st.builds(Asked, st.just("PUT"), _targets, _bodies),
    st.builds(Asked, st.just("PATCH"), _targets, _changes),
    st.builds(Asked, st.just("DELETE"), _targets, st.none()),
    st.builds(Asked, st.just("GET"), _targets, st.none()),
)


@dataclass(frozen=True)
class Seen:
    """A request with its answer. result: a record but for what varies, the deleted id, or the codes of a refusal."""

    asked: Asked
    record_id: str
    began: float
    ended: float
    status: int
    result: object
    made: str = ""


def plain(record: dict[str, Any], *, new: bool = False) -> dict[str, Any]:
    """What is compared of a record."""
    kept = {key: value for key, value in record.items() if key not in VARYING}
    return kept if new else {**kept, "id": record["id"]}


def begin(place: Place) -> list[str]:
    """Give the zone its first records, and the caller a token with a budget of its own; the ids of what is owned."""
    place.token = f"same-{next(_NUMBERS)}"
    place.cloudflare.add_token(place.token)
    place.cloudflare.stores[place.zone.id] = RecordStore()
    first = [place.add("a"), place.add("b", "192.0.2.9"), place.add("d", ttl=60), place.add("e", comment="x")]
    zone_, store = place.zone, place.cloudflare.stores[place.zone.id]
    foreign = {"type": "A", "name": "c", "content": "192.0.2.1", "ttl": 300}
    create(zone_, store, foreign, place.cloudflare.clock().replace(year=2020))
    return first


def ask(place: Place, base: str, requests_: Sequence[Asked], first: Sequence[str]) -> Iterator[Seen]:
    """One client, one request after the other."""
    client = replace(place.direct, base=base)
    made: list[str] = []
    for asked in requests_:
        ids = [*first, *made]
        record_id = "" if asked.method == "POST" else ids[asked.target % len(ids)]
        began = time.monotonic()
        answer = client(asked.method, f"/{record_id}" if record_id else "", asked.body)
        ended = time.monotonic()
        document = answer.json()
        if answer.status_code != 200:
            codes = [error["code"] for error in document["errors"]]
            yield Seen(asked, record_id, began, ended, answer.status_code, codes)
        elif asked.method == "POST":
            new = document["result"]["id"]
            made.append(new)
            yield Seen(asked, "", began, ended, 200, plain(document["result"], new=True), new)
        else:
            result = document["result"]
            shown = result if asked.method == "DELETE" else plain(result)
            yield Seen(asked, record_id, began, ended, 200, shown)
    client.session.close()


@dataclass(frozen=True)
class Model:
    """The zone by the lab's rules. ids: of the model by those that clients saw of records that they made."""

    place: Place
    store: RecordStore
    ids: dict[str, str]

    def after(self, seen: Seen) -> Model | None:
        """The zone after this request; None where it would have been answered otherwise."""
        store = self.store.copy()
        record_id = self.ids.get(seen.record_id, seen.record_id)
        status, result, made = self._carried_out(store, seen.asked, record_id)
        if isinstance(result, dict) and "id" in result:
            result = {**result, "id": seen.record_id}
        if (status, result) != (seen.status, seen.result):
            return None
        return Model(self.place, store, {**self.ids, seen.made: made} if made else self.ids)

    def _carried_out(self, store: RecordStore, asked: Asked, record_id: str) -> tuple[int, object, str]:
        zone_, now = self.place.zone, self.place.cloudflare.clock()
        record: Record
        try:
            match asked.method:
                case "POST":
                    record = create(zone_, store, asked.body, now)
                    return 200, plain(record.as_json(), new=True), record.id
                case "PUT":
                    record = overwrite(zone_, store, record_id, asked.body, now)
                case "PATCH":
                    record = patch(zone_, store, record_id, asked.body, now)
                case "DELETE":
                    remove(store, record_id)
                    return 200, {"id": record_id}, ""
                case _:
                    record = find(store, record_id)
        except ApiError as error:
            return error.status, [problem.code for problem in error.problems], ""
        return 200, plain(record.as_json()), ""

    def is_zone(self, records: Sequence[Record]) -> bool:
        """Whether these are the records."""
        back = {model: seen for seen, model in self.ids.items()}
        mine = {back.get(one.id, one.id): one.fields for one in self.store.ordered()}
        return mine == {one.id: one.fields for one in records}


def linearizes(model: Model, left: Sequence[Seen], records: Sequence[Record]) -> bool:
    """Whether some order of what is left explains the answers and the records (Wing and Gong, 1993)."""
    if not left:
        return model.is_zone(records)
    earliest_end = min(one.ended for one in left)
    for number, seen in enumerate(left):
        if seen.began <= earliest_end:
            after = model.after(seen)
            if after is not None and linearizes(after, [*left[:number], *left[number + 1 :]], records):
                return True
    return False


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zone, "QUIET", 0.002)
    monkeypatch.setattr(lost_answers, "FIRST_WAIT", 0.001)


def test_one_request_after_the_other_is_answered_as_by_the_api(place: Place) -> None:
    proxied = place.proxy.environment["CLOUDFLARE_BASE_URL"]

    @settings(max_examples=25, deadline=None)
    @given(st.lists(_asked, max_size=10))
    def check(requests_: list[Asked]) -> None:
        first = begin(place)
        before = place.cloudflare.stores[place.zone.id].copy()
        alone = list(ask(place, place.base, requests_, first))
        expected = place.cloudflare.records(place.zone.id)
        place.cloudflare.stores[place.zone.id] = before
        with place.carrying_out(owned=first):
            through = list(ask(place, proxied, requests_, first))
        ids = {one.made: other.made for one, other in zip(alone, through, strict=True)}
        for one, other in zip(alone, through, strict=True):
            result = one.result
            if isinstance(result, dict) and "id" in result:
                result = {**result, "id": ids.get(result["id"], result["id"])}
            assert (other.status, other.result) == (one.status, result), other.asked
        assert {one.id: one.fields for one in place.cloudflare.records(place.zone.id)} == {
            ids.get(one.id, one.id): one.fields for one in expected
        }

    check()


def together(place: Place, clients: Sequence[Sequence[Asked]], faults: Sequence[Fault]) -> None:
    """Let the clients ask side by side, and look for an order."""
    proxied = place.proxy.environment["CLOUDFLARE_BASE_URL"]
    first = begin(place)
    before = Model(place, place.cloudflare.stores[place.zone.id].copy(), {})
    seen: list[Seen] = []
    start = threading.Barrier(len(clients))

    def run(requests_: Sequence[Asked]) -> None:
        start.wait()
        for one in ask(place, proxied, requests_, first):
            seen.append(one)  # noqa: PERF402 - what was answered counts, whatever comes after

    threads = [threading.Thread(target=run, args=(requests_,)) for requests_ in clients]
    place.cloudflare.faults.set(faults)
    with place.carrying_out(owned=first):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    place.cloudflare.faults.clear()
    assert len(seen) == sum(map(len, clients))
    records = place.cloudflare.records(place.zone.id)
    assert linearizes(before, sorted(seen, key=lambda one: one.began), records), seen


_clients = st.lists(st.lists(_asked, min_size=1, max_size=3), min_size=2, max_size=5)


def test_requests_at_once_are_answered_as_in_some_order(place: Place) -> None:
    @settings(max_examples=40, deadline=None)
    @given(_clients)
    def check(clients: list[list[Asked]]) -> None:
        together(place, clients, [])

    check()


_faults = st.lists(
    st.builds(
        Fault,
        st.sampled_from([Effect.LOSE_ANSWER, Effect.DROP, Effect.SERVER_ERROR]),
        method=st.sampled_from(["POST", "PUT", "DELETE"]),
        path=st.just("dns_records"),
        times=st.just(1),
        status=st.sampled_from([500, 502]),
    ),
    min_size=1,
    max_size=2,
)


def test_lost_answers_do_not_change_what_the_zone_becomes(place: Place) -> None:
    @settings(max_examples=40, deadline=None)
    @given(_clients, _faults)
    def check(clients: list[list[Asked]], faults: list[Fault]) -> None:
        together(place, clients, faults)

    check()
