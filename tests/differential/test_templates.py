"""Templates of external-dns's documents and tests, under names of one zone, run by both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.kube.client import ApiError
from lab.kube.objects import collection
from stacks.model.values import Unknown
from stacks.observe.cluster.reading import read
from stacks.settings.cluster import ClusterSettings
from tests.cluster import objects
from tests.differential.compare import differences
from tests.differential.drawing import ZONE
from tests.differential.external import made_by_external_dns
from tests.differential.ingresses import CLASS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from lab.kube.cluster import Cluster
    from tests.differential.compare import Difference

SPACE = "templates"
PREFIX = "external-dns.alpha.kubernetes.io/"
EVERYWHERE = (
    "{{ .Name }}.n1.ZONE,{{ .Name }}.n2.ZONE.",
    "{{ .Name }}-{{ .Namespace }}.n3.ZONE, all.n4.ZONE",
    "{{ or .Annotations.dns `invalid` }}.n5.ZONE",
    "{{ if .Labels.env }}{{ .Labels.env }}.{{ .Name }}.n6.ZONE{{ end }}",
    '{{ if hasKey .Labels "tier" }}{{ .Name }}.n7.ZONE{{ end }}',
    '{{ if eq .Labels.env "prod" }}{{ .Name }}.n8.ZONE{{ else if eq .Labels.env "stage" }}{{ .Name }}.n9.ZONE{{ end }}',
    (
        '{{ range $key, $value := .Labels }}{{ if and (contains $key "app") (contains $value "my-service-") }}'
        '{{ $.Name }}.{{ $value }}.n10.ZONE{{ printf "," }}{{ end }}{{ end }}'
    ),
    (
        '{{ range $key, $value := .Annotations }}{{ if contains $key "dns.example.com/" }}'
        '{{ $value }}.n11.ZONE{{ printf "," }}{{ end }}{{ end }}'
    ),
    '{{ replace "-" "." .Name }}.n12.ZONE',
    '{{ trimPrefix .Name "the-" }}.n13.ZONE,{{ .Name | trimSuffix "the-one" | toLower }}x.n13.ZONE',
    '{{ index .ObjectMeta.Annotations "dns.example.com/primary" }}x.n14.ZONE',
    "{{- $name := .Name -}}  {{ with .Labels.env -}}  {{ $name }}.{{ . }}.n15.ZONE {{- end -}}",
    (
        '{{ if index .Labels "records" }}{{ range $entry := (index .Annotations "records" | fromJson) }}'
        '{{ index $entry "dns" }}.n16.ZONE,{{ end }}{{ end }}'
    ),
    "{{ .Kind }}.{{ .Name }}.n17.ZONE",
    '{{ "hello.world" | replace "." "-" }}.{{ .Name }}.n18.ZONE',
    '{{ if isIPv4 "192.168.1.1" }}v4{{ end }}{{ if not (isIPv6 "192.168.1.1") }}x.{{ end }}{{ .Name }}.n19.ZONE',
    '{{/* nothing */}}{{ if ne .Name "nobody" }}{{ printf "%s-%v" .Name 1 }}.n20.ZONE{{ end }}',
)
BY_KIND: Mapping[str, Sequence[str]] = {
    "Service": (
        '{{ if eq .Spec.Type "ExternalName" }}{{ .Name }}.external.n30.ZONE{{ end }}',
        '{{ if index .Spec.Selector "app" }}{{ .Name }}.{{ index .Spec.Selector "app" }}.n31.ZONE{{ end }}',
        (
            '{{ $name := .Name }}{{ range .Spec.Ports -}}{{ $name }}{{ if eq .Name "http2" }}.http2'
            '{{ else if eq .Name "debug" }}.debug{{ end }}.n32.ZONE.{{ printf "," }}{{ end }}'
        ),
        "{{range .Spec.Ports}}{{if .Name}}p{{.Port}}.{{.Name}}.n33.ZONE,{{end}}{{else}}none.n34.ZONE{{end}}",
    ),
    "Ingress": (
        (
            '{{ range .Status.LoadBalancer.Ingress }}{{ if contains .Hostname "nip.io" }}nip.n30.ZONE{{ break }}'
            "{{ end }}{{ end }}"
        ),
        '{{ range .Spec.Rules }}{{ if contains .Host "bar" }}{{ .Host }}.n31.ZONE{{ break }}{{ end }}{{ end }}',
        (
            '{{ range .Spec.TLS }}{{ range $value := .Hosts }}{{ $value | replace "." "-" }}.n32.ZONE{{ break }}'
            "{{ end }}{{ end }}"
        ),
        (
            "{{ range .Spec.Rules }}{{ if .HTTP }}{{ range .HTTP.Paths }}{{ .Backend.Service.Name }}.n33.ZONE,{{ end }}"
            "{{ end }}{{ end }}"
        ),
    ),
    "Node": (
        (
            '{{ range .Status.Addresses }}{{ if and (eq .Type "ExternalIP") (isIPv4 .Address) }}'
            'ip-{{ .Address | replace "." "-" }}{{ break }}{{ end }}{{ end }}.n30.ZONE'
        ),
        (
            "{{ $name := .Name }}{{ range .Status.Addresses }}{{ if (isIPv4 .Address) }}{{ $name }}.ipv4{{ break }}"
            "{{ end }}{{ end }}.n31.ZONE"
        ),
        '{{ if not .Spec.Unschedulable }}{{ (index .Status.Addresses 0).Address | replace ":" "-" }}.n32.ZONE{{ end }}',
    ),
    "Pod": (
        "{{ .Spec.NodeName }}.n30.ZONE,{{ range .Spec.Containers }}{{ .Name }}.n31.ZONE,{{ end }}",
        '{{ range .Status.PodIPs }}{{ if isIPv4 .IP }}{{ replace "." "-" .IP }}.n32.ZONE,{{ end }}{{ end }}',
    ),
    "HTTPRoute": (
        "{{ range .Spec.ParentRefs }}{{ .Name }}.{{ $.Name }}.n30.ZONE,{{ end }}",
        '{{ range $i, $one := .Spec.Hostnames }}h{{ $i }}-{{ printf "%s" $one | replace "." "-" }}.n31.ZONE,{{ end }}',
    ),
}
SOURCES = {"Service": "service", "Ingress": "ingress", "Node": "node", "Pod": "pod", "HTTPRoute": "gateway-httproute"}
LABELS = {"env": "prod", "tier": "", "app": "my-service-1", "app2": "my-service-2", "records": "x"}
SAID = {
    "dns": "said",
    "dns.example.com/primary": "api",
    "dns.example.com/secondary": "backup",
    "records": '[{"dns":"entry1","target":"10.0.0.1"},{"dns":"entry2"}]',
}


def made() -> Iterator[dict[str, Any]]:
    """Objects of each kind: with labels and annotations, without, and with a name of their own."""
    own = {f"{PREFIX}hostname": f"own.{ZONE}"}
    for number, (name, labels, said) in enumerate(
        [("the-one", LABELS, SAID), ("plain", {"env": "stage"}, {}), ("named", {}, own)], start=1
    ):
        v4, v6 = f"192.0.2.{number}", f"2001:db8::{number}"
        more: dict[str, Any] = {"labels": labels, "annotations": said}
        ports = [{"name": "http2", "port": 80}, {"name": "debug", "port": 8081}]
        yield _labelled(
            objects.service("LoadBalancer", at=[{"ip": v4}], name=name, ports=ports, annotations=said), labels
        )
        alias: dict[str, Any] = {"externalName": "alias.example.net", "selector": {"app": "nginx"}}
        yield _labelled(objects.service("ExternalName", name=f"{name}-x", annotations=said, **alias), labels)
        unnamed = {} if said is own else said  # a Node's hostname annotation counts here only
        addresses = ("ExternalIP", v4), ("ExternalIP", v6)
        yield objects.node(f"{name}-node", *addresses, labels=labels, annotations=unnamed)
        containers = [{"name": "web", "image": "example.com/web"}]
        spec = {"nodeName": "the-one-node", "containers": containers}
        status = {"phase": "Running", "podIP": v4, "podIPs": [{"ip": v4}, {"ip": v6}]}
        yield objects.manifest("v1", "Pod", name, spec=spec, status=status, **more)
        yield objects.route(name=name, refs=[{"name": "edge"}, {"name": "inner"}][: 1 + number % 2], **more)
        at = [{"ip": v4}, {"ip": v6}] if number > 1 else [{"hostname": "1.nip.io"}]
        yield objects.ingress(name=name, at=at, ingressClassName=CLASS, **more)
    yield objects.gateway("192.0.2.100", name="edge")
    yield objects.gateway("192.0.2.101", name="inner", listeners=[objects.listener(hostname=f"*.n1.{ZONE}")])
    yield objects.route(f"spec.{ZONE}", f"*.wild.{ZONE}", name="hosted", labels=LABELS, annotations=SAID)
    tls: dict[str, Any] = {"tls": [{"hosts": [f"secure.{ZONE}", "other.example.net"]}], "ingressClassName": CLASS}
    yield objects.ingress(f"foo.bar.{ZONE}", f"b.{ZONE}", name="hosted", labels=LABELS, annotations=SAID, **tls)
    yield objects.node(f"own-node.{ZONE}", ("InternalIP", "192.0.2.200"))
    yield _config_map("one", {"hostname": f"one.map.{ZONE}, {ZONE}", "target": "192.0.2.7"})
    yield _config_map("two", {"hostname": f"two.map.{ZONE}", "target": "lb.example.net"}, own)
    listed = '[{"dns":"a","at":"192.0.2.8"},{"dns":"a","at":"192.0.2.9"},{"dns":"b","at":"2001:db8::b"}]'
    yield _config_map("three", {"entries": listed})


def _labelled(one: dict[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    return {**one, "metadata": {**one["metadata"], "labels": dict(labels)}}


def _config_map(name: str, data: dict[str, str], said: Mapping[str, str] | None = None) -> dict[str, Any]:
    return objects.manifest("v1", "ConfigMap", name, annotations=said, labels={"dns": "yes"}) | {"data": data}


@pytest.fixture(scope="module")
def world(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster with these objects."""
    admin = cluster.admin
    admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})
    placed = [
        one if one["kind"] == "Node" else {**one, "metadata": {**one["metadata"], "namespace": SPACE}} for one in made()
    ]
    try:
        for one in placed:
            manifest = {key: value for key, value in one.items() if key != "status"}
            admin.apply(manifest)
            if "status" in one:
                admin.set_status(manifest, one["status"])
        yield cluster
    finally:
        for one in placed:
            path = collection(one["apiVersion"], one["kind"], one["metadata"].get("namespace", ""))
            try:
                admin.call("DELETE", f"{path}/{one['metadata']['name']}", {"gracePeriodSeconds": 0})
            except ApiError as error:
                if error.reason != "NotFound":
                    raise


def found(
    world: Cluster, external_dns: Path, source: str, arguments: Mapping[str, str], settings: Mapping[str, Any]
) -> list[Difference]:
    flags = [f"--{flag}={value}" if value else f"--{flag}" for flag, value in arguments.items()]
    theirs = made_by_external_dns(external_dns, world.kubeconfig, PREFIX, *flags, sources=(source,))
    assert theirs.sets, "nothing would be compared"
    whole = {"kubeconfig": str(world.kubeconfig), "ingress_classes": (CLASS,), "tls_hosts": "always", **settings}
    differing = differences(read([ClusterSettings.model_validate(whole)], {}), theirs)
    return [one for one in differing if not is_meant(one)]


def is_meant(one: Difference) -> bool:
    """Whether they name a route after its listener too, or ours waits for a target that theirs does not."""
    return one.name == f"*.n1.{ZONE}" or (isinstance(one.ours, Unknown) and one.theirs is None)


@pytest.mark.usefixtures("kube_programs")
class TestTemplatesOfExternalDns:
    @pytest.mark.parametrize("combine", [False, True], ids=["alone", "combined"])
    @pytest.mark.parametrize("kind", SOURCES)
    def test_give_the_same_names_and_targets(
        self,
        world: Cluster,
        external_dns: Path,
        kind: str,
        combine: bool,  # noqa: FBT001 - a parameter of a table
    ) -> None:
        names = ",".join((*EVERYWHERE, *BY_KIND[kind])).replace("ZONE", ZONE)
        arguments = {"fqdn-template": names} | ({"combine-fqdn-annotation": ""} if combine else {})
        settings = {"sources": (SOURCES[kind],), "templates": {"names": names, "combine": combine}}
        differing = found(world, external_dns, SOURCES[kind], arguments, settings)
        assert not differing, "\n".join(map(str, differing))

    @pytest.mark.parametrize(
        "templates",
        [
            {"names": '{{index .Object.data "hostname"}}', "targets": '{{index .Object.data "target"}}'},
            {
                "names": "{{.Name}}.map.ZONE",
                "targets": "{{ if .Object.data.target }}{{ .Object.data.target }}{{ end }}",
            },
            {
                "pairs": '{{ with index .Object.data "entries" }}{{ range $entry := fromJson . }}'
                '{{ index $entry "dns" }}.map.ZONE:{{ index $entry "at" }},{{ end }}{{ end }}'
            },
            {
                "pairs": '{{ if hasKey .Labels "dns" }}{{ .Name }}-pair.map.ZONE:192.0.2.99, broken, :x, y:{{ end }}',
                "names": "{{.Name}}.both.ZONE",
                "targets": "192.0.2.98",
                "combine": True,
            },
            {
                "names": '{{ index .Annotations "external-dns.alpha.kubernetes.io/hostname" }}',
                "targets": '{{ $url := index .Object.data "target" }}{{ trimSuffix (trimPrefix $url "lb.") "/" }}',
            },
        ],
    )
    def test_give_other_kinds_of_objects_the_same_names_and_targets(
        self, world: Cluster, external_dns: Path, templates: dict[str, Any]
    ) -> None:
        said = {key: one.replace("ZONE", ZONE) if isinstance(one, str) else one for key, one in templates.items()}
        flags = {"names": "fqdn-template", "targets": "target-template", "pairs": "fqdn-target-template"}
        arguments = {flags[key]: one for key, one in said.items() if key in flags}
        arguments |= {"combine-fqdn-annotation": ""} if said.get("combine") else {}
        arguments |= {"unstructured-resource": "configmaps.v1", "namespace": SPACE}
        kind = {"group": "", "version": "v1", "kind": "ConfigMap", "plural": "configmaps"}
        settings = {"sources": ("service",), "namespaces": (SPACE,), "kinds": [kind], "templates": said}
        settings |= {"labels": "dns"}
        differing = found(world, external_dns, "unstructured", {**arguments, "label-filter": "dns"}, settings)
        assert not differing, "\n".join(map(str, differing))
