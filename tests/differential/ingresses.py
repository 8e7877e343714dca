"""Ingresses by chance."""

from __future__ import annotations

from tests.differential.drawing import Draw, Manifest, metadata

CLASS = "public"
CLASS_ANNOTATION = "kubernetes.io/ingress.class"


def ingress(draw: Draw, namespace: str) -> Manifest:
    """An Ingress with its status."""
    annotations = draw.annotations(source="ingress-hostname-source")
    spec: Manifest = {"defaultBackend": {"service": {"name": "backend", "port": {"number": 80}}}}
    match draw.one(["spec", "spec", "spec", "annotation", "annotation", "none"]):
        case "spec":
            spec["ingressClassName"] = draw.one([CLASS, CLASS, CLASS, "private"])
        case "annotation":
            annotations[CLASS_ANNOTATION] = draw.one([CLASS, CLASS, CLASS, "private"])
    hosts = [draw.one([draw.name(), draw.name(), draw.name(), draw.wildcard()]) for _ in range(draw.one([0, 1, 1, 2]))]
    if hosts:
        spec["rules"] = [{"host": host} for host in hosts]
    if draw.chance(0.3):
        spec["tls"] = [{"hosts": [draw.one([*hosts, draw.name(), draw.wildcard()])]}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata(f"i{draw.number()}", namespace, annotations),
        "spec": spec,
        "status": balanced(draw),
    }


def balanced(draw: Draw) -> Manifest:
    """The status of what a load balancer serves."""
    ip, ip6, host = {"ip": draw.address()}, {"ip": draw.address6()}, {"hostname": draw.alias()}
    both = {**ip, **host}
    two = [{"hostname": draw.alias()}, {"hostname": draw.alias()}]
    return {"loadBalancer": {"ingress": draw.one([[ip], [ip], [ip, ip6], [host], [both], two, [ip, host], []])}}
