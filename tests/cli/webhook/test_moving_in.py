"""A zone of external-dns before and after the switch to the webhook, and a source that moves on."""

from __future__ import annotations

import pytest

from lab import remote
from lab.world import FIRST_IPV4, ZONE
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended
from tests.cli.webhook.external import endpoint, serving

OWN = {f"own.{ZONE}/A": FIRST_IPV4}
LISTENING = {"webhook": {"listen": "127.0.0.1:0"}}
NAMES = ("n1", "n2", "n3", "n4")
WISHED = tuple(endpoint(f"{name}.{ZONE}", "8.8.4.4", recordTTL=300) for name in NAMES)


@pytest.fixture
def made_by_external_dns(inside: Inside) -> list[dict[str, object]]:
    """Its records and marks, as it has made them at Cloudflare itself."""
    for one in WISHED:
        name, resource = one["dnsName"], one["labels"]["resource"]
        mark = f'"heritage=external-dns,external-dns/owner=default,external-dns/resource={resource}"'
        for kind, full, content in (("A", name, "8.8.4.4"), ("TXT", f"a-{name}", mark)):
            record = {"name": full, "type": kind, "content": content, "ttl": 300, "proxied": False}
            remote.edit_record(inside.places, record)
    return [one for one in remote.records(inside.places) if one["type"] == "A"]


def test_what_external_dns_has_made_is_taken_over_and_found_as_it_wishes(
    inside: Inside, made_by_external_dns: list[dict[str, object]]
) -> None:
    inside.settings("own", watch=LISTENING)
    inside.result("adopt", "--from", "external-dns", "--from-owner", "default", "--yes")
    there = [one for one in remote.records(inside.places) if one["type"] == "A"]
    assert {one["id"] for one in there} == {one["id"] for one in made_by_external_dns}, "imported, not made again"
    assert not [one for one in remote.records(inside.places) if "heritage=external-dns" in one["content"]]
    with serving(inside) as (webhook, watcher):
        assert webhook.sync(*WISHED) is None
        assert inside.zone() == {**{f"{name}.{ZONE}/A": "8.8.4.4" for name in NAMES}, **OWN}
        assert ended(watcher) == 0


def test_without_a_webhook_in_the_settings_it_is_left_alone(
    inside: Inside, made_by_external_dns: list[dict[str, object]]
) -> None:
    inside.settings("own")
    inside.result("adopt", "--from", "external-dns", "--from-owner", "default", "--yes")
    with serving(inside) as (webhook, watcher):
        answer = webhook.sync(*WISHED)
        assert answer is not None
        assert answer.status_code == 503
        assert f"n1.{ZONE} A: A 8.8.4.4 (external-dns owner default (service/default/n1))" in answer.text
        assert ended(watcher) == 0
    assert [one for one in remote.records(inside.places) if one in made_by_external_dns] == made_by_external_dns


def test_what_it_asked_for_stays_until_it_is_retired_and_a_person_agrees(inside: Inside) -> None:
    inside.settings("own", guard={})
    with serving(inside) as (webhook, watcher):
        answer = webhook.sync(*WISHED)
        assert answer is not None
        assert answer.status_code == 204
        assert ended(watcher) == 0
    assert inside.result("up")["changes"] == [], "nobody listens, and nobody has said that it asks no more"
    inside.settings("own", guard={}, watch={"webhook": {"retired": True}})
    refused = inside.run("up")
    said = " ".join(refused.stderr.split())
    assert "all that the objects of external-dns's webhook have asked for would be deleted: 4 records" in said
    word = said.partition("--allow ")[2].partition("`")[0]
    inside.result("up", "--allow", word)
    assert inside.zone() == OWN
