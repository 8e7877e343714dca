"""How often a token may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.cloudflare.state import Cloudflare

if TYPE_CHECKING:
    from tests.lab.cloudflare.conftest import Api
    from tests.lab.conftest import Clock


@pytest.fixture
def cloudflare(clock: Clock) -> Cloudflare:
    world = Cloudflare(clock=clock, rate_limit=3)
    world.add_token("lab-token")
    world.add_token("other")
    return world


def test_every_answer_tells_what_is_left(api: Api, clock: Clock) -> None:
    answer = api("GET", "/zones")
    assert answer.headers["Ratelimit"] == '"default";r=2;t=300'
    assert answer.headers["Ratelimit-Policy"] == '"default";q=3;w=300'
    assert "Retry-After" not in answer.headers
    clock.advance(100.5)
    assert api("GET", "/zones/nonsense").status_code == 404
    assert api("GET", "/zones").headers["Ratelimit"] == '"default";r=1;t=200'


def test_one_request_too_many_is_refused_until_the_window_has_passed(api: Api, clock: Clock) -> None:
    for _ in range(3):
        assert api("GET", "/zones").status_code == 200
    clock.advance(10)
    answer = api("GET", "/zones")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "290"
    assert answer.headers["Ratelimit"] == '"default";r=0;t=290'
    assert answer.json()["errors"][0]["code"] == 971
    clock.advance(289)
    assert api("GET", "/zones").status_code == 429
    clock.advance(1)
    assert api("GET", "/zones").status_code == 200


def test_each_token_has_a_count_of_its_own(api: Api) -> None:
    for _ in range(4):
        api("GET", "/zones")
    assert api("GET", "/zones", headers={"Authorization": "Bearer other"}).status_code == 200


def test_the_lab_does_not_count(api: Api) -> None:
    for _ in range(5):
        assert api.lab("GET", "/_lab/cloudflare/requests").status_code == 200
    assert api("GET", "/zones").headers["Ratelimit"] == '"default";r=2;t=300'


def test_the_limit_is_that_of_the_documentation_unless_told_otherwise() -> None:
    limiter = Cloudflare().limiter
    assert (limiter.limit, limiter.window) == (1200, 300)


def test_without_a_limit_nothing_is_counted(api: Api, cloudflare: Cloudflare) -> None:
    cloudflare.limiter.limit = None
    assert "Ratelimit" not in api("GET", "/zones").headers
