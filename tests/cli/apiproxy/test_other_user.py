"""Another user of the host, as a process without our rights and secrets, changes nothing: by the proxy or a plugin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.apiproxy.intent import Write
from cli.engine.plugins import start
from lab.plugin.executable import install
from stacks.settings.credentials import Credentials
from tests.cli.apiproxy.conftest import VARIABLE, Place

NOBODY = 65534
Asked = tuple[str, str, object, str]
"""The method, the path, the body, and the token of a request."""
_BECOME_NOBODY = f"""
import encodings.idna, json, os, sys
from http.client import HTTPConnection
if os.getuid() == 0:
    os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
"""
_ASK = (
    _BECOME_NOBODY
    + """
port, asked = json.loads(sys.stdin.read())
answers = []
for method, path, body, token in asked:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": "Bearer " + token} if token else {}
    connection.request(method, path, json.dumps(body) if body else None, headers)
    answers.append(connection.getresponse().status)
    connection.close()
print(json.dumps(answers))
"""
)
_CALL = (
    "import grpc\n"
    "from google.protobuf.struct_pb2 import Struct\n"
    "from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc\n"
    + _BECOME_NOBODY
    + """
port, calls = json.loads(sys.stdin.read())
plugin = provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{port}"))
def struct(values):
    made = Struct()
    made.update(values)
    return made
kinds = {kind: getattr(provider_pb2, kind + "Request") for kind in ("Create", "Update", "Delete")}
answers = []
plugin.Configure(provider_pb2.ConfigureRequest(args=struct({})), timeout=60)
for method, fields in calls:
    given = {key: struct(value) if isinstance(value, dict) else value for key, value in fields.items()}
    try:
        getattr(plugin, method)(kinds[method](**given), timeout=60)
        answers.append("done")
    except grpc.RpcError as error:
        answers.append(error.details())
print(json.dumps(answers))
"""
)
RECORD, MONITOR = "cloudflare:index/dnsRecord:DnsRecord", "cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor"


def as_nobody(program: str, *given: object) -> list[Any]:
    """What a process of another user says, which has nothing of ours in its environment."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", program],
        input=json.dumps(given),
        env={},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def ask(place: Place, *asked: Asked) -> list[int]:
    port = int(place.proxy.environment[VARIABLE].split("/")[2].partition(":")[2])
    return as_nobody(_ASK, port, asked)


class TestTheApiProxy:
    @pytest.mark.parametrize("secret", ["", "/" + "0" * 40])
    def test_sends_no_foreseen_write_for_who_has_no_secret(self, place: Place, secret: str) -> None:
        path = f"{secret}/{VARIABLE}/zones/{place.zone.id}/dns_records"
        foreseen = [Write("POST", place.zone.id, "", place.record(name)) for name in ("www", "api")]
        with place.carrying_out(*foreseen) as counts:
            assert ask(place, ("POST", path, place.a("www"), "")) == [404]
            assert place.calls() == []
            assert place.client("POST", "", place.a("www")).status_code == 200
            assert place.client("POST", "", place.a("api")).status_code == 200
        assert (counts.tally.claimed, counts.unclaimed) == (2, ())

    def test_lets_nobody_claim_a_write_by_a_token_that_is_none(self, place: Place) -> None:
        path = f"/{VARIABLE}/zones/{place.zone.id}/dns_records"
        with place.carrying_out(Write("POST", place.zone.id, "", place.record("www"))) as counts:
            assert ask(place, ("POST", path, place.a("www"), "nonsense-" + "x" * 40)) == [404]
            assert place.client("POST", "", place.a("www")).status_code == 200
        assert counts.unclaimed == ()
        assert place.contents() == {"www": ["192.0.2.1"]}

    def test_is_not_led_past_its_fence_by_a_path_that_is_written_otherwise(self, place: Place) -> None:
        foreign = place.add("shop")
        below = f"zones/{place.zone.id}/dns%5Frecords/{foreign}"
        asked: list[Asked] = [
            ("DELETE", f"{start}{below}", None, place.token) for start in ("/", f"/{VARIABLE}/", "/x/../")
        ]
        assert {*ask(place, *asked)} == {404}
        with place.carrying_out():
            assert {*ask(place, *asked)} == {404}
        assert place.contents() == {"shop": ["192.0.2.1"]}

    def test_passes_on_no_other_write_either(self, place: Place) -> None:
        base = f"/{VARIABLE}"
        asked: list[Asked] = [
            ("DELETE", f"{base}/zones/{place.zone.id}", None, place.token),
            ("POST", f"{base}/accounts/{'a' * 32}/load_balancers/monitors", {"type": "http"}, place.token),
            ("PUT", f"{base}/zones/{place.zone.id}/rulesets/{'a' * 32}", {"rules": []}, place.token),
            ("POST", f"{base}/zones/{place.zone.id}/dns_records", place.a("evil"), place.token),
        ]
        assert {*ask(place, *asked)} == {404}
        with place.carrying_out(balances=True):
            assert {*ask(place, *asked)} == {404}
        assert place.calls() == []


class TestAKeptPlugin:
    """Its port is open to whoever is on the host; what it may do is what the proxy lets it do."""

    @pytest.fixture
    def port(self, place: Place, tmp_path: Path) -> Iterator[int]:
        place.proxy.sign_with({"cloudflare": Credentials(token=place.token)})
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            VARIABLE: place.proxy.environment[VARIABLE],
            "CLOUDFLARE_API_TOKEN": place.proxy.token,
        }
        plugin = start(install(tmp_path / "bin"), environment)
        try:
            yield plugin.port
        finally:
            plugin.stop()

    def calls(self, place: Place, foreign: str) -> list[tuple[str, dict[str, Any]]]:
        """A creation, one of load balancing, a change and a deletion, as an engine asks for them."""
        record, monitor = (f"urn:pulumi:s::p::{kind}::x" for kind in (RECORD, MONITOR))
        new = {"zoneId": place.zone.id, **place.a("evil")}
        old = {"zoneId": place.zone.id, "id": foreign, **place.a("shop")}
        changed = {**old, "content": "192.0.2.66"}
        return [
            ("Create", {"urn": record, "properties": new}),
            ("Create", {"urn": monitor, "properties": {"accountId": "a" * 32, "type": "http"}}),
            ("Update", {"urn": record, "id": foreign, "olds": old, "news": changed}),
            ("Delete", {"urn": record, "id": foreign, "properties": old}),
        ]

    def test_changes_nothing_for_another_user(self, place: Place, port: int) -> None:
        foreign = place.add("shop")
        calls = self.calls(place, foreign)
        told = as_nobody(_CALL, port, calls)
        with place.carrying_out(may_create=lambda _: False):
            told += as_nobody(_CALL, port, calls)
        assert ["403 Forbidden" in one for one in told] == [True] * 8, told
        assert place.contents() == {"shop": ["192.0.2.1"]}
        assert {method for method, _ in place.calls()} <= {"GET"}

    def test_tells_the_path_of_the_proxy_in_its_errors_and_no_token(self, place: Place, port: int) -> None:
        with place.carrying_out(may_create=lambda _: False):
            told = as_nobody(_CALL, port, self.calls(place, "f" * 32)[:1])[0]
        base = place.proxy.environment[VARIABLE]
        assert base in told
        assert place.proxy.token not in told
        path = "/" + base.split("/", 3)[3] + f"/zones/{place.zone.id}/dns_records"
        tokens = ["", "x" * 40, base.split("/")[3]]
        with place.carrying_out():
            asked: list[Asked] = [("POST", path, place.a("www"), token) for token in tokens]
            assert {*ask(place, *asked)} <= {400, 401, 403}
        assert place.contents() == {}
