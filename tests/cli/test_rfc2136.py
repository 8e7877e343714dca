"""A zone at a real BIND 9, through the real engine and our own plugin."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from components.marks import ownership
from lab import remote
from lab.world import FIRST_IPV4
from tests.bind import KEY, SECRET, WEAK, WEAK_SECRET, ZONE, Bind, running
from tests.cli.clusters import up
from tests.cli.conftest import Inside
from tests.cli.every_type import COMMON, DIGEST, OTHERS
from tests.dns_relay import changes, losing_answers

OF_BIND = {**OTHERS, "URI": '10 1 "https://www.example.com/"'}
RECORDS: list[dict[str, Any]] = [
    *COMMON,
    *({"name": f"n-{kind.lower()}", "type": kind, "content": text} for kind, text in OF_BIND.items()),
    {"name": "n-ns", "type": "DS", "content": f"2371 13 2 {DIGEST}"},
]
TWO = {"name": "two", "targets": ["203.0.113.1", "203.0.113.2"]}
FOREIGN = {"foreign/A": ["192.0.2.9"], "shop/A": [FIRST_IPV4]}
AS_FOREIGN = f"foreign 600 IN A 192.0.2.9\nshop 600 IN A {FIRST_IPV4}\n"


@pytest.fixture
def bind(tmp_path: Path) -> Iterator[Bind]:
    with running(tmp_path / "bind", records=AS_FOREIGN) as made:
        yield made


@pytest.fixture
def house(inside: Inside, bind: Bind) -> Inside:
    """A stack whose zone is at the server."""
    wish(inside, bind, "www")
    asked = {"TRUENORTH_NAME_SERVERS": json.dumps([bind.server])}  # in place of the lab's, which refuses the zone
    environment = {**inside.environment, **asked, "RFC2136_TSIG_SECRET": SECRET}
    return Inside(inside.places, environment, inside.settings_file, inside.state)


def wish(inside: Inside, bind: Bind, *names: object, **others: object) -> None:
    place = {"server": bind.server, "key": KEY}
    own = {"zone": ZONE, "provider": "rfc2136", "rfc2136": place, "name_servers": [bind.server]}
    inside.settings(*names, **{**own, **others})


def messages(log: str) -> int:
    """The messages that have changed the zone, each on a connection of its own."""
    return len(set(re.findall(r"127\.0\.0\.1#(\d+)/key truenorth: updating zone", log)))


def held(bind: Bind) -> dict[str, list[str]]:
    """What the zone has beside what others have written and marks."""
    names = bind.names()
    assert {name: names.pop(name) for name in FOREIGN} == FOREIGN
    return names


class TestARun:
    def test_makes_every_type_of_record_with_its_mark_and_is_quiet_the_second_time(
        self, house: Inside, bind: Bind
    ) -> None:
        wish(house, bind, "www", "@", "*", TWO, records=RECORDS)
        up(house)
        found = held(bind)
        long, first = "x" * 300, 255 - len('say "hi" \\ ')
        assert found.pop("@/TXT") == [f'"say \\"hi\\" \\\\ {long[:first]}" "{long[first:]}"', '"v=spf1 -all"']
        assert found == {
            "@/A": [FIRST_IPV4],
            "*/A": [FIRST_IPV4],
            "www/A": [FIRST_IPV4],
            "two/A": ["203.0.113.1", "203.0.113.2"],
            "@/MX": [f"10 ns1.{ZONE}.", "20 mx.example.org."],
            "@/CAA": ['0 issue "letsencrypt.org"'],
            "_sip._udp/SRV": [f"10 5 5060 sip.{ZONE}."],
            "blog/CNAME": ["host.example.org."],
            "n-ns/NS": ["ns1.example.org."],
            "n-ns/DS": [f"2371 13 2 {DIGEST}"],
            "n-ptr/PTR": [f"host.{ZONE}."],
            "n-https/HTTPS": [f'1 web.{ZONE}. alpn="h3,h2"'],
            "n-svcb/SVCB": ["0 svc.example.org."],
            "n-tlsa/TLSA": [f"3 1 1 {DIGEST}"],
            "n-sshfp/SSHFP": [f"4 2 {DIGEST}"],
            "n-naptr/NAPTR": ['100 10 "s" "SIP+D2U" "" _sip._udp.example.net.'],
            "n-loc/LOC": ["52 22 23.000 N 4 53 32.000 E -2.00m"],
            "n-uri/URI": ['10 1 "https://www.example.com/"'],
        }
        said = ownership.parse(bind.records()["_truenorth-a.www/TXT"][0])
        assert said == ownership.Mark("truenorth", "test", "settings/names/www", said.instance if said else "none")
        assert house.result("up")["engine_runs"] == 0
        assert up(house, "--always") == {}
        file = ("--config-file", str(house.settings_file))
        house.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", *file)

    def test_a_ds_waits_for_the_ns_of_its_name_without_which_a_server_leaves_it_out(
        self, house: Inside, bind: Bind
    ) -> None:
        records = [one for one in RECORDS if one["name"] == "n-ns"]
        assert {one["type"] for one in records} == {"NS", "DS"}
        wish(house, bind, "www", records=records)
        up(house)
        resources = json.loads(house.pulumi("stack", "export").stdout)["deployment"]["resources"]
        (ds,) = (one for one in resources if one["urn"].endswith(f"OwnedRecord::n-ns.{ZONE}/DS"))
        assert {urn.rpartition("::")[2] for urn in ds["dependencies"]} >= {f"n-ns.{ZONE}/NS"}

    def test_a_new_address_is_one_change_of_the_set(self, house: Inside, bind: Bind) -> None:
        wish(house, bind, "www", TWO)
        up(house)
        remote.set_address(house.places, "203.0.113.8")
        assert up(house) == {f"www.{ZONE}/A": "update"}
        assert held(bind) == {"www/A": ["203.0.113.8"], "two/A": TWO["targets"]}

    def test_a_name_that_is_not_wanted_any_more_goes_with_its_mark(self, house: Inside, bind: Bind) -> None:
        wish(house, bind, "www", TWO)
        up(house)
        wish(house, bind, "www")
        assert set(up(house).values()) == {"delete"}
        assert set(bind.records()) == {*FOREIGN, "www/A", "_truenorth-a.www/TXT"}

    def test_an_alias_becomes_an_address_and_the_reverse(self, house: Inside, bind: Bind) -> None:
        up(house)
        wish(house, bind, "www", targets="cname")
        up(house)
        assert held(bind) == {"www/CNAME": [f"truenorth.{ZONE}."], "truenorth/A": [FIRST_IPV4]}
        wish(house, bind, "www")
        up(house)
        assert held(bind) == {"www/A": [FIRST_IPV4]}

    def test_destroy_leaves_what_others_have_written(self, house: Inside, bind: Bind) -> None:
        up(house)
        bind.write("www", 300, "A", "198.51.100.66")  # drift, which nobody has put right
        assert house.run("destroy", "--yes").returncode == 0
        assert bind.records() == FOREIGN


class TestManySets:
    """What goes out before the engine asks for it, in the messages that BIND has logged."""

    NAMES = tuple(f"n{number}" for number in range(60))

    def test_are_made_changed_and_removed_by_one_message_each(self, house: Inside, bind: Bind) -> None:
        wish(house, bind, *self.NAMES)
        before = len(bind.log)
        done = house.run("up")
        assert done.returncode == 0, done.stderr
        assert "the zone is as wished: all 120 writes have landed" in done.stdout
        assert held(bind) == {f"{name}/A": [FIRST_IPV4] for name in self.NAMES}
        assert messages(bind.log[before:]) == 1
        before = len(bind.log)
        remote.set_address(house.places, "203.0.113.8")
        assert set(up(house).values()) == {"update"}
        assert held(bind) == {f"{name}/A": ["203.0.113.8"] for name in self.NAMES}
        assert messages(bind.log[before:]) == 1
        before = len(bind.log)
        wish(house, bind, "n0", guard={"share": 1.0})
        assert set(up(house).values()) == {"delete"}
        assert held(bind) == {"n0/A": ["203.0.113.8"]}
        assert messages(bind.log[before:]) == 1
        assert up(house, "--always") == {}

    def test_are_sent_when_the_engine_asks_for_them_where_the_settings_say_so(self, house: Inside, bind: Bind) -> None:
        wish(house, bind, *self.NAMES, send="engine")
        before = len(bind.log)
        up(house)
        assert held(bind) == {f"{name}/A": [FIRST_IPV4] for name in self.NAMES}
        assert messages(bind.log[before:]) > 1

    def test_are_made_but_for_those_that_the_server_refuses_and_those_fail_the_run(
        self, house: Inside, tmp_path: Path
    ) -> None:
        with running(tmp_path / "strict", refused=f"n7.{ZONE}") as own:
            wish(house, own, *self.NAMES)
            done = house.run("up")
            assert done.returncode == 1
            assert f"n7.{ZONE} A" in done.stderr
            assert "REFUSED" in done.stderr
            assert own.names() == {f"{name}/A": [FIRST_IPV4] for name in self.NAMES if name != "n7"}


class TestDrift:
    def test_is_put_right(self, house: Inside, bind: Bind) -> None:
        wish(house, bind, "www", TWO)
        up(house)
        bind.write("www", 600, "A", "198.51.100.66")
        bind.write("two", 300, "A")
        assert up(house) == {f"www.{ZONE}/A": "correct", f"two.{ZONE}/A": "restore"}
        assert held(bind) == {"www/A": [FIRST_IPV4], "two/A": TWO["targets"]}
        assert up(house) == {}

    def test_is_put_right_by_a_plain_pulumi_up_too(self, house: Inside, bind: Bind) -> None:
        wish(house, bind, "www", TWO, "*")  # the wildcard answers for what is deleted
        house.pulumi("stack", "init", "--no-select")
        file = ("--config-file", str(house.settings_file))
        house.pulumi("up", "--yes", "--skip-preview", *file)
        made = held(bind)
        assert up(house) == {}
        bind.write("www", 300, "A")
        bind.write("two", 300, "A", "198.51.100.66")
        house.pulumi("up", "--yes", "--skip-preview", *file)
        assert held(bind) == made
        assert up(house) == {}


class TestSetsOfOthers:
    def test_are_a_conflict_and_stay_even_where_they_are_as_wished(self, house: Inside, bind: Bind) -> None:
        wish(house, bind, "www", "shop", "foreign")
        conflicts = house.result("up")["conflicts"]
        assert sorted(one["name"] for one in conflicts) == [f"foreign.{ZONE}", f"shop.{ZONE}"]
        assert held(bind) == {"www/A": [FIRST_IPV4]}

    def test_are_taken_over_where_the_settings_say_so(self, house: Inside, bind: Bind) -> None:
        wish(house, bind, "foreign", adopt="all")
        assert up(house)[f"foreign.{ZONE}/A"] == "adopt"
        assert bind.names() == {**FOREIGN, "foreign/A": [FIRST_IPV4]}
        assert up(house) == {}

    def test_a_lost_state_is_rebuilt_from_the_marks(self, house: Inside, bind: Bind) -> None:
        wish(house, bind, "www", TWO, records=RECORDS)
        up(house)
        before = bind.records()
        house.lose_state()
        assert set(up(house).values()) == {"adopt"}
        assert up(house, "--always") == {}
        assert bind.records() == before


@dataclass(frozen=True)
class Fault:
    """What is wrong: with the server, or with the key and secret of the stack."""

    code: int
    said: str
    logged: str
    server: Mapping[str, Any] = field(default_factory=dict)
    key: str = KEY
    secret: str = SECRET


FAULTS = {
    "a zone that it has not": Fault(
        2, f"does not answer for the zone {ZONE}", f"query: {ZONE} IN SOA", {"zones": ("other.example",)}
    ),
    "a zone that does not load": Fault(
        1, "SERVFAIL: it has a fault of its own", "not loaded due to errors", {"records": "@ IN CNAME host.example.\n"}
    ),
    "a transfer that is not allowed": Fault(
        2, "allow-transfer", f"zone transfer '{ZONE}/AXFR/IN' denied", {"transfer": "none;"}
    ),
    "a key that it does not know": Fault(2, "it does not know it", "tsig verify failure (BADKEY)", key="nobody"),
    "another secret": Fault(2, "it has another secret for it", "tsig verify failure (BADSIG)", secret=WEAK_SECRET),
}


class TestFaults:
    @pytest.mark.parametrize("name", FAULTS)
    def test_of_a_server_is_one_message_and_changes_nothing(self, house: Inside, tmp_path: Path, name: str) -> None:
        fault = FAULTS[name]
        with running(tmp_path / "faulty", **fault.server) as faulty:
            wish(house, faulty, "www", rfc2136={"server": faulty.server, "key": fault.key})
            done = house.run("up", RFC2136_TSIG_SECRET=fault.secret)
            log = faulty.log
        assert done.returncode == fault.code, done.stderr
        assert done.stderr.count(fault.said) == 1
        assert "Traceback" not in done.stderr
        assert fault.logged in log
        assert "updating zone" not in log

    def test_a_clock_that_is_off_is_told_and_changes_nothing(
        self, house: Inside, bind: Bind, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = time.time
        monkeypatch.setattr(time, "time", lambda: now() - 3600)
        done = house.run("up")
        assert done.returncode == 1
        assert f"{bind.server} and this machine have different times (BADTIME): set both clocks by NTP" in done.stderr
        assert "tsig verify failure (BADTIME)" in bind.log
        assert "updating zone" not in bind.log

    def test_an_answer_that_is_lost_after_the_update_is_looked_up_and_nothing_is_written_twice(
        self, house: Inside, bind: Bind
    ) -> None:
        with losing_answers(bind.server, changes) as relay:
            wish(house, bind, "www", rfc2136={"server": relay, "key": KEY})
            assert set(up(house).values()) == {"create"}
            assert up(house) == {}
        assert held(bind) == {"www/A": [FIRST_IPV4]}
        assert bind.log.count(f"adding an RR at 'www.{ZONE}' A") == 1
        assert bind.log.count(f"adding an RR at '_truenorth-a.www.{ZONE}' TXT") == 1

    def test_a_server_that_is_gone_decides_nothing(self, house: Inside, bind: Bind) -> None:
        up(house)
        bind.stop()
        done = house.run("up")
        assert done.returncode == 1
        assert f"{bind.server} cannot be reached: Connection refused" in done.stderr

    def test_a_primary_that_is_gone_leaves_the_listing_to_the_next_and_takes_no_update(
        self, house: Inside, bind: Bind
    ) -> None:
        up(house)
        several = {"server": ["127.0.0.1:1", bind.server], "key": KEY}
        wish(house, bind, "www", rfc2136=several)
        assert json.loads(house.run("status", "--json").stdout)
        before = bind.records()
        wish(house, bind, "www", "new", rfc2136=several)
        done = house.run("up")
        assert done.returncode == 1
        assert "127.0.0.1:1 cannot be reached: Connection refused" in done.stderr
        assert bind.records() == before

    @pytest.mark.parametrize(
        ("secret", "reason"),
        [
            ("not Base64!", "it is not written in Base64"),
            ("", "there is no secret for the key truenorth"),
        ],
    )
    def test_a_wrong_secret_is_for_the_user_to_mend(self, house: Inside, bind: Bind, secret: str, reason: str) -> None:
        done = house.run("up", RFC2136_TSIG_SECRET=secret)
        assert done.returncode == 2
        assert reason in done.stderr
        assert held(bind) == {}

    def test_a_key_that_may_only_read_changes_nothing_and_is_told(self, house: Inside, bind: Bind) -> None:
        wish(house, bind, "www", rfc2136={"server": bind.server, "key": WEAK})
        done = house.run("up", RFC2136_TSIG_SECRET=WEAK_SECRET)
        assert done.returncode == 1
        assert f"with the key {WEAK} (REFUSED" in done.stderr
        assert held(bind) == {}

    def test_a_zone_without_a_server_is_refused(self, house: Inside) -> None:
        house.settings("www", zone=ZONE, provider="rfc2136")
        done = house.run("up")
        assert done.returncode == 2
        assert f"the zone {ZONE} has the provider rfc2136, and no server" in done.stderr


def test_no_secret_is_written_to_state_or_shown(house: Inside) -> None:
    outputs = [house.run(*command) for command in (("up",), ("up", "--always", "--json"), ("status",), ("env",))]
    assert [done.returncode for done in outputs] == [0] * 4
    assert all(SECRET not in done.stdout + done.stderr for done in outputs)
    files = [file for file in house.state.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if SECRET.encode() in file.read_bytes()]


def test_two_zones_have_each_a_server_and_a_key_with_the_secret_in_a_file(
    inside: Inside, bind: Bind, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(f"{SECRET}\n")
    second.write_text(SECRET)
    with running(tmp_path / "other", zones=(ZONE, "other.example"), algorithm="hmac-sha512") as other:
        place = {"server": other.server, "key": KEY, "algorithm": "hmac-sha512"}
        further = {"zone": "other.example", "rfc2136": place, "token": "OTHER_SECRET", "names": ["www"], "confirm": 0}
        wish(inside, bind, "www", zones=[further])
        inside.result("up", RFC2136_TSIG_SECRET_FILE=str(first), OTHER_SECRET_FILE=str(second))
        assert held(bind) == {"www/A": [FIRST_IPV4]}
        assert "www.other.example" in other.log
        wish(inside, bind)  # the other zone is dropped, and its names go all the same
        done = inside.run("destroy", "--yes", RFC2136_TSIG_SECRET_FILE=str(first), OTHER_SECRET_FILE=str(second))
        assert done.returncode == 0, done.stderr
        assert held(bind) == {}


def test_a_zone_at_cloudflare_stands_beside_one_at_the_server(house: Inside, bind: Bind) -> None:
    place = {"server": bind.server, "key": KEY}
    further = {"zone": ZONE, "provider": "rfc2136", "rfc2136": place, "names": ["www"], "confirm": 0}
    house.settings("www", zones=[further])
    house.result("up")
    assert (held(bind), house.zone()) == ({"www/A": [FIRST_IPV4]}, {"www.example.com/A": FIRST_IPV4})
    assert house.result("up")["engine_runs"] == 0


def test_doctor_examines_the_zone_and_the_plugin(house: Inside) -> None:
    found: dict[str, Any] = json.loads(house.run("doctor", "--json").stdout.strip().splitlines()[-1])
    about = {one["about"]: one["level"] for one in found["findings"]}
    assert about[f"zone {ZONE}"] == "ok"
    assert about["plugin rfc2136"] == "ok"
