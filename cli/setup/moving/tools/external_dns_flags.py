"""What becomes of each flag of external-dns: of 0.23 (its docs/flags.md), and of former versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_SWITCHES_TEXT = """
version resolve-service-load-balancer-hostname listen-endpoint-events always-publish-not-ready-addresses
enable-legacy-annotation-prefix force-default-targets prefer-alias exclude-unschedulable expose-internal-ipv6
gateway-listener-sets ignore-hostname-annotation ignore-ingress-rules-spec ignore-ingress-tls-spec
ignore-non-host-network-pods publish-host-ip publish-internal-services traefik-enable-legacy
traefik-disable-legacy traefik-disable-new create-ptr cloudflare-proxied cloudflare-custom-hostnames
cloudflare-regional-services txt-encrypt-enabled txt-new-format-only once dry-run events webhook-server
combine-fqdn-annotation aws-evaluate-target-health aws-prefer-cname aws-zone-match-parent
aws-sd-service-cleanup oci-auth-instance-principal coredns-strictly-owned ovh-enable-cname-relative
pdns-skip-tls-verify ns1-ignoressl godaddy-api-ote rfc2136-insecure rfc2136-axfr rfc2136-tsig-axfr
rfc2136-gss-tsig rfc2136-use-tls rfc2136-skip-tls-verify pihole-tls-skip-verify
"""
SWITCHES = frozenset(_SWITCHES_TEXT.split())
"""The flags that take no value, and may have `no-` in front."""
_OTHERS_TEXT = """
akamai alibaba-cloud aws azure bluecat cf civo coredns designate digitalocean dnsimple dyn dynamodb exoscale
f5 gloo godaddy google ibmcloud infoblox inmemory linode ns1 oci ovh pdns pihole plural rcodezero rdns rfc2136
safedns scaleway skipper skydns stackpath tencent tencentcloud tls transip ultradns vinyldns vultr
"""
OTHERS = tuple(_OTHERS_TEXT.split())
"""What the flags of other providers, registries and sources begin with."""
OF_OTHERS = "~of another provider, registry or source: it does nothing here, nor with Cloudflare or Gandi there"
_EACH = "~not needed: objects are watched, and what changes is made within seconds"
_FEW = "~not needed: objects are watched, and a zone is listed once a run"
_BATCH = "~not needed: the writes of a zone go in batches, within the limits of the API"
_WEBHOOK = "-no webhook is asked or served"
_HOSTNAMES = "-custom hostnames (Cloudflare for SaaS) are not made; let external-dns go on with them alone"
_REGIONS = "-regional services are not set"

FLAGS: Mapping[str, str] = {
    "version": "~truenorth --version",
    "server": "~a kubeconfig's context: clusters: [{context: ...}]",
    "kubeconfig": "=cluster.kubeconfig",
    "request-timeout": "#cluster.timeout",
    "kube-api-request-timeout": "#cluster.timeout",
    "kube-api-qps": _FEW,
    "kube-api-burst": _FEW,
    "resolve-service-load-balancer-hostname": "!a load balancer's host name is made a CNAME, not its addresses",
    "listen-endpoint-events": _EACH,
    "always-publish-not-ready-addresses": "?cluster.unready_pods",
    "annotation-filter": "=cluster.annotations",
    "enable-legacy-annotation-prefix": "~both prefixes of external-dns are read",
    "compatibility": "-annotations of mate, molecule and kops are not read: write those of external-dns",
    "connector-source-server": "-there is no source `connector`",
    "crd-source-apiversion": "~DNSEndpoints are read as externaldns.k8s.io/v1alpha1",
    "crd-source-kind": "~DNSEndpoints are read as externaldns.k8s.io/v1alpha1",
    "force-default-targets": "!where an object says itself where it points, that counts",
    "prefer-alias": "!a CNAME of the zone itself is made an alias, any other a CNAME",
    "exclude-record-types": "-objects get records of every type that they ask for",
    "exclude-unschedulable": "^cluster.cordoned_nodes",
    "expose-internal-ipv6": "!private addresses of nodes are left out of public zones (private_addresses)",
    "gateway-label-filter": "=cluster.gateway_labels",
    "gateway-name": "+cluster.gateways",
    "gateway-namespace": "+cluster.gateway_namespaces",
    "gateway-listener-sets": "~ListenerSets are read",
    "ignore-hostname-annotation": "!hostname annotations count; take them off the objects",
    "ignore-ingress-rules-spec": "!by object only: the annotation ingress-hostname-source: annotation-only",
    "ignore-non-host-network-pods": "?cluster.host_pods",
    "ingress-class": "+cluster.ingress_classes",
    "label-filter": "=cluster.labels",
    "namespace": "+cluster.namespaces",
    "nat64-networks": "-no A records are made from AAAA records",
    "openshift-router-name": "-the routers that admit a Route all count",
    "pod-source-domain": "=cluster.pod_domain",
    "publish-host-ip": "?cluster.host_addresses",
    "publish-internal-services": "?cluster.cluster_addresses",
    "service-type-filter": "+cluster.service_types",
    "target-net-filter": "+cluster.targets.networks",
    "traefik-enable-legacy": "!the group traefik.containo.us is not read: move its objects to traefik.io",
    "traefik-disable-legacy": "~the group traefik.containo.us is not read",
    "traefik-disable-new": "!the group traefik.io is what is read",
    "unstructured-resource": "-describe the kind in cluster.kinds: its kind, and where names and addresses are",
    "events-emit": "~Events tell an object's owner what becomes of its records (cluster.events)",
    "provider-cache-time": _FEW,
    "create-ptr": "!no PTR records are made from addresses; write them in `records`",
    "batch-change-size": _BATCH,
    "batch-change-interval": _BATCH,
    "cloudflare-proxied": "?proxied",
    "cloudflare-custom-hostnames": "!" + _HOSTNAMES[1:],
    "cloudflare-custom-hostnames-min-tls-version": _HOSTNAMES,
    "cloudflare-custom-hostnames-certificate-authority": _HOSTNAMES,
    "cloudflare-dns-records-per-page": _FEW,
    "cloudflare-zones-per-page": _FEW,
    "cloudflare-regional-services": "!" + _REGIONS[1:],
    "cloudflare-region-key": _REGIONS,
    "cloudflare-record-comment": "=comment",
    "policy": "=policy",
    "crd-registry-namespace": "-marks are in the zone, not in objects of the cluster",
    "txt-encrypt-enabled": "~encrypted marks are read where EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY is set; ours are plain",
    "txt-encrypt-aes-key": "$EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY",
    "txt-new-format-only": "~both formats of marks are read",
    "txt-cache-interval": _FEW,
    "interval": "~not needed: the cluster is watched, and drift looked for every 5 minutes (watch.drift)",
    "min-event-sync-interval": _EACH,
    "once": "~truenorth up",
    "dry-run": "~truenorth preview",
    "events": _EACH,
    "metrics-address": "~truenorth watch --listen :7979, or watch.web.listen; in a pod it is set",
    "log-level": "~truenorth watch -v says more",
    "webhook-provider-url": _WEBHOOK,
    "webhook-provider-read-timeout": _WEBHOOK,
    "webhook-provider-write-timeout": _WEBHOOK,
    "webhook-provider-read-header-timeout": _WEBHOOK,
    "webhook-provider-idle-timeout": _WEBHOOK,
    "webhook-provider-max-body-size": _WEBHOOK,
    "webhook-server": "!" + _WEBHOOK[1:],
    "combine-fqdn-annotation": "?cluster.templates.combine",
    "zone-name-filter": OF_OTHERS,
}
"""The flags that are told one by one."""
_TOGETHER_TEXT = """
provider source domain-filter exclude-domains regex-domain-filter regex-domain-exclusion zone-id-filter
txt-owner-id txt-prefix txt-suffix txt-wildcard-replacement migrate-from-txt-owner registry default-targets
managed-record-types exclude-target-net annotation-prefix fqdn-template target-template fqdn-target-template
min-ttl log-format ignore-ingress-tls-spec
"""
TOGETHER = frozenset(_TOGETHER_TEXT.split())
"""The flags of which `external_dns` tells all at once, or by their values."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that external-dns was told. what: as it was written; flag: its name without dashes."""

    what: str
    flag: str
    value: str


def is_of_others(flag: str) -> bool:
    """Return whether a flag is one of another provider, registry or source."""
    return any(flag.startswith(f"{one}-") for one in OTHERS)
