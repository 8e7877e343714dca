"""Reads the values of the charts of external-dns: the official one, and Bitnami's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.setup.moving.draft import Draft, truth
from cli.setup.moving.tools import external_dns
from cli.setup.moving.tools.ways import UNKNOWN, table

SOURCES = ("service", "ingress")
"""What both charts read unless they are told otherwise (values.yaml)."""
_FLAGS: dict[str, str] = {
    "logLevel": "log-level",
    "logFormat": "log-format",
    "interval": "interval",
    "policy": "policy",
    "registry": "registry",
    "txtOwnerId": "txt-owner-id",
    "txtPrefix": "txt-prefix",
    "txtSuffix": "txt-suffix",
    "sources": "source",
    "domainFilters": "domain-filter",
    "excludeDomains": "exclude-domains",
    "labelFilter": "label-filter",
    "annotationFilter": "annotation-filter",
    "annotationPrefix": "annotation-prefix",
    "managedRecordTypes": "managed-record-types",
    "managedRecordTypesFilters": "managed-record-types",
    "gatewayNamespace": "gateway-namespace",
    "regexDomainFilter": "regex-domain-filter",
    "regexDomainExclusion": "regex-domain-exclusion",
    "zoneNameFilters": "zone-name-filter",
    "zoneIdFilters": "zone-id-filter",
    "fqdnTemplates": "fqdn-template",
    "serviceTypeFilter": "service-type-filter",
    "serviceTypeFilters": "service-type-filter",
    "ingressClassFilters": "ingress-class",
}
"""The values with a flag of their own."""
_FLAGS |= {
    "triggerLoopOnEvent": "events",
    "enableGatewayListenerSets": "gateway-listener-sets",
    "dryRun": "dry-run",
    "combineFQDNAnnotation": "combine-fqdn-annotation",
    "ignoreHostnameAnnotation": "ignore-hostname-annotation",
    "publishInternalServices": "publish-internal-services",
    "publishHostIP": "publish-host-ip",
}


def is_chart(values: Mapping[str, Any]) -> bool:
    """Return whether values without a name are those of a chart of external-dns."""
    own = values.keys() & {"txtOwnerId", "domainFilters", "txtPrefix", "triggerLoopOnEvent", "sources"}
    return bool(own) or ("provider" in values and bool(values.keys() & {"policy", "extraArgs", "registry", "env"}))


def read(draft: Draft, values: Mapping[str, Any], variables: Mapping[str, str | None]) -> None:
    """Tell all values of a chart, and what the chart says by default. variables: those in the value `env`."""
    pairs = [*_pairs(draft, values)]
    arguments = values.get("extraArgs")
    said = external_dns.flags(pairs)
    if isinstance(arguments, Mapping):
        said += external_dns.flags(_of_map(arguments))
    elif isinstance(arguments, Sequence) and not isinstance(arguments, str):
        said += external_dns.said_by([str(one) for one in arguments], draft)
    flags = {one.flag for one in said}
    if "source" not in flags:
        said += external_dns.flags([("sources, by default", "source", list(SOURCES))])
    if "policy" not in flags:
        said += external_dns.flags([("policy, by default", "policy", "upsert-only")])
    external_dns.read(draft, said, variables)


def _pairs(draft: Draft, values: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    """Yield the written name, the flag in its place, and the value; tell the rest."""
    for name, value in values.items():
        if name in ("env", "extraEnvVars", "extraArgs") or value in (None, "", [], {}):
            continue
        if name == "provider":
            yield name, name, value.get("name", "aws") if isinstance(value, Mapping) else value
        elif name == "fqdnTemplates":
            yield name, _FLAGS[name], ",".join(map(str, value if isinstance(value, list) else [value]))
        elif name in _FLAGS:
            yield name, _FLAGS[name], value
        elif name in ("namespaced", "sourceNamespace", "namespace"):
            _namespace(draft, values, name)
        elif name == "cloudflare" and isinstance(value, Mapping):
            for key in (key for key, inner in value.items() if inner not in (None, "", {})):
                draft.tell(f"{name}.{key}", table("external-dns cloudflare").get(key, UNKNOWN), value[key])
        else:
            draft.tell(name, table("external-dns values").get(name, UNKNOWN), value)


def _namespace(draft: Draft, values: Mapping[str, Any], name: str) -> None:
    namespaced = bool(truth(values.get("namespaced", False)))
    if name == "namespace" or (name == "sourceNamespace" and namespaced):
        draft.carry(name, "cluster.namespaces[]", values[name])
    elif name == "sourceNamespace" or not namespaced:
        draft.same(name, "all namespaces are read here, too")
    elif values.get("sourceNamespace"):
        draft.same(name, "cluster.namespaces, as sourceNamespace says")
    else:
        draft.lost(name, "write the namespace that was watched, the release's own: cluster.namespaces")


def _of_map(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    """Yield what the chart makes of arguments in a mapping: true, nothing and a list each give flags in their way."""
    for name, value in arguments.items():
        if value is None or value == "":
            yield f"extraArgs.{name}", name, "true" if name in external_dns.SWITCHES else ""
        else:
            yield f"extraArgs.{name}", name, value
