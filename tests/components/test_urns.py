from __future__ import annotations

from components import urns

URN = "urn:pulumi:home::truenorth::truenorth:dns:OwnedRecord$cloudflare:index/dnsRecord:DnsRecord::www.example.com/A"


def test_a_urn_names_its_stack_project_and_logical_name() -> None:
    assert (urns.stack(URN), urns.project(URN), urns.logical_name(URN)) == ("home", "truenorth", "www.example.com/A")


def test_a_logical_name_may_hold_colons() -> None:
    assert urns.logical_name("urn:pulumi:home::truenorth::pulumi:providers:cloudflare::a::b") == "a::b"
