from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from cli.commands.detect import NAT_SECONDS
from lab.addresses.http import HttpBehaviour, serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun
from tests.cli.conftest import INHERITED, ROOT, TRUENORTH
from tests.cli.in_process import truenorth

CERTIFICATE = ROOT / "tests" / "stacks" / "observe" / "wan" / "sources" / "loopback.pem"
SEEN = "203.0.113.7"
OTHER = "203.0.113.66"
SILENT: dict[str, Any] = {"silent": True}
PAUSE = 8.0
"""Seconds that a source has to answer in: more than a busy machine pauses for."""
BUSY = 40.0
"""Seconds that a busy machine may take to start a process; less than any of the waits that would be wrong."""


@dataclass(frozen=True)
class Detect:
    """`truenorth detect` with sources of its own."""

    settings: Path
    stack: ExitStack
    names: tuple[object, ...] = ("www",)

    def stun(self, host: str = "127.0.0.1", **behaviour: Any) -> str:  # noqa: ANN401 - fields of the class that is made
        """Start a STUN server; returns HOST:PORT."""
        return self.stack.enter_context(serve_stun(Addresses(SEEN), host, behaviour=StunBehaviour(**behaviour)))

    def http(self, **behaviour: Any) -> str:  # noqa: ANN401 - fields of the class that is made
        """Start a web service; returns its URL."""
        return self.stack.enter_context(serve_http(Addresses(SEEN), behaviour=HttpBehaviour(**behaviour)))

    def environment(self, wan: dict[str, Any]) -> dict[str, str]:
        """Write these settings, and return the environment to run it in."""
        wan = {"accept": ["203.0.113.0/24"], "timeout": PAUSE, "attempts": 1} | wan
        config = {"truenorth:zone": "example.com", "truenorth:names": [*self.names], "truenorth:wan": wan}
        self.settings.write_text(yaml.safe_dump({"config": config}))
        inherited = {key: os.environ[key] for key in INHERITED if key in os.environ}
        return inherited | {"TRUENORTH_SETTINGS": str(self.settings), "NO_COLOR": "1", "COLUMNS": "200"}

    def start(self, wan: dict[str, Any], *arguments: str) -> subprocess.Popen[str]:
        """Start it with these settings, in a process of its own."""
        return subprocess.Popen(
            [TRUENORTH, "detect", *arguments],
            cwd=ROOT,
            env=self.environment(wan),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, wan: dict[str, Any], *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run it with these settings to its end."""
        return truenorth(ROOT, self.environment(wan) | variables, "detect", *arguments)

    def document(self, wan: dict[str, Any], code: int, *arguments: str) -> dict[str, Any]:
        """Run it with --json; the exit code must be this."""
        done = self.run(wan, "--json", *arguments)
        assert done.returncode == code, done.stderr + done.stdout
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture
def detect(tmp_path: Path) -> Iterator[Detect]:
    with ExitStack() as stack:
        yield Detect(tmp_path / "Pulumi.test.yaml", stack)


def row(output: str, source: str) -> list[str]:
    """The cells of a source's line in the table."""
    (line,) = (line for line in output.splitlines() if f" {source} " in f" {line} " and " ms " in line)
    return line.split(maxsplit=6)


def assert_soon(condition: Callable[[], bool]) -> None:
    """Wait for what another process does, which tells nothing when it begins to."""
    until = time.monotonic() + BUSY
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


class TestTheOutcome:
    def test_is_agreed_where_the_sources_say_the_same(self, detect: Detect) -> None:
        stun, http = detect.stun(), detect.http()
        done = detect.run({"stun": [stun], "http": [http]})
        assert done.returncode == 0, done.stderr
        assert f"ipv4: {SEEN}" in done.stdout.splitlines()
        source, operator, family, answer, _, unit, verdict = row(done.stdout, f"stun:{stun}")
        assert (source, operator, family, answer, unit) == (f"stun:{stun}", stun, "ipv4", SEEN, "ms")
        assert verdict.strip() == "agrees"

    def test_is_a_disagreement_that_names_who_said_what(self, detect: Detect) -> None:
        stun, http = detect.stun(), detect.http(lie=OTHER)
        done = detect.run({"stun": [stun], "http": [http]})
        assert done.returncode == 3
        assert f"{SEEN} says stun:{stun}" in done.stdout
        assert f"{OTHER} says {http}" in done.stdout
        for source, address in ((f"stun:{stun}", SEEN), (http, OTHER)):
            cells = row(done.stdout, source)
            assert (cells[3], cells[-1].strip()) == (address, "contradicts")

    def test_is_unknown_where_too_few_answer(self, detect: Detect) -> None:
        stun, http = detect.stun(), detect.http(**SILENT)
        done = detect.run({"stun": [stun], "http": [http]})
        assert done.returncode == 4
        assert "ipv4: unknown: only 1 of the 2 operators" in done.stdout
        assert row(done.stdout, f"stun:{stun}")[-1].strip() == "counts"
        assert row(done.stdout, http)[3] == "-"

    def test_shows_an_address_that_is_refused_with_the_reason(self, detect: Detect) -> None:
        stun = detect.stun(lie="100.64.3.4")
        wan = {"mode": "stun", "stun": [stun], "agreement": 1}
        done = detect.run(wan)
        assert done.returncode == 4
        cells = row(done.stdout, f"stun:{stun}")
        assert cells[3] == "100.64.3.4"
        assert cells[-1].startswith("100.64.3.4 is behind your provider's carrier NAT")
        (answer,) = detect.document(wan, 4)["answers"]
        assert (answer["address"], answer["given"]) == (None, ["100.64.3.4"])

    def test_is_there_for_machines(self, detect: Detect) -> None:
        stun, http = detect.stun(), detect.http()
        found = detect.document({"stun": [stun], "http": [http]}, 0)
        assert found["addresses"] == {"ipv4": {"known": [SEEN]}}
        assert found["links"] == {}
        assert [(one["source"], one["operator"], one["link"], one["address"]) for one in found["answers"]] == [
            (f"stun:{stun}", stun, "", SEEN),
            (http, http.removeprefix("http://"), "", SEEN),
        ]
        assert "nat" not in found

    def test_of_an_ipv6_server_that_is_out_of_reach_is_printed_as_it_is(self, detect: Detect) -> None:
        done = detect.run({"mode": "stun", "stun": ["[::1]:9"], "agreement": 1, "families": ["ipv6"]})
        assert done.returncode == 4
        assert "stun:[::1]:9: " in done.stdout


class TestAWebSource:
    def test_is_asked_with_its_secret_which_nobody_is_shown(self, detect: Detect, tmp_path: Path) -> None:
        key = tmp_path / "key"
        key.write_text("open-sesame-1001\n")
        source = {
            "url": f"{detect.http(key='open-sesame-1001')}/status.html",
            "secret_headers": {"X-API-Key": "ROUTER_KEY"},
            "pattern": r"WAN address</th>\s*<td[^>]*>([^<]+)<",
        }
        wan = {"mode": "list", "sources": [source], "agreement": 1}
        done = detect.run(wan, ROUTER_KEY_FILE=str(key))
        assert done.returncode == 0, done.stderr
        assert f"ipv4: {SEEN}" in done.stdout.splitlines()
        key.write_text("another-secret-1002\n")
        refused = detect.run(wan, ROUTER_KEY_FILE=str(key))
        assert (refused.returncode, "answered with HTTP status 401" in refused.stdout) == (4, True)
        missing = detect.run(wan)
        assert missing.returncode == 2
        assert "ROUTER_KEY is not set, which secret_headers of a source names" in missing.stderr
        assert not any(secret in one.stdout + one.stderr for one in (done, refused) for secret in ("sesame", "1002"))


class TestNetworks:
    def test_that_leave_an_address_out_are_told_and_it_is_no_answer(self, detect: Detect) -> None:
        stun, http = detect.stun(), detect.http(lie=OTHER)
        wan = {"stun": [stun], "http": [http], "agreement": 1}
        done = detect.run(wan | {"excluded_networks": [f"{OTHER}/32"]})
        assert (done.returncode, f"ipv4: {SEEN}" in done.stdout.splitlines()) == (0, True)
        assert f"{OTHER} is left out: wan.excluded_networks has {OTHER}/32" in done.stdout
        chosen = detect.run(wan | {"mode": "stun", "networks": [f"{SEEN}/32"]})
        assert (chosen.returncode, f"ipv4: {SEEN}" in chosen.stdout.splitlines()) == (0, True)

    def test_choose_among_several_addresses_of_one_answer(self, detect: Detect) -> None:
        wan = {"mode": "list", "sources": [f"static:{SEEN},{OTHER}"], "networks": [f"{OTHER}/32"]}
        assert detect.run(wan).stdout.splitlines()[-1] == f"ipv4: {OTHER}"


class TestDnsOverHttps:
    def test_agrees_with_others_as_a_secured_source(self, detect: Detect, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(CERTIFICATE))
        secured = detect.stack.enter_context(serve_http(Addresses(SEEN), certificate=CERTIFICATE))
        doh, stun = f"doh:whoami.cloudflare@{secured}/dns-query", f"stun:{detect.stun()}"
        done = detect.run({"mode": "list", "sources": [doh, stun]})
        assert done.returncode == 0, done.stdout
        assert f"ipv4: {SEEN}" in done.stdout.splitlines()
        forged = detect.run({"mode": "list", "sources": [doh + "/nothing", stun, f"stun:{detect.stun()}"]})
        assert forged.returncode == 4
        assert "no https source confirms the ipv4 address" in forged.stdout


class TestHosts:
    WAN = {"mode": "list", "sources": ["static:2001:db8:1::7"], "families": ["ipv6"], "accept": ["2001:db8::/32"]}  # noqa: RUF012
    NAMES = ("www", {"name": "nas", "host6": ["::5", "::6"]})

    def test_are_shown_at_their_addresses(self, detect: Detect) -> None:
        done = replace(detect, names=self.NAMES).run(self.WAN)
        assert done.stdout.splitlines()[-2:] == ["ipv6: 2001:db8:1::7", "nas: 2001:db8:1::5, 2001:db8:1::6"]

    def test_are_unknown_as_the_address_is(self, detect: Detect) -> None:
        done = replace(detect, names=self.NAMES).run(self.WAN | {"sources": ["none"]})
        assert done.returncode == 4
        assert done.stdout.splitlines()[-1].startswith("nas: unknown: no source gave an ipv6 address")

    def test_are_there_for_machines(self, detect: Detect) -> None:
        found = replace(detect, names=self.NAMES).document(self.WAN, 0)
        assert found["hosts"] == {"nas": {"known": ["2001:db8:1::5", "2001:db8:1::6"]}}


class TestLinks:
    def test_are_detected_with_the_machines_own_way(self, detect: Detect) -> None:
        own, other = detect.stun(), detect.stun(lie=OTHER)
        wan = {"mode": "stun", "stun": [own], "agreement": 1, "links": {"office": {"stun": [other]}}}
        done = detect.run(wan)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert f"ipv4: {SEEN}" in lines
        assert f"link office ipv4: {OTHER}" in lines
        assert lines[0].split()[:2] == ["link", "source"]
        assert row(done.stdout, f"stun:{own}")[0] == "-"
        assert row(done.stdout, f"stun:{other}")[0] == "office"
        found = detect.document(wan, 0)
        assert found["addresses"] == {"ipv4": {"known": [SEEN]}}
        assert found["links"] == {"office": {"ipv4": {"known": [OTHER]}}}
        assert [one["link"] for one in found["answers"]] == ["", "office"]

    def test_are_asked_at_once(self, detect: Detect) -> None:
        behaviours = [StunBehaviour(silent=True) for _ in range(4)]
        silent: list[dict[str, Any]] = [
            {"stun": [detect.stack.enter_context(serve_stun(Addresses(SEEN), behaviour=one))], "timeout": 60.0}
            for one in behaviours
        ]
        wan = {"mode": "stun", "agreement": 1, **silent[0], "links": dict(zip("abc", silent[1:], strict=True))}
        with detect.start(wan) as process:
            try:
                assert_soon(lambda: all(one.requests for one in behaviours))
            finally:
                process.kill()

    def test_that_disagree_come_before_those_that_are_silent(self, detect: Detect) -> None:
        silent = {"stun": [detect.stun(**SILENT)], "agreement": 1, "timeout": 1.0}
        split = {"stun": [detect.stun(), detect.stun(lie=OTHER)], "timeout": PAUSE}
        assert detect.run({"mode": "stun", **silent, "links": {"a": split}}).returncode == 3
        assert detect.run({"mode": "stun", **split, "links": {"a": silent}}).returncode == 3
        own = {"stun": [detect.stun()], "agreement": 1, "timeout": PAUSE}
        assert detect.run({"mode": "stun", **own, "links": {"a": silent}}).returncode == 4


def children(place: str) -> list[str]:
    """The processes that classify with a server."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            words = process.read_bytes().decode(errors="replace").split("\0")
            if "stacks.observe.wan.nat_child" in words and place.rpartition(":")[2] in words:
                found.append(" ".join(words))
    return found


def only(server: str) -> dict[str, Any]:
    return {"mode": "stun", "stun": [server], "agreement": 1}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers has a minute: to classify with it a process is started."""
    monkeypatch.setattr("cli.commands.detect.NAT_SECONDS", 60.0)


class TestTheNat:
    @pytest.mark.usefixtures("patient")
    def test_is_shown_with_its_meaning_after_the_addresses(self, detect: Detect) -> None:
        done = detect.run(only(detect.stun(changed=("127.0.0.1", 9), changes=frozenset({6}))), "--nat")
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        position = lines.index(f"NAT: full cone, seen as {SEEN}")
        assert lines.index(f"ipv4: {SEEN}") < position
        assert lines[position + 1].startswith("  A NAT stands between 127.0.0.1 and the Internet")

    @pytest.mark.usefixtures("patient")
    def test_is_there_for_machines(self, detect: Detect) -> None:
        found = detect.document(only(detect.stun()), 0, "--nat")
        assert (found["nat"]["kind"], found["nat"]["external"]) == ("of unknown kind", SEEN)
        assert found["nat"]["meaning"][-1].startswith("Its kind is not known: the server has no second address")

    @pytest.mark.usefixtures("patient")
    def test_is_told_by_a_server_that_is_given(self, detect: Detect) -> None:
        given = detect.stun(lie=OTHER)
        found = detect.document(only(detect.stun()), 0, "--nat-server", given)
        assert found["nat"]["external"] == OTHER
        assert found["nat"]["meaning"][-1].startswith(f"The sources agreed on {SEEN}")

    def test_does_not_change_the_exit_code(self, detect: Detect) -> None:
        found = detect.document(only(detect.stun(lie="10.0.0.1")), 4, "--nat")
        assert found["nat"]["external"] == "10.0.0.1"
        found = detect.document(only(detect.stun()), 0, "--nat-server", detect.stun(error=420))
        assert "answers with errors only" in found["nat"]["unknown"]

    def test_needs_a_server_over_udp(self, detect: Detect) -> None:
        found = detect.document({"mode": "http", "http": [detect.http()], "agreement": 1}, 0, "--nat")
        assert found["nat"] == {"unknown": "mode `http` asks no STUN server over UDP; name one with --nat-server"}

    def test_of_a_server_that_is_none_is_bad_input(self, detect: Detect) -> None:
        done = detect.run(only(detect.stun()), "--nat-server", "a b:c")
        assert done.returncode == 2
        assert "--nat-server" in done.stderr

    @pytest.mark.parametrize(
        "start",
        [
            lambda detect: detect.stun(silent=True),
            lambda detect: detect.stun(error=420),
            lambda detect: detect.stun(malformed=True),
            lambda detect: detect.stun(foreign=True, delay=0.4),
            lambda _: "127.0.0.1:9",
        ],
        ids=["silent", "endless errors", "malformed", "foreign", "closed"],
    )
    def test_of_a_server_that_misbehaves_ends_in_time_without_a_traceback(
        self, detect: Detect, start: Callable[[Detect], str]
    ) -> None:
        server = start(detect)
        started = time.monotonic()
        done = detect.run(only(server) | {"timeout": 1.0}, "--nat")
        assert time.monotonic() - started < NAT_SECONDS + BUSY
        assert done.returncode == 4
        assert ("NAT: unknown: " in done.stdout) or ("NAT: UDP blocked" in done.stdout)
        assert done.stderr == ""
        assert not children(server)


def test_an_interruption_does_not_wait_for_further_attempts(detect: Detect) -> None:
    behaviour = StunBehaviour(silent=True)
    server = detect.stack.enter_context(serve_stun(Addresses(SEEN), behaviour=behaviour))
    with detect.start({**only(server), "timeout": 1.0, "attempts": 3, "cool_down": 60.0}) as process:
        assert_soon(lambda: bool(behaviour.requests))
        process.send_signal(signal.SIGINT)
        try:
            _, stderr = process.communicate(timeout=BUSY)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Traceback" not in stderr
