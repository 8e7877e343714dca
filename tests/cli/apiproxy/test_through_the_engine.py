"""The real engine and the plugin ask through the API proxy: the zone and the state are those of a run without it."""

from __future__ import annotations

from dataclasses import replace

from cli.apiproxy.intent import Intent, Write
from cli.apiproxy.proxy import ApiProxy
from components.records.record import Record
from lab import remote
from stacks.observe.zone.cloudflare import read_record
from tests.cli.conftest import Inside

VARIABLE = "CLOUDFLARE_BASE_URL"


def zone(inside: Inside) -> dict[str, Record]:
    """The records by id."""
    return {one["id"]: read_record(one) for one in remote.records(inside.places)}


def writes(inside: Inside) -> list[str]:
    """The last part of the path of each write since the last question."""
    return [path for method, path in inside.calls() if method != "GET"]


def zone_id(inside: Inside) -> str:
    listing = next(call.path for call in remote.api_requests(inside.places) if call.path.endswith("/dns_records"))
    return listing.split("/")[-2]


def renamed(record: Record, name: str, to: str) -> Record:
    return replace(record, name=record.name.replace(name, to), content=record.content.replace(name, to))


def test_each_write_of_the_plugin_is_the_one_that_was_foreseen(inside: Inside) -> None:
    inside.settings({"name": "www", "comment": "front"}, "api", {"name": "cdn", "proxied": True})
    inside.result("up")
    first, where = zone(inside), zone_id(inside)
    doomed = {key: one for key, one in first.items() if "api" in one.name}
    changed = {key: replace(one, comment="") for key, one in first.items() if one.comment == "front"}
    made = [renamed(one, "api", "new") for one in doomed.values()]
    foreseen = (
        *(Write("POST", where, "", one) for one in made),
        *(Write("PUT", where, key, one) for key, one in changed.items()),
        *(Write("DELETE", where, key, None) for key in doomed),
    )
    assert (len(made), len(changed), len(doomed)) == (2, 1, 2)
    writes(inside)
    with ApiProxy({VARIABLE: inside.environment[VARIABLE]}) as proxy:
        through = replace(inside, environment={**inside.environment, **proxy.environment})
        inside.settings("www", "new", {"name": "cdn", "proxied": True})
        with proxy.carrying_out(Intent("run", {where: frozenset(first)}, foreseen, lambda *_: True), None) as counts:
            through.pulumi("up", "--yes", "--skip-preview", "--config-file", str(inside.settings_file))
    assert (counts.tally.claimed, counts.unclaimed) == (5, ())
    assert writes(inside) == ["batch"]
    kept = {key: one for key, one in first.items() if key not in doomed}
    expected = [*{**kept, **changed}.values(), *made]
    assert sorted(map(repr, zone(inside).values())) == sorted(map(repr, expected))
    inside.result("up", "--always")
    assert writes(inside) == []
