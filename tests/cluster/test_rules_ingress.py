"""The rules for Ingresses."""

from __future__ import annotations

import pytest

from tests.cluster.objects import ingress
from tests.cluster.place import KEPT, Place

WWW = "www.example.com"
SERVED = {f"{WWW} A": ("192.0.2.1",)}
PREFIXES = ["external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/"]
CLASS = "kubernetes.io/ingress.class"


class TestClasses:
    def test_all_count_where_the_settings_name_none(self, place: Place) -> None:
        place.put(ingress("a.example.com", name="a", ingressClassName="nginx"), ingress("b.example.com", name="b"))
        assert place.names("ingress") == {"a.example.com", "b.example.com"}

    def test_the_field_says_it_and_the_annotation_only_where_that_is_unset(self, place: Place) -> None:
        place.put(
            ingress("field.example.com", name="field", ingressClassName="nginx"),
            ingress("annotation.example.com", name="annotation", annotations={CLASS: "nginx"}),
            ingress("other.example.com", name="other", ingressClassName="haproxy"),
            ingress("unset.example.com", name="unset"),
        )
        expected = {"field.example.com", "annotation.example.com"}
        assert place.names("ingress", ingress_classes=("nginx",)) == expected

    def test_with_both_the_field_counts(self, place: Place) -> None:
        """The API server refuses two that differ in a new Ingress, and takes them in an old one."""
        both = ingress(WWW, ingressClassName="nginx", annotations={CLASS: "haproxy"})
        assert "must match `ingressClassName` when both are specified" in place.refused(both)
        place.put(ingress(WWW, ingressClassName="nginx"))
        place.put(both)
        assert place.names("ingress", ingress_classes=("nginx",)) == {WWW}
        assert place.names("ingress", ingress_classes=("haproxy",)) == set()


class TestHosts:
    TLS = ({"hosts": ["tls.example.com"]},)

    @pytest.mark.parametrize("prefix", PREFIXES)
    def test_are_those_of_rules_and_annotation(self, place: Place, prefix: str) -> None:
        place.put(ingress(WWW, tls=self.TLS, annotations={f"{prefix}hostname": "said.example.com"}))
        assert place.names("ingress") == {WWW, "said.example.com"}

    def test_are_those_of_tls_where_there_are_no_others(self, place: Place) -> None:
        place.put(ingress(tls=self.TLS))
        assert place.names("ingress") == {"tls.example.com"}
        place.put(ingress(tls=self.TLS, annotations={f"{PREFIXES[0]}hostname": "said.example.com"}))
        assert place.names("ingress") == {"said.example.com"}

    def test_of_a_wildcard_certificate_are_no_names_unless_the_settings_say_so(self, place: Place) -> None:
        place.put(ingress(WWW, tls=({"hosts": ["*.example.com", "example.com"]},)))
        assert place.names("ingress") == place.names("ingress", tls_hosts="never") == {WWW}
        assert place.names("ingress", tls_hosts="always") == {WWW, "*.example.com", "example.com"}

    @pytest.mark.parametrize("prefix", PREFIXES)
    @pytest.mark.parametrize(
        ("which", "names"), [("defined-hosts-only", {WWW}), ("annotation-only", {"said.example.com"})]
    )
    def test_are_chosen_by_the_annotation(self, place: Place, prefix: str, which: str, names: set[str]) -> None:
        said = {f"{prefix}hostname": "said.example.com", f"{prefix}ingress-hostname-source": which}
        place.put(ingress(WWW, tls=self.TLS, annotations=said))
        assert place.names("ingress") == names

    def test_that_are_not_said_give_nothing(self, place: Place) -> None:
        place.put(ingress(), ingress("", name="any"))
        assert place.names("ingress") == set()

    def test_may_be_wildcards(self, place: Place) -> None:
        place.put(ingress("*.example.com"))
        assert place.names("ingress") == {"*.example.com"}

    @pytest.mark.parametrize("host", ["192.0.2.7", "WWW.example.com"])
    def test_of_another_spelling_and_addresses_the_api_server_refuses(self, place: Place, host: str) -> None:
        assert "spec.rules[0].host" in place.refused(ingress(host))


class TestTargets:
    def test_are_ip_and_hostname_of_each_entry_of_the_status(self, place: Place) -> None:
        place.put(ingress(WWW, at=[{"ip": "192.0.2.2"}, {"ip": "192.0.2.1"}, {"ip": "2001:db8::1"}]))
        assert place.served("ingress") == {f"{WWW} A": ("192.0.2.1", "192.0.2.2"), f"{WWW} AAAA": ("2001:db8::1",)}
        place.put(ingress(WWW, at=[{"hostname": "lb.example.net"}]))
        assert place.served("ingress") == {f"{WWW} CNAME": ("lb.example.net",)}

    def test_are_addresses_where_an_entry_has_a_name_too(self, place: Place) -> None:
        place.put(ingress(WWW, at=[{"ip": "192.0.2.1", "hostname": "lb.example.net"}]))
        assert place.served("ingress") == SERVED

    @pytest.mark.parametrize("prefix", [*PREFIXES, "truenorth/"])
    def test_are_those_of_the_annotation_where_there_is_one(self, place: Place, prefix: str) -> None:
        place.put(ingress(WWW, annotations={f"{prefix}target": "198.51.100.1"}))
        assert place.served("ingress") == {f"{WWW} A": ("198.51.100.1",)}

    def test_are_unknown_where_the_status_has_none(self, place: Place) -> None:
        place.put(ingress(WWW))
        place.put(ingress(WWW, at=()))
        assert place.served("ingress") == {WWW: KEPT}

    def test_of_two_ingresses_with_one_host_are_merged(self, place: Place) -> None:
        place.put(ingress(WWW, name="a"), ingress(WWW, name="b", at=[{"ip": "192.0.2.2"}]))
        assert place.served("ingress") == {f"{WWW} A": ("192.0.2.1", "192.0.2.2")}


def test_one_that_is_gone_has_nothing(place: Place) -> None:
    web = ingress(WWW)
    place.put(web)
    assert place.served("ingress") == SERVED
    place.delete(web)
    assert place.served("ingress") == {}
