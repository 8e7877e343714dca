from __future__ import annotations

import socket
import threading
from contextlib import suppress

import pytest

from components.webhook import shapes
from components.webhook.client import NotSpoken, Webhook, WebhookSilent
from components.webhook.connection import WebhookPlace
from tests.components.webhook.conftest import Provider

ZONE = "house.example"
NEXT = shapes.MEDIA_TYPE.replace("=1", "=2")


class TestANegotiation:
    @pytest.mark.parametrize(
        "domains",
        [{}, {"include": [ZONE]}, {"include": ["Example."]}, {"include": [f".{ZONE}"]}, {"regexInclude": "x"}],
    )
    def test_takes_the_zones_that_the_filter_has(self, provider: Provider, domains: dict[str, list[str]]) -> None:
        provider.domains = domains
        provider.webhook.check_takes(ZONE)

    @pytest.mark.parametrize(
        ("domains", "said"),
        [
            ({"include": ["other.example"]}, "only other.example"),
            ({"include": [f"sub.{ZONE}"]}, f"only sub.{ZONE}"),
            ({"include": ["example"], "exclude": [ZONE]}, f"only example; not {ZONE}"),
        ],
    )
    def test_refuses_a_zone_outside_of_the_filter(
        self, provider: Provider, domains: dict[str, list[str]], said: str
    ) -> None:
        provider.domains = domains
        with pytest.raises(NotSpoken, match=f"is not for the zone {ZONE}: it takes {said}"):
            provider.webhook.check_takes(ZONE)

    @pytest.mark.parametrize(
        ("media_type", "said"),
        [
            (NEXT, "speaks version '2' of external-dns's protocol, and TrueNorth version 1"),
            ("text/html; charset=utf-8", "does not speak external-dns's protocol: it answers 'text/html"),
        ],
    )
    def test_tells_another_version_and_another_protocol(self, provider: Provider, media_type: str, said: str) -> None:
        provider.media_type, provider.body = media_type, b"<html>"
        with pytest.raises(NotSpoken, match=said):
            provider.webhook.check_takes(ZONE)

    def test_tells_a_filter_of_another_form(self, provider: Provider) -> None:
        provider.body = b'{"include": 1}'
        with pytest.raises(shapes.ShapeError, match="no lists of texts"):
            provider.webhook.check_takes(ZONE)


class TestAQuestion:
    def test_is_asked_again_where_a_fault_may_pass(self, provider: Provider) -> None:
        provider.put(f"www.{ZONE}", "192.0.2.1")
        provider.statuses["GET /records"] = [503, 429]
        assert [one["dnsName"] for one in provider.webhook.records()] == [f"www.{ZONE}"]
        assert provider.requests("GET") == ["/records"] * 3

    def test_that_fails_each_time_has_no_answer(self, provider: Provider) -> None:
        provider.statuses["GET /records"] = [500] * 3
        with pytest.raises(WebhookSilent, match=r"answers /records with 500 Internal Server Error.*; its log says why"):
            provider.webhook.records()

    def test_that_is_refused_is_not_asked_again(self, provider: Provider) -> None:
        provider.statuses["GET /records"] = [401]
        with pytest.raises(NotSpoken, match="answers /records with 401"):
            provider.webhook.records()
        assert provider.requests("GET") == ["/records"]

    def test_follows_no_redirect(self, provider: Provider) -> None:
        provider.statuses["GET /records"] = [302]
        with pytest.raises(NotSpoken, match="with 302"):
            provider.webhook.records()

    def test_has_a_bounded_answer(self, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shapes, "MOST_BYTES", 1_000)
        provider.body = b"[" + b" " * 2_000 + b"]"
        with pytest.raises(NotSpoken, match="with more than 1,000 bytes"):
            provider.webhook.records()

    @pytest.mark.parametrize("body", [b"<html>", b"{}", b'[{"targets": "192.0.2.1"}]', b"[" * 100_000])
    def test_has_an_answer_of_the_protocols_form(self, provider: Provider, body: bytes) -> None:
        provider.body = body
        with pytest.raises(NotSpoken, match=r"form|protocol"):
            provider.webhook.records()

    def test_sends_its_token_and_never_shows_it(self, provider: Provider) -> None:
        signed = Webhook(WebhookPlace(provider.url), "sesame")
        assert signed.records() == []
        assert provider.headers["Authorization"] == "Bearer sesame"
        assert "sesame" not in repr(signed)


def test_a_provider_that_is_gone_was_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(WebhookSilent, match="cannot be reached") as raised:
        Webhook(WebhookPlace(url)).apply({})
    assert not raised.value.was_sent


def test_an_answer_that_comes_drop_by_drop_ends_at_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        done = threading.Event()

        def drip() -> None:
            taken, _ = listening.accept()
            with taken, suppress(OSError):
                taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not done.wait(0.1):
                    taken.sendall(b"x" * 10)

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(WebhookSilent, match="has not answered within 1 s") as raised:
            Webhook(WebhookPlace(f"http://127.0.0.1:{listening.getsockname()[1]}", 1)).apply({})
        done.set()
        thread.join(10)
    assert raised.value.was_sent
