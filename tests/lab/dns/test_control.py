from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from starlette.applications import Starlette

from lab.api.serving import listening
from lab.dns.behaviour import DnsBehaviour
from lab.dns.control import dns_route


@pytest.fixture
def behaviour() -> DnsBehaviour:
    return DnsBehaviour(queries=7)


@pytest.fixture
def url(behaviour: DnsBehaviour) -> Iterator[str]:
    with listening(Starlette(routes=[dns_route(behaviour)]), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/_lab/dns"


def test_the_behaviour_is_told(url: str) -> None:
    told = requests.get(url, timeout=60).json()
    assert told == {
        "silent": False,
        "delay": 0.0,
        "lag": 0.0,
        "refused": False,
        "servfail": False,
        "unauthoritative": False,
        "truncated": False,
        "foreign": False,
        "queries": 7,
    }


def test_the_behaviour_is_set_and_the_rest_kept(url: str, behaviour: DnsBehaviour) -> None:
    assert requests.put(url, json={"lag": 5, "silent": True}, timeout=60).json()["lag"] == 5
    assert (behaviour.lag, behaviour.silent, behaviour.delay) == (5, True, 0.0)


@pytest.mark.parametrize(
    "body", [[], {"lag": "5"}, {"lag": True}, {"lag": -1}, {"silent": 1}, {"queries": 0}, {"asked": []}, {"other": 1}]
)
def test_anything_else_is_refused_and_sets_nothing(url: str, behaviour: DnsBehaviour, body: object) -> None:
    response = requests.put(url, json=body, timeout=60)
    assert response.status_code == 400
    assert "give some of silent, delay, lag" in response.json()["error"]
    assert behaviour == DnsBehaviour(queries=7)
