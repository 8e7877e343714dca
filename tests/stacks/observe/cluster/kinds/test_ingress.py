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


TLS_HOST, SAID_HOST = "tls.example.com", "said.example.com"
SAID = {f"{EXTERNAL}hostname": SAID_HOST}
DEFINED_ONLY = {f"{EXTERNAL}ingress-hostname-source": "defined-hosts-only"}
ANNOTATION_ONLY = {f"{EXTERNAL}ingress-hostname-source": "annotation-only"}


class TestHosts:
    TLS = [{"hosts": [TLS_HOST, ""]}, {}]  # noqa: RUF012 - never changed

    def test_they_are_of_the_rules_and_the_annotation(self) -> None:
        assert names(ingress(WWW, "", tls=self.TLS, annotations=SAID)) == {WWW, "said.example.com"}

    def test_a_wildcard_of_the_certificate_is_no_name_of_an_ingress_that_serves_another(self) -> None:
        """https://github.com/kubernetes-sigs/external-dns/issues/1220."""
        assert names(ingress(WWW, tls=[{"hosts": ["*.example.com", "example.com"]}])) == {WWW}

    @pytest.mark.parametrize(
        ("rule", "annotations", "fallback", "always", "never"),
        [
            (WWW, {}, {WWW}, {WWW, TLS_HOST}, {WWW}),
            ("", {}, {TLS_HOST}, {TLS_HOST}, set()),
            ("", SAID, {SAID_HOST}, {SAID_HOST, TLS_HOST}, {SAID_HOST}),
            (WWW, SAID, {WWW, SAID_HOST}, {WWW, SAID_HOST, TLS_HOST}, {WWW, SAID_HOST}),
            ("", SAID | DEFINED_ONLY, {TLS_HOST}, {TLS_HOST}, set()),
            (WWW, SAID | DEFINED_ONLY, {WWW}, {WWW, TLS_HOST}, {WWW}),
            (WWW, SAID | ANNOTATION_ONLY, {SAID_HOST}, {SAID_HOST}, {SAID_HOST}),
            ("", ANNOTATION_ONLY, set(), set(), set()),
        ],
    )
    def test_those_of_the_tls_count_where_nothing_else_names_it_or_as_the_settings_say(
        self, rule: str, annotations: dict[str, str], fallback: set[str], always: set[str], never: set[str]
    ) -> None:
        one = ingress(rule, tls=self.TLS, annotations=annotations)
        assert names(one) == fallback
        assert names(one, options=Options(tls_hosts="always")) == always
        assert names(one, options=Options(tls_hosts="never")) == never

    def test_those_of_the_tls_are_no_names_where_the_annotation_cannot_be_read(self) -> None:
        found = claims("ingress", ingress("", tls=self.TLS, annotations={f"{EXTERNAL}hostname": "-"}))
        assert (targets(found), len(complaints(found))) == ({}, 1)

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
