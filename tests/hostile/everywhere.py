"""A text at each place of a model of the settings, and at each place of an object of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from stacks.kube.objects import Manifest, Resource
from stacks.model.values import Known
from stacks.observe.cluster.claims import annotations as vocabulary

WORDS = (
    "content-mode",
    "link",
    *{
        one.partition("/")[2]
        for one in (
            *vocabulary.TYPE,
            *vocabulary.TTL,
            *vocabulary.PROXIED,
            *vocabulary.COMMENT,
            *vocabulary.HOSTNAME,
            *vocabulary.TARGET,
            *vocabulary.TAGS,
            *vocabulary.CONTROLLER,
            *vocabulary.INTERNAL_HOSTNAME,
            *vocabulary.INGRESS_HOSTNAME_SOURCE,
            *vocabulary.GATEWAY_HOSTNAME_SOURCE,
            *vocabulary.ACCESS,
            *vocabulary.ENDPOINTS_TYPE,
        )
    },
)
VOCABULARY = tuple(
    prefix + word for prefix in (vocabulary.OURS, vocabulary.ROUTEFLARE, *vocabulary.EXTERNAL_DNS) for word in WORDS
)
"""Every annotation that means anything, and some that do not."""


def places(model: type[BaseModel], text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield settings with the text at one place each: as a value, in a list, and as a key with its value."""
    for name, field in model.model_fields.items():
        for inner in _models(field.annotation):
            for path, within in places(inner, text):
                yield f"{name}.{path}", {name: within}
                yield f"{name}[].{path}", {name: [within]}
        shapes: Mapping[str, object] = {"": text, "[]": [text], "{}": {text: text}}
        for shape, value in shapes.items():
            yield f"{name}{shape}", {name: value}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for one in get_args(annotation):
        yield from _models(one)


def _object(text: str, annotation: str) -> Manifest:
    """An object that is of each kind at once, with the text wherever somebody may write one."""
    host, target = [text], [{"ip": text, "hostname": text}]
    types = ("", "A", "CNAME", "TXT", "MX", "SRV", "CAA", "HTTPS", text)
    endpoints = [
        {
            "dnsName": name,
            "recordType": one,
            "targets": [text],
            "setIdentifier": text,
            "labels": {text[:63]: text},
            "providerSpecific": [{"name": text, "value": text}, {"name": "cloudflare-tags", "value": text}],
        }
        for name in (text, "www.example.com")
        for one in types
    ]
    listeners = [
        {"name": text, "hostname": text, "port": 80, "protocol": one, "tls": {"mode": "Passthrough"}}
        for one in ("HTTP", "TLS", "TCP", "UDP")
    ]
    rule = f"Host(`{text}`) || HostSNI(`{text}`)"
    conditions = [{"type": kind, "status": "True", "reason": text, "message": text} for kind in ("Accepted", "Ready")]
    parent = {"name": "web", "sectionName": text}
    return {
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "labels": {"app": text},
            "annotations": dict.fromkeys([annotation] if annotation else [], text),
        },
        "spec": {
            "type": "LoadBalancer",
            "hostnames": host,
            "hosts": host,
            "host": text,
            "externalName": text,
            "externalIPs": host,
            "clusterIP": "198.51.100.1",
            "ingressClassName": text,
            "gateways": [text],
            "parentRefs": [parent],
            "rules": [{"host": text, "hosts": host, "match": one} for one in (text, rule)],
            "tls": [{"hosts": host, "secretName": text}],
            "listeners": listeners,
            "servers": [{"hosts": host, "port": {"protocol": text}}],
            "routes": [{"match": one, "kind": "Rule"} for one in (text, rule)],
            "virtualhost": {"fqdn": text},
            "endpoints": endpoints,
            "selector": {"app": text},
        },
        "status": {
            "loadBalancer": {"ingress": target},
            "addresses": [{"type": "IPAddress", "value": text}, {"type": "ExternalIP", "address": text}],
            "conditions": conditions,
            "parents": [{"parentRef": parent, "conditions": conditions}],
            "ingress": [{"host": text, "routerCanonicalHostname": text, "conditions": conditions}],
            "podIP": text,
            "hostIP": text,
        },
    }


@dataclass(frozen=True)
class Hostile:
    """A cluster in which every object of every kind has the text everywhere, and in one annotation."""

    text: str
    annotation: str = ""
    cluster: str = ""

    def all(self, resource: Resource) -> Known[tuple[Manifest, ...]]:
        return Known((self.get(resource, "shop", "web"),))

    def get(self, resource: Resource, _namespace: str, _name: str) -> Manifest:
        found: Mapping[str, Any] = _object(self.text, self.annotation)
        return {**found, "apiVersion": f"{resource.group}/{resource.version}".strip("/"), "kind": resource.kind}

    def counts(self, _resource: Resource, _namespace: str) -> bool:
        return True
