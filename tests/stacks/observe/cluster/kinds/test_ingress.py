from __future__ import annotations

from typing import Any

import pytest

from stacks.model.claims import Detected
from stacks.model.values import Unknown
from stacks.observe.cluster.claims.source import Options
from tests.stacks.observe.cluster.worlds import claims, complaints, manifest, one_claim, targets

WWW = "www.example.com"
EXTERNAL = "external-dns.alpha.kubernetes.io/"
AT = [{"ip": "192.0.2.1"}]


def ingress(
    *hosts: str,
    at: list[dict[str, str]] | None = None,
    annotations: dict[str, str] | None = None,
    name: str = "web",
    **spec: Any,  # noqa: ANN401 - a manifest's fields
) -> dict[str, Any]:
    rules = [{"host": host} if host else {} for host in hosts]
    status = {"loadBalancer": {"ingress": AT if at is None else at}}
    return manifest("Ingress", name, {"rules": rules, **spec}, status=status, annotations=annotations)


def names(*items: dict[str, Any], options: Options | None = None) -> set[str]:
    return {key.split()[0] for key in targets(claims("ingress", *items, options=options))}


class TestHosts:
    TLS = [{"hosts": ["tls.example.com", ""]}, {}]  # noqa: RUF012 - never changed
    SAID = {f"{EXTERNAL}hostname": "said.example.com"}  # noqa: RUF012 - never changed

    def test_they_are_of_the_rules_the_tls_and_the_annotation(self) -> None:
        assert names(ingress(WWW, "", tls=self.TLS, annotations=self.SAID)) == {
            WWW,
            "tls.example.com",
            "said.example.com",
        }

    @pytest.mark.parametrize(
        ("source", "expected"),
        [("defined-hosts-only", {WWW, "tls.example.com"}), ("annotation-only", {"said.example.com"})],
    )
    def test_the_annotation_chooses_among_them(self, source: str, expected: set[str]) -> None:
        annotations = self.SAID | {f"{EXTERNAL}ingress-hostname-source": source}
        assert names(ingress(WWW, tls=self.TLS, annotations=annotations)) == expected

    def test_another_choice_leaves_the_ingress_as_it_is(self) -> None:
        found = claims("ingress", ingress(WWW, annotations={f"{EXTERNAL}ingress-hostname-source": "rules"}))
        assert [one.value for one in complaints(found)] == ["rules"]
        assert targets(found) == {f"{WWW} None": Unknown}

    def test_each_host_is_one_claim_in_lower_case(self) -> None:
        assert one_claim(claims("ingress", ingress(WWW, "WWW.example.com", tls=[{"hosts": [WWW]}]))).name == WWW

    def test_an_address_is_no_host(self) -> None:
        assert names(ingress(WWW, "192.0.2.7")) == {WWW}

    def test_one_without_hosts_has_nothing(self) -> None:
        assert claims("ingress", ingress("")) == ()


class TestClasses:
    CHOSEN = Options(ingress_classes=("nginx", "haproxy"))
    ANNOTATION = "kubernetes.io/ingress.class"

    def has(self, field: str | None, annotation: str | None, options: Options | None = None) -> bool:
        spec: dict[str, Any] = {} if field is None else {"ingressClassName": field}
        annotations = {} if annotation is None else {self.ANNOTATION: annotation}
        return bool(names(ingress(WWW, annotations=annotations, **spec), options=options or self.CHOSEN))

    def test_the_field_says_it(self) -> None:
        assert self.has("nginx", None)
        assert not self.has("traefik", None)

    def test_the_annotation_counts_only_where_the_field_is_not_set(self) -> None:
        assert self.has(None, "haproxy")
        assert self.has("", "haproxy")
        assert not self.has("traefik", "haproxy")
        assert not self.has(None, "traefik")
        assert not self.has(None, None)

    def test_without_a_choice_all_count(self) -> None:
        assert self.has("traefik", None, Options())
        assert self.has(None, None, Options())


class TestTargets:
    def test_they_are_the_address_and_the_name_of_each_status_entry(self) -> None:
        at = [{"ip": "192.0.2.2"}, {"ip": "192.0.2.1"}, {"ip": "2001:db8::1"}]
        assert targets(claims("ingress", ingress(WWW, at=at))) == {
            f"{WWW} A": ("192.0.2.1", "192.0.2.2"),
            f"{WWW} AAAA": ("2001:db8::1",),
        }
        named = ingress(WWW, at=[{"hostname": "LB.example.net"}])
        assert targets(claims("ingress", named)) == {f"{WWW} CNAME": ("lb.example.net",)}

    def test_an_entry_with_both_counts_by_its_address(self) -> None:
        both = ingress(WWW, at=[{"ip": "192.0.2.1", "hostname": "lb.example.net"}])
        assert targets(claims("ingress", both)) == {f"{WWW} A": ("192.0.2.1",)}

    def test_the_target_annotation_comes_first(self) -> None:
        said = ingress(WWW, annotations={f"{EXTERNAL}target": "lb.example.net"})
        assert targets(claims("ingress", said)) == {f"{WWW} CNAME": ("lb.example.net",)}

    def test_without_an_address_they_are_unknown(self) -> None:
        found = one_claim(claims("ingress", ingress(WWW, at=[])))
        assert found.targets == Unknown("Ingress shop/web in home has no address")
        bare = ingress(WWW)
        del bare["status"]
        assert targets(claims("ingress", bare)) == {f"{WWW} None": Unknown}

    def test_ddns_needs_none(self) -> None:
        found = claims("ingress", ingress(WWW, at=[], annotations={"truenorth/content-mode": "ddns"}))
        assert one_claim(found).targets == Detected(("",))


def test_an_ingress_of_another_controller_is_left_alone() -> None:
    assert claims("ingress", ingress(WWW, annotations={f"{EXTERNAL}controller": "another"})) == ()


def test_where_the_settings_ask_for_it_only_those_with_a_content_mode_count() -> None:
    asked = ingress("a.example.com", name="a", annotations={"truenorth/content-mode": "gateway-address"})
    assert names(ingress(WWW), asked, options=Options(opt_in=True)) == {"a.example.com"}


def test_routeflares_annotations_mean_nothing_on_an_ingress() -> None:
    annotations = {"routeflare/content-mode": "ddns", "routeflare/ttl": "60"}
    found = one_claim(claims("ingress", ingress(WWW, annotations=annotations)))
    assert (found.type, found.ttl) == ("A", None)


def test_a_cache_that_has_not_synced_is_unknown() -> None:
    assert isinstance(claims("ingress", ingress(WWW), unsynced=("Ingress",)), Unknown)
