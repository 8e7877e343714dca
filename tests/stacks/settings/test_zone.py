from __future__ import annotations

from typing import Any

import pytest

from components.records import canonical_content
from stacks.model.errors import UserError
from stacks.settings.stack import parse
from tests.stacks.settings.reading import read, refused

NET = {"zone": "example.net", "provider": "gandi"}


class TestZones:
    def test_take_what_they_leave_out_from_the_settings_above(self) -> None:
        settings = read(
            ttl=600, policy="upsert-only", zones=[{**NET, "names": ["www"]}, {**NET, "zone": "a.org", "ttl": 900}]
        )
        assert [(zone.zone, zone.ttl, zone.policy) for zone in settings.each_zone()] == [
            ("example.com", 600, "upsert-only"),
            ("example.net", 600, "upsert-only"),
            ("a.org", 900, "upsert-only"),
        ]

    def test_do_not_take_names_or_the_zones_id_from_above(self) -> None:
        settings = read(names=["www"], zone_id="abc", zones=[{"zone": "example.net"}])
        assert (settings.zones[0].names, settings.zones[0].zone_id) == ((), "")

    def test_may_stand_without_a_zone_above(self) -> None:
        settings = parse({"zones": [NET]}, {}, stack="home", where="f")
        assert [zone.zone for zone in settings.each_zone()] == ["example.net"]

    def test_names_without_a_zone_that_are_not_in_full_are_refused(self) -> None:
        with pytest.raises(UserError, match=r"'www' lies in none of the zones: example\.net"):
            parse({"names": ["www"], "zones": [NET]}, {}, stack="home", where="f")

    def test_that_stand_twice_are_refused(self) -> None:
        message = refused(zones=[{"zone": "Example.COM."}])
        assert "the zone example.com stands twice" in message
        assert "truenorth:zones[0]" in message

    def test_a_misspelt_setting_of_one_suggests_the_nearest(self) -> None:
        message = refused(zones=[{**NET, "nmaes": []}])
        assert "did you mean 'names'?" in message
        assert "truenorth:zones[0].nmaes" in message

    def test_links_of_their_names_must_exist(self) -> None:
        message = refused(zones=[{"zone": "example.net", "names": [{"name": "www", "links": ["lte"]}]}])
        assert "there is no link 'lte'" in message
        assert "truenorth:zones[0].names[0].links" in message


class TestWhatAProviderCannotDo:
    def test_gandi_has_no_proxy(self) -> None:
        message = refused(zones=[{**NET, "names": [{"name": "www", "proxied": True}]}])
        assert "Gandi has no proxy" in message
        assert "truenorth:zones[0].names[0].proxied" in message

    def test_gandi_stores_no_comments(self) -> None:
        assert "Gandi stores no comments" in refused(zones=[{**NET, "marks": "comment"}])

    def test_gandi_has_no_short_ttl(self) -> None:
        message = refused(zones=[{**NET, "names": [{"name": "www", "ttl": 60}]}])
        assert "a ttl of 60 seconds is not possible at Gandi" in message
        assert "use 300 to 2592000, or 1 for automatic" in message

    def test_another_provider_is_refused_with_those_there_are(self) -> None:
        assert "use 'cloudflare', 'gandi', 'rfc2136', 'webhook' or 'coredns'" in refused(provider="route53")


SUB = {"name": "sub", "type": "NS", "content": ["ns1.sub.example.com", "ns.example.net"]}


class TestRecords:
    @pytest.mark.parametrize(
        ("record_type", "content"),
        [
            ("A", "203.0.113.7"),
            ("AAAA", ["2001:db8::7", "2001:db8::8"]),
            ("CNAME", "host.example.net"),
            ("TXT", "v=spf1 include:_spf.example.net -all"),
            ("MX", ["10 mail.example.com", "20 backup.example.com."]),
            ("SRV", "10 5 5060 sip.example.com"),
            ("CAA", '0 issue "letsencrypt.org"'),
        ],
    )
    def test_of_every_type_are_taken(self, record_type: str, content: object) -> None:
        settings = read(records=[{"name": "here", "type": record_type, "content": content}])
        assert settings.records[0].type == record_type

    @pytest.mark.parametrize(
        ("record_type", "content", "example"),
        [
            ("A", "2001:db8::7", "IPv4 address"),
            ("MX", "mail.example.com", "e.g. 10 mail.example.com"),
            ("SRV", "5060 sip.example.com", "e.g. 10 5 5060 sip.example.com"),
            ("CAA", "letsencrypt.org", "letsencrypt.org"),
            ("CNAME", "two words", "e.g. host.example.net"),
            ("TXT", '"open', "what begins with a quote has to end with one"),
        ],
    )
    def test_of_another_content_than_their_type_are_refused_with_an_example(
        self, record_type: str, content: str, example: str
    ) -> None:
        message = refused(records=[{"name": "here", "type": record_type, "content": content}])
        assert example in message
        assert "truenorth:records[0]" in message

    @pytest.mark.parametrize("record_type", ["DNAME", "SOA", "CERT", "mx"])
    def test_of_other_types_are_refused(self, record_type: str) -> None:
        assert "use 'A', 'AAAA', 'CNAME'" in refused(records=[{"name": "@", "type": record_type, "content": "x"}])

    @pytest.mark.parametrize("record_type", canonical_content.EXAMPLES)
    def test_of_each_type_are_taken_as_the_example_has_it(self, record_type: str) -> None:
        content = canonical_content.EXAMPLES[record_type]
        settings = read(records=[{"name": "here", "type": record_type, "content": content}])
        assert settings.records[0].content == (content,)

    def test_of_a_type_that_the_provider_does_not_serve_are_refused(self) -> None:
        record = {"name": "_ftp._tcp", "type": "URI", "content": '10 1 "ftp://ftp.example.com/"'}
        message = refused(provider="gandi", records=[record])
        assert "Gandi has no URI records" in message
        assert "truenorth:records[0].type" in message

    @pytest.mark.parametrize("record_type", ["NS", "DS"])
    def test_that_delegate_the_zone_itself_are_refused(self, record_type: str) -> None:
        record = {"name": "@", "type": record_type, "content": canonical_content.EXAMPLES[record_type]}
        assert f"{record_type} records of example.com itself are no part of the zone" in refused(records=[record])

    @pytest.mark.parametrize(
        ("name", "record_type"), [("sub", "A"), ("www.sub", "A"), ("sub", "TXT"), ("*.sub", "A"), ("ns1.sub", "TXT")]
    )
    def test_that_the_settings_hand_to_other_name_servers_are_refused(self, name: str, record_type: str) -> None:
        content = "203.0.113.7" if record_type == "A" else "x"
        records = [SUB, {"name": name, "type": record_type, "content": content}]
        message = refused(records=records)
        assert f"{name}.example.com {record_type} would never be answered" in message
        assert "the settings hand sub.example.com to ns1.sub.example.com, ns.example.net" in message

    def test_that_are_glue_or_the_key_of_a_delegation_stand_below_it(self) -> None:
        glue = {"name": "ns1.sub", "type": "A", "content": "203.0.113.7"}
        key = {"name": "sub", "type": "DS", "content": canonical_content.EXAMPLES["DS"]}
        assert len(read(records=[SUB, glue, key, {"name": "xsub", "type": "TXT", "content": "x"}]).records) == 4

    def test_only_some_can_be_proxied(self) -> None:
        record = {"name": "@", "type": "MX", "content": "10 mail.example.com", "proxied": True}
        assert "cannot be proxied" in refused(records=[record])

    def test_a_cname_stands_alone(self) -> None:
        records = [{"name": "www", "type": "TXT", "content": "x"}, {"name": "www", "type": "CNAME", "content": "a.b"}]
        message = refused(records=records)
        assert "a CNAME stands alone at its name" in message
        assert "truenorth:records[1]" in message

    def test_a_cname_that_cloudflare_answers_with_addresses_stands_beside_all_but_these(self) -> None:
        text = [{"name": name, "type": "TXT", "content": "x"} for name in ("www", "@")]
        mail = [{"name": name, "type": "MX", "content": "10 mail.example.org"} for name in ("www", "@")]
        aliases: list[dict[str, Any]] = [
            {"name": "www", "type": "CNAME", "content": "a.example.org", "proxied": True},
            {"name": "@", "type": "CNAME", "content": "a.example.org"},
        ]
        assert len(read(records=[*text, *aliases, *mail]).records) == 6
        address = {"name": "@", "type": "A", "content": "203.0.113.7"}
        assert "example.com has a CNAME and A records" in refused(records=[*aliases, address])
        assert "or set proxied: true for the CNAME" in refused(records=[text[0], {**aliases[0], "proxied": False}])

    def test_a_cname_of_the_zone_itself_is_an_alias_of_gandis_own_and_others_stand_alone(self) -> None:
        apex, www = ({"name": name, "type": "CNAME", "content": "a.example.org"} for name in ("@", "www"))
        text = [{"name": name, "type": "TXT", "content": "x"} for name in ("@", "www")]
        zone = read(provider="gandi", records=[apex, text[0]])
        assert [zone.type_of(entry) for entry in zone.records] == ["ALIAS", "TXT"]
        message = refused(provider="gandi", records=[www, text[1]])
        assert "a CNAME stands alone at its name" in message
        assert "proxied" not in message

    def test_two_cnames_at_a_name_are_refused(self) -> None:
        assert "has 2 CNAMEs" in refused(
            records=[{"name": "www", "type": "CNAME", "content": ["a.example.org", "c.d"]}]
        )

    def test_a_name_and_a_record_of_the_same_type_are_refused(self) -> None:
        record = {"name": "www", "type": "A", "content": "203.0.113.7"}
        assert "www.example.com is named twice" in refused(names=["www"], records=[record])

    def test_beside_names_of_other_types_are_taken(self) -> None:
        record = {"name": "@", "type": "MX", "content": "10 mail.example.com"}
        assert read(names=["@"], records=[record]).records[0].name == "@"


class TestAliases:
    def test_a_record_beside_an_alias_is_refused(self) -> None:
        record = {"name": "www", "type": "TXT", "content": "x"}
        assert "a CNAME stands alone" in refused(targets="cname", names=["www"], records=[record])

    def test_the_apex_is_none_where_it_has_other_records_or_the_provider_has_none(self) -> None:
        beside = read(targets="cname", names=["@"], records=[{"name": "@", "type": "TXT", "content": "x"}])
        assert not beside.is_alias(beside.names[0])
        gandi = read(provider="gandi", targets="cname", names=["@", "www"])
        assert [gandi.is_alias(entry) for entry in gandi.names] == [False, True]
        alone = read(targets="cname", names=["@"])
        assert alone.is_alias(alone.names[0])

    def test_names_with_targets_of_their_own_are_none(self) -> None:
        settings = read(targets="cname", names=[{"name": "www", "targets": ["203.0.113.7"]}])
        assert not settings.is_alias(settings.names[0])


@pytest.mark.parametrize("prefix", ["", "edns.", "edns-%{record_type}-", "%{record_type}"])
def test_a_mark_prefix_that_would_share_a_mark_or_leave_the_zone_is_refused(prefix: str) -> None:
    assert "cannot name a mark for each type of each name" in refused(mark_prefix=prefix)


class TestTheProxyByExpression:
    def test_is_for_the_names_that_do_not_say_so_themselves(self) -> None:
        names = ["www", "vpn", {"name": "api", "proxied": False}, {"name": "@", "proxied": True}]
        zone = read(proxied="sub(example.com) && !is(vpn.example.com)", names=names)
        assert [zone.wants_proxy(entry) for entry in zone.names] == [True, False, False, True]
        assert (zone.proxies("any.example.com"), zone.proxies("example.com")) == (True, False)

    def test_is_no_expression_where_it_is_a_plain_word_however_it_is_written(self) -> None:
        assert [read(proxied=word).proxied for word in (True, "true", "Yes", 1, "f", "off")] == [True] * 4 + [False] * 2

    def test_with_a_fault_is_refused_with_its_place(self) -> None:
        message = refused(proxied="is(www.example.com) || maybe")
        assert "the expression cannot be used: at character 24: 'maybe' is none of is(...)" in message
        assert "truenorth:proxied" in message

    @pytest.mark.parametrize("value", [[True], {"is": "www"}, 2])
    def test_that_is_no_text_is_refused(self, value: object) -> None:
        assert "truenorth:proxied" in refused(proxied=value)

    def test_of_a_name_at_a_provider_without_a_proxy_is_refused(self) -> None:
        assert "Gandi has no proxy" in refused(provider="gandi", proxied="is(www.example.com)", names=["www"])
        assert read(provider="gandi", proxied="is(api.example.com)", names=["www"]).proxied


class TestFieldsThatAreKept:
    def test_are_those_of_the_zone_unless_a_name_has_its_own(self) -> None:
        zone = read(keep=["ttl"], names=["www", {"name": "api", "keep": []}])
        assert (zone.keep, [entry.keep for entry in zone.names]) == (("ttl",), [None, ()])

    def test_other_fields_are_refused_with_those_that_are_possible(self) -> None:
        message = refused(keep=["content"])
        assert "'content' is not possible here" in message
        assert "use 'proxied', 'ttl', 'comment' or 'tags'" in message


class TestMarksInComments:
    def test_must_fit_with_the_comment(self) -> None:
        message = refused(marks="comment", names=[{"name": "www", "comment": "c" * 90}])
        assert "longer than 100 characters together" in message
        fitting = read(marks="comment", comment_limit=500, names=[{"name": "www", "comment": "c" * 90}])
        assert fitting.comment_limit == 500


def test_the_key_of_external_dns_is_of_the_environment_and_never_printed() -> None:
    key = "0123456789abcdef0123456789abcdef"
    environment = {"EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY": key}
    settings = parse({"zone": "example.com"}, environment, stack="home", where="f")
    assert settings.external_dns_key() == key.encode()
    assert key not in repr(settings)
    with pytest.raises(UserError, match="must be 32 bytes long"):
        parse({"zone": "example.com"}, {"EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY": "short"}, stack="home", where="f")
