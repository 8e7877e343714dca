from __future__ import annotations

import pytest

from stacks.settings.wan_operators import operator_of


@pytest.mark.parametrize(
    ("host", "port", "operator"),
    [
        ("stun.l.google.com", 19302, "google.com"),
        ("stun.cloudflare.com", 3478, "cloudflare.com"),
        ("cloudflare.com", 443, "cloudflare.com"),
        ("icanhazip.com", 443, "cloudflare.com"),
        ("ipv4.icanhazip.com", 443, "cloudflare.com"),
        ("one.one.one.one", 443, "cloudflare.com"),
        ("whoami.cloudflare", 0, "cloudflare.com"),
        ("1.1.1.1", 53, "cloudflare.com"),
        ("162.159.207.0", 3478, "cloudflare.com"),
        ("2606:4700:49::", 3478, "cloudflare.com"),
        ("global.stun.twilio.com", 3478, "twilio.com"),
        ("checkip.amazonaws.com", 443, "amazonaws.com"),
        ("ifconfig.me", 443, "ifconfig.me"),
        ("API.IPIFY.ORG.", 443, "ipify.org"),
        ("stun.example.co.uk", 3478, "example.co.uk"),
        ("stun.example.de", 3478, "example.de"),
        ("198.51.100.1", 3478, "198.51.100.1"),
        ("198.51.100.1", 3479, "198.51.100.1"),
        ("127.0.0.1", 3478, "127.0.0.1:3478"),
        ("::1", 3478, "[::1]:3478"),
        ("localhost", 3478, "localhost:3478"),
        ("router", 3478, "router:3478"),
    ],
)
def test_the_operator_is_the_registrable_domain_or_the_address(host: str, port: int, operator: str) -> None:
    assert operator_of(host, port) == operator
