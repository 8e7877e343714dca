"""`truenorth watch --webhook` with the real engine on the lab: what external-dns asks for, and what it is answered."""

from __future__ import annotations

import pytest

from lab import remote
from lab.world import FIRST_IPV4, GANDI_ZONE, ZONE
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told
from tests.cli.webhook.external import Document, Webhook, endpoint, serving

WWW, API = f"www.{ZONE}", f"api.{ZONE}"
OWN = {f"own.{ZONE}/A": FIRST_IPV4}
SEVERAL = tuple(endpoint(f"n{number}.{ZONE}", f"8.8.4.{number}") for number in range(1, 7))
ZONE_OF_SEVERAL = {f"n{number}.{ZONE}/A": f"8.8.4.{number}" for number in range(1, 7)}


def gets(webhook: Webhook, *wished: Document) -> None:
    """Ask for endpoints, get them, and see no difference any more."""
    answer = webhook.sync(*wished)
    assert answer is not None
    assert (answer.status_code, answer.text) == (204, "")
    assert webhook.sync(*wished) is None


class TestARequest:
    def test_is_carried_out_before_it_is_answered(self, inside: Inside) -> None:
        inside.settings("own")
        with serving(inside) as (webhook, watcher):
            assert webhook.ask("GET", "/").json() == {"include": [ZONE]}
            assert webhook.records() == []
            gets(webhook, endpoint(WWW, "8.8.4.4"), endpoint(API, WWW, record_type="CNAME"))
            assert inside.zone() == {f"{WWW}/A": "8.8.4.4", f"{API}/CNAME": WWW, **OWN}
            gets(webhook, endpoint(WWW, "8.8.8.8", recordTTL=600))
            assert inside.zone() == {f"{WWW}/A": "8.8.8.8", **OWN}
            assert inside.record("www")["ttl"] == 600
            while (requested := told(watcher, "requested"))["left"] == ["it is being carried out"]:
                pass  # the machine is busy, and it has asked again
            assert (requested["sets"], requested["left"]) == (2, [])
            assert ended(watcher) == 0

    @pytest.mark.parametrize("marks", ["txt", "comment"])
    def test_is_remembered_by_the_next_process_and_by_up(self, inside: Inside, marks: str) -> None:
        wished = (
            endpoint(WWW, "8.8.4.4", "8.8.8.8", recordTTL=600),
            endpoint(
                API,
                "8.8.4.4",
                providerSpecific=[
                    {"name": "webhook/cloudflare-proxied", "value": "true"},
                    {"name": "webhook/cloudflare-record-comment", "value": "the front door"},
                    {"name": "aws/failover", "value": "x"},
                ],
            ),
            endpoint(f"mail.{ZONE}", "10 mx.example.net", record_type="MX"),
            endpoint(f"mail.{ZONE}", "v=spf1 -all", record_type="TXT", resource="crd/other/mail"),
            endpoint(f"both.{ZONE}", "2001:4860:4860::8888", record_type="AAAA", setIdentifier="blue"),
        )
        inside.settings("own", marks=marks)
        with serving(inside) as (webhook, watcher):
            gets(webhook, *wished)
            there, said = inside.zone(), webhook.records()
            assert ended(watcher) == 0
        assert inside.result("up")["changes"] == []
        assert inside.result("preview")["changes"] == []
        with serving(inside) as (webhook, watcher):
            assert webhook.records() == said
            assert webhook.sync(*wished) is None
            assert inside.zone() == there
            gets(webhook, *wished[1:])
            assert ended(watcher) == 0

    def test_of_whole_sets_is_remembered_at_gandi_too(self, inside: Inside) -> None:
        wished = (
            endpoint(GANDI_ZONE, "lb.example.net", record_type="CNAME"),
            endpoint(f"www.{GANDI_ZONE}", "8.8.4.4", "8.8.8.8", recordTTL=60),
            endpoint(f"mail.{GANDI_ZONE}", "10 mx.example.net", "20 mx.example.org", record_type="MX"),
        )
        inside.settings(zone=GANDI_ZONE, provider="gandi")
        with serving(inside) as (webhook, watcher):
            gets(webhook, *wished)
            said = webhook.records()
            assert [one["recordTTL"] for one in said] == [300, 300, 300]
            assert (GANDI_ZONE, "ALIAS") in {
                (f"{name}.{GANDI_ZONE}".removeprefix("@."), kind) for name, kind in remote.gandi_records(inside.places)
            }
            assert ended(watcher) == 0
        with serving(inside) as (webhook, watcher):
            assert webhook.records() == said
            assert webhook.sync(*wished) is None
            gets(webhook, wished[1])
            assert ended(watcher) == 0

    def test_that_the_guard_refuses_is_not_answered_as_done_and_is_allowed_by_its_word(self, inside: Inside) -> None:
        inside.settings("own", guard={})
        with serving(inside) as (webhook, watcher):
            gets(webhook, *SEVERAL)
            before = remote.records(inside.places)
            for _ in range(2):
                answer = webhook.sync()
                assert answer is not None
                assert answer.status_code == 503
                assert (
                    "n1.example.com A: the guard refuses it: all that the objects of external-dns's webhook"
                    in answer.text
                )
                assert remote.records(inside.places) == before
                assert len(webhook.records()) == len(SEVERAL)
            word = told(watcher, "refused")["allow"]
            answer = webhook.sync(*SEVERAL, endpoint(WWW, "8.8.4.4"))
            assert answer is not None
            assert answer.status_code == 204, "the rest of its life goes on"
            inside.settings("own", guard={"allow": word})
            told(watcher, "reloaded")
            told(watcher, "result")
            gets(webhook, endpoint(WWW, "8.8.4.4"))
            assert inside.zone() == {f"{WWW}/A": "8.8.4.4", **OWN}
            assert ended(watcher) == 0

    def test_for_what_cannot_be_is_answered_with_each_reason_and_the_rest_is_done(self, inside: Inside) -> None:
        wished: tuple[Document, ...] = (
            endpoint(f"own.{ZONE}", "8.8.4.4"),
            endpoint(f"inner.{ZONE}", "10.0.0.1"),
            endpoint("www.example.net", "8.8.4.4"),
            endpoint(f"odd.{ZONE}", "not an address"),
            endpoint(f"strange.{ZONE}", "8.8.4.4", record_type="SPF"),
            endpoint(f"a..b.{ZONE}", "8.8.4.4"),
        )
        inside.settings("own")
        with serving(inside) as (webhook, watcher):
            for wanted in ((*wished, endpoint(WWW, "8.8.4.4")), wished):
                answer = webhook.sync(*wanted)
                assert answer is not None
                assert answer.status_code == 503
                said = {line.partition(":")[0]: line for line in answer.text.splitlines()}
                assert len(said) == len(wished)
                assert "the settings have it too" in said[f"own.{ZONE} A"]
                assert "truenorth:private_addresses" in said[f"inner.{ZONE} A"]
                assert "in none of the zones" in said["www.example.net A"]
                assert "not an address" in said[f"odd.{ZONE} A"]
                assert "recordType" in said[f"strange.{ZONE} SPF"]
            assert inside.zone() == OWN
            assert ended(watcher) == 0
