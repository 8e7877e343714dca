"""Nodes by chance. Each has an address: external-dns gives up altogether where one has none."""

from __future__ import annotations

from tests.differential.drawing import ZONE, Draw, Manifest, metadata


def node(draw: Draw) -> Manifest:
    """A node with its status; most have a name that could be one of DNS."""
    number = draw.number()
    name = draw.one([f"node{number}.{ZONE}", f"node{number}.{ZONE}", f"s{draw.seed}-plain{number}"])
    annotations = {key: value for key, value in draw.annotations().items() if draw.chance(0.6)}
    internal, internal6, external, external6 = (
        {"type": kind, "address": address}
        for kind, address in (
            ("InternalIP", f"10.0.{number}.1"),
            ("InternalIP", f"fd00::{number:x}"),
            ("ExternalIP", draw.address()),
            ("ExternalIP", draw.address6()),
        )
    )
    drawn = draw.one([[internal], [internal, external], [internal, internal6], [internal, external, external6]])
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata(name, "", annotations),
        "spec": {"unschedulable": True} if draw.chance(0.15) else {},
        "status": {"addresses": drawn},
    }
