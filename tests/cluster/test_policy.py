"""The API server refuses by the policy exactly what the plan refuses, of generated objects."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.operator.args import OperatorArgs, Rights
from components.operator.policy import policy as manifests_of
from lab.kube.client import ApiError
from lab.kube.cluster import Cluster
from stacks.deploy.policy import policy
from stacks.kube.objects import ClusterObjects
from stacks.model.claims import Claim, SourceSighting
from stacks.model.values import Known
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.sources import SOURCES
from stacks.plan.desired.admission import Closed, admitted
from stacks.plan.desired.cluster_endpoints import zone_of
from stacks.settings.stack import Settings, parse
from tests.profiles import examples
from tests.stacks.observe.cluster.worlds import Caches, gateway

AT_ONCE = 10
EXAMPLES = examples(500)
"""Lists of AT_ONCE objects, for each of RULES."""
LABELS = {"shop": {"team": "web"}, "team-a": {"team": "web"}, "team-b": {}, "other": {"team": "ops"}}
PREFIX = "policy-"
"""Of the namespaces in the cluster, so that no other test meets the policy."""
DOMAINS = [
    {
        "namespaces": [f"{PREFIX}shop"],
        "names": ["**.shop.example.com", "shop.example.com", "_acme-challenge.shop.example.com"],
        "exclude": ["admin.shop.example.com", "*.inner.shop.example.com"],
    },
    {"namespaces": [f"{PREFIX}team-*"], "labels": {"team": "web"}, "names": ["*.example.com", "web-*.example.net"]},
    {
        "labels": {"team": "ops"},
        "names": ["_*.ops.example.com", "**"],
        "exclude": ["**.shop.example.com", "example.com"],
    },
]
TARGETS = {"networks": ["192.0.2.0/24", "2001:db8::/32"], "names": ["*.lb.example.edu"]}
COMMON: dict[str, Any] = {
    "zone": "example.com",
    "zones": [{"zone": "example.net"}],
    "names": ["www"],
    "external_dns": [{"prefix": "xdns-%{record_type}-"}, {"suffix": "-owner.txt"}],
    "sources": ["gateway-httproute", "ingress", "service", "crd"],
}
RULES: Mapping[str, dict[str, Any]] = {
    "domains and targets": {"domains": DOMAINS, "targets": TARGETS},
    "targets alone": {"targets": TARGETS, "ingress_classes": ["public"]},
    "domains and the hosts of tls": {"domains": DOMAINS, "tls_hosts": "always"},
}


@dataclass(frozen=True)
class Enforced:
    """A cluster whose API server has the policy of some settings."""

    cluster: Cluster
    settings: Settings

    def refuses(self, manifest: dict[str, Any]) -> bool:
        """Whether the policy refuses an object; nothing is made."""
        try:
            self.cluster.admin.check(manifest)
        except ApiError as error:
            if "TrueNorth, cluster." not in str(error):
                raise
            return True
        return False

    def await_refusal(self, *, of_a_name_of_the_settings: bool) -> None:
        """Wait until the API server has taken the policy up, or has dropped it."""
        deadline = time.monotonic() + 60
        while self.refuses(ingress("team-b", "www.example.com")) is not of_a_name_of_the_settings:
            assert time.monotonic() < deadline, "the API server does not take the change of the policy up"


def make_settings(rules: Mapping[str, Any]) -> Settings:
    namespaces = [PREFIX + name for name in LABELS]
    return parse({**COMMON, "cluster": {"namespaces": namespaces, **rules}}, {}, stack="home", where="test")


@pytest.fixture(params=RULES, scope="module")
def enforced(request: pytest.FixtureRequest, kube_cluster: Cluster) -> Iterator[Enforced]:
    chosen = make_settings(RULES[request.param])
    admin = kube_cluster.admin
    for name, labels in LABELS.items():
        admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": PREFIX + name, "labels": labels}})
    made = manifests_of(OperatorArgs("home", "", "image", Rights(), policy=policy(chosen), name="policy-test"))
    for one in made:
        admin.apply(one)
    found = Enforced(kube_cluster, chosen)
    found.await_refusal(of_a_name_of_the_settings=True)
    yield found
    for one in made:
        admin.delete(one)
    found.await_refusal(of_a_name_of_the_settings=False)


def ingress(namespace: str, *hosts: str, **annotations: str) -> dict[str, Any]:
    said = {key.replace("__", "/").replace("_", "-"): value for key, value in annotations.items()}
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": PREFIX + namespace, "annotations": said},
        "spec": {
            "ingressClassName": "public",
            "defaultBackend": backend,
            "rules": [{"host": host, "http": {"paths": paths}} for host in hosts],
        },
    }


labels = st.sampled_from(["shop", "admin", "inner", "web-1", "a", "b", "www", "ops", "team"])
odd = st.sampled_from(["_acme-challenge", "_dmarc", "_x", "_truenorth-a", "xdns-a-www", "a-b-owner", "truenorth"])
zones = st.sampled_from(
    ["example.com", "example.com", "example.net", "shop.example.com", "ops.example.com", "example.org"]
)
plain_names = st.one_of(
    st.builds(lambda found, zone: ".".join([*found, zone]), st.lists(labels, max_size=3), zones),
    st.builds(lambda found, zone: ".".join(["*", *found, zone]), st.lists(labels, max_size=2), zones),
)
names = st.one_of(
    plain_names,
    st.builds(
        lambda first, found, zone: ".".join([first, *found, zone]),
        odd,
        st.lists(st.one_of(labels, odd), max_size=2),
        zones,
    ),
)
spellings = st.one_of(names, names.map(str.upper), names.map(lambda name: f" {name}. "))
targets = st.sampled_from(
    [
        "192.0.2.1",
        "192.0.3.1",
        "2001:db8::1",
        "2001:DB9::1",
        "a.lb.example.edu",
        "A.LB.example.edu.",
        "b.example.edu",
        "x.a.lb.example.edu",
    ]
)
namespaces = st.sampled_from(list(LABELS))


@st.composite
def annotated(draw: st.DrawFn, kind: str) -> dict[str, str]:
    found = {}
    listed = st.lists(spellings, min_size=1, max_size=3).map(",".join)
    for key in ("truenorth/hostname", "external-dns.alpha.kubernetes.io/hostname"):
        if draw(st.integers(0, 3)) == 0:
            found[key] = draw(st.one_of(listed, st.just(" ")))
    if kind == "Service":
        found.setdefault("external-dns.kubernetes.io/hostname", draw(listed))
        if draw(st.booleans()):
            found["external-dns.alpha.kubernetes.io/internal-hostname"] = draw(listed)
    if draw(st.integers(0, 2)) == 0:
        found["truenorth/target"] = draw(targets)
    if draw(st.integers(0, 3)) == 0:
        found["external-dns.kubernetes.io/controller"] = draw(st.sampled_from(["dns-controller", "another"]))
    if draw(st.integers(0, 4)) == 0:
        found["truenorth/content-mode"] = draw(st.sampled_from(["ddns", "gateway-address"]))
    if draw(st.integers(0, 2)) == 0:
        of = "ingress" if kind == "Ingress" else "gateway"
        found[f"external-dns.alpha.kubernetes.io/{of}-hostname-source"] = draw(
            st.sampled_from(["annotation-only", "defined-hosts-only"])
        )
    return found


TYPED_TARGETS = {
    "A": ["192.0.2.1", "192.0.3.1"],
    "AAAA": ["2001:db8::1", "2001:DB9::1"],
    "CNAME": ["a.lb.example.edu", "A.LB.example.edu.", "b.example.edu", "x.a.lb.example.edu"],
    "MX": ["10 a.lb.example.edu", "10 b.example.edu."],
    "TXT": ["v=spf1 include:b.example.edu -all"],
    "SRV": ["10 5 5060 b.example.edu"],
    "NS": ["a.lb.example.edu", "b.example.edu."],
    "HTTPS": [
        "1 .",
        "0 a.lb.example.edu.",
        "1 b.example.edu alpn=h2",
        "1 . ipv4hint=192.0.2.1,192.0.3.1",
        "1 . alpn=h2",
    ],
}


@st.composite
def endpoints(draw: st.DrawFn) -> dict[str, Any]:
    record_type = draw(st.sampled_from(list(TYPED_TARGETS)))
    several = 1 if record_type == "CNAME" else 2
    given = draw(st.lists(st.sampled_from(TYPED_TARGETS[record_type]), max_size=several))
    if not given and record_type not in {"A", "AAAA", "CNAME"}:
        given = TYPED_TARGETS[record_type][:1]
    first = draw(st.sampled_from(["_sip._tcp.", "_sip.", ""])) if record_type == "SRV" else ""
    name = first + draw(st.one_of(names, names.map(str.upper), names.map(lambda one: f"{one}.")))
    return {"dnsName": name, "recordType": record_type, "targets": given}


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["Ingress", "HTTPRoute", "Service", "DNSEndpoint"]))
    metadata = {"name": "web", "namespace": PREFIX + draw(namespaces), "annotations": draw(annotated(kind))}
    if kind == "DNSEndpoint":
        listed = draw(st.lists(endpoints(), max_size=3))
        return {
            "apiVersion": "externaldns.k8s.io/v1alpha1",
            "kind": kind,
            "metadata": metadata,
            "spec": {"endpoints": listed},
        }
    hosts = draw(st.lists(plain_names, max_size=3, unique=True))
    if kind == "Ingress":
        made = ingress("shop", *hosts)
        made["spec"]["ingressClassName"] = draw(st.sampled_from(["public", "public", "inside"]))
        if certified := draw(st.lists(plain_names, max_size=2, unique=True)):
            made["spec"]["tls"] = [{"hosts": certified, "secretName": "site-tls"}]
        return {**made, "metadata": metadata}
    if kind == "HTTPRoute":
        spec: dict[str, Any] = {"hostnames": hosts, "parentRefs": [{"name": "edge"}]}
        return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": metadata, "spec": spec}
    spec = {"type": "LoadBalancer", "ports": [{"port": 80}]}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}


def seen(manifest: dict[str, Any]) -> ClusterObjects:
    """The cluster with the object, as it is once controllers have given it addresses."""
    status: dict[str, Any] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.9"}]}}
    if manifest["kind"] == "HTTPRoute":
        reference = {"parentRef": {"name": "edge"}, "conditions": [{"type": "Accepted", "status": "True"}]}
        status = {"parents": [reference]}
    spec = manifest["spec"]
    if manifest["kind"] == "Service":
        spec = {**spec, "clusterIP": "192.0.2.200"}
    edge = gateway("192.0.2.9", namespace=manifest["metadata"]["namespace"])
    return Caches(({**manifest, "spec": spec, "status": status}, edge), cluster="")


def plan_refuses(manifest: dict[str, Any], chosen: Settings) -> bool:
    """Whether the plan refuses a claim of the object."""
    (cluster,) = chosen.each_cluster()
    sources = {"Ingress": "ingress", "HTTPRoute": "gateway-httproute", "Service": "service", "DNSEndpoint": "crd"}
    kind = sources[manifest["kind"]]
    options = Options(ingress_classes=cluster.ingress_classes, tls_hosts=cluster.tls_hosts)
    found = SOURCES[kind](options).claims(seen(manifest))
    assert isinstance(found, Known)
    own = tuple((PREFIX + name, tuple(sorted(of.items()))) for name, of in LABELS.items())
    source = SourceSighting("", kind, manifest["kind"], found, namespaces=Known(own))
    inside = frozenset(zone.zone for zone in chosen.each_zone())
    claims = [one for one in found.value if isinstance(one, Claim) and zone_of(one.name, inside)]
    return bool(admitted(chosen, claims, [source], Closed.of(chosen))[1])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(generated=st.lists(objects(), min_size=AT_ONCE, max_size=AT_ONCE))
def test_the_api_server_refuses_what_the_plan_refuses(enforced: Enforced, generated: list[dict[str, Any]]) -> None:
    for one in generated:
        assert enforced.refuses(one) == plan_refuses(one, enforced.settings), one


def test_an_object_that_is_there_already_can_be_changed_otherwise_and_deleted(enforced: Enforced) -> None:
    admin = enforced.cluster.admin
    made = ingress("shop", "a.shop.example.com", truenorth__target="192.0.2.1")
    admin.apply({**made, "metadata": {**made["metadata"], "finalizers": ["example.com/one"]}})
    admin.apply({**made, "metadata": {**made["metadata"], "labels": {"a": "b"}}})
    admin.delete(made)
    assert enforced.refuses(ingress("shop", "www.example.com"))
