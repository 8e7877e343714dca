"""What is written through the API proxy stands in the journal before its answer is passed on."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.apiproxy.intent import Write
from cli.apiproxy.journal import Journal, JournalEntry, look
from lab.api.faults import Effect, Fault
from stacks.model.errors import NotNow
from tests.cli.apiproxy.conftest import Place


def test_each_kind_of_write_is_noted(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "home.journal"
    changed, patched, doomed = place.add("c"), place.add("p"), place.add("d")
    zone = place.zone.id
    with place.carrying_out(owned=[changed, patched, doomed], journal=path):
        made = place.client("POST", "", place.a("www")).json()["result"]["id"]
        place.client("PUT", f"/{changed}", place.a("c", ttl=600))
        place.client("PATCH", f"/{patched}", {"ttl": 900})
        place.client("DELETE", f"/{doomed}")
        place.client("POST", "", place.a("bad", ttl=5))
        kept = look(path)
    record = place.record
    assert [one.write for one in kept.landed] == [
        Write("POST", zone, made, record("www")),
        Write("PUT", zone, changed, record("c", ttl=600)),
        Write("PUT", zone, patched, record("p", ttl=900)),
        Write("DELETE", zone, doomed, None),
    ]
    assert [one.write for one in kept.sent] == [
        Write("POST", zone, "", record("www")),
        Write("POST", zone, "", record("bad", ttl=5)),
    ]
    assert {one.run for one in (*kept.landed, *kept.sent)} == {"run-1"}


def test_a_batch_is_noted_whole(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "home.journal"
    with place.carrying_out(journal=path):
        place.client.together(*[("POST", "", place.a(f"n{number}")) for number in range(20)])
    there = {one.id for one in place.cloudflare.records(place.zone.id)}
    assert {one.write.record_id for one in look(path).landed} == there
    assert len(look(path).sent) == 20


def test_what_is_sent_in_ever_smaller_parts_is_noted_once(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "home.journal"
    with place.carrying_out(journal=path):
        place.client.together(*[("POST", "", place.a(f"n{number}", ttl=300 if number else 5)) for number in range(20)])
    assert len(look(path).sent) == 20
    assert len(look(path).landed) == 19


def test_a_creation_is_noted_before_it_is_sent(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    keep = Journal.sending

    async def look_at_the_zone(journal: Journal, entries: list[JournalEntry]) -> None:
        seen.append(len(place.calls()))
        await keep(journal, entries)

    monkeypatch.setattr(Journal, "sending", look_at_the_zone)
    with place.carrying_out(journal=tmp_path / "home.journal"):
        place.client("POST", "", place.a("www"))
    assert seen == [0]


def test_a_creation_that_is_found_again_is_noted(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "home.journal"
    place.cloudflare.faults.add(Fault(Effect.LOSE_ANSWER, method="POST", times=1))
    with place.carrying_out(journal=path):
        made = place.client("POST", "", place.a("www")).json()["result"]["id"]
    assert [one.write.record_id for one in look(path).landed] == [made]


def test_what_cannot_be_noted_is_not_sent(place: Place, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    there = place.add("old")
    with place.carrying_out(owned=[there], journal=blocked / "home.journal") as counts:
        answer = place.client("POST", "", place.a("www"))
    assert answer.status_code == 507
    assert "nothing was sent" in answer.json()["errors"][0]["message"]
    assert place.calls() == []
    assert counts.tally.refusals == {("cloudflare", "journal"): 1}


def test_what_has_landed_and_cannot_be_noted_is_found_by_the_plugins_repetition(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, fails = Journal.landed, [True]

    async def full(journal: Journal, entries: list[JournalEntry]) -> None:
        if fails.pop() if fails else False:
            raise NotNow("the disk is full", "here", "make room")
        await keep(journal, entries)

    monkeypatch.setattr(Journal, "landed", full)
    path = tmp_path / "home.journal"
    with place.carrying_out(journal=path):
        first = place.client("POST", "", place.a("www"))
        assert (first.status_code, "has landed" in first.text) == (507, True)
        again = place.client("POST", "", place.a("www"), {"X-Stainless-Retry-Count": "1"})
    assert again.status_code == 200
    assert [one.write.record_id for one in look(path).landed] == [again.json()["result"]["id"]]
    assert place.contents() == {"www": ["192.0.2.1"]}
