"""The zones of a stack, read at the same time: what is refused of one costs no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from stacks.model.errors import ObservationError, ProviderRefused
from stacks.model.observation import Registry
from stacks.model.values import UnreadZone, ZoneSnapshot
from stacks.observe.world import read_zones
from stacks.settings.credentials import Credentials
from stacks.settings.stack import Settings, parse

TOKEN = "lab-token-0123456789abcdefghijklmnopqrst"
WRONG = "lab-token-wrong-89abcdefghijklmnopqrstuv"
IDS = {"example.com": "0" * 32, "example.net": "1" * 32}
FORMER = "f" * 32


@pytest.fixture
def url() -> Iterator[str]:
    world = Cloudflare(rate_limit=None)
    for name, zone_id in IDS.items():
        world.add_zone(name, "enterprise", zone_id)
    world.add_token(TOKEN)
    with serve(world) as url:
        yield url


def settings(**first: object) -> Settings:
    values = {"zone": "example.com", "names": ["www"], **first, "zones": [{"zone": "example.net", "names": ["www"]}]}
    return parse(values, {}, stack="home", where="Pulumi.home.yaml")


def credentials(url: str, **tokens: str) -> dict[str, Credentials]:
    return {zone: Credentials(token=tokens.get(zone.replace(".", "_"), TOKEN), base_url=url) for zone in IDS}


def test_a_zone_whose_token_is_refused_is_unread_and_the_others_are_read(url: str) -> None:
    first, second = read_zones(settings(), credentials(url, example_com=WRONG), Registry())
    assert isinstance(first, UnreadZone)
    assert "Cloudflare refuses the credentials" in first.reason
    assert isinstance(second, ZoneSnapshot)


def test_a_zone_whose_id_is_wrong_is_unread_and_the_others_are_read(url: str) -> None:
    first, second = read_zones(settings(zone_id=FORMER), credentials(url), Registry())
    assert isinstance(first, UnreadZone)
    assert isinstance(second, ZoneSnapshot)


def test_where_all_are_refused_each_refusal_is_told(url: str) -> None:
    with pytest.raises(ProviderRefused) as raised:
        read_zones(settings(), credentials(url, example_com=WRONG, example_net=WRONG), Registry())
    assert len(raised.value.problems) == len(IDS)


def test_where_one_may_come_back_by_itself_the_refusals_of_others_end_nothing(url: str) -> None:
    given = credentials(url, example_com=WRONG)
    given["example.net"] = Credentials(token=TOKEN, base_url="http://127.0.0.1:9/client/v4")
    with pytest.raises(ObservationError):
        read_zones(settings(), given, Registry())


def test_an_id_in_state_that_is_gone_is_found_again_by_the_name(url: str) -> None:
    first, _ = read_zones(settings(), credentials(url), Registry(zone_ids=(("example.com", FORMER),)))
    assert isinstance(first, ZoneSnapshot)
    assert first.zone_id == IDS["example.com"]
