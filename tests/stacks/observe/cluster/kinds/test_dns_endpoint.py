from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.claims import Claim, Complaint, Detected, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.dns_endpoint import DnsEndpoints
from tests.stacks.observe.cluster.worlds import Caches, claims, complaints, manifest, one_claim, targets

WWW = "www.example.com"
EXTERNAL = "external-dns.alpha.kubernetes.io/"
TUNNEL = "6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com"


def dns_endpoint(*endpoints: dict[str, Any], annotations: dict[str, str] | None = None) -> dict[str, Any]:
    return manifest("DNSEndpoint", "names", {"endpoints": list(endpoints)}, annotations=annotations)


def endpoint(*contents: str, name: str = WWW, type: str = "A", **more: Any) -> dict[str, Any]:  # noqa: A002, ANN401 - the fields' names
    return {"dnsName": name, "recordType": type, "targets": list(contents), **more}


def properties(**values: str) -> list[dict[str, str]]:
    return [{"name": EXTERNAL + key.replace("_", "-"), "value": value} for key, value in values.items()]


def found(*endpoints: dict[str, Any], **more: Any) -> tuple[Claim | Complaint, ...] | Unknown:  # noqa: ANN401 - as above
    return claims("crd", dns_endpoint(*endpoints, **more))


class TestGenerations:
    KEY = ObjectKey("home", "DNSEndpoint", "shop", "names")

    def test_are_those_of_all_objects_that_count_also_of_empty_ones(self) -> None:
        source = DnsEndpoints(Options())
        assert source.generations(Caches((dns_endpoint(),))) == ((self.KEY, 1),)
        others = dns_endpoint(endpoint("192.0.2.1"), annotations={EXTERNAL + "controller": "other"})
        assert source.generations(Caches((others,))) == ()

    def test_follow_the_opt_in(self) -> None:
        source = DnsEndpoints(Options(opt_in=True))
        assert source.generations(Caches((dns_endpoint(),))) == ()
        opted = dns_endpoint(annotations={"truenorth/content-mode": "ddns"})
        assert source.generations(Caches((opted,))) == ((self.KEY, 1),)

    def test_are_none_where_the_objects_are_not_known(self) -> None:
        assert DnsEndpoints(Options()).generations(Caches((dns_endpoint(),), unsynced=("DNSEndpoint",))) == ()


class TestRecords:
    @pytest.mark.parametrize(
        ("record_type", "given_as", "canonical"),
        [
            ("A", ["192.0.2.2", "192.0.2.1", "192.0.2.1"], ("192.0.2.1", "192.0.2.2")),
            ("AAAA", ["2001:DB8:0::1"], ("2001:db8::1",)),
            ("CNAME", [TUNNEL.upper()], (TUNNEL,)),
            ("TXT", ["v=spf1 -all"], ('"v=spf1 -all"',)),
            ("MX", ["10 Mail.example.com.", "20 mail.example.net"], ("10 mail.example.com", "20 mail.example.net")),
            ("SRV", ["10 5 5060 sip.example.com"], ("10 5 5060 sip.example.com",)),
            ("CAA", ['0 issue "letsencrypt.org"'], ('0 issue "letsencrypt.org"',)),
            ("NS", ["NS1.example.net."], ("ns1.example.net",)),
            ("PTR", ["host.example.net."], ("host.example.net",)),
            ("HTTPS", ["1 . alpn=h3,h2"], ('1 . alpn="h3,h2"',)),
            ("SVCB", ["0 svc.example.net."], ("0 svc.example.net",)),
            ("TLSA", [f"3 1 1 {'AB' * 32}"], (f"3 1 1 {'ab' * 32}",)),
            ("SSHFP", [f"4 2 {'AB' * 32}"], (f"4 2 {'ab' * 32}",)),
            ("DS", [f"1 13 2 {'AB' * 32}"], (f"1 13 2 {'ab' * 32}",)),
            (
                "NAPTR",
                ['10 20 s "SIP+D2U" "" _sip._udp.example.net.'],
                ('10 20 "s" "SIP+D2U" "" _sip._udp.example.net',),
            ),
            ("LOC", ["52 22 23 N 4 53 32 E -2m"], ("52 22 23.000 N 4 53 32.000 E -2.00m",)),
            ("URI", ['10 1 "https://example.net/"'], ('10 1 "https://example.net/"',)),
        ],
    )
    def test_of_each_type_are_claimed_in_canonical_form(
        self, record_type: str, given_as: list[str], canonical: tuple[str, ...]
    ) -> None:
        assert targets(found(endpoint(*given_as, type=record_type))) == {f"{WWW} {record_type}": canonical}

    def test_several_endpoints_are_claims_of_their_own(self) -> None:
        found_targets = targets(found(endpoint("192.0.2.1"), endpoint("192.0.2.2", name="b.example.com")))
        assert found_targets == {f"{WWW} A": ("192.0.2.1",), "b.example.com A": ("192.0.2.2",)}

    def test_without_a_type_have_that_of_their_targets(self) -> None:
        assert targets(found({"dnsName": WWW, "targets": ["192.0.2.1", "2001:db8::1"]})) == {
            f"{WWW} A": ("192.0.2.1",),
            f"{WWW} AAAA": ("2001:db8::1",),
        }
        assert targets(found({"dnsName": WWW, "targets": [TUNNEL]})) == {f"{WWW} CNAME": (TUNNEL,)}

    def test_have_their_settings_in_the_endpoint(self) -> None:
        said = properties(cloudflare_proxied="true", cloudflare_record_comment="a note", cloudflare_tags="b,a")
        claim = one_claim(found(endpoint("192.0.2.1", recordTTL=300, providerSpecific=said)))
        assert (claim.ttl, claim.proxied, claim.comment, claim.tags) == (300, True, "a note", ("a", "b"))

    def test_take_no_settings_from_annotations_of_the_object(self) -> None:
        said = {
            f"{EXTERNAL}cloudflare-proxied": "true",
            f"{EXTERNAL}ttl": "300",
            f"{EXTERNAL}hostname": "x.example.com",
        }
        claim = one_claim(found(endpoint("192.0.2.1"), annotations=said))
        assert (claim.name, claim.ttl, claim.proxied) == (WWW, None, None)

    def test_with_a_ttl_of_zero_have_that_of_the_zone(self) -> None:
        assert one_claim(found(endpoint("192.0.2.1", recordTTL=0))).ttl is None

    def test_with_a_ttl_that_no_zone_keeps_have_the_longest(self) -> None:
        assert one_claim(found(endpoint("192.0.2.1", recordTTL=2**40))).ttl == 2**31 - 1

    def test_that_another_controller_makes_are_no_claims(self) -> None:
        assert found(endpoint("192.0.2.1"), annotations={f"{EXTERNAL}controller": "other"}) == ()

    def test_are_unknown_where_the_objects_are(self) -> None:
        assert isinstance(claims("crd", dns_endpoint(endpoint("192.0.2.1")), unsynced=("DNSEndpoint",)), Unknown)

    def test_of_an_object_are_as_many_as_the_settings_allow(self) -> None:
        many = [endpoint("192.0.2.1", name=f"n{number}.example.com") for number in range(5)]
        seen = claims("crd", dns_endpoint(*many), options=Options(names_per_object=3))
        assert len(targets(seen)) == 3
        assert [one.hides_names for one in complaints(seen)] == [True]


class TestWithoutTargets:
    def test_the_default_of_the_object_counts(self) -> None:
        claim = one_claim(found(endpoint(), annotations={"truenorth/content-mode": "ddns"}))
        assert (claim.type, claim.targets) == (None, Detected())
        claim = one_claim(found(endpoint(), annotations={f"{EXTERNAL}target": "192.0.2.9"}))
        assert (claim.type, claim.targets) == ("A", Known(("192.0.2.9",)))

    def test_and_without_a_default_they_stay_and_the_owner_is_told(self) -> None:
        seen = found(endpoint(), endpoint("192.0.2.1", name="b.example.com"))
        assert targets(seen) == {f"{WWW} None": Unknown, "b.example.com A": ("192.0.2.1",)}
        assert ["has no targets" in one.text for one in complaints(seen)] == [True]

    def test_a_type_that_no_default_can_give_is_told(self) -> None:
        seen = found(endpoint(type="MX"))
        assert targets(seen) == {f"{WWW} MX": Unknown}
        assert [one.annotation for one in complaints(seen)] == ["spec.endpoints[0].targets"]


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        ("bad", "field"),
        [
            (endpoint("192.0.2.300"), "targets"),
            (endpoint("192.0.2.1", type="AAAA"), "targets"),
            (endpoint("mail.example.com", type="MX"), "targets"),
            (endpoint("a.example.net", "b.example.net", type="CNAME"), "targets"),
            ({"dnsName": WWW, "targets": ["a.example.net", "192.0.2.1"]}, "targets"),
            (endpoint("x", type="SPF"), "recordType"),
            (endpoint("192.0.2.1", recordTTL=-1), "recordTTL"),
            (endpoint("192.0.2.1", providerSpecific=properties(cloudflare_proxied="perhaps")), "providerSpecific"),
        ],
    )
    def test_costs_no_other_endpoint_anything_and_keeps_its_own_records(self, bad: dict[str, Any], field: str) -> None:
        seen = found(bad, endpoint("192.0.2.1", name="b.example.com"))
        by_name = targets(seen)
        assert by_name.pop("b.example.com A") == ("192.0.2.1",)
        assert [*by_name.values()] == [Unknown]
        assert [one.annotation for one in complaints(seen)] == [f"spec.endpoints[0].{field}"]

    def test_is_told_where_it_is_the_name_and_hides_names(self) -> None:
        seen = found(endpoint("192.0.2.1", name="a..example.com"), endpoint("192.0.2.1"))
        assert targets(seen) == {f"{WWW} A": ("192.0.2.1",)}
        assert [(one.annotation, one.hides_names) for one in complaints(seen)] == [("spec.endpoints[0].dnsName", True)]

    def test_what_has_no_meaning_here_is_told_and_the_rest_counts(self) -> None:
        said = [{"name": "aws/weight", "value": "10"}]
        seen = found(endpoint("192.0.2.1", providerSpecific=said, setIdentifier="eu"))
        assert targets(seen) == {f"{WWW} A": ("192.0.2.1",)}
        assert {one.annotation for one in complaints(seen)} == {
            "spec.endpoints[0].providerSpecific",
            "spec.endpoints[0].setIdentifier",
        }
        assert all(one.is_note for one in complaints(seen))

    @given(
        st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "dnsName": st.text(max_size=20) | st.just(WWW),
                    "recordType": st.text(max_size=5) | st.sampled_from(["A", "MX", "TXT", "CNAME"]),
                    "targets": st.lists(st.text(max_size=20) | st.just("192.0.2.1"), max_size=3),
                    "recordTTL": st.integers(0, 2**63),
                    "setIdentifier": st.text(max_size=5),
                    "providerSpecific": st.lists(
                        st.fixed_dictionaries({}, optional={"name": st.text(max_size=40), "value": st.text()})
                    ),
                },
            ),
            max_size=4,
        )
    )
    def test_is_never_the_end_of_the_observation(self, endpoints: list[dict[str, Any]]) -> None:
        seen = found(*endpoints, endpoint("192.0.2.1", name="good.example.com"))
        assert targets(seen)["good.example.com A"] == ("192.0.2.1",)
