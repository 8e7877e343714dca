from __future__ import annotations

from lab import remote
from tests.cli.conftest import Inside


def test_a_zone_that_is_dropped_goes_with_its_records_also_where_some_are_gone_already(inside: Inside) -> None:
    zone = {"zone": inside.places.gandi_zone, "provider": "gandi", "names": ["www", "api"]}
    inside.settings("www", zones=[zone])
    inside.result("up")
    remote.gandi_delete(inside.places, "www", "A")
    inside.settings("www")
    result = inside.result("up")
    assert {change["action"] for change in result["changes"]} == {"delete"}
    assert remote.gandi_records(inside.places) == {}
    assert inside.zone().keys() == {"www.example.com/A"}
    assert inside.result("up")["changes"] == []
