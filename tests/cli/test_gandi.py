"""A zone at Gandi, through the real engine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.marks import ownership
from lab import remote
from lab.world import FIRST_IPV4, GANDI_TOKEN, GANDI_ZONE
from tests.cli.conftest import Inside
from tests.cli.every_type import DIGEST, OTHERS

OF_GANDI = {**OTHERS, "DS": f"2371 13 2 {DIGEST}"}
RECORDS = [
    {"name": "@", "type": "TXT", "content": ["v=spf1 -all", 'say "hi" \\ ' + "x" * 300]},
    {"name": "@", "type": "MX", "content": ["10 mail.example.net", "20 mx.example.org"]},
    {"name": "@", "type": "CAA", "content": '0 issue "letsencrypt.org"'},
    {"name": "_sip._udp.example.net", "type": "SRV", "content": "10 5 5060 sip.example.net"},
    {"name": "blog", "type": "CNAME", "content": "host.example.org"},
    *({"name": f"n-{kind.lower()}", "type": kind, "content": text} for kind, text in OF_GANDI.items()),
]
TWO = {"name": "two", "targets": ["203.0.113.1", "203.0.113.2"]}
LISTING = ("GET", "")


def wish(inside: Inside, *names: object, **others: object) -> None:
    inside.settings(*names, **{"zone": GANDI_ZONE, "provider": "gandi", **others})


def up(inside: Inside, *arguments: str, **changes: str) -> dict[str, str]:
    """Run `up`; what it did, by resource."""
    result = inside.result("up", *arguments, **changes)
    return {change["resource"]: change["action"] for change in result["changes"]}


def calls(inside: Inside) -> list[tuple[str, str]]:
    """The API calls since the last question, as (method, what follows `records` in the path)."""
    found = [(call.method, call.path.partition("/records")[2]) for call in remote.gandi_requests(inside.places)]
    remote.gandi_forget_requests(inside.places)
    return found


def held(inside: Inside) -> dict[str, list[str]]:
    """The values of the zone's record sets by `name/type`, marks left out."""
    sets = remote.gandi_records(inside.places)
    return {
        "/".join(key): one["rrset_values"] for key, one in sets.items() if "heritage=" not in one["rrset_values"][0]
    }


def marks(inside: Inside) -> set[str]:
    sets = remote.gandi_records(inside.places)
    return {name for (name, _), one in sets.items() if "heritage=" in one["rrset_values"][0]}


class TestARun:
    @pytest.fixture
    def small_zone(self, inside: Inside) -> Inside:
        wish(inside, "www", "@", "*", TWO, records=RECORDS)
        up(inside)
        return inside

    def test_makes_every_type_of_record_with_its_mark(self, small_zone: Inside) -> None:
        long = "x" * 300
        found = held(small_zone)
        texts = found.pop("@/TXT")
        assert found == {
            "@/A": [FIRST_IPV4],
            "*/A": [FIRST_IPV4],
            "www/A": [FIRST_IPV4],
            "two/A": ["203.0.113.1", "203.0.113.2"],
            "@/MX": ["10 mail.example.net.", "20 mx.example.org."],
            "@/CAA": ['0 issue "letsencrypt.org"'],
            "_sip._udp/SRV": ["10 5 5060 sip.example.net."],
            "blog/CNAME": ["host.example.org."],
            "n-ns/NS": ["ns1.example.org."],
            "n-ptr/PTR": ["host.example.net."],
            "n-https/HTTPS": ['1 web.example.net. alpn="h3,h2"'],
            "n-svcb/SVCB": ["0 svc.example.org."],
            "n-tlsa/TLSA": [f"3 1 1 {DIGEST}"],
            "n-sshfp/SSHFP": [f"4 2 {DIGEST}"],
            "n-ds/DS": [f"2371 13 2 {DIGEST}"],
            "n-naptr/NAPTR": ['100 10 "s" "SIP+D2U" "" _sip._udp.example.net.'],
            "n-loc/LOC": ["52 22 23.000 N 4 53 32.000 E -2.00m"],
        }
        first = 255 - len('say "hi" \\ ')
        assert sorted(texts) == [f'"say \\"hi\\" \\\\ {long[:first]}" "{long[first:]}"', '"v=spf1 -all"']
        assert marks(small_zone) >= {"_truenorth-a", "_truenorth-a._wildcard", "_truenorth-mx", "_truenorth-txt"}
        (mark,) = remote.gandi_records(small_zone.places)["_truenorth-a.www", "TXT"]["rrset_values"]
        said = ownership.parse(mark)
        assert said == ownership.Mark("truenorth", "test", "settings/names/www", said.instance if said else "none")
        assert said.instance
        assert {one["rrset_ttl"] for one in remote.gandi_records(small_zone.places).values()} == {300}

    def test_a_second_one_lists_the_zone_once_and_changes_nothing(self, small_zone: Inside) -> None:
        calls(small_zone)
        assert small_zone.result("up")["engine_runs"] == 0
        assert calls(small_zone) == [LISTING]
        assert up(small_zone, "--always") == {}
        assert calls(small_zone) == [LISTING]

    def test_after_which_a_plain_pulumi_up_has_nothing_to_do(self, small_zone: Inside) -> None:
        file = ("--config-file", str(small_zone.settings_file))
        calls(small_zone)
        small_zone.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", *file)
        assert {method for method, _ in calls(small_zone)} == {"GET"}

    def test_a_new_address_is_one_write_a_set(self, inside: Inside) -> None:
        wish(inside, "www", TWO)
        up(inside)
        calls(inside)
        remote.set_address(inside.places, "203.0.113.8")
        assert up(inside) == {"www.example.net/A": "update"}
        assert calls(inside) == [LISTING, ("PUT", "/www/A"), ("GET", "/www/A")]
        wish(inside, "www", TWO | {"targets": ["203.0.113.2", "203.0.113.3"]})
        assert up(inside) == {"two.example.net/A": "update"}
        assert held(inside) == {"www/A": ["203.0.113.8"], "two/A": ["203.0.113.2", "203.0.113.3"]}

    def test_a_name_that_is_not_wanted_any_more_goes_with_its_mark(self, inside: Inside) -> None:
        wish(inside, "www", TWO)
        up(inside)
        wish(inside, "www")
        assert set(up(inside).values()) == {"delete"}
        assert (held(inside), marks(inside)) == ({"www/A": [FIRST_IPV4]}, {"_truenorth-a.www"})

    def test_an_alias_becomes_an_address_and_the_reverse(self, inside: Inside) -> None:
        wish(inside, "www")
        up(inside)
        wish(inside, "www", targets="cname")
        up(inside)
        assert held(inside) == {"www/CNAME": ["truenorth.example.net."], "truenorth/A": [FIRST_IPV4]}
        wish(inside, "www")
        up(inside)
        assert (held(inside), marks(inside)) == ({"www/A": [FIRST_IPV4]}, {"_truenorth-a.www"})


class TestDrift:
    def test_an_edit_is_put_right_and_only_what_drifted_is_read(self, inside: Inside) -> None:
        wish(inside, "www", TWO)
        up(inside)
        remote.gandi_edit(inside.places, "two", "A", ["203.0.113.1", "198.51.100.66"], ttl=600)
        calls(inside)
        assert up(inside) == {"two.example.net/A": "correct"}
        assert calls(inside) == [LISTING, ("GET", "/two/A"), ("PUT", "/two/A"), ("GET", "/two/A")]
        assert held(inside)["two/A"] == TWO["targets"]

    def test_a_deleted_set_comes_back(self, inside: Inside) -> None:
        wish(inside, "www")
        up(inside)
        remote.gandi_delete(inside.places, "www", "A")
        assert up(inside) == {"www.example.net/A": "restore"}
        assert held(inside) == {"www/A": [FIRST_IPV4]}
        assert up(inside) == {}

    def test_a_set_that_was_deleted_by_hand_and_is_not_wanted_any_more_fails_no_run(self, inside: Inside) -> None:
        wish(inside, "www", "api")
        up(inside)
        remote.gandi_delete(inside.places, "www")
        remote.gandi_delete(inside.places, "_truenorth-a.www")
        wish(inside, "api")
        assert set(up(inside).values()) == {"forget"}
        assert up(inside) == {}


class TestForeignSets:
    @pytest.mark.parametrize("content", [FIRST_IPV4, "198.51.100.80"])
    def test_are_a_conflict_and_stay_even_where_they_are_as_wished(self, inside: Inside, content: str) -> None:
        remote.gandi_edit(inside.places, "shop", "A", [content])
        wish(inside, "www", "shop")
        assert [one["name"] for one in inside.result("up")["conflicts"]] == ["shop.example.net"]
        wish(inside, "www")
        assert up(inside) == {}
        assert inside.run("destroy", "--yes").returncode == 0
        assert held(inside) == {"shop/A": [content]}


class TestLostState:
    def test_is_rebuilt_from_the_marks(self, inside: Inside) -> None:
        wish(inside, "www", TWO, records=RECORDS)
        up(inside)
        before = remote.gandi_records(inside.places)
        inside.lose_state()
        calls(inside)
        assert set(up(inside).values()) == {"adopt"}
        assert {method for method, _ in calls(inside)} == {"GET"}
        assert up(inside) == {}
        assert up(inside, "--always") == {}
        assert remote.gandi_records(inside.places) == before

    def test_a_creation_whose_answer_was_lost_is_found_by_the_same_run(self, inside: Inside) -> None:
        wish(inside, "www", "api")
        remote.gandi_faults(inside.places, [{"effect": "lose_answer", "method": "POST", "times": 1}])
        up(inside)
        assert held(inside) == {"www/A": [FIRST_IPV4], "api/A": [FIRST_IPV4]}
        assert up(inside) == {}

    def test_one_that_could_not_be_looked_up_is_adopted_by_the_next_run(self, inside: Inside) -> None:
        wish(inside, "www", "api")
        unread = {"effect": "server_error", "method": "GET", "path": "/records/[^/]+/"}
        remote.gandi_faults(inside.places, [{"effect": "lose_answer", "method": "POST", "times": 1}, unread])
        assert inside.run("up").returncode == 1
        remote.gandi_faults(inside.places, [])
        up(inside)
        assert held(inside) == {"www/A": [FIRST_IPV4], "api/A": [FIRST_IPV4]}
        assert up(inside) == {}


def test_a_plain_pulumi_up_makes_the_zone_and_puts_it_right(inside: Inside) -> None:
    wish(inside, "www", TWO, records=RECORDS)
    inside.pulumi("stack", "init", "--no-select")
    file = ("--config-file", str(inside.settings_file))
    inside.pulumi("up", "--yes", "--skip-preview", *file)
    assert held(inside).keys() >= {"www/A", "two/A", "@/MX"}
    assert up(inside) == {}
    remote.gandi_edit(inside.places, "www", "A", ["198.51.100.66"])
    inside.pulumi("up", "--yes", "--skip-preview", *file)
    assert held(inside)["www/A"] == [FIRST_IPV4]
    assert up(inside) == {}


def test_an_api_that_is_down_decides_nothing(inside: Inside) -> None:
    wish(inside, "www")
    up(inside)
    wish(inside)
    remote.gandi_faults(inside.places, [{"effect": "server_error", "status": 503}])
    done = inside.run("up")
    assert done.returncode == 1
    assert "Gandi answered 503 about the zone example.net" in done.stderr
    assert held(inside) == {"www/A": [FIRST_IPV4]}


def test_a_refused_token_is_for_the_user_to_mend(inside: Inside) -> None:
    wish(inside, "www")
    done = inside.run("up", GANDI_PERSONAL_ACCESS_TOKEN="wrong")
    assert done.returncode == 2
    assert "check GANDI_PERSONAL_ACCESS_TOKEN" in done.stderr
    assert held(inside) == {}


def test_a_refused_key_is_named_and_not_the_token(inside: Inside) -> None:
    wish(inside, "www")
    done = inside.run("up", without=("GANDI_PERSONAL_ACCESS_TOKEN",), GANDI_API_KEY="wrong")
    assert done.returncode == 2
    assert "check GANDI_API_KEY (or GANDI_KEY): it needs" in done.stderr


def test_no_token_is_written_to_state_or_shown(inside: Inside) -> None:
    wish(inside, "www")
    outputs = [inside.run(*command) for command in (("up",), ("up", "--always", "--json"), ("status",), ("env",))]
    assert all(GANDI_TOKEN not in done.stdout + done.stderr for done in outputs)
    files = [file for file in inside.state.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if GANDI_TOKEN.encode() in file.read_bytes()]


def test_status_shows_whole_sets(inside: Inside) -> None:
    wish(inside, TWO)
    up(inside)
    status: dict[str, Any] = json.loads(inside.run("status", "--json").stdout)
    assert status["changes"] == []
    contents = {one["name"]: one["content"] for one in status["records"] if one["type"] == "A"}
    assert contents == {"two.example.net": "203.0.113.1\n203.0.113.2"}
