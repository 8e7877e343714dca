from __future__ import annotations

from collections.abc import Callable

import pytest

from components.marks.external_dns import Affix
from stacks.model.claims import ObjectKey
from stacks.plan.release.receiver import CloudflareDdns, ExternalDns, Receiver

PLAIN = Affix()


def receiver(owner: str = "default") -> Receiver:
    return ExternalDns(owner, PLAIN)


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        (ObjectKey("", "Ingress", "web", "shop"), "ingress/web/shop"),
        (ObjectKey("north", "HTTPRoute", "web", "shop"), "httproute/web/shop"),
        (ObjectKey("a/b", "Node", "", "one"), "node/one"),
        (ObjectKey("", "DNSEndpoint", "web", "shop"), "crd/web/shop"),
        (ObjectKey("", "HTTPProxy", "web", "shop"), "HTTPProxy/web/shop"),
    ],
)
def test_a_mark_names_the_object_as_external_dns_writes_it(key: ObjectKey, resource: str) -> None:
    said = f'"heritage=external-dns,external-dns/owner=default,external-dns/resource={resource}"'
    assert receiver().content([key.resource]) == said
    assert receiver().has_written(said)
    assert not receiver("other").has_written(said)


def test_a_mark_without_an_object_names_its_owner_alone() -> None:
    assert receiver().content([]) == '"heritage=external-dns,external-dns/owner=default"'


def test_an_object_is_left_out_of_a_mark_that_would_be_too_long_for_one_text() -> None:
    long = receiver("o" * 200)
    assert long.content(["ingress/web/shop"]) == f'"heritage=external-dns,external-dns/owner={"o" * 200}"'


@pytest.mark.parametrize("kind", [lambda owner: ExternalDns(owner, PLAIN), CloudflareDdns])
@pytest.mark.parametrize("owner", ["a,b", 'a"b', "o" * 250])
def test_an_owner_that_no_mark_can_name_is_refused(owner: str, kind: Callable[[str], Receiver]) -> None:
    with pytest.raises(ValueError, match="mark"):
        kind(owner)


@pytest.mark.parametrize("text", ["v=spf1 -all", '"heritage=truenorth,truenorth/owner=default"', ""])
def test_another_text_is_none_of_its_marks(text: str) -> None:
    assert not receiver().has_written(text)
