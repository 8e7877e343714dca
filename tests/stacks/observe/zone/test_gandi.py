"""The zone's listing at Gandi, against the lab's API."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from lab.api.faults import Effect, Fault
from lab.cloudflare.limits import RateLimiter
from lab.gandi.server import serve
from lab.gandi.state import Gandi
from stacks.model.errors import ObservationError, UserError
from stacks.observe.zone.gandi import snapshot
from stacks.settings.credentials import Credentials

ZONE = "example.net"
TOKEN, KEY, NARROW = "lab-token", "lab-key", "lab-token-for-another-zone"


@pytest.fixture
def gandi() -> Gandi:
    world = Gandi(rate_limit=None)
    world.add_zone(ZONE)
    world.add_zone("example.org")
    world.add_token(TOKEN)
    world.add_token(KEY, "api-key")
    world.add_token(NARROW, zones=["example.org"])
    return world


@pytest.fixture
def credentials(gandi: Gandi) -> Iterator[Credentials]:
    with serve(gandi) as url:
        yield Credentials(token=TOKEN, base_url=url)


def put(gandi: Gandi, name: str, record_type: str, *values: str, ttl: int = 300) -> None:
    body = {"rrset_name": name, "rrset_type": record_type, "rrset_values": list(values), "rrset_ttl": ttl}
    gandi.put_record(ZONE, body)


def contents(credentials: Credentials) -> dict[tuple[str, str], str]:
    return {(one.record.name, one.record.type): one.record.content for one in snapshot(credentials, ZONE, "").records}


def test_a_zone_is_one_call_and_its_id_is_its_name(gandi: Gandi, credentials: Credentials) -> None:
    put(gandi, "www", "A", "203.0.113.7", ttl=600)
    found = snapshot(credentials, ZONE, "")
    assert (found.zone, found.zone_id) == (ZONE, ZONE)
    (only,) = found.records
    assert only.id == "example.net/www/A"
    assert (only.record.name, only.record.ttl, only.record.proxied, only.record.comment) == (
        "www.example.net",
        600,
        False,
        "",
    )
    assert len(gandi.requests) == 1


def test_a_large_zone_is_read_to_its_last_page(gandi: Gandi, credentials: Credentials) -> None:
    for number in range(501):
        put(gandi, f"n{number}", "A", "203.0.113.7")
    assert len(snapshot(credentials, ZONE, "").records) == 501
    assert len(gandi.requests) == 2


def test_a_zone_that_fills_its_last_page_is_read_once(gandi: Gandi, credentials: Credentials) -> None:
    for number in range(500):
        put(gandi, f"n{number}", "A", "203.0.113.7")
    assert len({one.id for one in snapshot(credentials, ZONE, "").records}) == 500


def test_an_api_key_opens_it_too(gandi: Gandi, credentials: Credentials) -> None:
    put(gandi, "www", "A", "203.0.113.7")
    assert len(snapshot(replace(credentials, token="", key=KEY), ZONE, "").records) == 1


class TestContents:
    def test_all_values_of_a_set_are_one_content_in_whatever_order(
        self, gandi: Gandi, credentials: Credentials
    ) -> None:
        put(gandi, "www", "A", "203.0.113.9", "203.0.113.7")
        assert contents(credentials) == {("www.example.net", "A"): "203.0.113.7\n203.0.113.9"}

    def test_names_of_records_are_given_in_full(self, gandi: Gandi, credentials: Credentials) -> None:
        for name in ("@", "*", "a.b"):
            put(gandi, name, "A", "203.0.113.7")
        assert {name for name, _ in contents(credentials)} == {"example.net", "*.example.net", "a.b.example.net"}

    @pytest.mark.parametrize(
        ("record_type", "stored", "content"),
        [
            ("CNAME", "host", "host.example.net"),
            ("CNAME", "Host.Example.ORG.", "host.example.org"),
            ("MX", "10 mail", "10 mail.example.net"),
            ("MX", "10 @", "10 example.net"),
            ("MX", "0 .", "0 ."),
            ("SRV", "1 2 443 sip.example.org.", "1 2 443 sip.example.org"),
            ("AAAA", "2001:DB8:0::7", "2001:db8::7"),
            ("TXT", "v=spf1 -all", '"v=spf1 -all"'),
            ("CAA", '0 issue "letsencrypt.org"', '0 issue "letsencrypt.org"'),
        ],
    )
    def test_are_canonical_with_host_names_in_full(
        self, gandi: Gandi, credentials: Credentials, record_type: str, stored: str, content: str
    ) -> None:
        put(gandi, "x", record_type, stored)
        assert contents(credentials) == {("x.example.net", record_type): content}

    @pytest.mark.parametrize("spelled", ["Host.example.org.", "host.example.org."])
    def test_of_an_alias_are_those_of_a_cname(self, gandi: Gandi, credentials: Credentials, spelled: str) -> None:
        put(gandi, "@", "ALIAS", spelled)
        assert contents(credentials) == {("example.net", "ALIAS"): "host.example.org"}


class TestARefusal:
    """It is for the user to mend, and nothing is retried."""

    @pytest.mark.parametrize("token", ["", "wrong", NARROW])
    def test_of_the_token_says_what_it_needs(self, gandi: Gandi, credentials: Credentials, token: str) -> None:
        given = replace(credentials, token=token, environment={"GANDI_PERSONAL_ACCESS_TOKEN": token})
        with pytest.raises(UserError, match="Gandi refuses the credentials") as raised:
            snapshot(given, ZONE, "")
        assert "GANDI_PERSONAL_ACCESS_TOKEN" in str(raised.value)
        assert len(gandi.requests) == 1

    def test_of_a_zone_that_is_not_there_says_which(self, credentials: Credentials) -> None:
        with pytest.raises(UserError, match=r"there is no zone example\.com"):
            snapshot(credentials, "example.com", "")


class TestAnApiInTrouble:
    """The zone is unknown, which is not empty."""

    @pytest.mark.parametrize(
        ("fault", "reason"),
        [
            (Fault(Effect.SERVER_ERROR, status=503), "Gandi answered 503 about the zone example.net"),
            (Fault(Effect.SERVER_ERROR, status=500), "Internal server error"),
            (Fault(Effect.THROTTLE, seconds=7), "rate limit is used up"),
            (Fault(Effect.DROP), "could not be asked"),
        ],
    )
    def test_is_no_empty_zone(self, gandi: Gandi, credentials: Credentials, fault: Fault, reason: str) -> None:
        gandi.faults.add(fault)
        with pytest.raises(ObservationError, match=reason):
            snapshot(credentials, ZONE, "")

    def test_on_a_later_page_is_no_half_zone(self, gandi: Gandi, credentials: Credentials) -> None:
        for number in range(501):
            put(gandi, f"n{number}", "A", "203.0.113.7")
        gandi.limiter = RateLimiter(gandi.clock, 1, 60)
        with pytest.raises(ObservationError, match="rate limit"):
            snapshot(credentials, ZONE, "")
        assert [one.status for one in gandi.requests] == [200, 429]

    def test_that_passes_within_seconds_is_waited_out(self, gandi: Gandi, credentials: Credentials) -> None:
        gandi.faults.add(Fault(Effect.THROTTLE, seconds=1, times=1))
        assert snapshot(credentials, ZONE, "").records == ()
        assert [one.status for one in gandi.requests][:1] == [429]

    def test_that_cannot_be_reached_is_named(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
            place = f"http://127.0.0.1:{taken.getsockname()[1]}"
            with pytest.raises(ObservationError, match="could not be asked"):
                snapshot(Credentials(token=TOKEN, base_url=place), ZONE, "")

    def test_is_waited_out_where_it_passes(self, gandi: Gandi, credentials: Credentials) -> None:
        gandi.faults.add(Fault(Effect.SERVER_ERROR, status=502, times=1))
        assert snapshot(credentials, ZONE, "").records == ()
