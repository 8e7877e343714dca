from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.settings.wan_source import Spec, parse

CLOUDFLARE = "https://cloudflare-dns.com/dns-query"


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("stun:stun.l.google.com:19302", Spec("stun", "", "google.com", host="stun.l.google.com", port=19302)),
        ("stun:stun.example.org", Spec("stun", "", "example.org", host="stun.example.org", port=3478)),
        ("stun:[2001:db8::1]", Spec("stun", "", "2001:db8::1", host="2001:db8::1", port=3478)),
        ("stun-tcp:[::1]:99", Spec("stun-tcp", "", "[::1]:99", host="::1", port=99)),
        ("interface", Spec("interface", "", "this host")),
        ("interface:ppp0", Spec("interface", "", "this host", argument="ppp0")),
        ("dns:whoami.cloudflare", Spec("dns", "", "cloudflare.com", argument="whoami.cloudflare", port=53)),
        ("dns:myip.opendns.com", Spec("dns", "", "opendns.com", argument="myip.opendns.com", port=53)),
        (
            "dns:myip.opendns.com@127.0.0.1:5353",
            Spec("dns", "", "127.0.0.1:5353", argument="myip.opendns.com", host="127.0.0.1", port=5353),
        ),
        ("doh:whoami.cloudflare", Spec("doh", "", "cloudflare.com", CLOUDFLARE, host="cloudflare-dns.com", port=443)),
        (
            "doh:myip.opendns.com@https://127.0.0.1:8443/q",
            Spec("doh", "", "127.0.0.1:8443", "https://127.0.0.1:8443/q", host="127.0.0.1", port=8443),
        ),
        (
            "static:203.0.113.1, 2001:db8::1",
            Spec("static", "", "declared", addresses=(ip_address("203.0.113.1"), ip_address("2001:db8::1"))),
        ),
        ("file:/run/wan", Spec("file", "", "declared", argument="/run/wan")),
        ("pushed:cottage", Spec("pushed", "", "declared", argument="cottage")),
        ("none", Spec("none", "", "declared")),
    ],
)
def test_a_source_is_taken_apart(text: str, spec: Spec) -> None:
    parsed = parse(text)
    assert parsed.name == text
    assert (parsed.kind, parsed.operator, parsed.argument) == (spec.kind, spec.operator, spec.argument)
    assert (parsed.host, parsed.port, parsed.addresses) == (spec.host, spec.port, spec.addresses)


@pytest.mark.parametrize(
    "text", ["https://ifconfig.me/ip", "http:https://ifconfig.me/ip", "https:https://ifconfig.me/ip"]
)
def test_a_web_source_is_its_url_with_the_kind_before_it_or_without(text: str) -> None:
    url = "https://ifconfig.me/ip"
    assert parse(text) == Spec("http", url, "ifconfig.me", argument=url, host="ifconfig.me", port=443)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "allowed are stun:HOST:PORT"),
        ("ftp:example.com", "names no source"),
        ("stun:", "is no host name"),
        ("stun:exa mple.com", "is no host name"),
        ("stun:" + "a" * 64 + ".com", "is no host name"),
        ("stun:example.com:0", "1 to 65535"),
        ("stun:example.com:65536", "1 to 65535"),
        ("stun:example.com:http", "no HOST:PORT"),
        ("stun:2001:db8::1", "stands in brackets"),
        ("stun:[nonsense]:1", "does not appear to be"),
        ("http:example.com", "a web source is"),
        ("https://", "a web source is"),
        ("https://user:secret@example.com", "a web source is"),
        ("https://example.com:99999", "[Pp]ort"),
        ("https://example.com:0", "1 to 65535"),
        ("interface:", "an interface is"),
        ("interface:a name", "an interface is"),
        ("interface:far-too-long-a-name", "an interface is"),
        ("dns:example.com", "dns:myip.opendns.com or dns:whoami.cloudflare"),
        ("static:", "takes addresses"),
        ("static:203.0.113.1,", "takes addresses"),
        ("file:", "takes the path"),
        ("pushed:", "takes a user"),
        ("pushed:../cottage", "takes a user"),
        ("none:at all", "stands alone"),
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(text)


@given(st.sampled_from(["", "stun:", "stun-tcp:", "http://", "https:", "dns:", "static:", "interface:"]), st.text())
def test_no_text_raises_anything_but_value_error(kind: str, rest: str) -> None:
    try:
        outcome = parse(kind + rest).name
    except ValueError as error:
        outcome = str(error)
    assert outcome
