from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.apiproxy.counts import Counts
from cli.apiproxy.dialects import BY_VARIABLE
from cli.apiproxy.gandi.api import FAILING
from cli.apiproxy.intent import Intent, Write
from cli.apiproxy.journal import JournalEntry, look
from cli.apiproxy.proxy import ApiProxy
from components.records.record import Record
from lab.api.faults import Effect, Fault
from lab.gandi.server import serve
from lab.gandi.state import Gandi

VARIABLE = "GANDI_URL"
TOKEN = "lab-token"
CREATED = {"message": "DNS Record Created"}
_NUMBERS = itertools.count(1)


@dataclass
class Place:
    """A zone of its own, and an API proxy before the API."""

    gandi: Gandi
    zone: str
    base: str
    proxy: ApiProxy

    @contextmanager
    def carrying_out(self, *owned: str, journal: Path | None = None) -> Iterator[Counts]:
        """A convergence that owns these record sets, each as name/type."""
        ids = frozenset(f"{self.zone}/{one}" for one in owned)
        with self.proxy.carrying_out(Intent("run-1", {self.zone: ids}, may_create=lambda *_: True), journal) as counts:
            yield counts

    def __call__(
        self, method: str, below: str = "", body: object = None, base: str = "", query: str = ""
    ) -> requests.Response:
        """Ask the API proxy, or the API itself by its base, as the plugin does."""
        url = f"{base or self.proxy.environment[VARIABLE]}/v5/livedns/domains/{self.zone}/records{below}{query}"
        return requests.request(method, url, json=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)

    def post(self, name: str = "www", *values: str, ttl: int = 300) -> requests.Response:
        return self("POST", body={"rrset_name": name, **rrset(*values, ttl=ttl)})

    def put(self, name: str = "www", *values: str, ttl: int = 300) -> requests.Response:
        return self("PUT", f"/{name}/A", rrset(*values, ttl=ttl))

    def add(self, name: str, *values: str, ttl: int = 300) -> None:
        """As somebody else would."""
        self.gandi.put_record(self.zone, {"rrset_name": name, **rrset(*values, ttl=ttl)})

    def fault(self, effect: Effect, method: str | None = None, *, times: int | None = 1, **others: float) -> None:
        self.gandi.faults.add(Fault(effect, method, f"/{self.zone}/", times, **others))  # type: ignore[arg-type]

    def there(self) -> dict[str, Sequence[str]]:
        """The values of each name of the zone."""
        return {one.name: one.values for one in self.gandi.records(self.zone)}

    def calls(self) -> list[tuple[str, int | None]]:
        """The API's calls about the zone so far."""
        return [(one.method, one.status) for one in self.gandi.requests if f"/{self.zone}/" in one.path]

    def id(self, name: str) -> str:
        return f"{self.zone}/{name}/A"

    def record(self, name: str, *values: str, ttl: int = 300) -> Record:
        content = "\n".join(sorted(values or ["192.0.2.1"]))
        return Record(f"{name}.{self.zone}", "A", content, ttl, proxied=False, comment="")


def rrset(*values: str, ttl: int = 300) -> dict[str, object]:
    return {"rrset_type": "A", "rrset_ttl": ttl, "rrset_values": list(values or ["192.0.2.1"])}


@pytest.fixture(scope="module")
def api() -> Iterator[tuple[Gandi, str]]:
    gandi = Gandi(rate_limit=None)
    gandi.add_token(TOKEN)
    with serve(gandi) as base:
        yield gandi, base


@pytest.fixture(scope="module")
def proxy(api: tuple[Gandi, str]) -> Iterator[ApiProxy]:
    """One that would wait for its turn longer than any machine stands still, which the plugin does not."""
    with pytest.MonkeyPatch.context() as patched, ApiProxy({VARIABLE: api[1]}) as proxy:
        patched.setitem(BY_VARIABLE, VARIABLE, replace(BY_VARIABLE[VARIABLE], patience=60.0))
        yield proxy


@pytest.fixture
def place(api: tuple[Gandi, str], proxy: ApiProxy) -> Iterator[Place]:
    gandi, base = api
    zone = f"z{next(_NUMBERS)}.example"
    gandi.add_zone(zone)
    yield Place(gandi, zone, base, proxy)
    gandi.faults.clear()


class TestTheSameAsWithout:
    @pytest.mark.parametrize(
        ("method", "below", "body"),
        [
            ("POST", "", {"rrset_name": "new", **rrset()}),
            ("POST", "", {"rrset_name": "new", **rrset(ttl=5)}),
            ("POST", "", {"rrset_name": "www", **rrset("192.0.2.99")}),
            ("POST", "", {"rrset_name": "www", **rrset()}),
            ("PUT", "/www/A", rrset("192.0.2.9")),
            ("PUT", "/gone/A", rrset("192.0.2.9")),
            ("PUT", "/www/A", rrset("nonsense")),
            ("DELETE", "/www/A", None),
            ("DELETE", "/gone/A", None),
            ("GET", "/www/A", None),
            ("GET", "/gone/A", None),
            ("GET", "", None),
            ("GET", "/www", None),
        ],
    )
    def test_what_is_the_stacks_own_is_answered_as_by_the_api(
        self, place: Place, method: str, below: str, body: object
    ) -> None:
        place.add("www", "192.0.2.1")
        before = place.there()
        direct = place(method, below, body, place.base)
        for name in place.there():
            place.gandi.remove_record(place.zone, name, "A")
        for name, values in before.items():
            place.add(name, *values)
        after = place.there()
        assert after == before
        with place.carrying_out("www/A", "gone/A", "new/A"):
            proxied = place(method, below, body)
        assert (proxied.status_code, proxied.content) == (direct.status_code, direct.content)
        assert proxied.headers.get("Content-Type") == direct.headers.get("Content-Type")

    def test_refused_credentials_are_the_apis_to_refuse(self, place: Place) -> None:
        url = f"{place.proxy.environment[VARIABLE]}/v5/livedns/domains/{place.zone}/records"
        with place.carrying_out():
            answer = requests.post(url, json={"rrset_name": "a", **rrset()}, timeout=60)
        assert answer.status_code == 401

    def test_what_the_plugin_asks_for_with_an_organisation_is_sent_with_it(self, place: Place) -> None:
        with place.carrying_out("www/A"):
            assert place("PUT", "/www/A", rrset(), query="?sharing_id=org").status_code == 201
        assert place.gandi.requests[-1].query == "sharing_id=org"

    def test_calls_are_counted(self, place: Place) -> None:
        with place.carrying_out() as counts:
            place.post()
            place("GET", "/www/A")
        assert counts.tally.calls == {("gandi", "POST", 201): 1, ("gandi", "GET", 200): 1}


NAMES = ["www", "api", "@"]
WRITES = st.lists(
    st.tuples(
        st.sampled_from(["POST", "PUT", "DELETE"]),
        st.sampled_from(NAMES),
        st.sampled_from(["192.0.2.1", "192.0.2.2", "nonsense"]),
        st.sampled_from([300, 600]),
        st.sampled_from([None, None, Effect.LOSE_ANSWER, Effect.DROP, Effect.SERVER_ERROR]),
    ),
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(WRITES)
def test_any_writes_come_to_the_same_zone_whatever_answers_are_lost(
    api: tuple[Gandi, str], proxy: ApiProxy, writes: list[tuple[str, str, str, int, Effect | None]]
) -> None:
    gandi, base = api
    direct, proxied = (Place(gandi, f"z{next(_NUMBERS)}.example", base, proxy) for _ in range(2))
    for place in (direct, proxied):
        gandi.add_zone(place.zone)
    with proxied.carrying_out(*(f"{name}/A" for name in NAMES)):
        for method, name, value, ttl, fault in writes:
            below = "" if method == "POST" else f"/{name}/A"
            body = {"rrset_name": name, **rrset(value, ttl=ttl)} if method != "DELETE" else None
            expected = direct(method, below, body, base).status_code
            if fault:
                proxied.fault(fault, method)
            status = proxied(method, below, body).status_code
            gandi.faults.clear()
            alike = {expected} | ({200: {201}, 404: {204}}.get(expected, set()) if fault else set())
            assert status in alike
            assert gandi.records(proxied.zone) == gandi.records(direct.zone)


class TestTheFence:
    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    def test_what_the_stack_does_not_own_is_left_alone(self, place: Place, method: str) -> None:
        place.add("www", "192.0.2.1")
        with place.carrying_out("other/A") as counts:
            answer = place(method, "/www/A", rrset("192.0.2.9") if method == "PUT" else None)
        assert answer.status_code == 403
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()["message"] == (
            f"TrueNorth's API proxy refuses to change www.{place.zone} A ({place.id('www')}): "
            "this stack does not own it"
        )
        assert place.there() == {"www": ("192.0.2.1",)}
        assert place.calls() == []
        assert counts.tally.refusals == {("gandi", "fence"): 1}

    def test_what_was_made_in_the_convergence_may_be_changed_and_deleted(self, place: Place) -> None:
        with place.carrying_out():
            assert place.post().status_code == 201
            assert place.put("www", "192.0.2.2").status_code == 201
            assert place("DELETE", "/www/A").status_code == 204
        assert place.there() == {}

    def test_what_was_made_in_another_convergence_may_not(self, place: Place) -> None:
        with place.carrying_out():
            place.post()
        with place.carrying_out():
            assert place("DELETE", "/www/A").status_code == 403
        assert "www" in place.there()

    def test_the_same_that_somebody_else_has_made_is_not_taken_for_ours(self, place: Place) -> None:
        place.add("www", "192.0.2.1")
        with place.carrying_out() as counts:
            answer = place.post("www", "192.0.2.1")
            assert answer.status_code == 409
            assert "is in the zone already, with these very values, and this stack has not made it" in answer.text
            assert "truenorth adopt" in answer.text
            assert place("DELETE", "/www/A").status_code == 403
        assert counts.tally.refusals == {("gandi", "fence"): 2}

    def test_one_that_was_made_and_is_posted_again_is_ours(self, place: Place) -> None:
        with place.carrying_out():
            place.post()
            assert place.post().status_code == 200

    def test_outside_of_a_convergence_nothing_is_written(self, place: Place) -> None:
        answer = place.post()
        assert answer.status_code == 403
        assert "no run of this stack is under way" in answer.json()["message"]
        assert place("GET").status_code == 200
        assert place.there() == {}

    @pytest.mark.parametrize(
        ("method", "below"),
        [
            ("PUT", ""),
            ("DELETE", ""),
            ("DELETE", "/www"),
            ("PUT", "/www"),
            ("POST", "/www/A"),
            ("PATCH", "/www/A"),
            ("DELETE", "/../../other.example/records/www/A"),
        ],
    )
    def test_writes_that_no_plugin_makes_are_refused(self, place: Place, method: str, below: str) -> None:
        place.add("www", "192.0.2.1")
        with place.carrying_out("www/A"):
            answer = place(method, below, {"items": [], **rrset()})
        assert answer.status_code == 403
        assert place.there() == {"www": ("192.0.2.1",)}

    @pytest.mark.parametrize("name", ["@", "*", "a.b", "WWW", "%40", "%2A", "a%2eb"])
    def test_names_are_known_however_they_are_written(self, place: Place, name: str) -> None:
        owned = unquote(name)
        with place.carrying_out(f"{owned}/A"):
            assert place.put(name).status_code == 201
        assert list(place.there()) == [owned.lower()]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"{}",
            b'{"rrset_name":"www","rrset_type":"A","rrset_ttl":300,"rrset_values":[7]}',
            b'{"rrset_name":"www","rrset_type":"A","rrset_ttl":"x","rrset_values":["192.0.2.1"]}',
            b'{"rrset_name":7,"rrset_type":"A","rrset_ttl":300,"rrset_values":["192.0.2.1"]}',
        ],
    )
    def test_what_cannot_be_read_is_not_sent(self, place: Place, body: bytes) -> None:
        url = f"{place.proxy.environment[VARIABLE]}/v5/livedns/domains/{place.zone}/records"
        with place.carrying_out():
            answer = requests.post(url, data=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
        assert answer.status_code == 400
        assert "does not send what it cannot read" in answer.json()["message"]
        assert place.calls() == []


class TestTheJournal:
    def test_what_has_landed_is_in_it(self, place: Place, tmp_path: Path) -> None:
        path = tmp_path / "journal"
        with place.carrying_out("old/A", journal=path):
            place.post("www", "192.0.2.2", "192.0.2.1")
            place.put("www", "192.0.2.3", ttl=600)
            place("DELETE", "/www/A")
        made = place.record("www", "192.0.2.1", "192.0.2.2")
        assert look(path).sent == (JournalEntry("run-1", Write("POST", place.zone, "", made)),)
        assert look(path).landed == (
            JournalEntry("run-1", Write("POST", place.zone, place.id("www"), made)),
            JournalEntry("run-1", Write("PUT", place.zone, place.id("www"), place.record("www", "192.0.2.3", ttl=600))),
            JournalEntry("run-1", Write("DELETE", place.zone, place.id("www"), None)),
        )

    def test_what_was_refused_is_not(self, place: Place, tmp_path: Path) -> None:
        path = tmp_path / "journal"
        with place.carrying_out(journal=path) as counts:
            assert place.post("www", "nonsense").status_code == 400
        assert look(path).landed == ()
        assert counts.tally.refusals == {("gandi", "api"): 1}

    def test_where_it_cannot_be_written_nothing_is_sent(self, place: Place, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with place.carrying_out(journal=tmp_path / "file" / "journal") as counts:
            answer = place.post()
        assert answer.status_code == 507
        assert "cannot be noted in the journal" in answer.json()["message"]
        assert answer.json()["message"].endswith("Nothing was changed")
        assert place.there() == {}
        assert counts.tally.refusals == {("gandi", "journal"): 1}

    def test_where_it_cannot_be_written_any_more_that_is_told_of_what_has_landed(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(_file: int) -> None:
            raise OSError(5, "Input/output error")

        with place.carrying_out("www/A", journal=tmp_path / "journal"):
            monkeypatch.setattr(os, "fsync", fails)
            answer = place.put()
        assert answer.status_code == 507
        assert answer.json()["message"].endswith("It was written to the zone all the same")


LOST = [Effect.LOSE_ANSWER, Effect.DROP, Effect.SERVER_ERROR]


class TestLostAnswers:
    @pytest.mark.parametrize("effect", LOST)
    def test_a_creation_is_there_once(self, place: Place, tmp_path: Path, effect: Effect) -> None:
        place.fault(effect, "POST")
        with place.carrying_out(journal=tmp_path / "journal") as counts:
            answer = place.post()
            assert (answer.status_code, answer.json()) == (201, CREATED)
            assert place("DELETE", "/www/A").status_code == 204, "it is the stack's own"
        posts = 1 if effect is Effect.LOSE_ANSWER else 2
        assert [method for method, _ in place.calls()].count("POST") == posts
        assert counts.tally.settled == {"gandi": 1}
        assert len(look(tmp_path / "journal").landed) == 2

    @pytest.mark.parametrize("effect", LOST)
    def test_an_update_is_carried_out(self, place: Place, effect: Effect) -> None:
        place.add("www", "192.0.2.1")
        place.fault(effect, "PUT")
        with place.carrying_out("www/A"):
            answer = place.put("www", "192.0.2.9")
        assert (answer.status_code, answer.json()) == (201, CREATED)
        assert place.there() == {"www": ("192.0.2.9",)}

    @pytest.mark.parametrize("effect", LOST)
    def test_a_deletion_is_carried_out(self, place: Place, effect: Effect) -> None:
        place.add("www", "192.0.2.1")
        place.fault(effect, "DELETE")
        with place.carrying_out("www/A"):
            answer = place("DELETE", "/www/A")
        assert (answer.status_code, answer.content) == (204, b"")
        assert place.there() == {}

    def test_what_stands_there_with_other_values_is_not_ours(self, place: Place) -> None:
        place.add("www", "192.0.2.77")
        place.fault(Effect.DROP, "POST")
        with place.carrying_out():
            assert place.post("www", "192.0.2.1").status_code == 409
            assert place("DELETE", "/www/A").status_code == 403
        assert place.there() == {"www": ("192.0.2.77",)}

    def test_what_the_api_would_refuse_is_refused_by_it(self, place: Place) -> None:
        place.fault(Effect.DROP, "POST")
        with place.carrying_out():
            assert place.post("www", "nonsense").status_code == 400

    def test_what_lands_at_last_after_several_losses_is_ours(self, place: Place) -> None:
        place.fault(Effect.LOSE_ANSWER, "POST", times=2)
        place.fault(Effect.SERVER_ERROR, "GET", times=0)
        with place.carrying_out():
            assert place.post().status_code == 201
            assert place.put("www", "192.0.2.2").status_code == 201

    def test_an_api_that_never_answers_is_told(self, place: Place, tmp_path: Path) -> None:
        place.fault(Effect.DROP, "POST", times=None)
        with place.carrying_out(journal=tmp_path / "journal"):
            answer = place.post()
        assert answer.status_code == 503
        assert answer.json()["message"] == "Gandi's API gave no answer, 3 times. Nothing was changed"
        assert look(tmp_path / "journal").landed == ()

    def test_an_api_that_fails_for_good_is_told_with_its_status_and_a_page_of_its_edge_can_be_read(
        self, place: Place
    ) -> None:
        place.fault(Effect.SERVER_ERROR, "POST", times=None)
        place.fault(Effect.SERVER_ERROR, "PUT", times=None, status=403)
        with place.carrying_out():
            assert place.post().json()["message"] == "Gandi's API gave HTTP status 502, 3 times. Nothing was changed"
        place.add("api")
        with place.carrying_out("api/A"):
            answer = place.put("api", "192.0.2.9")
        assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/json")
        assert answer.json()["message"] == "a page of the API's edge, with HTTP status 403"

    def test_after_several_that_fail_the_others_are_not_tried_until_the_next_run(self, place: Place) -> None:
        place.fault(Effect.SERVER_ERROR, "POST", times=3 * FAILING)
        with place.carrying_out():
            said = [place.post(f"n{number}").json()["message"] for number in range(FAILING + 30)]
            assert {one.partition(".")[0] for one in said[:FAILING]} == {"Gandi's API gave HTTP status 502, 3 times"}
            assert set(said[FAILING:]) == {
                "Gandi's API could not write the record sets before this one, which was not tried"
            }
            assert [method for method, _ in place.calls()].count("POST") == 3 * FAILING
        with place.carrying_out():
            assert place.post().status_code == 201

    def test_some_that_fail_among_others_hold_up_no_other(self, place: Place) -> None:
        with place.carrying_out():
            for number in range(2 * FAILING):
                place.fault(Effect.SERVER_ERROR, "POST", times=3)
                assert place.post(f"bad{number}").status_code == 503
                assert place.post(f"good{number}").status_code == 201

    def test_where_nobody_can_say_what_came_of_it_that_is_told_and_the_next_try_is_ours(self, place: Place) -> None:
        place.fault(Effect.LOSE_ANSWER, "POST")
        place.fault(Effect.SERVER_ERROR, "GET", times=4)
        with place.carrying_out():
            answer = place.post()
            assert answer.status_code == 503
            assert "whether www." in answer.json()["message"]
            assert "it answers 502" in answer.json()["message"]
            assert place.post().status_code == 200
            assert place("DELETE", "/www/A").status_code == 204

    def test_an_api_that_is_away_is_told(self, tmp_path: Path) -> None:
        with ApiProxy({VARIABLE: "http://127.0.0.1:9"}) as proxy:
            place = Place(Gandi(), "example.com", "", proxy)
            with place.carrying_out(journal=tmp_path / "journal"):
                answer = place.post()
        assert answer.status_code == 502
        assert "Gandi's API at http://127.0.0.1:9 cannot be reached" in answer.json()["message"]


class TestThePace:
    def test_a_refusal_that_is_longer_than_the_plugin_waits_is_told_at_once(self, place: Place) -> None:
        place.fault(Effect.THROTTLE, "POST", seconds=60)
        with ApiProxy({VARIABLE: place.base}) as proxy:
            patient = Place(place.gandi, place.zone, place.base, proxy)
            with patient.carrying_out() as counts:
                answer = patient.post()
        assert answer.status_code == 429
        assert 40 < int(answer.headers["Retry-After"]) <= 60
        assert "is used up for longer than the plugin waits" in answer.json()["message"]
        assert counts.tally.waits == {}
        assert place.there() == {}
        assert counts.tally.refusals == {("gandi", "budget"): 1}

    def test_a_short_one_is_waited_out(self, place: Place) -> None:
        place.fault(Effect.THROTTLE, "POST", seconds=1)
        with ApiProxy({VARIABLE: place.base}) as proxy:
            patient = Place(place.gandi, place.zone, place.base, proxy)
            with patient.carrying_out() as counts:
                assert patient.post().status_code == 201
        assert counts.tally.calls == {("gandi", "POST", 429): 1, ("gandi", "POST", 201): 1}
        assert counts.tally.waits["gandi"][0] == 1
