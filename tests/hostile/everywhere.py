"""A text at each place of a model of the settings, and at each place of an object of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from stacks.kube.objects import Manifest, Resource
from stacks.model.values import Known
from stacks.observe.cluster.claims import annotations

WORDS = (
    "content-mode",
    "link",
    *{
        one.partition("/")[2]
        for one in (
            *annotations.TYPE,
            *annotations.TTL,
            *annotations.PROXIED,
            *annotations.COMMENT,
            *annotations.HOSTNAME,
            *annotations.TARGET,
            *annotations.TAGS,
            *annotations.CONTROLLER,
            *annotations.INTERNAL_HOSTNAME,
            *annotations.INGRESS_HOSTNAME_SOURCE,
            *annotations.GATEWAY_HOSTNAME_SOURCE,
            *annotations.ACCESS,
            *annotations.ENDPOINTS_TYPE,
        )
    },
)
VOCABULARY = tuple(
    prefix + word for prefix in (annotations.OURS, annotations.ROUTEFLARE, *annotations.EXTERNAL_DNS) for word in WORDS
)
"""Every annotation that means anything, and some that do not."""


def places(model: type[BaseModel], text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield settings with the text at one place each: as a value, in a list, and as a key with its value."""
    for name, field in model.model_fields.items():
        for inner in _models(field.annotation):
            for path, value in places(inner, text):
                yield f"{name}.{path}", {name: value}
                yield f"{name}[].{path}", {name: [value]}
        for shape, value in (("", text), ("[]", [text]), ("{}", {text: text})):
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
    listeners = [{"name": text, "hostname": text, "port": 80, "protocol": "HTTP"}]
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
            "rules": [{"host": text, "hosts": host, "match": text}],
            "tls": [{"hosts": host, "secretName": text}],
            "listeners": listeners,
            "servers": [{"hosts": host, "port": {"protocol": text}}],
            "routes": [{"match": text, "kind": "Rule"}],
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
