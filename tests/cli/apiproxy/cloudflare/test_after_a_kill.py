"""What a killed run had sent may land after the next run has looked: it is found, never called refused."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.apiproxy.cloudflare import lost_answers
from cli.apiproxy.intent import Write
from components.records.record import Record
from tests.cli.apiproxy.conftest import Place, World
from tests.cli.apiproxy.journals import left_by_a_killed_run


@pytest.fixture(autouse=True)
def _without_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_answers, "FIRST_WAIT", 0.001)


def mark_of(record: Record) -> Record:
    return Record(f"_mark.{record.name}", "TXT", f'"mark of {record.name}"', 300, proxied=False, comment="")


def wishes_for(place: Place, records: Iterable[Record]) -> list[Write]:
    """The foreseen creations of sets: the mark, then the record."""
    return [
        Write("POST", place.zone.id, "", item, (record.name, "A"))
        for record in records
        for item in (mark_of(record), record)
    ]


def lands(place: Place, record: Record) -> str:
    """Let a record appear in the zone; its id."""
    body = {"type": record.type, "name": record.name, "content": record.content, "ttl": record.ttl}
    return place.cloudflare.add_record(place.zone.id, body).id


def fields(record: Record) -> dict[str, object]:
    """The request for a record, as the plugin words it."""
    return {
        "type": record.type,
        "name": record.name,
        "content": record.content,
        "ttl": record.ttl,
        "proxied": record.proxied,
    }


@pytest.mark.parametrize("landed", [("mark",), ("record",), ("mark", "record")])
def test_a_set_is_found_however_much_of_it_has_landed(place: Place, tmp_path: Path, landed: tuple[str, ...]) -> None:
    record = place.record("www")
    parts = {"mark": mark_of(record), "record": record}
    wishes = wishes_for(place, [record])
    ids = {name: lands(place, parts[name]) for name in landed}
    with place.carrying_out(*wishes, journal=left_by_a_killed_run(tmp_path / "journal", wishes)) as counts:
        answers = {name: place.client("POST", "", fields(one)) for name, one in parts.items()}
    assert {name: answers[name].json()["result"]["id"] for name in landed} == ids
    assert {one.status_code for one in answers.values()} == {200}
    assert counts.refusals == ()
    assert place.contents() == {"www": ["192.0.2.1"], "_mark.www": [mark_of(record).content]}


def test_a_record_that_the_killed_run_did_not_send_is_refused_as_the_api_refuses_it(
    place: Place, tmp_path: Path
) -> None:
    sent, other = place.record("sent"), place.record("other")
    lands(place, other)
    journal = left_by_a_killed_run(tmp_path / "journal", wishes_for(place, [sent]))
    with place.carrying_out(*wishes_for(place, [sent, other]), journal=journal) as counts:
        answers = [place.client("POST", "", fields(one)) for one in (sent, other, mark_of(other))]
    assert [one.status_code for one in answers] == [200, 400, 400]
    assert [write.record for write, _ in counts.refusals] == [other]
    assert place.contents().keys() == {"sent", "_mark.sent", "other"}


def test_hundreds_that_have_landed_late_take_one_look(place: Place, tmp_path: Path) -> None:
    records = [place.record(f"n{number}") for number in range(100)]
    wishes = wishes_for(place, records)
    for wish in wishes:
        assert wish.record
        lands(place, wish.record)
    with place.carrying_out(*wishes, journal=left_by_a_killed_run(tmp_path / "journal", wishes)) as counts:
        assert place.client("POST", "", fields(records[0])).status_code == 200
    assert place.calls() == [("POST", "/dns_records/batch"), ("GET", "/dns_records")]
    assert counts.refusals == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from(["", "mark", "record", "mark record"]), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_has_landed_each_set_is_whole_and_only_a_strangers_record_is_refused(
    world: World, sets: list[tuple[bool, str, bool]]
) -> None:
    """Each set: whether the killed run had sent it, what of that has landed, whether a stranger made its record."""
    with world.place() as place, tempfile.TemporaryDirectory() as folder:
        records = [place.record(f"n{number}") for number in range(len(sets))]
        sent, strangers = [], set()
        for record, (was_sent, landed, is_strangers) in zip(records, sets, strict=True):
            if was_sent:
                sent.append(record)
                for name in landed.split():
                    lands(place, {"mark": mark_of(record), "record": record}[name])
            elif is_strangers:
                strangers.add(record)
                lands(place, record)
        journal = left_by_a_killed_run(Path(folder) / "journal", wishes_for(place, sent))
        with place.carrying_out(*wishes_for(place, records), journal=journal) as counts:
            refused = {
                one for one in records for item in (mark_of(one), one) if not place.client("POST", "", fields(item)).ok
            }
        assert refused == {write.record for write, _ in counts.refusals} == strangers
        first_labels = {one.name.partition(".")[0] for one in records}
        marked = {f"_mark.{one.name.partition('.')[0]}" for one in records if one not in strangers}
        assert place.contents().keys() == first_labels | marked
        assert all(len(contents) == 1 for contents in place.contents().values())


def deletions(place: Place, *ids: str) -> list[Write]:
    """The foreseen deletions of records."""
    return [Write("DELETE", place.zone.id, one, None, ("gone.example.com", "A")) for one in ids]


class TestADeletionThatAKilledRunHadSent:
    """It may land after the next run has looked, and before that sends the same: the API knows no such record."""

    @pytest.mark.parametrize("count", [1, 60])
    def test_is_done_and_takes_one_look(self, place: Place, count: int) -> None:
        ids = [place.add(f"old{number}") for number in range(count)]
        for one in ids:
            place.cloudflare.remove_record(place.zone.id, one)
        with place.carrying_out(*deletions(place, *ids), owned=ids) as counts:
            answers = [place.client("DELETE", f"/{one}") for one in ids]
        assert [one.json()["result"] for one in answers] == [{"id": one} for one in ids]
        assert [method for method, _ in place.calls()] == ["DELETE" if count == 1 else "POST", "GET"]
        assert counts.refusals == ()

    def test_has_those_carried_out_that_it_did_not_take(self, place: Place) -> None:
        gone, there = place.add("gone"), place.add("there")
        place.cloudflare.remove_record(place.zone.id, gone)
        made = Write("POST", place.zone.id, "", place.record("made"), ("made.example.com", "A"))
        with place.carrying_out(*deletions(place, gone, there), made, owned=[gone, there]) as counts:
            answers = [place.client("DELETE", f"/{one}") for one in (gone, there)]
            answers.append(place.client("POST", "", fields(place.record("made"))))
        assert {one.status_code for one in answers} == {200}
        assert place.contents().keys() == {"made"}
        assert counts.refusals == ()

    def test_is_refused_where_no_plan_has_foreseen_it(self, place: Place) -> None:
        gone = place.add("gone")
        place.cloudflare.remove_record(place.zone.id, gone)
        with place.carrying_out(owned=[gone]):
            assert place.client("DELETE", f"/{gone}").status_code == 404


class TestAWriteThatLandedBeforeTheEngineReadTheZone:
    """The engine finds in its refresh that nothing is left to be done: it asks for no such write, and none is sent."""

    def test_is_not_sent_again_and_missed_by_nobody(self, place: Place) -> None:
        changed, gone = place.add("changed"), place.add("gone")
        place.cloudflare.remove_record(place.zone.id, gone)
        made = place.record("made")
        foreseen = [
            Write("PUT", place.zone.id, changed, place.record("changed"), ("changed.example.com", "A")),
            *deletions(place, gone),
            Write("POST", place.zone.id, "", made, ("made.example.com", "A")),
        ]
        with place.carrying_out(*foreseen, owned=[changed, gone]) as counts:
            assert [place.client("GET", f"/{one}").status_code for one in (changed, gone)] == [200, 404]
            assert place.client("POST", "", fields(made)).status_code == 200
        assert counts.unclaimed == ()
        assert place.calls() == [("GET", "/dns_records"), ("POST", "/dns_records")]

    def test_is_sent_where_the_engine_has_read_something_else(self, place: Place) -> None:
        changed, there = place.add("changed"), place.add("there")
        wish = place.record("changed", "192.0.2.2")
        foreseen = [Write("PUT", place.zone.id, changed, wish, ("changed.example.com", "A")), *deletions(place, there)]
        with place.carrying_out(*foreseen, owned=[changed, there]) as counts:
            assert [place.client("GET", f"/{one}").status_code for one in (changed, there)] == [200, 200]
            assert place.client("PUT", f"/{changed}", fields(wish)).status_code == 200
            assert place.client("DELETE", f"/{there}").status_code == 200
        assert counts.unclaimed == ()
        assert place.contents() == {"changed": ["192.0.2.2"]}
