"""The real external-dns before the webhook, with its own sources on a real cluster."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lab import remote
from lab.external_dns import SOURCES, ExternalDnsError, Setup, following, sync_once
from lab.kube.cluster import Cluster
from lab.kube.control_plane import control_plane
from lab.kube.programs import Programs
from lab.world import FIRST_IPV4, TOKEN, ZONE
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told
from tests.cli.webhook.external import LATE, serving
from tests.cluster.objects import Manifest, dns_endpoint, gateway, ingress, node, route, service
from tests.cluster.place import Place, make_place

PREFIX = "external-dns.alpha.kubernetes.io/"
OWN = {f"own.{ZONE}/A": FIRST_IPV4}
NAMES = tuple(f"n{number}" for number in range(6))
OURS = ("--registry=noop",)
THEIRS = ("--txt-owner-id=theirs", "--txt-wildcard-replacement=any", "--batch-change-interval=10ms")
Record = tuple[str, str, str, int, bool]


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "webhook")


@pytest.fixture(scope="module")
def whole_cluster(kube_programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """With the experimental definitions, without which external-dns does not find all that its sources read."""
    with control_plane(tmp_path_factory.mktemp("kube"), gateway_api="experimental", programs=kube_programs) as cluster:
        yield cluster


@pytest.fixture
def whole_place(whole_cluster: Cluster) -> Place:
    return make_place(whole_cluster, "webhook")


def setup(program: Path, inside: Inside, place: Place, webhook: str = "", sources: Sequence[str] = SOURCES) -> Setup:
    return Setup(
        program, place.cluster.kubeconfig, inside.places.cloudflare, TOKEN, ZONE, tuple(sources), webhook=webhook
    )


def asks(asking: Setup, watcher: subprocess.Popen[str], *arguments: str) -> None:
    """Let it ask for what it wishes, and again where a turn takes longer than it may wait, as it or its pod does."""
    while True:
        try:
            assert sync_once(asking, *arguments)
        except ExternalDnsError:
            if "".join(f"{one}\n" for one in told(watcher, "requested")["left"]) not in ("", *LATE):
                raise
        else:
            return


def labelled(place: Place, *manifests: Manifest) -> list[Manifest]:
    """Objects that the filter of this place takes."""
    for one in manifests:
        one["metadata"]["labels"] = {**one["metadata"].get("labels", {}), "place": place.namespace}
    return list(manifests)


def filters(place: Place) -> tuple[str, ...]:
    return (f"--label-filter=place={place.namespace}", f"--gateway-label-filter=place={place.namespace}")


def everything(place: Place) -> list[Manifest]:
    """An object of each kind that has names by itself, with what external-dns reads of them."""
    endpoints = (
        {"dnsName": f"crd.{ZONE}", "recordType": "A", "targets": ["8.8.4.9", "8.8.4.8"], "recordTTL": 600},
        {"dnsName": f"alias.{ZONE}", "recordType": "CNAME", "targets": [f"crd.{ZONE}"]},
        {"dnsName": f"six.{ZONE}", "recordType": "AAAA", "targets": ["2001:4860:4860::8888"]},
        {
            "dnsName": f"proxied.{ZONE}",
            "recordType": "A",
            "targets": ["8.8.8.8"],
            "providerSpecific": [
                {"name": f"{PREFIX}cloudflare-proxied", "value": "true"},  # which it gives to Cloudflare alone
                {"name": "webhook/cloudflare-proxied", "value": "true"},
            ],
        },
    )
    public = [("ExternalIP", "8.8.4.7")]
    return labelled(
        place,
        gateway("8.8.4.1"),
        route(f"http.{ZONE}"),
        route(f"grpc.{ZONE}", kind="GRPCRoute"),
        route(f"tls.{ZONE}", kind="TLSRoute"),
        ingress(f"web.{ZONE}", f"*.wild.{ZONE}", at=[{"ip": "8.8.4.2"}], annotations={f"{PREFIX}ttl": "300"}),
        ingress(f"host.{ZONE}", at=[{"hostname": "lb.example.net"}], name="host"),
        service("LoadBalancer", at=[{"ip": "8.8.4.3"}], annotations={f"{PREFIX}hostname": f"a.{ZONE},b.{ZONE}"}),
        node(f"node-{place.namespace}", *public, annotations={f"{PREFIX}hostname": f"node.{ZONE}"}),
        dns_endpoint("all", *endpoints),
    )


def records(inside: Inside) -> list[Record]:
    """What the zone answers, marks left out."""
    found = (one for one in remote.records(inside.places) if "heritage=" not in one["content"])
    return sorted((one["name"], one["type"], one["content"], one["ttl"], one["proxied"]) for one in found)


class TestAZoneOfExternalDns:
    def test_moves_in_with_all_of_its_sources_and_nothing_is_changed(
        self, inside: Inside, whole_place: Place, external_dns: Path
    ) -> None:
        whole_place.put(*everything(whole_place))
        assert sync_once(setup(external_dns, inside, whole_place), *filters(whole_place), *THEIRS)
        made = records(inside)
        assert len(made) >= 12
        inside.settings(watch={"webhook": {"listen": "127.0.0.1:0"}}, external_dns=[{"wildcard": "any"}])
        inside.result("adopt", "--from", "external-dns", "--from-owner", "theirs", "--yes")
        assert records(inside) == made
        with serving(inside) as (webhook, watcher):
            inside.calls()
            assert sync_once(setup(external_dns, inside, whole_place, webhook.url), *filters(whole_place), *OURS)
            assert inside.calls() == [], "it finds all as it wishes, and asks for nothing"
            assert records(inside) == made
            assert ended(watcher) == 0

    def test_is_made_the_same_through_the_webhook(self, inside: Inside, whole_place: Place, external_dns: Path) -> None:
        whole_place.put(*everything(whole_place))
        arguments = (*filters(whole_place), *THEIRS)
        assert sync_once(setup(external_dns, inside, whole_place), *arguments)
        theirs = records(inside)
        for one in remote.records(inside.places):
            remote.delete_record(inside.places, one["id"])
        inside.settings()
        with serving(inside) as (webhook, watcher):
            asks(setup(external_dns, inside, whole_place, webhook.url), watcher, *filters(whole_place), *OURS)
            assert records(inside) == theirs
            inside.calls()
            assert sync_once(setup(external_dns, inside, whole_place, webhook.url), *filters(whole_place), *OURS)
            assert inside.calls() == [], "no difference is left"
            whole_place.delete(ingress(name="host"))
            whole_place.put(*labelled(whole_place, service("LoadBalancer", at=[{"ip": "8.8.4.4"}])))
            asks(setup(external_dns, inside, whole_place, webhook.url), watcher, *filters(whole_place), *OURS)
            names = {name for name, *_ in records(inside)}
            assert f"host.{ZONE}" not in names
            assert f"www.{ZONE}" in names
            assert ended(watcher) == 0


def endpoints_of(place: Place) -> None:
    for number, name in enumerate(NAMES):
        listed = {"dnsName": f"{name}.{ZONE}", "recordType": "A", "targets": [f"8.8.4.{number + 1}"]}
        place.put(dns_endpoint(name, listed, annotations={"example.com/filter": "public"}))


def of_filter(place: Place, value: str) -> tuple[str, ...]:
    return (f"--namespace={place.namespace}", f"--annotation-filter=example.com/filter={value}", *OURS)


def addresses(inside: Inside) -> set[str]:
    return {one["name"] for one in remote.records(inside.places) if one["type"] == "A"}


def test_a_filter_that_matches_nothing_empties_no_zone_and_external_dns_goes_on_asking(
    inside: Inside, place: Place, external_dns: Path
) -> None:
    """As https://github.com/kubernetes-sigs/external-dns/issues/6728 did by a fault of its own."""
    endpoints_of(place)
    inside.settings(guard={})
    with serving(inside) as (webhook, watcher):
        asking = setup(external_dns, inside, place, webhook.url, ["crd"])
        asks(asking, watcher, *of_filter(place, "public"))
        before = remote.records(inside.places)
        assert addresses(inside) == {f"{name}.{ZONE}" for name in NAMES}
        with following(
            asking, *of_filter(place, "elsewhere"), "--interval=1s", "--min-event-sync-interval=1s"
        ) as process:
            refused = until_said(process, r"consecutive soft errors: 3")
            assert any("failed to apply changes with code 503" in line for line in refused)
            assert process.poll() is None, "it has not ended, and tells that it fails"
        assert remote.records(inside.places) == before
        assert "6 records" in told(watcher, "refused")["reason"]
        while webhook.change().text in LATE:
            pass  # what it asked for last has had its turn
        inside.calls()
        assert sync_once(asking, *of_filter(place, "public"))
        assert inside.calls() == [], "the filter is right again, and nothing has happened"
        assert ended(watcher) == 0


def until_said(process: subprocess.Popen[str], pattern: str) -> list[str]:
    """All lines up to the first with the pattern."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if re.search(pattern, line):
            return lines
    raise AssertionError("".join(lines))


def test_external_dns_that_is_killed_within_a_request_finds_it_done_or_asks_again(
    inside: Inside, place: Place, external_dns: Path
) -> None:
    endpoints_of(place)
    inside.settings()
    with serving(inside, "--verbose") as (webhook, watcher):
        asking = setup(external_dns, inside, place, webhook.url, ["crd"])
        remote.set_faults(inside.places, [{"effect": "latency", "seconds": 3.0, "method": "POST", "times": 1}])
        with following(asking, *of_filter(place, "public")) as process:
            told(watcher, "begin")
            process.send_signal(signal.SIGKILL)
        told(watcher, "result")
        assert addresses(inside) == {f"{name}.{ZONE}" for name in NAMES}, "what it asked for is carried out"
        inside.calls()
        assert sync_once(asking, *of_filter(place, "public"))
        assert inside.calls() == []
        assert ended(watcher) == 0


def test_a_registry_of_its_own_is_told_and_makes_nothing(inside: Inside, place: Place, external_dns: Path) -> None:
    endpoints_of(place)
    inside.settings()
    with serving(inside) as (webhook, watcher):
        asking = setup(external_dns, inside, place, webhook.url, ["crd"])
        with pytest.raises(ExternalDnsError, match="failed to apply changes with code 503"):
            sync_once(asking, f"--namespace={place.namespace}", "--registry=txt", "--txt-owner-id=theirs")
        assert "--registry=noop" in told(watcher, "requested")["left"][0]
        assert remote.records(inside.places) == []
        assert ended(watcher) == 0
