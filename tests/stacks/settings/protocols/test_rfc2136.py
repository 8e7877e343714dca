from __future__ import annotations

from collections.abc import Mapping

import pytest

from components.dns_update.connection import ALGORITHMS
from stacks.model.errors import UserError
from stacks.settings.credentials import credentials, of_provider, own_tokens, plugin_environment
from stacks.settings.stack import Settings, parse

SECRET = "c2VjcmV0LW9mLXRoZS1sYWI="
PLACE: dict[str, object] = {"server": "192.0.2.53", "key": "TrueNorth."}


def settings(place: Mapping[str, object], **others: object) -> Settings:
    return parse(
        {"zone": "house.example", "provider": "rfc2136", "rfc2136": place, "names": ["www"], **others},
        {},
        stack="test",
        where="here",
    )


def test_a_server_has_a_key_and_the_usual_algorithm() -> None:
    (zone,) = settings(PLACE).each_zone()
    assert zone.rfc2136 is not None
    assert zone.rfc2136.place == ("192.0.2.53", "truenorth", "hmac-sha256")


def test_of_several_servers_the_first_is_the_primary() -> None:
    several = settings({"key": "truenorth", "server": ["192.0.2.53", " ns2.example.com:5353 "]})
    found = credentials(several, {"RFC2136_TSIG_SECRET": SECRET})["house.example"]
    assert found.place == ("192.0.2.53", "truenorth", "hmac-sha256")
    assert found.further == ("ns2.example.com:5353",)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_of_the_client_may_be_set(algorithm: str) -> None:
    (zone,) = settings({**PLACE, "algorithm": algorithm}).each_zone()
    assert zone.rfc2136 is not None
    assert zone.rfc2136.algorithm == algorithm


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"server": "http://ns"}, "is no HOST, HOST:PORT"),
        ({"server": ["192.0.2.53", "http://ns"]}, "is no HOST, HOST:PORT"),
        ({"server": []}, "server"),
        ({"server": ["192.0.2.53"] * 9}, "server"),
        ({"key": "a b"}, "is no name of a key"),
        ({"algorithm": "hmac-sha3"}, "hmac-sha256"),
        ({"secret": SECRET}, "secret"),
    ],
)
def test_what_is_no_server_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(UserError, match="rfc2136") as raised:
        settings({**PLACE, **change})
    assert reason in str(raised.value)


def test_zones_of_a_stack_inherit_the_server() -> None:
    both = settings(PLACE, zones=[{"zone": "other.example", "names": ["www"]}]).each_zone()
    assert [zone.rfc2136 == both[0].rfc2136 for zone in both] == [True, True]


def test_the_zones_of_a_server_are_not_found_by_themselves() -> None:
    with pytest.raises(UserError, match="does not list its zones"):
        settings(PLACE, zones=[{"auto": {}}])


def test_an_alias_of_the_zone_itself_is_none_of_the_dns() -> None:
    with pytest.raises(UserError, match="has no ALIAS records"):
        settings(PLACE, records=[{"name": "@", "type": "CNAME", "content": "host.example.org"}])


class TestTheSecret:
    @pytest.mark.parametrize(("token", "variable"), [("", "RFC2136_TSIG_SECRET"), ("OTHER", "OTHER")])
    def test_is_in_the_usual_variable_or_that_of_the_zone(self, token: str, variable: str) -> None:
        found = credentials(settings(PLACE, token=token), {variable: SECRET})
        assert own_tokens(found) == {variable: SECRET}
        assert plugin_environment(found) == {}
        assert of_provider("rfc2136", variable, {variable: SECRET}) == {variable: SECRET}

    @pytest.mark.parametrize(
        ("place", "environment", "reason"),
        [
            (PLACE, {}, "there is no secret for the key truenorth of 192.0.2.53"),
            (PLACE, {"RFC2136_TSIG_SECRET": "hush!"}, "cannot be used: it is not written in Base64"),
            ({}, {"RFC2136_TSIG_SECRET": SECRET}, "has the provider rfc2136, and no server"),
        ],
    )
    def test_that_is_lacking_or_wrong_is_told(
        self, place: Mapping[str, object], environment: dict[str, str], reason: str
    ) -> None:
        with pytest.raises(UserError) as raised:
            credentials(settings(place), environment)
        assert reason in str(raised.value)
        assert "hush!" not in str(raised.value)
