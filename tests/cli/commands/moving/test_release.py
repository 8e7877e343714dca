"""`truenorth release` on the real engine and the lab, and the real external-dns that goes on afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.engine.failure import RunFailed
from cli.exit_codes import DONE, FAILED, UNUSABLE
from cli.session.session import Session
from cli.shards import moving
from cli.state.deployments import replace_deployment
from components.marks import cloudflare_ddns
from lab import remote
from lab.external_dns import Setup, sync_once
from lab.kube.cluster import Cluster
from lab.world import FIRST_IPV4, GANDI_ZONE, TOKEN, ZONE
from tests.cli.clusters import at
from tests.cli.conftest import Inside
from tests.cli.killing import HELD, kill_all, up_at
from tests.cluster.objects import dns_endpoint, ingress
from tests.cluster.place import Place, make_place

OWNER = "theirs"
FROM = ("--from", "external-dns", "--from-owner", OWNER)
TO = ("--to", "external-dns", "--to-owner", OWNER)
POD = "cloudflare-ddns-0"
TO_POD = ("--to", "cloudflare-ddns", "--to-owner", POD)
QUOTA = 200
"""Records of a zone on Free."""
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    made = make_place(kube_cluster, "release")
    made.put(ingress(f"shop.{ZONE}", f"blog.{ZONE}", at=[{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}]))
    made.put(dns_endpoint("alias", {"dnsName": f"in.{ZONE}", "recordType": "CNAME", "targets": [f"shop.{ZONE}"]}))
    return made


def sync(external_dns: Path, inside: Inside, place: Place, *arguments: str) -> None:
    """Let external-dns do its work once."""
    setup = Setup(external_dns, place.cluster.kubeconfig, inside.places.cloudflare, TOKEN, ZONE, ("ingress", "crd"))
    of_place = (f"--namespace={place.namespace}", f"--txt-owner-id={OWNER}", "--batch-change-interval=10ms")
    assert sync_once(setup, *of_place, *arguments)


def follow(inside: Inside, place: Place, *names: object, **others: Any) -> None:  # noqa: ANN401 - any setting
    inside.settings(*names, **{"sources": ["ingress", "crd"], "cluster": at(place), **others})


def records(inside: Inside) -> dict[str, tuple[str, str, str]]:
    """All records but marks, by id: not a new one in the place of an old one."""
    return {
        one["id"]: (one["name"], one["type"], one["content"])
        for one in remote.records(inside.places)
        if "heritage=" not in one["content"]
    }


def marks(inside: Inside) -> set[str]:
    """The names of marks."""
    return {one["name"] for one in remote.records(inside.places) if "heritage=" in one["content"]}


def writes(inside: Inside) -> list[tuple[str, str]]:
    """The writes since the last question."""
    return [call for call in inside.calls() if call[0] in WRITES]


THEIR_MARKS = {f"a-shop.{ZONE}", f"a-blog.{ZONE}", f"cname-in.{ZONE}"}


def test_external_dns_goes_on_where_it_was_after_adopt_and_release_and_no_record_is_touched_on_the_way(
    inside: Inside, place: Place, external_dns: Path
) -> None:
    sync(external_dns, inside, place)
    before, marked = records(inside), remote.records(inside.places)
    follow(inside, place)
    way_back = json.loads(inside.run("compare", *FROM, "--json").stdout.splitlines()[-1])["way_back"]
    assert inside.run("adopt", *FROM, "--yes").returncode == DONE
    assert inside.result("up")["engine_runs"] == 0
    inside.calls()
    done = inside.run(*way_back.split()[1:], "--yes")
    assert done.returncode == DONE, done.stderr + done.stdout
    assert "3 record sets given to external-dns, owner theirs" in done.stdout
    assert (records(inside), marks(inside)) == (before, THEIR_MARKS)
    texts = {one["content"] for one in remote.records(inside.places) if one["type"] == "TXT"}
    assert texts == {one["content"] for one in marked if one["type"] == "TXT"}, "word for word as it wrote them"
    assert "owns no records" in inside.run("release", *TO, "--yes").stdout
    inside.calls()
    sync(external_dns, inside, place)
    assert writes(inside) == []
    place.put(ingress(f"shop.{ZONE}", at=[{"ip": "192.0.2.3"}]))
    sync(external_dns, inside, place)
    assert set(records(inside).values()) == {
        (f"shop.{ZONE}", "A", "192.0.2.3"),
        (f"in.{ZONE}", "CNAME", f"shop.{ZONE}"),
    }
    assert marks(inside) == {f"a-shop.{ZONE}", f"cname-in.{ZONE}"}


def test_with_names_of_marks_of_its_own_it_knows_the_apex_and_a_wildcard_again_encrypting_or_not(
    inside: Inside, place: Place, external_dns: Path
) -> None:
    place.put(ingress(ZONE, f"*.{ZONE}", f"shop.{ZONE}", at=[{"ip": "192.0.2.1"}]))
    affix = ("--txt-prefix=k8s-%{record_type}.", "--txt-wildcard-replacement=any")
    sync(external_dns, inside, place, *affix)
    before = records(inside)
    external = [{"prefix": "k8s-%{record_type}.", "wildcard": "any"}]
    follow(inside, place, marks="comment", external_dns=external, guard={})
    assert inside.run("adopt", *FROM, "--yes").returncode == DONE
    assert marks(inside) == set()
    assert inside.run("release", *TO, "--yes").returncode == DONE
    assert (records(inside), {one["comment"] or "" for one in remote.records(inside.places)}) == (before, {""})
    names = (f"a.{ZONE}", f"a.any.{ZONE}", f"a.shop.{ZONE}", f"cname.in.{ZONE}")
    assert marks(inside) == {f"k8s-{name}" for name in names}
    for encrypting in ((), ("--txt-encrypt-enabled", f"--txt-encrypt-aes-key={'k' * 32}")):
        inside.calls()
        sync(external_dns, inside, place, *affix, *encrypting)
        assert writes(inside) == []


def test_cloudflare_ddns_finds_its_own_marks_again_after_adopt_and_release(inside: Inside) -> None:
    inside.settings("www", {"name": "printer", "targets": ["192.0.2.9"]})
    www = {"type": "A", "name": f"www.{ZONE}", "content": FIRST_IPV4, "ttl": 1, "proxied": False}
    mark = {"type": "TXT", "name": f"www.{ZONE}", "content": cloudflare_ddns.encode(POD), "ttl": 1}
    for one in (www, mark):
        remote.edit_record(inside.places, one)
    before = records(inside)
    way_back = json.loads(inside.run("compare", "--from", "cloudflare-ddns", "--json").stdout.splitlines()[-1])[
        "way_back"
    ]
    assert way_back.endswith(f"--to cloudflare-ddns --to-owner {POD}")
    assert inside.run("adopt", "--from", "cloudflare-ddns", "--yes").returncode == DONE
    assert inside.result("up")["engine_runs"] == 1, "the printer is made"
    assert cloudflare_ddns.encode(POD) not in {one["content"] for one in remote.records(inside.places)}
    done = inside.run(*way_back.split()[1:], "--yes")
    assert "1 record set given to cloudflare-ddns, owner cloudflare-ddns-0, 1 record set let go" in done.stdout
    assert before.items() < records(inside).items()
    assert [one["content"] for one in remote.records(inside.places) if one["type"] == "TXT"] == [mark["content"]]


GIVEN = (*TO, "--name", "www", "--name", "api")


def made(inside: Inside, *names: object, **others: Any) -> dict[str, tuple[str, str, str]]:  # noqa: ANN401 - any setting
    """What the zone has of these names, once they are made."""
    inside.settings(*names, **others)
    inside.result("up")
    inside.calls()
    return records(inside)


def steps(done: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401 - a finished command
    first = json.loads(done.stdout.splitlines()[0])
    return [(one["step"], one["name"], one["type"]) for one in first["steps"]]


class TestBeforeAnythingIsDone:
    def test_the_steps_are_shown_and_a_dry_run_ends_there(self, inside: Inside) -> None:
        before = made(inside, "www", "api")
        done = inside.run("release", *TO, "--name", "www", "--dry-run", "--json")
        assert (done.returncode, records(inside), writes(inside)) == (DONE, before, [])
        assert steps(done) == [
            ("new mark", f"a-www.{ZONE}", "TXT"),
            ("remove our mark", f"_truenorth-a.api.{ZONE}", "TXT"),
            ("remove our mark", f"_truenorth-a.www.{ZONE}", "TXT"),
            ("let go", f"api.{ZONE}", "A"),
            ("give", f"www.{ZONE}", "A"),
        ]
        said = inside.run("release", *TO, "--name", "www", "--dry-run").stdout
        assert "no object asks for it, so that external-dns would delete it" in said

    def test_nobody_can_be_asked(self, inside: Inside) -> None:
        before = made(inside, "www")
        done = inside.run("release", "--to", "nobody")
        assert (done.returncode, records(inside), writes(inside)) == (UNUSABLE, before, [])
        assert "repeat the command with --yes" in done.stderr

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--to", "external-dns"), "say --to-owner ID"),
            (("--to", "cloudflare-ddns"), "say --to-owner POD"),
            ((*TO_POD, "--cluster", "north"), "cloudflare-ddns has no cluster"),
            (("--to", "external-dns", "--to-owner", "a,b"), "cannot stand in an ownership mark"),
            (("--to", "nobody", "--to-owner", "a"), "leave the options of external-dns out"),
            ((*TO, "--to-txt-prefix", "a", "--to-txt-suffix", "b"), "a prefix or a suffix, never both"),
            ((*TO, "--cluster", "north"), "there is no cluster 'north'"),
            ((*TO, "--name", "www.example.org"), "lies outside of the zone example.com"),
        ],
    )
    def test_options_that_do_not_fit_are_refused(self, inside: Inside, arguments: tuple[str, ...], said: str) -> None:
        inside.settings("www")
        done = inside.run("release", *arguments)
        assert (done.returncode, said in " ".join(done.stderr.split())) == (UNUSABLE, True), done.stderr

    def test_several_clusters_and_several_kinds_of_marks_have_to_be_told_apart(self, inside: Inside) -> None:
        clusters = [{"name": name, "sources": ["ingress"]} for name in ("north", "south")]
        inside.settings("www", clusters=clusters, external_dns=[{"prefix": "a."}, {"prefix": "b."}])
        assert "settings name several external-dns" in inside.run("release", *TO).stderr
        assert "one of north, south" in inside.run("release", *TO, "--to-txt-prefix", "a.").stderr


class TestToNobody:
    def test_marks_go_records_stay_and_the_state_is_empty(self, inside: Inside) -> None:
        before = made(inside, "www", {"name": "two", "targets": ["192.0.2.1", "192.0.2.2"]})
        result = inside.result("release", "--to", "nobody", "--yes")
        assert (sorted(result["let_go"]), result["given"], result["staying"]) == (
            [f"two.{ZONE}/A", f"www.{ZONE}/A"],
            [],
            [],
        )
        assert (records(inside), marks(inside)) == (before, set())
        assert not json.loads(inside.pulumi("stack", "export").stdout)["deployment"].get("resources")
        assert inside.result("up")["engine_runs"] == 0, "what nobody owns is none of ours"

    def test_without_marks_no_call_changes_the_zone(self, inside: Inside) -> None:
        before = made(inside, "www", marks="none")
        assert inside.result("release", "--to", "nobody", "--yes")["engine_runs"] == 0
        assert (records(inside), writes(inside)) == (before, [])
        assert "owns no records" in inside.run("release", "--to", "nobody", "--yes").stdout

    def test_marks_in_comments_go_and_the_guard_counts_none_of_them(self, inside: Inside) -> None:
        names = [f"n{number}" for number in range(12)]
        before = made(inside, *names, marks="comment", comment="the shop", guard={})
        inside.result("release", "--to", "nobody", "--yes")
        assert records(inside) == before
        assert {one["comment"] for one in remote.records(inside.places)} == {"the shop"}

    def test_all_shards_are_emptied_also_after_one_could_not_be(
        self, inside: Inside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = made(inside, *(f"n{number}" for number in range(8)), shards=3)
        stacks: list[str] = []

        def replace_one(session: Session, deployment: Mapping[str, Any]) -> None:
            stacks.append(session.stack)
            if len(stacks) > 1:
                raise RunFailed("the disk is full")
            replace_deployment(session, deployment)

        with monkeypatch.context() as patched:
            patched.setattr(moving, "replace_deployment", replace_one)
            assert inside.run("release", "--to", "nobody", "--yes").returncode == FAILED
        assert inside.run("release", "--to", "nobody", "--yes").returncode == DONE
        assert (records(inside), marks(inside)) == (before, set())
        for file in (inside.state / ".pulumi" / "stacks" / "truenorth").glob("*.json"):
            assert not (json.loads(file.read_bytes())["checkpoint"]["latest"] or {}).get("resources"), file

    def test_a_zone_at_gandi_too(self, inside: Inside) -> None:
        inside.settings("www", zone=GANDI_ZONE, provider="gandi")
        inside.result("up")
        inside.result("release", *TO, "--name", "www", "--yes")
        there = {key: one["rrset_values"] for key, one in remote.gandi_records(inside.places).items()}
        assert there == {
            ("www", "A"): [FIRST_IPV4],
            ("a-www", "TXT"): [f'"heritage=external-dns,external-dns/owner={OWNER}"'],
        }


class TestARelease:
    @pytest.mark.parametrize(
        ("killed_at", "held"), [("www.example.com/A/mark/former/0", "POST"), ("www.example.com/A/mark", "DELETE")]
    )
    @pytest.mark.parametrize("way_on", ["release", "up"])
    def test_that_was_killed_is_finished_by_the_next_or_undone_by_up(
        self, inside: Inside, killed_at: str, held: str, way_on: str
    ) -> None:
        before = made(inside, "www", "api")
        remote.set_faults(inside.places, [HELD | {"method": held}])
        with up_at(inside, killed_at, command_line=("release", *GIVEN, "--yes")) as command:
            kill_all(command)
        remote.set_faults(inside.places, [])
        assert records(inside) == before
        assert {name.rpartition("a-")[2].removeprefix("_truenorth-a.") for name in marks(inside)} == {
            f"www.{ZONE}",
            f"api.{ZONE}",
        }
        if way_on == "up":
            inside.result("up")
            assert inside.result("up")["engine_runs"] == 0
            ours = {f"_truenorth-a.www.{ZONE}", f"_truenorth-a.api.{ZONE}"}
            assert (records(inside), marks(inside)) == (before, ours)
        done = inside.run("release", *GIVEN, "--yes")
        assert done.returncode == DONE, done.stderr + done.stdout
        assert (records(inside), marks(inside)) == (before, {f"a-www.{ZONE}", f"a-api.{ZONE}"})

    def test_leaves_what_was_changed_behind_our_back_and_says_so(self, inside: Inside) -> None:
        made(inside, "www", "api")
        remote.edit_record(inside.places, inside.record("www") | {"content": "198.51.100.80"})
        done = inside.run("release", *GIVEN, "--yes")
        assert done.returncode == FAILED
        assert f"stays ours: www.{ZONE} A: it was changed behind our back: `truenorth up` puts it right" in done.stdout
        assert "record sets that stay ours: 1;" in done.stderr
        assert marks(inside) == {f"a-api.{ZONE}", f"_truenorth-a.www.{ZONE}"}
        assert {one["resource"] for one in inside.result("up")["changes"]} == {f"www.{ZONE}/A"}
        assert inside.run("release", *GIVEN, "--yes").returncode == DONE
        assert marks(inside) == {f"a-api.{ZONE}", f"a-www.{ZONE}"}

    def test_does_nothing_while_another_run_holds_the_state(self, inside: Inside) -> None:
        before = made(inside, "www", marks="none")
        inside.settings("www", "api", marks="none")
        remote.set_faults(inside.places, [{"effect": "latency", "seconds": 600.0, "method": "POST"}])
        with up_at(inside, f"api.{ZONE}/A") as command:
            done = inside.run("release", "--to", "nobody", "--yes")
            kill_all(command)
        remote.set_faults(inside.places, [])
        assert (done.returncode, "is locked by" in done.stderr) == (UNUSABLE, True), done.stderr
        assert before.items() <= records(inside).items()
        assert inside.result("release", "--to", "nobody", "--yes")["let_go"] == [f"www.{ZONE}/A"]

    def test_goes_on_set_by_set_in_a_zone_with_room_for_a_single_mark(self, inside: Inside) -> None:
        zone = "full.example"
        remote.add_zone(inside.places, zone, "free")
        made(inside, "www", "api", "shop", zone=zone)
        for number in range(QUOTA - 6):
            record = {"name": f"x{number}.{zone}", "type": "A", "content": "192.0.2.1", "ttl": 300}
            remote.edit_record(inside.places, record, zone)
        names = ("--name", "www", "--name", "api", "--name", "shop")
        refused = inside.run("release", *TO, *names, "--yes")
        assert refused.returncode == FAILED
        assert "quota" in refused.stderr
        assert "record sets that stay ours: 3;" in refused.stderr
        there = remote.records(inside.places, zone)
        assert sum("heritage=truenorth" in one["content"] for one in there) == len(names) / 2
        further = next(one for one in there if one["name"] == f"x0.{zone}")
        remote.delete_record(inside.places, further["id"], zone)
        done = inside.run("release", *TO, *names, "--yes")
        assert done.returncode == DONE, done.stderr + done.stdout
        texts = {one["name"] for one in remote.records(inside.places, zone) if "heritage=" in one["content"]}
        assert texts == {f"a-{name}.{zone}" for name in ("www", "api", "shop")}
