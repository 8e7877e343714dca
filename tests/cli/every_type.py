"""Records of settings: of the usual types, and contents of those that few people write."""

from __future__ import annotations

from typing import Any

COMMON: list[dict[str, Any]] = [
    {"name": "@", "type": "TXT", "content": ["v=spf1 -all", 'say "hi" \\ ' + "x" * 300]},
    {"name": "@", "type": "MX", "content": ["10 ns1", "20 mx.example.org"]},
    {"name": "@", "type": "CAA", "content": '0 issue "letsencrypt.org"'},
    {"name": "_sip._udp", "type": "SRV", "content": "10 5 5060 sip"},
    {"name": "blog", "type": "CNAME", "content": "host.example.org"},
]
DIGEST = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"
OTHERS = {
    "NS": "ns1.example.org",
    "PTR": "host",
    "HTTPS": "1 web alpn=h3,h2",
    "SVCB": "0 svc.example.org.",
    "TLSA": f"3 1 1 {DIGEST}",
    "SSHFP": f"4 2 {DIGEST.upper()}",
    "NAPTR": '100 10 "s" "SIP+D2U" "" _sip._udp.example.net.',
    "LOC": "52 22 23 N 4 53 32 E -2m",
}
