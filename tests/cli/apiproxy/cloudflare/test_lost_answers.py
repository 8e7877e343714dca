"""A write whose answer did not come is looked up before it is reported, and nothing is written twice."""

from __future__ import annotations

import pytest

from cli.apiproxy.cloudflare.zone import ZoneProxy
from lab.api.faults import Effect, Fault
from lab.cloudflare.records import create
from tests.cli.apiproxy.conftest import Client, Place
from tests.cli.apiproxy.timing import once_called

WRITE = r"/dns_records(/[0-9a-f]{32}|/batch)?$"
SDK_AGAIN = {"X-Stainless-Retry-Count": "1"}


def lose(place: Place, *effects: Effect, status: int = 502) -> None:
    """Each of these strikes one write, in this order."""
    for effect in effects:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            place.cloudflare.faults.add(Fault(effect, method=method, path=WRITE, times=1, status=status))


def write_calls(place: Place) -> int:
    return sum(method != "GET" for method, _ in place.calls())


class TestLanded:
    def test_a_creation_is_found(self, place: Place) -> None:
        lose(place, Effect.LOSE_ANSWER)
        with place.carrying_out() as counts:
            made = place.client("POST", "", place.a("www"))
        assert made.status_code == 200
        assert place.direct("GET", f"/{made.json()['result']['id']}").json()["result"] == made.json()["result"]
        assert place.contents() == {"www": ["192.0.2.1"]}
        assert write_calls(place) == 1
        assert counts.tally.settled == {"cloudflare": 1}

    def test_a_creation_beside_known_records_is_found(self, place: Place) -> None:
        there = place.add("www", "192.0.2.9")
        lose(place, Effect.LOSE_ANSWER)
        with place.carrying_out(owned=[there]):
            place.client("GET", f"/{there}")
            made = place.client("POST", "", place.a("www"))
        assert made.json()["result"]["content"] == "192.0.2.1"
        assert write_calls(place) == 1

    def test_all_of_a_batch_are_found(self, place: Place) -> None:
        ids = [place.add(f"old{number}") for number in range(10)]
        lose(place, Effect.LOSE_ANSWER)
        asked: list[tuple[str, str, object]] = [("POST", "", place.a(f"new{number}")) for number in range(10)]
        asked += [("PUT", f"/{one}", place.a(f"put{one[:8]}", ttl=600)) for one in ids[:4]]
        asked += [("PATCH", f"/{one}", {"ttl": 900}) for one in ids[4:7]]
        asked += [("DELETE", f"/{one}", None) for one in ids[7:]]
        with place.carrying_out(owned=ids):
            answers = place.client.together(*asked)
        assert {one.status_code for one in answers} == {200}
        for answer in answers[:17]:
            result = answer.json()["result"]
            assert place.direct("GET", f"/{result['id']}").json()["result"] == result
        assert [one.json()["result"] for one in answers[17:]] == [{"id": one} for one in ids[7:]]
        assert len(place.contents()) == 17

    @pytest.mark.parametrize(
        "body",
        [
            {"type": "TXT", "name": "t", "content": "unquoted text", "ttl": 300},
            {"type": "MX", "name": "m", "content": "mail.example.net", "priority": 10, "ttl": 1},
            {"type": "SRV", "name": "_s._tcp", "ttl": 1}
            | {"data": {"priority": 1, "weight": 2, "port": 3, "target": "h.example.net"}},
            {"type": "CAA", "name": "c", "ttl": 1, "data": {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}},
            {"type": "HTTPS", "name": "h", "ttl": 1, "data": {"priority": 1, "target": ".", "value": 'alpn="h2"'}},
            {"type": "CNAME", "name": "Alias", "content": "Target.Example.NET", "proxied": True, "ttl": 1},
            {"type": "A", "name": "c", "content": "192.0.2.1", "ttl": 300, "comment": "kept", "tags": ["b", "a:1"]},
        ],
        ids=lambda body: body["type"],
    )
    def test_records_of_every_kind_are_recognised(self, place: Place, body: dict[str, object]) -> None:
        lose(place, Effect.LOSE_ANSWER)
        with place.carrying_out():
            assert place.client("POST", "", body).status_code == 200
        assert write_calls(place) == 1


class TestNotLanded:
    @pytest.mark.parametrize("effect", [Effect.DROP, Effect.SERVER_ERROR])
    def test_it_is_sent_again(self, place: Place, effect: Effect) -> None:
        there = place.add("old")
        lose(place, effect)
        with place.carrying_out(owned=[there]) as counts:
            answers = place.client.together(("POST", "", place.a("new")), ("DELETE", f"/{there}", None))
        assert {one.status_code for one in answers} == {200}
        assert place.contents() == {"new": ["192.0.2.1"]}
        assert not counts.tally.settled

    def test_an_equal_record_of_before_is_not_taken_for_it(self, place: Place) -> None:
        """Then the API says itself that there is one."""
        foreign = place.add("www")
        lose(place, Effect.DROP)
        with place.carrying_out():
            place.client("GET", f"/{foreign}")
            answer = place.client("POST", "", place.a("www"))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 81058)

    def test_an_equal_record_that_nobody_had_listed_is_told_by_its_age(self, place: Place) -> None:
        zone, now = place.zone, place.cloudflare.clock().replace(year=2020)
        create(zone, place.cloudflare.stores[zone.id], place.a("www"), now)
        lose(place, Effect.DROP)
        with place.carrying_out():
            answer = place.client("POST", "", place.a("www"))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 81058)

    def test_an_api_that_stays_broken_is_told_to_the_plugin_and_nothing_is_left(self, place: Place) -> None:
        place.cloudflare.faults.add(Fault(Effect.SERVER_ERROR, method="POST", status=500))
        with place.carrying_out():
            answer = place.client("POST", "", place.a("www"))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (500, 10001)
        assert write_calls(place) == 3
        assert place.contents() == {}

    def test_an_api_that_is_away_has_carried_out_nothing(self, place: Place) -> None:
        place.base = place.base.replace(place.base.split(":")[2].split("/")[0], "1")
        proxy, place.proxy = place.proxy, type(place.proxy)({"CLOUDFLARE_BASE_URL": place.base})
        proxy.close()
        with place.proxy as opened, place.carrying_out():
            assert opened.environment
            answer = place.client("POST", "", place.a("www"))
        assert answer.status_code == 502
        assert "nothing was sent" in answer.json()["errors"][0]["message"]


class TestUnconfirmed:
    def unconfirmed(self, client: Client, place: Place, method: str, below: str, body: object) -> str:
        """Ask while answers are lost and nothing can be listed; what the caller is told."""
        lose(place, Effect.LOSE_ANSWER)
        place.cloudflare.faults.add(Fault(Effect.SERVER_ERROR, method="GET", status=503))
        answer = client(method, below, body)
        assert answer.status_code == 503
        place.cloudflare.faults.clear()
        return str(answer.json()["errors"][0]["message"])

    def test_the_plugins_repetition_is_looked_up_first(self, place: Place) -> None:
        with place.carrying_out():
            client = place.client
            said = self.unconfirmed(client, place, "POST", "", place.a("www"))
            assert said.startswith(f"POST of www.{place.zone.name} A could not be confirmed")
            again = client("POST", "", place.a("www"), SDK_AGAIN)
        assert again.status_code == 200
        assert write_calls(place) == 1
        assert place.contents() == {"www": ["192.0.2.1"]}

    def test_a_deletion_that_landed_is_no_missing_record(self, place: Place) -> None:
        there = place.add("www")
        with place.carrying_out(owned=[there]):
            client = place.client
            self.unconfirmed(client, place, "DELETE", f"/{there}", None)
            assert client("DELETE", f"/{there}", None, SDK_AGAIN).json()["result"] == {"id": there}
        assert write_calls(place) == 1

    def test_what_has_not_landed_is_sent_after_the_look(self, place: Place) -> None:
        with place.carrying_out():
            client = place.client
            place.cloudflare.faults.add(Fault(Effect.SERVER_ERROR, status=503))
            assert client("POST", "", place.a("www")).status_code == 503
            place.cloudflare.faults.clear()
            assert client("POST", "", place.a("www"), SDK_AGAIN).status_code == 200
        assert place.contents() == {"www": ["192.0.2.1"]}


class TestRepetition:
    def test_a_creation_that_was_answered_is_not_made_again(self, place: Place) -> None:
        with place.carrying_out():
            made = place.client("POST", "", place.a("www"))
            again = place.client("POST", "", place.a("www"), SDK_AGAIN)
        assert again.json() == made.json()
        assert write_calls(place) == 1

    def test_a_creation_under_way_is_joined(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        place.cloudflare.faults.add(Fault(Effect.HOLD, method="POST"))
        once_called(monkeypatch, ZoneProxy, "write", 2, place.cloudflare.faults.clear)
        with place.carrying_out():
            client = place.client
            body = place.a("www")
            with pytest.raises(OSError, match="timed out"):
                client.session.post(
                    f"{client.base}/zones/{place.zone.id}/dns_records",
                    json=body,
                    headers={"Authorization": f"Bearer {place.token}"},
                    timeout=0.2,
                )
            assert client("POST", "", body, SDK_AGAIN).status_code == 200
        assert write_calls(place) == 1
        assert place.contents() == {"www": ["192.0.2.1"]}

    def test_a_new_wish_for_what_was_deleted_meanwhile_is_carried_out(self, place: Place) -> None:
        with place.carrying_out():
            first = place.client("POST", "", place.a("www")).json()["result"]["id"]
            place.client("DELETE", f"/{first}")
            second = place.client("POST", "", place.a("www")).json()["result"]["id"]
        assert first != second
        assert place.contents() == {"www": ["192.0.2.1"]}
