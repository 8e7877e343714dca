"""DNSEndpoints by chance, among the other objects: names that others may ask for too, and properties of Cloudflare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.differential.drawing import Draw, Manifest, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping


def dns_endpoint(draw: Draw, namespace: str) -> Manifest:
    """A DNSEndpoint."""
    annotations = {f"{draw.prefix}controller": draw.one(["dns-controller", "another"])} if draw.chance(0.15) else {}
    return {
        "apiVersion": "externaldns.k8s.io/v1alpha1",
        "kind": "DNSEndpoint",
        "metadata": metadata(f"e{draw.number()}", namespace, annotations),
        "spec": {"endpoints": [_endpoint(draw) for _ in range(draw.one([1, 1, 2, 3]))]},
    }


def _endpoint(draw: Draw) -> Manifest:
    drawn: Mapping[str, list[str]] = {
        "A": [draw.address() for _ in range(draw.one([1, 1, 2]))],
        "AAAA": [draw.address6()],
        "CNAME": [draw.one([draw.alias(), f"{draw.alias()}."])],
        "TXT": ["v=spf1 -all"],
        "MX": [f"10 {draw.alias()}"],
    }
    kind = draw.one(["A", "A", "A", "AAAA", "CNAME", "CNAME", "TXT", "MX"])
    made: Manifest = {"dnsName": draw.name(), "recordType": kind, "targets": drawn[kind]}
    if draw.chance(0.4):
        made["recordTTL"] = draw.one([60, 300, 3600])
    if draw.chance(0.3) and kind in {"A", "AAAA", "CNAME"}:
        said = draw.one(["true", "false"])
        made["providerSpecific"] = [{"name": f"{draw.prefix}cloudflare-proxied", "value": said}]
    return made
