from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from components.geo import canonical
from components.geo.values import LoadBalancer, Monitor, Origin, Pool, SessionAffinity

BALANCER = LoadBalancer("app.example.com", ("1",), "1")


def test_origins_are_sorted_by_name_and_weights_are_hundredths() -> None:
    origins = (Origin("b", "192.0.2.2", 1 / 3), Origin("a", "192.0.2.1"))
    assert canonical.pool(Pool("p", origins)).origins == (
        Origin("a", "192.0.2.1"),
        Origin("b", "192.0.2.2", 0.33),
    )


def test_a_check_that_is_not_of_the_web_has_nothing_of_it() -> None:
    web = Monitor("tcp", port=25, path="/x", expected_codes="200", header=(("Host", ("a",)),), allow_insecure=True)
    assert canonical.monitor(web) == canonical.monitor(Monitor("tcp", port=25))
    assert canonical.monitor(replace(web, type="https")).path == "/x"


def test_headers_of_a_check_are_in_any_order() -> None:
    one, other = ("A", ("1",)), ("B", ("2",))
    assert canonical.monitor(Monitor(header=(other, one))) == canonical.monitor(Monitor(header=(one, other)))


def test_what_a_load_balancer_does_not_use_is_as_if_it_were_not_set() -> None:
    same = [
        replace(BALANCER, ttl=60),
        replace(BALANCER, session_affinity_ttl=3600, session_affinity_headers=("X-User",)),
        replace(BALANCER, region_pools=(("WEU", ()),), country_pools=(("DE", ()),)),
    ]
    assert {canonical.balancer(one) for one in same} == {BALANCER}
    assert canonical.balancer(replace(BALANCER, proxied=False, ttl=60)).ttl == 60


def test_tables_are_in_any_order_but_pools_in_them_are_not() -> None:
    one = replace(BALANCER, region_pools=(("WEU", ("1", "2")), ("EEU", ("2",))))
    other = replace(BALANCER, region_pools=(("EEU", ("2",)), ("WEU", ("1", "2"))))
    swapped = replace(BALANCER, region_pools=(("EEU", ("2",)), ("WEU", ("2", "1"))))
    assert canonical.balancer(one) == canonical.balancer(other) != canonical.balancer(swapped)


@given(st.floats(0, 1))
def test_a_canonical_value_stays_as_it_is(weight: float) -> None:
    value = replace(BALANCER, pool_weights=(("2", weight), ("1", 1 - weight)))
    once = canonical.balancer(value)
    assert canonical.balancer(once) == once


def test_a_session_lasts_as_long_as_the_api_says_where_nothing_is_said() -> None:
    sessions: tuple[tuple[SessionAffinity, int], ...] = (("cookie", 82_800), ("ip_cookie", 82_800), ("header", 1800))
    for kind, seconds in sessions:
        said = replace(BALANCER, session_affinity=kind, session_affinity_ttl=seconds)
        assert canonical.balancer(replace(said, session_affinity_ttl=0)) == canonical.balancer(said) == said
