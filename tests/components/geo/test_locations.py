from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.geo.locations import CITIES, CLOUD_REGIONS, WELL_KNOWN, Location, locate, names

POOL_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@pytest.mark.parametrize(
    "place",
    [
        Location("eu", 50.1109, 8.6821),
        Location("us_east", 40.7128, -74.0060),
        Location("us_west", 34.0522, -118.2437),
        Location("asia", 35.6762, 139.6503),
    ],
)
def test_the_four_of_the_other_tool_are_where_it_has_them(place: Location) -> None:
    assert locate(place.name) == place


@pytest.mark.parametrize(
    ("name", "found", "city"),
    [
        ("aws/eu-central-1", "aws-eu-central-1", "frankfurt"),
        ("eu-central-1", "eu-central-1", "frankfurt"),
        ("eu-west-1", "eu-west-1", "dublin"),
        ("alibaba/eu-west-1", "alibaba-eu-west-1", "london"),
        ("westeurope", "westeurope", "amsterdam"),
        ("gcp/us-central1", "gcp-us-central1", "council_bluffs"),
        ("FSN1", "fsn1", "falkenstein"),
        (" GRA11 ", "gra11", "gravelines"),
        ("New York", "new_york", "new_york"),
        ("sao-paulo", "sao-paulo", "sao_paulo"),
    ],
)
def test_regions_and_cities_have_places(name: str, found: str, city: str) -> None:
    assert locate(name) == Location(found, *CITIES[city])


@pytest.mark.parametrize("name", names())
def test_every_name_can_stand_in_a_pools_name_and_is_on_earth(name: str) -> None:
    place = locate(name)
    assert POOL_NAME.fullmatch(place.name)
    assert -90 <= place.latitude <= 90
    assert -180 <= place.longitude <= 180


def test_every_region_but_alibabas_can_be_said_without_its_cloud() -> None:
    for cloud, regions in CLOUD_REGIONS.items():
        if cloud != "alibaba":
            for region, city in regions.items():
                if region in {"us-east", "us-west"}:
                    continue
                place = locate(region)
                assert (place.latitude, place.longitude) == CITIES[city]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("eu-centrl-1", "aws/eu-central-1"),
        ("westeurop", "azure/westeurope"),
        ("frankfort", "frankfurt"),
        ("us_eastt", "us_east"),
        ("aws/eu-west-9", "aws/eu-west-1"),
    ],
)
def test_a_name_with_a_slip_is_refused_with_names_like_it(name: str, advice: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"no place is called {name!r}: names like it are")) as raised:
        locate(name)
    assert advice in str(raised.value)


@pytest.mark.parametrize(("name", "meant"), [("us-east", "us_east"), ("US West", "us_west")])
def test_a_region_that_reads_like_one_of_the_four_is_refused_without_its_cloud(name: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' may be {meant}, or the region of a cloud") as raised:
        locate(name)
    assert f"use {', '.join(WELL_KNOWN)}" in str(raised.value)
    assert locate(f"linode/{meant.replace('_', '-')}").name.startswith("linode-")


def test_another_name_is_refused_with_what_can_be_said() -> None:
    with pytest.raises(ValueError, match="no place is called 'zzzzzzzz': use eu, us_east, us_west, asia"):
        locate("zzzzzzzz")


def test_a_region_at_several_places_needs_its_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLOUD_REGIONS, "other", {"fsn1": "berlin"})
    with pytest.raises(ValueError, match="at different places: say hetzner/fsn1 or other/fsn1"):
        locate("fsn1")


@given(st.text(max_size=40))
def test_no_text_fails_otherwise(text: str) -> None:
    try:
        place = locate(text)
    except ValueError:
        return
    assert place.name


def test_the_four_come_first_among_the_names() -> None:
    assert names()[:4] == tuple(WELL_KNOWN)
