from __future__ import annotations

from typing import Any

import pytest

from stacks.model.addresses import host_part
from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, SourceSighting, Targets
from stacks.model.values import Known, Unknown
from stacks.plan.desired.admission import Closed, admitted
from stacks.settings.stack import Settings, parse

SHOP = ObjectKey("", "Ingress", "shop", "web")
OTHER = ObjectKey("", "Ingress", "other", "web")
NODE = ObjectKey("", "Node", "", "rack1")
LABELS = (("other", (("team", "ops"),)), ("shop", (("team", "web"),)))


def made(**cluster: Any) -> Settings:  # noqa: ANN401 - settings
    values = {"zone": "example.com", "names": ["www"], "sources": ["ingress"], "cluster": cluster}
    return parse(values, {}, stack="home", where="test")


def asks(name: str, by: ObjectKey = SHOP, targets: Targets | None = None, record_type: str | None = "A") -> Claim:
    return Claim(name, record_type, targets or Known(("192.0.2.1",)), by, "")


def admit(
    *claims: Claim,
    settings: Settings | None = None,
    namespaces: Any = Known(LABELS),  # noqa: ANN401, B008 - of a sighting; it is frozen
) -> tuple[list[Claim], tuple[Complaint, ...]]:
    chosen = settings or made()
    source = SourceSighting("", "ingress", "Ingress", Known(claims), namespaces=namespaces)
    return admitted(chosen, claims, [source], Closed.of(chosen))


def is_admitted(claim: Claim, settings: Settings | None = None) -> bool:
    return admit(claim, settings=settings)[0] == [claim]


class TestWithoutRules:
    @pytest.mark.parametrize("name", ["api.example.com", "example.com", "*.example.com", "a.b.example.com"])
    def test_everybody_may_ask_for_any_name(self, name: str) -> None:
        assert is_admitted(asks(name))

    @pytest.mark.parametrize(
        "name",
        [
            *("_acme-challenge.example.com", "_dmarc.example.com", "s1._domainkey.example.com", "_mta-sts.example.com"),
            *("_smtp._tls.example.com", "_acme-challenge.shop.example.com", "_anything.example.com"),
        ],
    )
    def test_nobody_gets_one_that_carries_keys_or_challenges(self, name: str) -> None:
        kept, (complaint,) = admit(asks(name))
        assert (kept, complaint.object) == ([], SHOP)
        assert "has to be spelled out in cluster.domains" in complaint.text

    def test_the_records_of_a_service_are_as_its_name(self) -> None:
        assert is_admitted(asks("_web._tcp.api.example.com", record_type="SRV"))
        assert not is_admitted(asks("_web._tcp._dmarc.example.com", record_type="SRV"))


class TestClosedNames:
    ALL = made(domains=[{"names": ["**", "_*.**".replace(".**", ".example.com"), "_*.www.example.com"]}])

    @pytest.mark.parametrize("kind", ["A", "AAAA", "CNAME", "SRV", None])
    def test_of_the_settings_are_so_in_every_type(self, kind: str | None) -> None:
        assert not is_admitted(asks("www.example.com", record_type=kind), self.ALL)

    @pytest.mark.parametrize("kind", ["a", "aaaa", "cname", "txt", "mx", "srv", "caa"])
    def test_are_the_places_of_marks_whatever_the_settings_allow(self, kind: str) -> None:
        kept, (complaint,) = admit(asks(f"_truenorth-{kind}.www.example.com"), settings=self.ALL)
        assert kept == []
        assert "an ownership mark stands there" in complaint.text

    @pytest.mark.parametrize(
        ("affix", "name"),
        [
            ({"prefix": "xdns-"}, "xdns-a-api.example.com"),
            ({"prefix": "%{record_type}.x."}, "cname.x.api.example.com"),
            ({"suffix": "-owner"}, "a-api-owner.example.com"),
            ({"suffix": "-o.txt"}, "api-o.txt.example.com"),
        ],
    )
    def test_are_those_of_the_marks_of_external_dns(self, affix: dict[str, str], name: str) -> None:
        values = {"zone": "example.com", "external_dns": [affix], "sources": ["ingress"]}
        chosen = parse(values, {}, stack="home", where="test")
        assert not is_admitted(asks(name), chosen)
        assert is_admitted(asks("api.example.com"), chosen)

    def test_are_none_because_of_an_external_dns_without_affix(self) -> None:
        assert is_admitted(asks("a-team.example.com"))


class TestDomains:
    RULES = made(
        domains=[
            {"namespaces": ["sh*"], "names": ["**.shop.example.com"], "exclude": ["admin.shop.example.com"]},
            {"labels": {"team": "ops"}, "names": ["*.example.com", "_acme-challenge.example.com"]},
        ]
    )

    @pytest.mark.parametrize(
        ("name", "by", "expected"),
        [
            ("a.shop.example.com", SHOP, True),
            ("a.b.shop.example.com", SHOP, True),
            ("shop.example.com", SHOP, False),
            ("admin.shop.example.com", SHOP, False),
            ("*.x.shop.example.com", SHOP, True),
            ("*.shop.example.com", SHOP, False),  # it would answer for admin.shop.example.com
            ("api.example.com", SHOP, False),
            ("api.example.com", OTHER, True),
            ("_acme-challenge.example.com", OTHER, True),
            ("_dmarc.example.com", OTHER, False),
            ("a.shop.example.com", OTHER, False),
            ("api.example.com", NODE, False),
        ],
    )
    def test_say_which_namespace_may_ask_for_which_names(self, name: str, by: ObjectKey, *, expected: bool) -> None:
        assert is_admitted(asks(name, by), self.RULES) is expected

    def test_of_labels_that_nobody_can_read_keep_what_is_there(self) -> None:
        claim = asks("api.example.com", OTHER)
        ((kept,), told) = admit(claim, settings=self.RULES, namespaces=Unknown("forbidden"))
        assert (kept.targets, kept.type, told) == (Unknown("forbidden"), None, ())

    def test_tell_an_object_once_of_all_its_names(self) -> None:
        names = [f"n{number}.example.com" for number in range(9)]
        _, (complaint,) = admit(*map(asks, names), settings=self.RULES)
        assert "it does not get n0.example.com, n1.example.com, n2.example.com and 6 more" in complaint.text


class TestTargets:
    RULES = made(targets={"networks": ["192.0.2.0/24"], "names": ["*.lb.example.edu"]})

    @pytest.mark.parametrize(
        ("targets", "expected"),
        [
            (Known(("192.0.2.1",)), True),
            (Known(("192.0.2.1", "198.51.100.1")), False),
            (Known(("2001:db8::1",)), False),
            (Known(("a.lb.example.edu",)), True),
            (Known(("attacker.example.edu",)), False),
            (Detected(), True),
            (Unknown("silence"), True),
        ],
    )
    def test_are_those_of_the_settings(self, targets: Targets, *, expected: bool) -> None:
        assert is_admitted(asks("api.example.com", targets=targets), self.RULES) is expected

    @pytest.mark.parametrize(
        ("record_type", "content", "expected"),
        [
            ("NS", "ns.lb.example.net", True),
            ("NS", "ns.example.org", False),
            ("PTR", "other.example.org", False),
            ("HTTPS", '1 . alpn="h2"', True),
            ("HTTPS", "0 other.example.org", False),
            ("SVCB", '1 . ipv4hint="192.0.2.1"', True),
            ("SVCB", '1 . ipv4hint="192.0.2.1,203.0.113.1"', False),
            ("TXT", '"other.example.org"', True),
        ],
    )
    def test_are_the_hosts_and_hints_of_every_type(self, record_type: str, content: str, *, expected: bool) -> None:
        rules = made(
            targets={"networks": ["192.0.2.0/24"], "names": ["*.lb.example.net"]},
            domains=[{"names": ["api.example.com"]}],
        )
        claim = asks("api.example.com", targets=Known((content,)), record_type=record_type)
        assert is_admitted(claim, rules) == expected


class TestHosts:
    BESIDE = Detected(("",), host_part.each(["::5"]))

    def test_beside_the_detected_address_may_be_asked_for(self) -> None:
        assert is_admitted(asks("api.example.com", targets=self.BESIDE, record_type=None))

    def test_are_no_way_around_the_targets_that_are_allowed(self) -> None:
        limited = made(targets={"networks": ["192.0.2.0/24"]})
        assert is_admitted(asks("api.example.com", targets=Detected(), record_type=None), limited)
        kept, (complaint,) = admit(asks("api.example.com", targets=self.BESIDE, record_type=None), settings=limited)
        assert kept == []
        assert "cluster.targets does not allow the host ::5: only the detected address itself" in complaint.text


class TestDelegations:
    @pytest.mark.parametrize(
        ("rules", "expected"),
        [
            ([], False),
            ([{"names": ["**.example.com"]}], False),
            ([{"names": ["sub.example.com"], "namespaces": ["other"]}], False),
            ([{"names": ["sub.example.com"]}], True),
            ([{"names": ["*.example.com", "sub.example.com"], "labels": {"team": "web"}}], True),
        ],
    )
    @pytest.mark.parametrize("record_type", ["NS", "DS"])
    def test_are_for_those_whom_a_rule_spells_the_name_out_for(
        self, record_type: str, rules: list[dict[str, Any]], *, expected: bool
    ) -> None:
        claim = asks("sub.example.com", targets=Known(("ns.example.net",)), record_type=record_type)
        assert is_admitted(claim, made(domains=rules)) == expected
