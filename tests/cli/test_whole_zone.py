"""A small zone that lives here whole, and a large one of aliases, through the real engine."""

from __future__ import annotations

from typing import Any

from lab import remote
from lab.world import GANDI_ZONE
from tests.cli.conftest import Inside

RECORDS = [
    {"name": "@", "type": "MX", "content": ["10 mail.example.com", "20 mail.example.net"]},
    {"name": "@", "type": "TXT", "content": "v=spf1 mx -all"},
    {"name": "_sip._tcp", "type": "SRV", "content": "10 5 5060 sip.example.com"},
    {"name": "@", "type": "CAA", "content": '0 issue "letsencrypt.org"'},
    {"name": "blog", "type": "CNAME", "content": "blog.example.net"},
    {"name": "mail", "type": "A", "content": "198.51.100.25"},
    {"name": "long", "type": "TXT", "content": "k=" + "a" * 400},
]


def test_every_type_is_made_found_right_and_put_right(inside: Inside) -> None:
    inside.settings("www", "@", records=RECORDS)
    inside.result("up")
    held = {(one["name"], one["type"]): one for one in remote.records(inside.places)}
    assert held["_sip._tcp.example.com", "SRV"]["data"] == {
        "priority": 10,
        "weight": 5,
        "port": 5060,
        "target": "sip.example.com",
    }
    assert held["example.com", "CAA"]["data"] == {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}
    assert sum(one["type"] == "MX" for one in remote.records(inside.places)) == 2
    assert inside.result("up")["changes"] == []
    blog = held["blog.example.com", "CNAME"]
    remote.edit_record(inside.places, {"id": blog["id"], "content": "elsewhere.example.net"})
    assert [change["action"] for change in inside.result("up")["changes"]] == ["correct"]
    inside.settings("www")
    assert {change["action"] for change in inside.result("up", "--force")["changes"]} == {"delete"}
    assert {one["name"] for one in remote.records(inside.places)} == {"www.example.com", "_truenorth-a.www.example.com"}


def test_300_names_need_one_call_unchanged_and_two_writes_for_a_new_address(inside: Inside) -> None:
    names = [f"n{number}" for number in range(300)]
    inside.settings(*names, targets="cname")
    inside.result("up")
    assert len(remote.records(inside.places)) == 2 * 301
    inside.calls()
    assert inside.result("up")["engine_runs"] == 0
    assert inside.calls() == [("GET", "dns_records")]
    remote.set_address(inside.places, "203.0.113.8")
    inside.result("up")
    writes = [method for method, _ in inside.calls() if method != "GET"]
    assert 1 <= len(writes) <= 2


DIGEST = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"


def _data(**components: Any) -> dict[str, Any]:  # noqa: ANN401 - as the API has them
    return components


THEIRS: list[dict[str, Any]] = [
    {"type": "CNAME", "name": "example.com", "content": "apps.paas.example", "proxied": True},
    {"type": "CNAME", "name": "www.example.com", "content": "example.com", "proxied": True},
    {"type": "TXT", "name": "www.example.com", "content": "beside a proxied alias"},
    {"type": "MX", "name": "example.com", "content": "aspmx.l.google.com", "priority": 1},
    {"type": "TXT", "name": "example.com", "content": "v=spf1 include:_spf.google.com ~all"},
    {"type": "TXT", "name": "example.com", "content": "MS=ms12345678"},
    {"type": "TXT", "name": "_dmarc.example.com", "content": '"v=DMARC1; p=reject"'},
    {"type": "TXT", "name": "google._domainkey.example.com", "content": "v=DKIM1; k=rsa; p=" + "B" * 400},
    {"type": "TXT", "name": "utf8.example.com", "content": 'Grüße; "zitiert" \\ und 100%'},
    {"type": "TXT", "name": "escaped.example.com", "content": '"Gr\\195\\188\\195\\159e" " zwei"'},
    {"type": "CAA", "name": "example.com", "data": {"flags": 0, "tag": "issuewild", "value": ";"}},
    {"type": "CAA", "name": "example.com", "data": {"flags": 0, "tag": "issue", "value": "pki.goog; x=yes"}},
    {
        "type": "SRV",
        "name": "_sip._tls.example.com",
        "data": {"priority": 100, "weight": 1, "port": 443, "target": "sipdir.online.example"},
    },
    {"type": "AAAA", "name": "mc.example.com", "content": "2001:db8::30"},
    {"type": "CNAME", "name": "status.example.com", "content": "page.statuspage.example"},
    {"type": "MX", "name": "nomail.example.com", "content": ".", "priority": 0},
    {"type": "A", "name": "*.example.com", "content": "203.0.113.31"},
    {"type": "A", "name": "*.example.com", "content": "203.0.113.32"},
    {"type": "NS", "name": "sub.example.com", "content": "ns1.elsewhere.example"},
    {"type": "DS", "name": "sub.example.com", "data": _data(key_tag=1, algorithm=13, digest_type=2, digest=DIGEST)},
    {"type": "PTR", "name": "5.example.com", "content": "host.example.com"},
    {"type": "HTTPS", "name": "web.example.com", "data": _data(priority=1, target=".", value=' alpn="h3,h2"')},
    {"type": "SVCB", "name": "svc.example.com", "data": _data(priority=0, target="Web.example.com", value="")},
    {
        "type": "TLSA",
        "name": "_443._tcp.web.example.com",
        "data": _data(usage=3, selector=1, matching_type=1, certificate=DIGEST),
    },
    {"type": "SSHFP", "name": "web.example.com", "data": _data(algorithm=4, type=2, fingerprint=DIGEST)},
    {
        "type": "NAPTR",
        "name": "sip.example.com",
        "data": _data(
            order=30, preference=100, flags="S", service="SIP+D2T", regex="", replacement="_sip._tls.example.com."
        ),
    },
    {
        "type": "LOC",
        "name": "loc.example.com",
        "data": _data(
            lat_degrees=31,
            lat_minutes=58,
            lat_seconds=52.1,
            lat_direction="S",
            long_degrees=115,
            long_minutes=49,
            long_seconds=11.7,
            long_direction="E",
            altitude=20,
            size=10,
            precision_horz=10,
            precision_vert=2,
        ),
    },
    {
        "type": "URI",
        "name": "_ftp._tcp.example.com",
        "priority": 10,
        "data": _data(weight=1, target="ftp://a.example/"),
    },
]
AS_WRITTEN_DOWN: list[dict[str, Any]] = [
    {"name": "@", "type": "CNAME", "content": "apps.paas.example.", "proxied": True},
    {"name": "www", "type": "CNAME", "content": "example.com", "proxied": True},
    {"name": "www", "type": "TXT", "content": "beside a proxied alias"},
    {"name": "@", "type": "MX", "content": "1 ASPMX.L.GOOGLE.COM."},
    {"name": "@", "type": "TXT", "content": ["v=spf1 include:_spf.google.com ~all", "MS=ms12345678"]},
    {"name": "_dmarc", "type": "TXT", "content": "v=DMARC1; p=reject"},
    {"name": "google._domainkey", "type": "TXT", "content": "v=DKIM1; k=rsa; p=" + "B" * 400},
    {"name": "utf8", "type": "TXT", "content": 'Grüße; "zitiert" \\ und 100%'},
    {"name": "escaped", "type": "TXT", "content": "Grüße zwei"},
    {"name": "@", "type": "CAA", "content": ['0 issuewild ";"', '0 issue "pki.goog; x=yes"']},
    {"name": "_sip._tls", "type": "SRV", "content": "100 1 443 sipdir.online.example."},
    {"name": "mc", "type": "AAAA", "content": "2001:DB8:0:0:0:0:0:30"},
    {"name": "status", "type": "CNAME", "content": "page.statuspage.example"},
    {"name": "nomail", "type": "MX", "content": "0 ."},
    {"name": "*", "type": "A", "content": ["203.0.113.31", "203.0.113.32"]},
    {"name": "sub", "type": "NS", "content": "NS1.elsewhere.example."},
    {"name": "sub", "type": "DS", "content": f"1 13 2 {DIGEST[:32]} {DIGEST[32:]}"},
    {"name": "5", "type": "PTR", "content": "host"},
    {"name": "web", "type": "HTTPS", "content": "1 . alpn=h3,h2"},
    {"name": "svc", "type": "SVCB", "content": "0 web"},
    {"name": "_443._tcp.web", "type": "TLSA", "content": f"3 1 1 {DIGEST}"},
    {"name": "web", "type": "SSHFP", "content": f"4 2 {DIGEST.upper()}"},
    {"name": "sip", "type": "NAPTR", "content": '30 100 S SIP+D2T "" _sip._tls.example.com'},
    {"name": "loc", "type": "LOC", "content": "31 58 52.1 S 115 49 11.7 E 20m 10m 10m 2m"},
    {"name": "_ftp._tcp", "type": "URI", "content": '10 1 "ftp://a.example/"'},
]


def as_they_stand(inside: Inside) -> list[dict[str, Any]]:
    """The zone's records but for marks, whole, with the times at which they were changed."""
    return [one for one in remote.records(inside.places) if "heritage=" not in one["content"]]


def test_a_zone_with_mail_beside_its_alias_is_taken_over_and_nothing_in_it_is_written(inside: Inside) -> None:
    for one in THEIRS:
        remote.edit_record(inside.places, {"ttl": 1, **one})
    before = as_they_stand(inside)
    inside.settings(adopt="same-content", records=AS_WRITTEN_DOWN)
    result = inside.result("up")
    assert result["conflicts"] == []
    taken = [one for one in result["changes"] if not one["resource"].endswith("/mark")]
    assert [one for one in taken if one["action"] != "adopt"] == []
    assert as_they_stand(inside) == before
    for _ in range(2):
        assert inside.result("up", "--always")["changes"] == []
    assert as_they_stand(inside) == before

    inside.settings(adopt="same-content", records=[*AS_WRITTEN_DOWN[:4], {**AS_WRITTEN_DOWN[4], "ttl": 300}])
    inside.result("up", "--force")
    spf = [one["content"] for one in as_they_stand(inside) if one["type"] == "TXT" and one["ttl"] == 300]
    assert sorted(spf) == sorted(AS_WRITTEN_DOWN[4]["content"])


def test_a_zone_at_gandi_is_taken_over_and_nothing_in_it_is_written(inside: Inside) -> None:
    theirs = {
        ("@", "ALIAS"): ["Host.Example.org."],
        ("@", "MX"): ["10 mail", "20 mx.example.org."],
        ("@", "TXT"): ['"v=spf1 mx -all"'],
        ("www", "CNAME"): ["host"],
    }
    for (name, record_type), values in theirs.items():
        remote.gandi_edit(inside.places, name, record_type, values)
    records = [
        {"name": "@", "type": "CNAME", "content": "host.example.org"},
        {"name": "@", "type": "MX", "content": ["10 mail.example.net", "20 mx.example.org"]},
        {"name": "@", "type": "TXT", "content": "v=spf1 mx -all"},
        {"name": "www", "type": "CNAME", "content": "host.example.net"},
    ]
    inside.settings(zone=GANDI_ZONE, provider="gandi", adopt="same-content", ttl=300, records=records)
    result = inside.result("up")
    assert result["conflicts"] == []
    written = [one for one in remote.gandi_requests(inside.places) if one.method not in {"GET", "POST"}]
    assert written == []
    held = remote.gandi_records(inside.places)
    assert {key: held[key]["rrset_values"] for key in theirs} == theirs
    assert inside.result("up", "--always")["changes"] == []
