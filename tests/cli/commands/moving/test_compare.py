"""`truenorth compare` beside the real external-dns, on the same objects and the same zone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.exit_codes import CHANGED, DONE, FAILED, UNUSABLE
from lab import remote
from lab.external_dns import Setup, sync_once
from lab.kube.cluster import Cluster
from lab.kube.proxy import proxied
from lab.world import TOKEN, ZONE
from tests.cli.clusters import QUICK, at
from tests.cli.conftest import Inside
from tests.cluster.objects import dns_endpoint, ingress
from tests.cluster.place import Place, make_place

OWNER = "theirs"
FROM = ("--from", "external-dns", "--from-owner", OWNER)


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    made = make_place(kube_cluster, "compare")
    made.put(ingress(f"shop.{ZONE}", f"blog.{ZONE}", at=[{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}]))
    made.put(dns_endpoint("mail", {"dnsName": f"in.{ZONE}", "recordType": "MX", "targets": [f"10 shop.{ZONE}"]}))
    return made


def sync(external_dns: Path, inside: Inside, place: Place) -> None:
    """Let external-dns do its work once."""
    setup = Setup(external_dns, place.cluster.kubeconfig, inside.places.cloudflare, TOKEN, ZONE, ("ingress", "crd"))
    arguments = (f"--namespace={place.namespace}", f"--txt-owner-id={OWNER}", "--batch-change-interval=10ms")
    assert sync_once(setup, *arguments, "--managed-record-types=A", "--managed-record-types=MX")


def follow(inside: Inside, place: Place, **others: Any) -> None:  # noqa: ANN401 - any setting
    inside.settings(**{"sources": ["ingress", "crd"], "cluster": at(place), **others})


def compared(inside: Inside, code: int) -> dict[str, Any]:
    """Run it with --json; the exit code must be this."""
    done = inside.run("compare", *FROM, "--json")
    assert done.returncode == code, done.stderr + done.stdout
    document: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return document


def fates(inside: Inside, code: int) -> dict[str, str]:
    return {f"{one['name']}/{one['type']}": one["fate"] for one in compared(inside, code)["sets"]}


SAME = {f"in.{ZONE}/MX": "same", f"blog.{ZONE}/A": "same", f"shop.{ZONE}/A": "same"}


def test_external_dns_and_truenorth_have_the_same_until_an_object_changes_and_adopt_changes_nothing_then(
    inside: Inside, place: Place, external_dns: Path
) -> None:
    sync(external_dns, inside, place)
    follow(inside, place)
    before = remote.records(inside.places)
    remote.forget_requests(inside.places)
    shown = inside.run("compare", *FROM)
    assert shown.returncode == DONE, shown.stderr + shown.stdout
    assert "safe to switch: 3 same" in shown.stdout
    assert {method for method, _ in inside.calls()} == {"GET"}
    assert fates(inside, DONE) == SAME
    place.put(ingress(f"shop.{ZONE}", f"new.{ZONE}", at=[{"ip": "192.0.2.3"}]))
    told = compared(inside, CHANGED)
    assert {f"{one['name']}/{one['type']}": (one["fate"], one["differences"]) for one in told["sets"]} == {
        f"in.{ZONE}/MX": ("same", []),
        f"blog.{ZONE}/A": ("only there", []),
        f"new.{ZONE}/A": ("only here", []),
        f"shop.{ZONE}/A": ("differs", ["192.0.2.1, 192.0.2.2 -> 192.0.2.3"]),
    }
    assert remote.records(inside.places) == before
    sync(external_dns, inside, place)
    assert set(fates(inside, DONE).values()) == {"same"}, "it has followed, too"
    contents = inside.zone()
    adopt, up = (command.removeprefix("truenorth ").split() for command in told["commands"])
    assert inside.run(*adopt, "--yes").returncode == DONE
    done = inside.result(*up)
    assert (done["changes"], done["engine_runs"], inside.zone()) == ([], 0, contents)
    assert set(fates(inside, CHANGED).values()) == {"ours"}, "nothing of external-dns is left to compare with"


def test_what_cannot_be_read_is_never_told_as_unwanted_nor_as_safe(
    inside: Inside, place: Place, external_dns: Path
) -> None:
    sync(external_dns, inside, place)
    with proxied(place.cluster) as proxy:
        cluster = at(place, kubeconfig=str(proxy.kubeconfig()), timeout=QUICK)
    follow(inside, place, cluster=cluster)
    told = compared(inside, FAILED)
    assert {one["fate"] for one in told["sets"]} == {"unknown"}
    assert (len(told["sets"]), told["safe"], proxy.server in told["gaps"][0]) == (3, False, True)


def test_a_source_that_is_not_read_leaves_its_records_there_alone_with_their_object_named(
    inside: Inside, place: Place, external_dns: Path
) -> None:
    sync(external_dns, inside, place)
    follow(inside, place, sources=["crd"])
    shown = inside.run("compare", *FROM)
    said = " ".join(shown.stdout.split())
    assert (shown.returncode, "not yet: 1 same, 2 only there" in said) == (CHANGED, True), said
    assert f"ingress/{place.namespace}/web" in said


def test_an_owner_who_has_marked_nothing_is_told_with_those_who_have(
    inside: Inside, place: Place, external_dns: Path
) -> None:
    sync(external_dns, inside, place)
    follow(inside, place)
    shown = inside.run("compare", "--from", "external-dns", "--from-owner", "misspelt")
    assert (shown.returncode, "its owners here are theirs" in shown.stdout) == (CHANGED, True), shown.stdout
    assert "truenorth adopt --stack" not in shown.stdout


def test_a_tool_has_to_be_named(inside: Inside) -> None:
    inside.settings("www")
    done = inside.run("compare")
    assert (done.returncode, "--from" in done.stderr) == (UNUSABLE, True)
