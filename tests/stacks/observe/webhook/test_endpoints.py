from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.webhook import shapes
from components.webhook.shapes import MOST_ENDPOINTS, MOST_VALUES, ShapeError, listed
from stacks.model.claims import Claim, ObjectKey
from stacks.model.values import Known
from stacks.observe.webhook.endpoints import Changes, MarkError, UnreadEndpoint, changes_of, claim_of
from tests.hostile.texts import TEXTS
from tests.profiles import examples

WWW: dict[str, Any] = {"dnsName": "www.example.com", "recordType": "A", "targets": ["192.0.2.1"]}
PREFIX = "external-dns.alpha.kubernetes.io/"
MARK = '"heritage=external-dns,external-dns/owner=default,external-dns/resource=service/default/www"'

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
fields = st.sampled_from(
    ["dnsName", "recordType", "targets", "labels", "providerSpecific", "recordTTL", "create", "delete", "name", "value"]
)
documents = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(fields, inner, max_size=5), max_leaves=20
)


def claimed(**changes: object) -> Claim:
    found = claim_of({**WWW, **changes})
    assert isinstance(found, Claim), found
    return found


def unread(**changes: object) -> UnreadEndpoint:
    found = claim_of({**WWW, **changes})
    assert isinstance(found, UnreadEndpoint), found
    return found


class TestAnEndpoint:
    def test_is_a_claim_with_what_it_says(self) -> None:
        found = claimed(
            dnsName="WWW.Example.com.",
            targets=["192.0.2.2", "192.0.2.1"],
            recordTTL=300,
            labels={"resource": "service/shop/web", "owner": ""},
            providerSpecific=[
                {"name": f"{PREFIX}cloudflare-proxied", "value": "true"},
                {"name": f"{PREFIX}cloudflare-record-comment", "value": "the front door"},
                {"name": f"{PREFIX}cloudflare-tags", "value": "b,a"},
                {"name": "aws/weight", "value": "1"},
            ],
        )
        assert (found.name, found.type, found.ttl) == ("www.example.com", "A", 300)
        assert found.targets == Known(("192.0.2.1", "192.0.2.2"))
        assert (found.proxied, found.comment, found.tags) == (True, "the front door", ("a", "b"))
        assert found.object.resource == "external-dns/service/shop/web"
        assert str(found.object) == "service shop/web in external-dns"

    @pytest.mark.parametrize("prefix", ["webhook/cloudflare-", "cloudflare/", "cloudflare-", f"{PREFIX}cloudflare-"])
    def test_has_properties_by_each_name_that_external_dns_has_for_them(self, prefix: str) -> None:
        assert claimed(providerSpecific=[{"name": f"{prefix}proxied", "value": "true"}]).proxied is True

    def test_leaves_to_the_zone_what_it_does_not_say(self) -> None:
        found = claimed(recordTTL=0, labels=None, providerSpecific=None)
        assert (found.ttl, found.proxied, found.comment, found.tags) == (None, None, None, None)

    @pytest.mark.parametrize(
        ("label", "key"),
        [
            ("node/n1", ObjectKey("external-dns", "node", "", "n1")),
            ("crd/infra/a", ObjectKey("external-dns", "crd", "infra", "a")),
            ("", ObjectKey("external-dns", "endpoint", "", "www.example.com")),
            ("node/", ObjectKey("external-dns", "endpoint", "", "www.example.com")),
            ('a/b/c",truenorth/owner=x', ObjectKey("external-dns", "endpoint", "", "www.example.com")),
        ],
    )
    def test_has_a_key_that_a_mark_can_hold(self, label: str, key: ObjectKey) -> None:
        assert claimed(labels={"resource": label}).object == key

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"dnsName": ""}, "is no DNS label"),
            ({"dnsName": "192.0.2.1"}, "is an IP address"),
            ({"recordType": "SPF"}, "recordType 'SPF'; allowed: A, AAAA"),
            ({"targets": []}, "targets ''; allowed: at least one"),
            ({"targets": ["nowhere"]}, "targets 'nowhere'"),
            ({"recordType": "CNAME", "targets": ["a.example.com", "b.example.com"]}, "allowed: one name"),
            ({"recordTTL": -1}, "recordTTL '-1'; allowed: whole seconds"),
            ({"providerSpecific": [{"name": f"{PREFIX}cloudflare-proxied", "value": "maybe"}]}, "providerSpecific"),
        ],
    )
    def test_that_cannot_be_read_says_why(self, changes: dict[str, object], reason: str) -> None:
        assert reason in unread(**changes).reason

    def test_is_told_cut(self) -> None:
        found = unread(dnsName="a" * 100_000)
        assert len(found.name) + len(found.reason) < 2_000


class TestARequest:
    def test_is_applied_to_what_there_is(self) -> None:
        api, other = {**WWW, "dnsName": "api.example.com"}, {**WWW, "targets": ["192.0.2.9"]}
        before = {(one.name, one.type or ""): one for one in map(claim_of, (WWW, api)) if isinstance(one, Claim)}
        changes = changes_of({"updateOld": [WWW], "updateNew": [other], "delete": [api]})
        assert changes.applied_to(before) == {("www.example.com", "A"): claim_of(other)}
        assert changes.applied_to(changes.applied_to(before)) == changes.applied_to(before)

    def test_that_deletes_and_creates_one_set_wants_it(self) -> None:
        changes = changes_of({"create": [WWW], "delete": [WWW]})
        assert (set(changes.wanted), changes.unwanted) == ({("www.example.com", "A")}, frozenset())

    def test_with_an_endpoint_that_cannot_be_read_has_the_others(self) -> None:
        changes = changes_of({"create": [WWW, {**WWW, "targets": ["?"]}, {"dnsName": "a..b"}], "delete": [{}]})
        assert len(changes.wanted) == 1
        assert [one.name for one in changes.unread] == ["www.example.com", "a..b"]

    def test_for_marks_of_a_registry_is_refused_as_a_whole(self) -> None:
        with pytest.raises(MarkError, match="--registry=noop"):
            changes_of({"create": [WWW, {"dnsName": "a-www.example.com", "recordType": "TXT", "targets": [MARK]}]})

    @pytest.mark.parametrize(
        "document",
        [
            None,
            [],
            {"create": {}},
            {"create": [1]},
            {"create": [{"dnsName": 1}]},
            {"create": [{"targets": "192.0.2.1"}]},
            {"create": [{"targets": [1]}]},
            {"create": [{"targets": ["192.0.2.1"] * (MOST_VALUES + 1)}]},
            {"create": [{"recordTTL": "5"}]},
            {"create": [{"recordTTL": True}]},
            {"create": [{"labels": {"resource": 1}}]},
            {"create": [{"providerSpecific": [{"name": 1}]}]},
            {"create": [{"providerSpecific": {}}]},
            {"delete": [None]},
        ],
    )
    def test_of_another_shape_is_refused(self, document: object) -> None:
        with pytest.raises(ShapeError):
            changes_of(document)

    def test_of_too_many_endpoints_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shapes, "MOST_ENDPOINTS", 2)
        assert MOST_ENDPOINTS > 10_000
        changes_of({"create": [WWW], "delete": [WWW]})
        for document in ({"create": [WWW] * 3}, {"create": [WWW] * 2, "delete": [WWW]}):
            with pytest.raises(ShapeError, match="more than 2 endpoints"):
                changes_of(document)

    @given(documents)
    @settings(max_examples=examples(500))
    def test_of_any_json_is_read_or_refused(self, document: object) -> None:
        with suppress(ShapeError, MarkError):
            assert isinstance(changes_of(document), Changes)
        with suppress(ShapeError):
            for one in listed(document):
                assert isinstance(claim_of(one), Claim | UnreadEndpoint)

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_of_any_text_in_each_place_is_read_or_told(self, text: str) -> None:
        for place in (
            {"dnsName": text},
            {"recordType": text},
            {"recordType": "TXT", "targets": [text]},
            {"targets": [text]},
            {"labels": {"resource": text}},
            {"providerSpecific": [{"name": text, "value": text}]},
            {"providerSpecific": [{"name": f"{PREFIX}cloudflare-tags", "value": text}]},
        ):
            found = claim_of({**WWW, **place})
            if isinstance(found, Claim):
                assert len(found.object.resource) <= 130
            else:
                assert len(found.reason) < 2_000
