from __future__ import annotations

import base64
import gzip
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from components.marks import cloudflare_ddns, external_dns
from components.marks.external_dns import Affix, Labels
from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import Inside

LISTING = ("GET", "dns_records")
ELSEWHERE = "198.51.100.80"
KEY = "0123456789abcdef0123456789abcdef"
PLAIN = Affix()
Entry = tuple[str, str, str]


def stands(inside: Inside, name: str, content: str, record_type: str = "A", **changes: object) -> None:
    """Somebody else's record."""
    record = {"name": name, "type": record_type, "content": content, "ttl": 300, "proxied": False} | changes
    remote.edit_record(inside.places, record)


def entries(inside: Inside) -> set[Entry]:
    """The records; the id of a state in a mark is left out, as each run of the tests draws another."""
    return {
        (one["name"], one["type"], re.sub("truenorth/instance=[0-9a-f]{8},", "", one["content"]))
        for one in remote.records(inside.places)
    }


def our_mark(name: str, record_type: str = "A") -> Entry:
    label = name.removesuffix(".example.com") if name != "example.com" else "@"
    content = f'"heritage=truenorth,truenorth/owner=test,truenorth/resource=settings/names/{label}"'
    return f"_truenorth-{record_type.lower()}.{name}", "TXT", content


def nothing_is_left_to_do(inside: Inside) -> None:
    """`up` afterwards asks for the zone once, and runs no engine."""
    remote.forget_requests(inside.places)
    result = inside.result("up")
    assert (result["changes"], result["engine_runs"], inside.calls()) == ([], 0, [LISTING])


def steps(done: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["step"], one["resource"]) for one in done["steps"]}


def elsewhere(inside: Inside, folder: Path) -> Inside:
    """The same stack without its state."""
    folder.mkdir()
    return replace(inside, environment={**inside.environment, "PULUMI_BACKEND_URL": folder.as_uri()})


class TestLostState:
    def test_is_rebuilt_from_our_marks_though_the_address_has_changed(self, inside: Inside, tmp_path: Path) -> None:
        stands(inside, "shop.example.com", ELSEWHERE)
        inside.settings("www", "api", "old", "@")
        inside.result("up")
        ids = {one["id"] for one in remote.records(inside.places)}
        remote.set_address(inside.places, "203.0.113.8")
        inside.settings("www", "api", "@", "shop")
        lost = elsewhere(inside, tmp_path / "other")
        before = remote.records(inside.places)
        refused = lost.run("up")
        assert refused.returncode == 5
        assert "another instance of this stack" in refused.stderr
        assert "truenorth adopt" in refused.stderr
        assert remote.records(inside.places) == before
        shown = lost.run("adopt", "--yes").stdout
        assert f"{FIRST_IPV4} -> 203.0.113.8" in shown
        names = ("www.example.com", "api.example.com", "example.com")
        ours = {(name, "A", "203.0.113.8") for name in names} | {our_mark(name) for name in names}
        assert entries(inside) == {("shop.example.com", "A", ELSEWHERE)} | ours
        assert {one["id"] for one in remote.records(inside.places)} <= ids
        nothing_is_left_to_do(lost)

    def test_of_comment_marks_is_rebuilt_too(self, inside: Inside, tmp_path: Path) -> None:
        inside.settings("www", "old", marks="comment")
        inside.result("up")
        remote.set_address(inside.places, "203.0.113.8")
        inside.settings("www", marks="comment")
        lost = elsewhere(inside, tmp_path / "other")
        lost.result("adopt", "--yes")
        assert entries(inside) == {("www.example.com", "A", "203.0.113.8")}
        nothing_is_left_to_do(lost)

    def test_that_is_not_lost_leaves_nothing_to_adopt(self, inside: Inside) -> None:
        inside.settings("www")
        inside.result("up")
        inside.settings("www", "api")
        done = inside.run("adopt", "--yes")
        assert (done.returncode, "nothing to adopt" in done.stdout, "truenorth up" in done.stdout) == (0, True, True)
        assert inside.zone().keys() == {"www.example.com/A"}


class TestExternalDns:
    def stands(self, inside: Inside, name: str, content: str, affix: Affix = PLAIN, owner: str = "default") -> None:
        """A record of an external-dns with its mark."""
        record_type = "AAAA" if ":" in content else "A"
        stands(inside, name, content, record_type)
        self.mark(inside, external_dns.mark_name(name, record_type, affix), owner)

    def mark(self, inside: Inside, name: str, owner: str = "default", *, sealed: bool = False) -> None:
        text = external_dns.encode(Labels(owner, "ingress/web/shop"))
        stands(inside, name, self.sealed(text) if sealed else text, "TXT")

    def sealed(self, text: str) -> str:
        nonce = os.urandom(12)
        packed = gzip.compress(text.strip('"').encode())
        return f'"{base64.b64encode(nonce + AESGCM(KEY.encode()).encrypt(nonce, packed, None)).decode()}"'

    def test_names_become_ours_and_its_marks_go_old_format_and_new(self, inside: Inside) -> None:
        self.stands(inside, "www.example.com", ELSEWHERE)
        self.stands(inside, "www.example.com", "2001:db8::80")
        self.mark(inside, "www.example.com")
        self.stands(inside, "api.example.com", FIRST_IPV4)
        self.stands(inside, "*.example.com", ELSEWHERE, Affix(wildcard="any"))
        self.stands(inside, "later.example.com", ELSEWHERE)
        self.stands(inside, "theirs.example.com", ELSEWHERE, owner="another")
        stands(inside, "mail.example.com", ELSEWHERE)
        foreign = {one for one in entries(inside) if any(word in one[0] for word in ("later", "theirs", "mail"))}
        ids = {one["id"] for one in remote.records(inside.places) if one["type"] == "A"}
        targets = ["203.0.113.7", "2001:db8::7"]
        names: list[object] = [{"name": "www", "targets": targets}, "api", "*", "theirs", "mail", "new"]
        inside.settings(*names, external_dns=[{"wildcard": "any"}])
        done = inside.run("adopt", "--from", "external-dns", "--from-owner", "default", "--yes")
        assert done.returncode == 0, done.stderr
        assert "stop external-dns first" in done.stdout
        assert "left alone: later.example.com A 198.51.100.80 (external-dns owner default (ingress/web/shop))" in (
            done.stdout
        )
        assert "conflict theirs.example.com A" in done.stdout
        sets = [("www", "A"), ("www", "AAAA"), ("api", "A")]
        wished = {(f"{name}.example.com", kind, targets[kind == "AAAA"]) for name, kind in sets}
        wished |= {our_mark(f"{name}.example.com", kind) for name, kind in sets}
        wildcard = ("_truenorth-a._wildcard.example.com", "TXT", our_mark("*.example.com")[2])
        assert entries(inside) - foreign - wished == {("*.example.com", "A", FIRST_IPV4), wildcard}
        assert foreign <= entries(inside)
        assert ids <= {one["id"] for one in remote.records(inside.places)}
        assert "waits: truenorth up" in done.stdout
        assert {one["resource"] for one in inside.result("up")["changes"]} == {
            "new.example.com/A",
            "new.example.com/A/mark",
        }
        nothing_is_left_to_do(inside)

    def test_marks_that_are_encrypted_need_their_key(self, inside: Inside) -> None:
        for name in ("www", "api"):
            stands(inside, f"{name}.example.com", ELSEWHERE)
        self.mark(inside, "edns-a.www.example.com", sealed=True)
        self.mark(inside, "api-x-a.example.com", sealed=True)
        before = entries(inside)
        affixes = [{"prefix": "edns-%{record_type}."}, {"suffix": "-x-%{record_type}"}]
        inside.settings("www", "api", external_dns=affixes)
        without = inside.run("adopt", "--from", "external-dns", "--yes")
        assert ("nothing to adopt" in without.stdout, "encrypted" in without.stdout) == (True, True)
        assert entries(inside) == before
        with_key = inside.run("adopt", "--from", "external-dns", "--yes", EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY=KEY)
        assert with_key.returncode == 0, with_key.stderr
        ours = {f"{name}.example.com" for name in ("www", "api")}
        assert entries(inside) == {(name, "A", FIRST_IPV4) for name in ours} | {our_mark(name) for name in ours}
        nothing_is_left_to_do(inside)

    def test_several_records_at_a_name_become_as_many_as_are_wished(self, inside: Inside) -> None:
        for last in (80, 81, 82):
            stands(inside, "www.example.com", f"198.51.100.{last}")
        self.mark(inside, "a-www.example.com")
        inside.settings("www")
        done = inside.result("adopt", "--from", "external-dns", "--yes")
        assert done["engine_runs"] == 2
        assert entries(inside) == {("www.example.com", "A", FIRST_IPV4), our_mark("www.example.com")}
        nothing_is_left_to_do(inside)

    def test_a_takeover_that_was_cut_off_is_finished_by_the_next(self, inside: Inside) -> None:
        self.stands(inside, "www.example.com", ELSEWHERE)
        self.mark(inside, "www.example.com")
        inside.settings("www")
        final = {"effect": "server_error", "status": 403, "method": "PUT"}  # the plugin repeats a 5xx for minutes
        remote.set_faults(inside.places, [final])
        assert inside.run("adopt", "--from", "external-dns", "--yes", TRUENORTH_BRIDGE="off").returncode == 1
        remote.set_faults(inside.places, [])
        again = inside.run("adopt", "--from", "external-dns", "--yes")
        assert again.returncode == 0, again.stderr
        assert entries(inside) == {("www.example.com", "A", FIRST_IPV4), our_mark("www.example.com")}
        nothing_is_left_to_do(inside)


class TestCloudflareDdns:
    def test_a_mark_goes_with_the_records_unless_it_speaks_for_one_that_stays(self, inside: Inside) -> None:
        for name in ("www", "api"):
            stands(inside, f"{name}.example.com", ELSEWHERE, proxied=True, ttl=1)
            stands(inside, f"{name}.example.com", cloudflare_ddns.encode("pod-7"), "TXT")
        stands(inside, "api.example.com", "2001:db8::80", "AAAA")
        inside.settings("www", "api")
        done = inside.run("adopt", "--from", "cloudflare-ddns", "--yes")
        assert "left alone: api.example.com AAAA 2001:db8::80 (cloudflare-ddns owner pod-7)" in done.stdout
        ours = {f"{name}.example.com" for name in ("www", "api")}
        assert entries(inside) == {
            *((name, "A", FIRST_IPV4) for name in ours),
            *(our_mark(name) for name in ours),
            ("api.example.com", "AAAA", "2001:db8::80"),
            ("api.example.com", "TXT", cloudflare_ddns.encode("pod-7")),
        }
        assert not inside.record("www")["proxied"]
        nothing_is_left_to_do(inside)


class TestRouteflare:
    def test_what_is_unmarked_at_wanted_names_becomes_ours(self, inside: Inside) -> None:
        stands(inside, "www.example.com", ELSEWHERE)
        stands(inside, "api.example.com", FIRST_IPV4)
        stands(inside, "mail.example.com", ELSEWHERE)
        stands(inside, "blog.example.com", "elsewhere.example.net", "CNAME")
        inside.settings("www", "api", "blog")
        inside.result("adopt", "--from", "routeflare", "--yes")
        ours = {f"{name}.example.com" for name in ("www", "api")}
        assert entries(inside) == {
            *((name, "A", FIRST_IPV4) for name in ours),
            *(our_mark(name) for name in ours),
            ("mail.example.com", "A", ELSEWHERE),
            ("blog.example.com", "CNAME", "elsewhere.example.net"),
        }
        nothing_is_left_to_do(inside)


class TestBeforeAnythingIsDone:
    def test_the_steps_are_shown_and_nobody_can_be_asked(self, inside: Inside) -> None:
        stands(inside, "www.example.com", ELSEWHERE)
        inside.settings("www")
        before = entries(inside)
        done = inside.run("adopt", "--from", "routeflare")
        assert (done.returncode, entries(inside)) == (2, before)
        assert "repeat the command with --yes" in done.stderr
        assert f"import, change www.example.com A {ELSEWHERE} -> {FIRST_IPV4}" in " ".join(done.stdout.split())
        assert {method for method, _ in inside.calls()} == {"GET"}

    def test_machines_get_the_steps_and_what_is_left_alone(self, inside: Inside) -> None:
        for name in ("www", "api"):
            stands(inside, f"{name}.example.com", ELSEWHERE)
            stands(inside, f"{name}.example.com", cloudflare_ddns.encode("pod-7"), "TXT")
        inside.settings("www")
        done = inside.run("adopt", "--from", "cloudflare-ddns", "--yes", "--json")
        first, *_, last = (json.loads(line) for line in done.stdout.splitlines())
        assert steps(first) == {
            ("import, change", "www.example.com/A"),
            ("new mark", "www.example.com/A/mark"),
            ("remove old mark", "www.example.com/A/mark/former/0"),
        }
        assert [(one["name"], one["of"]) for one in first["left_alone"]] == [
            ("api.example.com", "cloudflare-ddns owner pod-7")
        ]
        assert (last["event"], last["engine_runs"]) == ("result", 2)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [(("--from-owner", "x"), "of no tool"), (("--from", "routeflare", "--from-owner", "x"), "marks no owner")],
    )
    def test_an_owner_of_no_tool_is_refused(self, inside: Inside, arguments: tuple[str, ...], said: str) -> None:
        inside.settings("www")
        done = inside.run("adopt", *arguments)
        assert (done.returncode, said in done.stderr) == (2, True)
