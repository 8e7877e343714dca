"""The webhook over HTTP, with a desk that a test attends: what is answered to whom, and what is refused."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import pytest
import requests

from cli.events import Requested
from cli.reconcile.result import Convergence
from cli.web.server import serving_beside
from cli.webhook import app
from cli.webhook.app import application
from cli.webhook.desk import MOST_WAITING, ChangeRequest, Desk
from components.webhook import shapes
from stacks.observe.webhook.endpoints import Changes, changes_of
from stacks.plan.planner import make_plan
from tests.cli.webhook.external import MEDIA_TYPE, Webhook, endpoint
from tests.stacks.plan.worlds import ZONE, make_observation, make_settings

WWW, API = endpoint(f"www.{ZONE}", "8.8.4.4"), endpoint(f"api.{ZONE}", "8.8.4.4")
SETTINGS = make_settings("own", zones=[{"zone": "example.net"}])
CREATE = json.dumps({"create": [WWW]})


@dataclass
class Loop:
    """A watch loop that takes a turn when a test says so."""

    desk: Desk
    leads: bool = True
    asked: threading.Event = field(default_factory=threading.Event)

    def turn(self) -> None:
        """Carry out what waits, on paper."""
        self.asked.clear()
        self.desk.begin()
        seen = replace(make_observation(), sources=self.desk.asked(SETTINGS, make_observation().registry))
        self.desk.done(SETTINGS, Convergence(seen, make_plan(SETTINGS, seen), (), (), 0.0))
        self.desk.end()

    def failing_turn(self) -> None:
        self.asked.clear()
        self.desk.begin()
        self.desk.asked(SETTINGS, make_observation().registry)
        self.desk.end()


class PromptDesk(Desk):
    """A desk from which a turn takes a request as soon as it is there."""

    def ask(self, changes: Changes) -> ChangeRequest | None:
        request = super().ask(changes)
        self.begin()
        return request


@dataclass(frozen=True)
class Served:
    webhook: Webhook
    loop: Loop
    told: list[Requested]

    def asking(self, document: object) -> tuple[threading.Thread, list[requests.Response]]:
        """A request for changes, once it waits at the desk."""
        answers: list[requests.Response] = []
        thread = threading.Thread(target=lambda: answers.append(self.webhook.ask("POST", "/records", document)))
        thread.start()
        self.loop.asked.wait()
        return thread, answers


@contextmanager
def serve(patience: float = 60.0, desk: Desk | None = None, *, attended: bool = True) -> Iterator[Served]:
    loop, told = Loop(desk or Desk()), list[Requested]()
    zones = [zone.zone for zone in SETTINGS.each_zone()]
    with ExitStack() as running:
        port = running.enter_context(
            serving_beside("127.0.0.1:0", application(loop.desk, zones, told.append, patience))
        )
        if attended:
            running.enter_context(loop.desk.attended(loop.asked.set, lambda: loop.leads))
        yield Served(Webhook(f"http://127.0.0.1:{port}"), loop, told)


@pytest.fixture
def served() -> Iterator[Served]:
    with serve() as made:
        made.loop.turn()
        yield made


def answered(served: Served, document: object, turn: Callable[[], None]) -> requests.Response:
    """The answer to a request for changes, for which this turn is taken."""
    thread, answers = served.asking(document)
    turn()
    thread.join()
    return answers[0]


class TestTheProtocol:
    def test_is_version_1_of_external_dns(self, served: Served) -> None:
        answer = served.webhook.ask("GET", "/")
        assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
        assert answer.json() == {"include": ["example.com", "example.net"]}
        assert answered(served, {"create": [WWW]}, served.loop.turn).status_code == 204
        answer = served.webhook.ask("GET", "/records")
        assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
        assert answer.json() == served.webhook.adjusted(WWW)
        assert served.told == [Requested(1)]

    def test_answers_endpoints_as_their_zone_keeps_them(self, served: Served) -> None:
        prefix = "external-dns.alpha.kubernetes.io/"
        said = [{"name": f"{prefix}cloudflare-proxied", "value": "True"}, {"name": "aws/weight", "value": "5"}]
        odd, outside = endpoint(f"odd.{ZONE}", "?"), endpoint("www.example.org", "8.8.4.4")
        asked = endpoint(
            "WWW.example.com.", "8.8.8.8", "8.8.4.4", recordTTL=7, setIdentifier="a", providerSpecific=said
        )
        first, second, third, fourth = served.webhook.adjusted(asked, odd, outside, WWW)
        assert first == {
            "dnsName": "www.example.com",
            "recordType": "A",
            "targets": ["8.8.4.4", "8.8.8.8"],
            "recordTTL": 1,
            "labels": {"resource": "service/default/WWW"},
            "providerSpecific": [{"name": "webhook/cloudflare-proxied", "value": "true"}],
        }
        assert (second, third) == (odd, outside), "a request for them tells why they cannot be"
        assert fourth["providerSpecific"] == [{"name": "webhook/cloudflare-proxied", "value": "false"}]

    def test_leaves_what_external_dns_does_not_say_as_it_is(self, served: Served) -> None:
        """It gives a webhook no annotation but those that begin with webhook-."""
        said = [{"name": "webhook/cloudflare-proxied", "value": "true"}]
        assert answered(served, {"create": [{**WWW, "providerSpecific": said}]}, served.loop.turn).status_code == 204
        other = endpoint(f"www.{ZONE}", "2001:4860:4860::8888", record_type="AAAA")
        assert served.webhook.sync(WWW) is None
        for one in served.webhook.adjusted(WWW, other):
            assert one["providerSpecific"] == said, "nor does a further type show where the origin is"
        said[0]["value"] = "false"
        assert served.webhook.adjusted({**WWW, "providerSpecific": said})[0]["providerSpecific"] == said

    @pytest.mark.parametrize(
        ("method", "path", "headers", "body", "status"),
        [
            ("GET", "/", {"accept": "application/json"}, "", 406),
            ("GET", "/records", {"accept": f"{MEDIA_TYPE.replace('=1', '=2')}"}, "", 406),
            ("GET", "/records", {"accept": "application/external.dns.webhook+json; version=1"}, "", 200),
            ("POST", "/records", {"content-type": "application/json"}, CREATE, 415),
            ("POST", "/records", {"content-type": "text/plain"}, CREATE, 415),
            ("POST", "/adjustendpoints", {"content-type": "application/json"}, "[]", 415),
            ("POST", "/records", {"content-type": MEDIA_TYPE}, "{", 400),
            ("POST", "/records", {"content-type": MEDIA_TYPE}, "[]", 400),
            ("POST", "/adjustendpoints", {"content-type": MEDIA_TYPE}, "{}", 400),
            ("PUT", "/records", {"content-type": MEDIA_TYPE}, CREATE, 405),
            ("DELETE", "/records", {}, "", 405),
            ("GET", "/adjustendpoints", {}, "", 405),
            ("GET", "/elsewhere", {}, "", 404),
            ("GET", "/", {"host": "rebound.example.net"}, "", 421),
            ("POST", "/records", {"host": "rebound.example.net", "content-type": MEDIA_TYPE}, CREATE, 421),
        ],
    )
    def test_refuses_what_is_not_of_it(
        self, served: Served, method: str, path: str, headers: dict[str, str], body: str, status: int
    ) -> None:
        answer = requests.request(method, served.webhook.url + path, data=body, headers=headers, timeout=60)
        assert answer.status_code == status
        assert not served.loop.asked.is_set(), "nothing was asked of the loop"

    def test_refuses_marks_of_another_registry_as_a_whole_so_that_external_dns_goes_on(self, served: Served) -> None:
        mark = '"heritage=external-dns,external-dns/owner=default"'
        theirs = endpoint(f"a-www.{ZONE}", mark, record_type="TXT")
        answer = served.webhook.change(create=[WWW, theirs])
        assert answer.status_code == 503
        assert "--registry=noop" in answer.text
        assert served.webhook.records() == []
        assert [one.sets for one in served.told] == [0]


class TestABody:
    def test_that_is_too_long_is_refused_before_it_is_read(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shapes, "MOST_BYTES", 1_000)
        assert served.webhook.ask("POST", "/adjustendpoints", [WWW] * 100).status_code == 413

    def test_that_does_not_come_is_not_awaited_for_ever(self, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(app, "BODY", 0.1)
        host = served.webhook.url.removeprefix("http://")
        head = f"POST /records HTTP/1.1\r\nhost: {host}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: 9\r\n\r\n"
        with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2]))) as client:
            client.sendall(head.encode())
            assert client.recv(1_000).startswith(b"HTTP/1.1 408 ")


class TestARequest:
    def test_is_answered_by_the_end_of_its_turn(self, served: Served) -> None:
        thread, answers = served.asking({"create": [WWW, API]})
        assert answers == []
        served.loop.turn()
        thread.join()
        assert answers[0].status_code == 204
        assert [one["dnsName"] for one in served.webhook.records()] == [API["dnsName"], WWW["dnsName"]]

    def test_that_is_not_carried_out_is_not_kept_and_comes_out_the_same_again(self, served: Served) -> None:
        own = endpoint(f"own.{ZONE}", "8.8.4.4")
        for _ in range(2):
            answer = answered(served, {"create": [WWW, own]}, served.loop.turn)
            assert answer.status_code == 503
            assert answer.text.startswith(f"own.{ZONE} A: service default/own in external-dns")
            assert [one["dnsName"] for one in served.webhook.records()] == [WWW["dnsName"]]
        assert all(one.sets == 2 and len(one.left) == 1 for one in served.told)

    def test_whose_turn_fails_leaves_nothing_certain(self, served: Served) -> None:
        answer = answered(served, {"create": [WWW]}, served.loop.failing_turn)
        assert (answer.status_code, answer.text) == (503, "the convergence has failed; the log says why\n")
        assert served.webhook.ask("GET", "/records").status_code == 503
        served.loop.turn()
        assert served.webhook.records() == []

    def test_that_waits_for_too_long_is_answered_and_taken_back(self) -> None:
        with serve(patience=0.1) as served:
            answer = served.webhook.change(create=[WWW])
            assert (answer.status_code, answer.text) == (503, "another turn is being taken; ask again\n")
            served.loop.turn()
            assert served.webhook.records() == []

    def test_whose_turn_takes_too_long_is_answered_and_carried_out(self) -> None:
        with serve(patience=0.1, desk=PromptDesk()) as served:
            answer = served.webhook.change(create=[WWW])
            assert (answer.status_code, answer.text) == (503, "it is being carried out\n")
            seen = replace(make_observation(), sources=served.loop.desk.asked(SETTINGS, make_observation().registry))
            served.loop.desk.done(SETTINGS, Convergence(seen, make_plan(SETTINGS, seen), (), (), 0.0))
            assert [one["dnsName"] for one in served.webhook.records()] == [WWW["dnsName"]]

    def test_is_not_taken_by_a_replica_that_stands_by(self, served: Served) -> None:
        served.loop.leads = False
        assert served.webhook.ask("GET", "/").status_code == 200, "external-dns starts"
        for method, path, document in (
            ("GET", "/records", None),
            ("POST", "/adjustendpoints", [WWW]),
            ("POST", "/records", {"create": [WWW]}),
        ):
            answer = served.webhook.ask(method, path, document)
            assert answer.status_code == 503
            assert "does not lead" in answer.text
        assert not served.loop.asked.is_set()

    def test_is_not_taken_where_nobody_comes_for_it(self) -> None:
        with serve(attended=False) as served:
            assert served.webhook.change(create=[WWW]).status_code == 503

    def test_that_waits_when_the_process_ends_is_answered(self, served: Served) -> None:
        answer = answered(served, {"create": [WWW]}, served.loop.desk.close)
        assert (answer.status_code, answer.text) == (503, "this process ends; ask again\n")

    def test_is_not_taken_beyond_a_number_that_waits(self) -> None:
        with serve() as served:
            for _ in range(MOST_WAITING):
                assert served.loop.desk.ask(changes_of({"create": [WWW]})) is not None
            assert served.webhook.change(create=[WWW]).status_code == 503


class TestWhatIsKept:
    def test_is_never_empty_because_it_is_forgotten_within_a_turn(self) -> None:
        """Another process has led meanwhile: what it made is in state, and nothing else tells."""
        with serve() as served:
            desk, loop = served.loop.desk, served.loop
            answered(served, {"create": [WWW, API]}, loop.turn)
            desk.begin()
            (first,) = desk.asked(SETTINGS, make_observation().registry)
            desk.forget()
            (then,) = desk.asked(SETTINGS, make_observation().registry)
            assert then == first
            seen = replace(make_observation(), sources=(then,))
            desk.done(SETTINGS, Convergence(seen, make_plan(SETTINGS, seen), (), (), 0.0))
            assert served.webhook.ask("GET", "/records").status_code == 503, "the next turn reads it from state"
