"""Zones and clusters that are not the ones that they were."""

from __future__ import annotations

import pytest

from bench.campaigns.trust.stack import CONFIRMED, Stack
from stacks.model.values import LiveRecord

Records = tuple[LiveRecord, ...]


def settled(number: int = 4) -> tuple[Stack, Records]:
    one = Stack("attic", "home", "aaaaaaaa", "203.0.113.7")
    one.objects = {("shop", f"web{index}"): (f"n{index}.example.com",) for index in range(number)}
    records, _ = one.turn("z1", (), 0.0)
    return one, records


class TestAnotherCluster:
    @pytest.mark.parametrize("left", [0, 1, 3])
    def test_takes_nothing_of_what_the_former_one_had(self, left: int) -> None:
        one, records = settled()
        one.uid = "2"
        one.objects = dict(list(one.objects.items())[:left])
        for turn in range(3):
            after, seen = one.turn("z1", records, 1.0 + turn)
            assert after == records
            assert seen.is_held_back
            assert any("has the UID 2, and had 1" in refusal.what for refusal in seen.refusals)
            assert one.registry.memory.clusters == (("", "1"),)

    def test_makes_nothing_for_its_own_objects(self) -> None:
        one, records = settled()
        one.uid = "2"
        one.objects["shop", "strange"] = ("strange.example.com",)
        after, seen = one.turn("z1", records, 1.0)
        assert after == records
        assert [refusal.allowable for refusal in seen.refusals] == [True]

    def test_is_remembered_once_a_person_has_allowed_it(self) -> None:
        one, records = settled()
        one.uid = "2"
        del one.objects["shop", "web0"]
        records, _ = one.turn("z1", records, 1.0, permission=CONFIRMED)
        assert one.registry.memory.clusters == (("", "2"),)
        after, seen = one.turn("z1", records, 2.0)
        assert (after, seen.refusals) == (records, ())

    def test_does_not_keep_names_of_the_settings_from_their_address(self) -> None:
        one, records = settled()
        one.uid, one.address, one.objects = "2", "203.0.113.8", {}
        after, _ = one.turn("z1", records, 1.0)
        moved = {record.record.name for record in after if record.record.content == "203.0.113.8"}
        assert moved == {"attic.example.com"}

    def test_is_not_noticed_where_clusters_do_not_tell(self) -> None:
        one, records = settled()
        one.tells_uid = False
        del one.objects["shop", "web0"]
        _, seen = one.turn("z1", records, 1.0)
        assert seen.refusals == ()
        assert one.registry.memory.clusters == (("", "1"),)


class TestAnotherZone:
    def test_of_the_same_name_gets_nothing_until_a_person_allows_it(self) -> None:
        one, records = settled()
        for turn in range(2):
            after, seen = one.turn("z2", records, 1.0 + turn)
            assert after == records
            assert any("has the id z2, and had z1" in refusal.what for refusal in seen.refusals)
            assert dict(one.registry.zone_ids) == {"example.com": "z1"}

    def test_is_remembered_once_it_was_allowed(self) -> None:
        one, records = settled()
        records, seen = one.turn("z2", records, 1.0, permission=CONFIRMED)
        assert seen.allowed_by
        assert dict(one.registry.zone_ids) == {"example.com": "z2"}
