"""`truenorth init` on the lab, by options and at a terminal, up to the first record."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from cli.exit_codes import UNUSABLE
from lab import remote
from lab.kube.cluster import Cluster
from stacks.settings.files import from_file
from stacks.settings.stack import Settings
from tests.cli.conftest import ROOT, Inside
from tests.cli.in_process import truenorth
from tests.cli.setup.conftest import NewUser
from tests.cli.setup.typing_in import typing_in

ONE_MINUTE = 60.0
DEADLINE = 300.0


def init(
    user: NewUser, *arguments: str, without: tuple[str, ...] = (), **changes: str
) -> subprocess.CompletedProcess[str]:
    """Run it where nobody can be asked."""
    environment = {key: value for key, value in user.environment.items() if key not in without} | changes
    return truenorth(ROOT, environment, "init", *arguments)


def cpu_seconds() -> float:
    """Return the CPU time of this process, of all ended child processes and of theirs."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def written(user: NewUser, *arguments: str, **changes: str) -> Settings:
    """Run it; it must succeed, and the file must load."""
    done = init(user, *arguments, without=(), **changes)
    assert done.returncode == 0, done.stderr + done.stdout
    return from_file(user.settings, {}, "home")


def refused(user: NewUser, *arguments: str, without: tuple[str, ...] = (), **changes: str) -> str:
    """Run it; it must refuse, and write nothing. Its message, on one line."""
    before = user.settings.read_text() if user.settings.exists() else None
    done = init(user, *arguments, without=without, **changes)
    assert done.returncode == UNUSABLE, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert (user.settings.read_text() if user.settings.exists() else None) == before
    assert [file.name for file in user.settings.parent.glob(".Pulumi*")] == []
    return " ".join(done.stderr.split())


class TestByOptions:
    def test_writes_what_differs_from_the_defaults_and_says_what_is_next(self, new_user: NewUser) -> None:
        done = init(new_user, "--name", "www", "--name", "@", "--name", "*")
        assert done.returncode == 0, done.stderr
        assert done.stdout == (
            "zone example.com (Cloudflare, plan pro): the token may edit its records\n"
            "your IPv4 address: 203.0.113.7\n"
            f"written: {new_user.settings}\n"
            "next:\n"
            "  truenorth preview --stack home  what would be done\n"
            "  truenorth up --stack home       do it\n"
            "  truenorth watch --stack home    follow the address until it is stopped\n"
            "  truenorth doctor --stack home   if something is not as it should be\n"
        )
        assert new_user.settings.read_text() == (
            "# The stack home, as `truenorth init` has written it. What else can be set: docs/settings.md, or\n"
            "# `truenorth schema`. Credentials are no settings: they come from the environment or from files.\n"
            "config:\n"
            "  truenorth:zone: example.com\n"
            "  # Names that point at the address of this machine's network; @ is example.com itself.\n"
            '  truenorth:names: [www, "@", "*"]\n'
        )
        assert new_user.places.token not in new_user.settings.read_text() + done.stdout

    def test_takes_both_families(self, new_user: NewUser) -> None:
        assert written(new_user, "--name", "www", "--ipv6").wan.families == ["ipv4", "ipv6"]

    def test_finds_the_provider_by_the_zone(self, new_user: NewUser) -> None:
        gandi = {key: value for key, value in new_user.places.environment().items() if key.startswith("GANDI")}
        settings = written(new_user, "--zone", "Example.NET.", "--name", "www", **gandi)
        assert (settings.zone, settings.provider) == ("example.net", "gandi")

    def test_works_on_though_one_provider_refuses(self, new_user: NewUser) -> None:
        gandi = {"GANDI_URL": new_user.places.gandi, "GANDI_PERSONAL_ACCESS_TOKEN": "wrong"}
        assert written(new_user, "--zone", "example.com", "--name", "www", **gandi).provider == "cloudflare"

    def test_writes_a_file_anew_only_where_that_is_said(self, new_user: NewUser) -> None:
        new_user.settings.write_text("config: {}\n")
        assert "the stack has settings already" in refused(new_user, "--name", "www")
        assert written(new_user, "--name", "www", "--force").zone == "example.com"

    def test_works_without_an_address(self, new_user: NewUser) -> None:
        done = init(new_user, "--name", "www", TRUENORTH_WAN='{"mode": "list", "sources": ["none"]}')
        assert done.returncode == 0, done.stderr
        assert "your IPv4 address is not known now: " in done.stdout


class TestRefuses:
    def test_to_ask_where_there_is_no_terminal(self, new_user: NewUser) -> None:
        message = refused(new_user)
        assert "a name is missing, and nobody can be asked" in message
        assert "give --name www" in message

    def test_to_go_without_credentials(self, new_user: NewUser) -> None:
        message = refused(new_user, "--name", "www", without=("CLOUDFLARE_API_TOKEN",))
        assert "there are no credentials for Cloudflare" in message
        assert "export CLOUDFLARE_API_TOKEN" in message
        assert "GANDI_PERSONAL_ACCESS_TOKEN" in message

    def test_a_wrong_token(self, new_user: NewUser) -> None:
        message = refused(new_user, "--name", "www", CLOUDFLARE_API_TOKEN="x" * 40)
        assert "Cloudflare refuses the credentials: " in message
        assert "make a token with Zone:Read and DNS:Edit" in message
        assert "x" * 40 not in message

    def test_a_token_that_may_only_read(self, new_user: NewUser) -> None:
        token = "read-only-0123456789abcdefghijklmnopqrstuvw"
        remote.add_token(new_user.places, token, "example.com", ["#zone:read", "#dns_records:read"])
        message = refused(new_user, "--name", "www", CLOUDFLARE_API_TOKEN=token)
        assert "the token may read the zone example.com, and not edit its records" in message
        assert "add DNS:Edit to the token" in message

    def test_a_zone_that_the_token_does_not_see(self, new_user: NewUser) -> None:
        message = refused(new_user, "--zone", "example.org", "--name", "www")
        assert "there is no zone example.org that this token can see" in message
        assert "use one that it sees: example.com" in message

    def test_a_name_in_place_of_its_zone(self, new_user: NewUser) -> None:
        assert "give --zone example.com --name www.example.com" in refused(new_user, "--zone", "www.example.com")

    def test_a_name_of_another_zone(self, new_user: NewUser) -> None:
        message = refused(new_user, "--name", "www.example.org.")
        assert "--name" in message
        assert "or a name that ends in .example.com" in message

    def test_to_guess_where_the_api_is_out_of_reach(self, new_user: NewUser) -> None:
        done = init(new_user, "--name", "www", CLOUDFLARE_BASE_URL="http://127.0.0.1:9/client/v4")
        assert done.returncode == 1
        assert "Cloudflare could not be asked about the zones of the token" in done.stderr
        assert not new_user.settings.exists()

    def test_a_provider_that_there_is_not(self, new_user: NewUser) -> None:
        assert "use one of: cloudflare, gandi" in refused(new_user, "--provider", "route53", "--name", "www")

    def test_a_folder_that_cannot_be_written(self, new_user: NewUser, tmp_path: Path) -> None:
        message = refused(new_user, "--name", "www", "--settings", str(tmp_path / "none" / "Pulumi.home.yaml"))
        assert "the settings cannot be written: No such file or directory" in message


class TestOfAClusterByOptions:
    def test_names_what_is_served_and_may_be_read(self, new_user: NewUser, kube_cluster: Cluster) -> None:
        rules = [{"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["list", "watch"]}]
        user = kube_cluster.service_account("init-reader", rules)
        done = init(new_user, "--sources", "auto", "--kubeconfig", str(user.kubeconfig))
        assert done.returncode == 0, done.stderr
        assert "can be read: ingress\n" in done.stdout
        assert "  not service: we may not list, watch services in all namespaces; " in done.stdout
        settings = from_file(new_user.settings, {}, "home")
        (cluster,) = settings.each_cluster()
        assert (cluster.sources, cluster.kubeconfig, settings.names) == (("ingress",), str(user.kubeconfig), ())

    def test_refuses_a_source_that_may_not_be_read(self, new_user: NewUser, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account("init-nobody", [])
        message = refused(new_user, "--sources", "ingress", KUBECONFIG=str(user.kubeconfig))
        assert "ingress cannot be read: we may not list, watch ingresses.networking.k8s.io in all namespaces" in message

    def test_refuses_a_cluster_that_does_not_answer(self, new_user: NewUser, tmp_path: Path) -> None:
        gone = {"name": "gone", "cluster": {"server": "http://127.0.0.1:9"}}
        context = {"name": "gone", "context": {"cluster": "gone"}}
        file = tmp_path / "kubeconfig"
        file.write_text(yaml.safe_dump({"clusters": [gone], "contexts": [context], "current-context": "gone"}))
        assert "the cluster cannot be asked: " in refused(new_user, "--sources", "auto", KUBECONFIG=str(file))

    def test_refuses_without_a_kubeconfig(self, new_user: NewUser) -> None:
        assert "no cluster is configured" in refused(new_user, "--sources", "auto")

    def test_refuses_a_source_that_there_is_not(self, new_user: NewUser) -> None:
        assert "there is no source f5-virtualserver" in refused(new_user, "--sources", "f5-virtualserver")


class TestAtATerminal:
    def test_asks_for_the_token_and_the_names(self, new_user: NewUser) -> None:
        environment = {key: value for key, value in new_user.environment.items() if key != "CLOUDFLARE_API_TOKEN"}
        with typing_in(environment, "init") as terminal:
            terminal.answer("Who serves the zone?", "1")
            # The blank is shown once nothing is echoed any more; what is typed before is thrown away (getpass).
            terminal.answer("(not shown, and not written anywhere): ", new_user.places.token)
            terminal.expect("your IPv4 address: 203.0.113.7")
            terminal.answer("Names that point at your address", "www api")
            assert terminal.end() == 0, terminal.shown
        assert "export CLOUDFLARE_API_TOKEN=..." in terminal.shown
        assert new_user.places.token not in terminal.shown + new_user.settings.read_text()
        assert [one.name for one in from_file(new_user.settings, {}, "home").names] == ["www", "api"]

    def test_asks_again_where_an_answer_is_not_possible(self, new_user: NewUser) -> None:
        with typing_in(new_user.environment, "init") as terminal:
            terminal.answer("Names", "www..example.com")
            terminal.answer("Names", "")
            assert terminal.end() == 0, terminal.shown
        assert [one.name for one in from_file(new_user.settings, {}, "home").names] == ["www"]

    def test_offers_the_zones_that_the_tokens_see(self, new_user: NewUser) -> None:
        gandi = {key: value for key, value in new_user.places.environment().items() if key.startswith("GANDI")}
        with typing_in({**new_user.environment, **gandi}, "init", "--name", "www") as terminal:
            terminal.expect("2  example.net")
            terminal.answer("Which zone?", "example.net")
            assert terminal.end() == 0, terminal.shown
        assert from_file(new_user.settings, {}, "home").provider == "gandi"

    def test_offers_the_objects_of_the_cluster_at_hand(self, new_user: NewUser, kube_cluster: Cluster) -> None:
        environment = {**new_user.environment, "KUBECONFIG": str(kube_cluster.kubeconfig)}
        with typing_in(environment, "init") as terminal:
            terminal.answer("Shall objects of a Kubernetes cluster get records, too?", "y")
            terminal.answer("Name those of gateway-httproute", "y")
            terminal.answer("empty for none", "")
            assert terminal.end() == 0, terminal.shown
        settings = from_file(new_user.settings, {}, "home")
        assert (settings.names, settings.clusters) == ((), ())
        assert {"gateway-httproute", "ingress", "service"} <= set(settings.sources)


@pytest.mark.parametrize("way", ["options", "terminal"])
def test_a_new_user_has_a_record_within_a_minute(inside: Inside, way: str) -> None:
    began = cpu_seconds()
    if way == "options":
        done = inside.run("init", "--stack", "test", "--zone", inside.places.zone, "--name", "www")
        assert done.returncode == 0, done.stderr
    else:
        with typing_in(inside.environment, "init", "--stack", "test") as terminal:
            terminal.answer("Which zone?", "example.com")
            terminal.answer("Names", "www")
            assert terminal.end() == 0, terminal.shown
    up = inside.run("up", "--stack", "test")
    assert up.returncode == 0, up.stderr
    assert inside.zone() == {"www.example.com/A": "203.0.113.7"}
    assert cpu_seconds() - began < ONE_MINUTE, "the commands' own work: a busy machine takes longer by the clock"
