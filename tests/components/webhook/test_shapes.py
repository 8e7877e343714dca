from __future__ import annotations

import json

import pytest

from components.webhook.shapes import MEDIA_TYPE, ShapeError, listed, parse_json, version_of

WWW = {"dnsName": "www.example.com", "recordType": "A", "targets": ["192.0.2.1"]}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":1}x'])
def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ShapeError, match="no JSON"):
        parse_json(body)


def test_a_body_of_json_is_read() -> None:
    assert parse_json(json.dumps({"create": [WWW]}).encode()) == {"create": [WWW]}


def test_a_list_is_of_endpoints() -> None:
    assert listed([WWW]) == [WWW]
    with pytest.raises(ShapeError, match=r"the body\[1\] is no endpoint"):
        listed([WWW, {"targets": "192.0.2.1"}])


@pytest.mark.parametrize(
    ("media_type", "version"),
    [(MEDIA_TYPE, "1"), ("Application/external.dns.webhook+json; version=2", "2"), ("text/html", ""), ("", "")],
)
def test_a_media_type_says_its_version(media_type: str, version: str) -> None:
    assert version_of(media_type) == version
