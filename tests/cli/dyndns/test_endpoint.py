from __future__ import annotations

import asyncio
import base64
import stat
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import Response

from cli.dyndns.endpoint import MOST_UPDATES, MOST_WRONG, SPAN, Dyndns, dyndns_application
from cli.dyndns.pushers import merged, pushers
from cli.web.server import serving
from stacks.model.errors import UserError
from stacks.model.values import Address
from stacks.observe.wan.sources.pushed import PUSHES, addresses
from stacks.settings.stack import Settings, parse
from tests.profiles import examples

PASSWORDS = {"COTTAGE": "open sesame", "FLAT": "s3cret"}
PEER = "198.51.100.7"


def read(folder: Path, **changes: object) -> Settings:
    wan = {
        "pushed": str(folder),
        "accept": ["203.0.113.0/24", "2001:db8::/32"],
        "links": {"cottage": {"sources": ["pushed:cottage"]}, "flat": {"sources": ["pushed:flat"]}},
    }
    names = [
        {"name": "cottage", "links": ["cottage"]},
        {"name": "both", "links": ["cottage", "flat"]},
        {"name": "flat", "links": ["flat"]},
        "www",
    ]
    users = {"cottage": "COTTAGE", "flat": "FLAT"}
    values = {"zone": "example.com", "names": names, "wan": wan, "watch": {"dyndns": {"users": users}}}
    return parse(values | changes, {}, stack="home", where="test")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Endpoint:
    """The endpoint of these settings, and what it has noted."""

    def __init__(self, folder: Path) -> None:
        self.notes: list[str] = []
        self.clock = Clock()
        self.folder = folder
        self.dyndns = Dyndns(pushers(read(folder), PASSWORDS), self.notes.append, self.clock)

    def says(self, hostname: str = "cottage.example.com", *, signed: str = "cottage:open sesame", **given: str) -> str:
        return text(self.asked({"hostname": hostname, **given}, signed))

    def asked(self, given: Mapping[str, str], signed: str = "cottage:open sesame", peer: str = PEER) -> Response:
        return self.dyndns.answer(peer, f"Basic {base64.b64encode(signed.encode()).decode()}", given)


def text(answer: Response) -> str:
    return bytes(answer.body).decode().rstrip("\n")


@pytest.fixture
def endpoint(tmp_path: Path) -> Endpoint:
    return Endpoint(tmp_path / "pushed")


class Others:
    """The addresses that replicas share, in memory."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[Address, ...]] = {}
        self.fault: OSError | None = None

    def update(self, user: str, told: tuple[Address, ...]) -> tuple[tuple[Address, ...], bool]:
        if self.fault:
            raise self.fault
        self.told[user], is_new = merged(self.told.get(user, ()), told)
        return self.told[user], is_new


class TestReplicas:
    @pytest.fixture
    def others(self) -> Others:
        return Others()

    @pytest.fixture
    def shared(self, tmp_path: Path, others: Others) -> Endpoint:
        """An endpoint whose users tell other replicas, too."""
        endpoint = Endpoint(tmp_path / "pushed")
        endpoint.dyndns.renew(pushers(read(endpoint.folder), PASSWORDS, others))
        return endpoint

    def test_have_what_is_told_to_one_of_them(self, shared: Endpoint, others: Others) -> None:
        assert shared.says(myip="203.0.113.9,2001:db8::9") == "good 203.0.113.9,2001:db8::9"
        assert others.told == {"cottage": (ip_address("203.0.113.9"), ip_address("2001:db8::9"))}

    def test_are_asked_first_whether_it_is_new(self, shared: Endpoint, others: Others) -> None:
        others.told["cottage"] = (ip_address("203.0.113.9"), ip_address("2001:db8::9"))
        assert shared.says(myip="203.0.113.9") == "nochg 203.0.113.9"
        assert set(addresses(str(shared.folder), "cottage")) == set(others.told["cottage"]), "the other family, too"

    def test_that_cannot_be_told_leave_it_to_the_router_to_try_again(self, shared: Endpoint, others: Others) -> None:
        others.fault = OSError(5, "the ConfigMap is away")
        assert shared.says(myip="203.0.113.9") == "911"
        assert shared.notes == ["the address of cottage cannot be written down: the ConfigMap is away"]
        assert not shared.folder.exists()

    def test_write_down_what_another_was_told_and_say_so_to_who_listens(self, shared: Endpoint) -> None:
        heard: list[str] = []
        with PUSHES.listening(heard.append):
            for _ in range(2):
                shared.dyndns.take({"cottage": [ip_address("203.0.113.8")], "nobody": [ip_address("203.0.113.1")]})
        assert addresses(str(shared.folder), "cottage") == (ip_address("203.0.113.8"),)
        assert (heard, [one.name for one in shared.folder.iterdir()]) == (["cottage"], ["cottage.addresses"])

    def test_refuse_of_each_other_what_they_refuse_of_a_router(self, shared: Endpoint) -> None:
        shared.dyndns.take({"cottage": [ip_address("192.168.1.2")]})
        assert not shared.folder.exists()
        assert shared.notes[0].startswith("what cottage has told another replica is not used: ")

    def test_remember_it_for_users_of_settings_to_come(self, shared: Endpoint, others: Others) -> None:
        whole = pushers(read(shared.folder), PASSWORDS, others)
        shared.dyndns.renew({})
        shared.dyndns.take({"cottage": [ip_address("203.0.113.8")]})
        shared.dyndns.renew(whole)
        assert addresses(str(shared.folder), "cottage") == (ip_address("203.0.113.8"),)


class TestAnUpdate:
    def test_is_written_down_for_its_user_alone_and_told_to_who_listens(self, endpoint: Endpoint) -> None:
        heard: list[str] = []
        with PUSHES.listening(heard.append):
            assert endpoint.says(myip="203.0.113.9") == "good 203.0.113.9"
            assert endpoint.says(myip="203.0.113.9") == "nochg 203.0.113.9"
        assert heard == ["cottage"]
        assert list(map(str, addresses(str(endpoint.folder), "cottage"))) == ["203.0.113.9"]
        (file,) = endpoint.folder.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert endpoint.notes == ["cottage is at 203.0.113.9, as it has told"]

    def test_is_known_after_a_restart(self, endpoint: Endpoint) -> None:
        endpoint.says(myip="203.0.113.9")
        assert Endpoint(endpoint.folder).says(myip="203.0.113.9") == "nochg 203.0.113.9"

    def test_of_one_family_leaves_the_other(self, endpoint: Endpoint) -> None:
        assert endpoint.says(myip="203.0.113.9,2001:db8::9") == "good 203.0.113.9,2001:db8::9"
        assert endpoint.says(myip="203.0.113.10") == "good 203.0.113.10"
        found = set(map(str, addresses(str(endpoint.folder), "cottage")))
        assert found == {"203.0.113.10", "2001:db8::9"}

    def test_may_have_the_ipv6_address_in_a_parameter_of_its_own_and_empty_parts(self, endpoint: Endpoint) -> None:
        assert endpoint.says(myip="203.0.113.9,", myipv6="2001:db8::9") == "good 203.0.113.9,2001:db8::9"

    def test_without_an_address_is_of_where_it_comes_from(self, endpoint: Endpoint) -> None:
        answer = endpoint.asked({"hostname": "cottage.example.com"}, peer="203.0.113.77")
        assert text(answer) == "good 203.0.113.77"

    def test_of_several_names_has_a_line_for_each(self, endpoint: Endpoint) -> None:
        hosts = "cottage.example.com,BOTH.example.com.,flat.example.com,www.example.com,cottage"
        lines = endpoint.says(hosts, myip="203.0.113.9").splitlines()
        assert lines == ["good 203.0.113.9", "good 203.0.113.9", "nohost", "nohost", "notfqdn"]

    @pytest.mark.parametrize(
        ("hostname", "answer"),
        [("", "notfqdn"), (",", "notfqdn"), ("other.example.org", "nohost"), ("a,b", "notfqdn\nnotfqdn")],
    )
    def test_of_no_name_of_the_settings_writes_nothing(self, endpoint: Endpoint, hostname: str, answer: str) -> None:
        assert endpoint.says(hostname, myip="203.0.113.9") == answer
        assert not endpoint.folder.exists()

    def test_of_too_many_names_is_refused(self, endpoint: Endpoint) -> None:
        assert endpoint.says(",".join(["cottage.example.com"] * 21), myip="203.0.113.9") == "numhost"

    @pytest.mark.parametrize(
        ("address", "why"),
        [
            ("192.168.1.5", "192.168.1.5 is not a public address"),
            ("100.64.0.9", "carrier NAT"),
            ("127.0.0.1", "is not a public address"),
            ("fe80::1", "is not a public address"),
            ("104.16.0.1", "belongs to Cloudflare"),
            ("203.0.113.9,203.0.113.10", "are of one family"),
            ("somewhere", "'somewhere' is no address"),
        ],
    )
    def test_with_an_address_that_cannot_be_published_is_refused_and_told(
        self, endpoint: Endpoint, address: str, why: str
    ) -> None:
        endpoint.says(myip="203.0.113.9")
        assert endpoint.says(myip=address) == "dnserr"
        assert why in endpoint.notes[-1]
        assert list(map(str, addresses(str(endpoint.folder), "cottage"))) == ["203.0.113.9"]

    def test_that_cannot_be_written_down_is_911(self, endpoint: Endpoint) -> None:
        endpoint.folder.write_text("a file stands where the folder should")
        assert endpoint.says(myip="203.0.113.9") == "911"
        assert "cannot be written down" in endpoint.notes[-1]


class TestWhoMayTell:
    @pytest.mark.parametrize("signed", ["cottage:wrong", "cottage", "nobody:open sesame", ":", "flat:open sesame"])
    def test_is_nobody_with_another_user_or_password(self, endpoint: Endpoint, signed: str) -> None:
        answer = endpoint.asked({"hostname": "cottage.example.com", "myip": "203.0.113.9"}, signed)
        assert (answer.status_code, text(answer)) == (401, "badauth")
        assert not endpoint.folder.exists()

    def test_are_none_of_a_peer_that_has_guessed_too_often_until_it_has_waited(self, endpoint: Endpoint) -> None:
        for _ in range(MOST_WRONG):
            assert endpoint.says(signed="cottage:guess") == "badauth"
        assert endpoint.says(myip="203.0.113.9") == "abuse"
        other = endpoint.asked({"hostname": "cottage.example.com", "myip": "203.0.113.9"}, peer="198.51.100.8")
        assert text(other) == "good 203.0.113.9"
        endpoint.clock.now += SPAN
        assert endpoint.says(myip="203.0.113.9") == "nochg 203.0.113.9"

    def test_may_tell_so_often_and_no_more(self, endpoint: Endpoint) -> None:
        answers = [endpoint.says(myip=f"203.0.113.{number}") for number in range(1, MOST_UPDATES + 2)]
        assert answers[-2:] == [f"good 203.0.113.{MOST_UPDATES}", "abuse"]
        assert endpoint.says("flat.example.com", signed="flat:s3cret", myip="203.0.113.1") == "good 203.0.113.1"

    def test_is_of_the_settings_that_were_read_last(self, endpoint: Endpoint) -> None:
        endpoint.dyndns.renew(pushers(read(endpoint.folder), PASSWORDS | {"COTTAGE": "another"}))
        assert endpoint.says(myip="203.0.113.9") == "badauth"
        assert endpoint.says(signed="cottage:another", myip="203.0.113.9") == "good 203.0.113.9"

    def test_is_nobody_without_a_password(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match=r"there is no password for the router flat"):
            pushers(read(tmp_path), {"COTTAGE": "x"})


@given(hostname=st.text(max_size=40), myip=st.text(max_size=40), signed=st.booleans())
@settings(max_examples=examples(300), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_told_has_an_answer_of_the_protocol(
    endpoint: Endpoint,
    hostname: str,
    myip: str,
    signed: bool,  # noqa: FBT001 - drawn
) -> None:
    endpoint.clock.now += SPAN
    said = endpoint.says(hostname, myip=myip, signed="cottage:open sesame" if signed else "x:y")
    known = {"good", "nochg", "nohost", "notfqdn", "numhost", "dnserr", "badauth"}
    assert {line.partition(" ")[0] for line in said.splitlines()} <= known


def test_the_server_has_the_two_paths_of_the_protocol_and_nothing_else(endpoint: Endpoint) -> None:
    async def run() -> None:
        async with serving("127.0.0.1:0", dyndns_application(endpoint.dyndns)) as port:
            await asyncio.to_thread(look, f"http://127.0.0.1:{port}")

    def look(url: str) -> None:
        query = "hostname=cottage.example.com&myip=203.0.113.9"
        signed = ("cottage", "open sesame")
        assert requests.get(f"{url}/nic/update?{query}", auth=signed, timeout=60).text == "good 203.0.113.9\n"
        assert requests.post(f"{url}/v3/update?{query}", auth=signed, timeout=60).text == "nochg 203.0.113.9\n"
        refused = requests.get(f"{url}/nic/update?{query}", timeout=60)
        assert (refused.status_code, refused.headers["www-authenticate"][:5]) == (401, "Basic")
        assert requests.get(f"{url}/", timeout=60).status_code == 404
        assert requests.put(f"{url}/nic/update?{query}", auth=signed, timeout=60).status_code == 405

    asyncio.run(run())
