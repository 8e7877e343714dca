"""Annotations that nothing reads."""

from __future__ import annotations

import string
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.plain_text import visible
from stacks.kube.objects import INGRESSES, Manifest
from stacks.model.claims import VOCABULARIES, Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims import annotations as vocabulary
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.claims.unread import UnreadAnnotations, kinds_of
from stacks.observe.cluster.sources import SOURCES, sources_of
from stacks.settings.cluster import ClusterSettings, SourceName
from tests.profiles import examples
from tests.stacks.observe.cluster.worlds import Caches, gateway, manifest, route

ALPHA, E = "external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/"


def ingress(name: str = "web", **found: str) -> Manifest:
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
    return manifest("Ingress", name, {"rules": [{"host": "a.example.com"}]}, status=status, annotations=found)


def service(**found: str) -> Manifest:
    return manifest("Service", "web", {"type": "LoadBalancer"}, annotations=found)


def told(source: str, *items: Manifest, balances: bool = False) -> list[tuple[str, str, bool]]:
    """The object, text and kind (a note?) of each complaint."""
    return [(str(one.object), one.text, one.is_note) for one in complaints(source, *items, balances=balances)]


def complaints(source: str, *items: Manifest, balances: bool = False) -> list[Complaint]:
    made, caches = SOURCES[source](Options()), Caches(items, cluster="")
    found = UnreadAnnotations(balances).beside(made.claims(caches), caches, made.resources())
    assert isinstance(found, Known)
    return [one for one in found.value if isinstance(one, Complaint)]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("truenorth/tll", "is not known, and is left out; is truenorth/ttl meant?"),
        ("truenorth/TTL", "is not known, and is left out; is truenorth/ttl meant?"),
        ("truenorth/hostnames", "is not known, and is left out; is truenorth/hostname meant?"),
        (f"{ALPHA}target-", f"is not known, and is left out; is {ALPHA}target meant?"),
        (f"{E}cloudflare-proxy", f"is not known, and is left out; is {E}cloudflare-proxied meant?"),
        ("truenorth/colour", "is not known, and is left out"),
    ],
)
def test_what_is_misspelt_or_not_known_is_told_as_a_warning_with_what_may_be_meant(
    annotation: str, expected: str
) -> None:
    text = f"Ingress shop/web: the annotation '{annotation}' {expected}"
    assert told("ingress", ingress(**{annotation: "300"})) == [("Ingress shop/web", text, False)]
    (one,) = complaints("ingress", ingress(**{annotation: "300"}))
    assert one.minor
    assert one.allowed


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (f"{ALPHA}aws-weight", "has no meaning here"),
        (f"{ALPHA}set-identifier", "has no meaning here"),
        (f"{E}cloudflare-region-key", "has no meaning here"),
        (f"{E}cloudflare-custom-hostname", "has no meaning here"),
        (f"{ALPHA}webhook-anything", "has no meaning here"),
        (f"{ALPHA}something-new", "is not known here"),
        (f"{ALPHA}gateway-hostname-source", "has no meaning on an Ingress"),
        (f"{ALPHA}internal-hostname", "has no meaning on an Ingress"),
        ("routeflare/ttl", "has no meaning on an Ingress"),
    ],
)
def test_what_has_no_meaning_here_is_told_as_a_note(annotation: str, expected: str) -> None:
    text = f"Ingress shop/web: the annotation '{annotation}' {expected}, and is left out"
    assert told("ingress", ingress(**{annotation: "x"})) == [("Ingress shop/web", text, True)]


def test_the_object_keeps_its_claims() -> None:
    made, caches = SOURCES["ingress"](Options()), Caches((ingress(**{"truenorth/tll": "300"}),))
    found = UnreadAnnotations().beside(made.claims(caches), caches, made.resources())
    assert isinstance(found, Known)
    assert [one.targets for one in found.value if isinstance(one, Claim)] == [Known(("192.0.2.1",))]


def test_what_is_read_and_what_is_of_others_is_not_told() -> None:
    known = {
        f"{ALPHA}ttl": "60",
        "truenorth/status": "{}",
        "cert-manager.io/issuer": "x",
        f"{E}hostname": "b.example.com",
    }
    assert told("ingress", ingress(**known, **{"truenorth/proxied": ""})) == []


def test_a_misspelt_host_name_is_told_although_the_service_asks_for_nothing() -> None:
    text = f"Service shop/web: the annotation '{ALPHA}hostnam' is not known, and is left out; is {ALPHA}hostname meant?"
    assert told("service", service(**{f"{ALPHA}hostnam": "a.example.com"})) == [("Service shop/web", text, False)]


def test_an_object_that_asks_for_nothing_hears_nothing_of_what_has_no_meaning() -> None:
    assert told("service", service(**{f"{ALPHA}aws-weight": "1", "routeflare/ttl": "60"})) == []


def test_an_object_of_another_controller_hears_nothing() -> None:
    assert told("ingress", ingress(**{f"{ALPHA}controller": "other", "truenorth/tll": "300"})) == []


def test_a_gateway_hears_that_its_host_name_counts_for_load_balancers_only() -> None:
    edge = gateway("192.0.2.1", annotations={f"{ALPHA}hostname": "a.example.com"})
    text = f"Gateway shop/edge: the annotation '{ALPHA}hostname' has no meaning on a Gateway, and is left out"
    assert told("gateway-httproute", edge, route("a.example.com")) == [("Gateway shop/edge", text, True)]
    assert told("gateway-httproute", edge, route("a.example.com"), balances=True) == []


def test_routeflares_annotations_count_beside_its_content_mode_only() -> None:
    edge = gateway("192.0.2.1")
    alone = route("a.example.com", annotations={"routeflare/ttl": "60"})
    without = "has no meaning without routeflare/content-mode, and is left out"
    text = f"HTTPRoute shop/web: the annotation 'routeflare/ttl' {without}"
    assert told("gateway-httproute", edge, alone) == [("HTTPRoute shop/web", text, True)]
    mode = {"routeflare/content-mode": "gateway-address"}
    assert told("gateway-httproute", edge, route("a.example.com", annotations=mode | {"routeflare/ttl": "60"})) == []


def test_an_object_is_told_at_most_twice_whatever_it_carries() -> None:
    many = {f"truenorth/x{number}": "y" for number in range(500)} | {
        f"{ALPHA}aws-{number}": "y" for number in range(500)
    }
    warning, note = told("ingress", ingress(**many))
    assert warning[1].count("the annotation") == 3
    assert warning[1].endswith("; others are left out too")
    assert note[1].count("the annotation") == 3
    assert max(len(one[1]) for one in (warning, note)) < 600


def test_what_a_source_cannot_read_stays_unknown() -> None:
    caches = Caches(())
    assert UnreadAnnotations().beside(Unknown("down"), caches, (INGRESSES,)) == Unknown("down")


def test_every_annotation_that_is_read_has_the_kinds_on_which_it_is() -> None:
    spellings = {
        name
        for value in vars(vocabulary).values()
        if isinstance(value, tuple)
        for name in value
        if isinstance(name, str) and name.startswith(VOCABULARIES) and not name.endswith("/")
    }
    assert spellings <= kinds_of("").keys()


@pytest.mark.parametrize(
    ("annotation", "expected", "is_note"),
    [
        ("hostnames", "is not known, and is left out; is in.example.com/hostname meant?", False),
        ("colour", "is not known, and is left out", False),
        ("aws-weight", "has no meaning here, and is left out", True),
        ("set-identifier", "has no meaning here, and is left out", True),
        ("access", "has no meaning on an Ingress, and is left out", True),
    ],
)
def test_with_a_prefix_of_ones_own_what_stands_after_it_is_told(
    annotation: str, expected: str, *, is_note: bool
) -> None:
    prefix = "in.example.com/"
    carried = ingress(**{prefix + annotation: "x", f"{prefix}ttl": "300", "truenorth/colour": "x", f"{ALPHA}tll": "1"})
    made, caches = SOURCES["ingress"](Options(prefix=prefix)), Caches((carried,), cluster="")
    found = UnreadAnnotations(prefix=prefix).beside(made.claims(caches), caches, made.resources())
    assert isinstance(found, Known)
    (one,) = (one for one in found.value if isinstance(one, Complaint))
    assert (one.text, one.is_note) == (f"Ingress shop/web: the annotation '{prefix}{annotation}' {expected}", is_note)


def test_the_vocabularies_are_those_that_are_read() -> None:
    assert (vocabulary.OURS, vocabulary.ROUTEFLARE, *vocabulary.EXTERNAL_DNS) == VOCABULARIES


@pytest.mark.parametrize("source", get_args(SourceName))
def test_what_is_read_on_the_objects_of_a_source_is_never_told(source: SourceName) -> None:
    resources = sources_of(ClusterSettings(sources=(source,)))[source].resources()
    own = resources[0]
    names = {"target": "192.0.2.1"} if source == "crd" else {"target": "192.0.2.1", "hostname": "a.example.com"}
    said = {f"truenorth/{name}": value for name, value in names.items()}
    metadata = {"name": "web", "annotations": said} | ({"namespace": "shop"} if own.namespaced else {})
    caches = Caches(({"kind": own.kind, "metadata": metadata},), cluster="")
    key = ObjectKey("", own.kind, "shop" if own.namespaced else "", "web")
    asked = Known((Claim("a.example.com", "A", Known(("192.0.2.1",)), key, ""),))
    assert UnreadAnnotations().beside(asked, caches, resources) == asked


def test_on_a_dns_endpoint_only_what_gives_targets_is_read() -> None:
    endpoints = [{"dnsName": "a.example.com", "recordType": "A", "targets": ["192.0.2.1"]}]
    carried = manifest("DNSEndpoint", "site", {"endpoints": endpoints}, annotations={"truenorth/ttl": "300"})
    assert told("crd", carried) == [
        (
            "DNSEndpoint shop/site",
            "DNSEndpoint shop/site: the annotation 'truenorth/ttl' has no meaning on a DNSEndpoint, and is left out",
            True,
        )
    ]


NAMES = st.text(st.sampled_from(string.printable + "\u202e\x9b\ud800é"), max_size=300)


@settings(max_examples=examples(400), deadline=None)
@given(st.dictionaries(st.tuples(st.sampled_from(VOCABULARIES), NAMES).map("".join), NAMES, max_size=30))
def test_whatever_an_object_carries_is_told_as_text_of_bounded_length(found: dict[str, str]) -> None:
    for one in complaints("ingress", ingress(**found)):
        if one.minor:
            assert len(visible(one.text)) < 2000
            assert len(one.annotation) <= 80
            assert "\x9b" not in one.text


def test_an_object_is_looked_at_again_only_when_it_has_changed_or_asks_for_names_now() -> None:
    made, unread = SOURCES["ingress"](Options()), UnreadAnnotations()
    web, api = ingress(**{"truenorth/tll": "300"}), ingress("api", **{"truenorth/tll": "300"})

    def seen(*items: Manifest) -> list[Complaint]:
        caches = Caches(items, cluster="")
        found = unread.beside(made.claims(caches), caches, made.resources())
        assert isinstance(found, Known)
        return [one for one in found.value if isinstance(one, Complaint)]

    first, second = seen(web, api), seen(web, {**api, "spec": {"rules": [{"host": "b.example.com"}]}})
    assert first[0] is second[0]
    assert first[1] == second[1]
    assert first[1] is not second[1]
    assert seen(web) == first[:1]
    assert seen() == []
