from __future__ import annotations

import pytest

from stacks.model.claims import Claim, Detected
from stacks.model.values import Known
from tests.stacks.plan.desired.test_reachable import NAME, WEB, claims, planned, published
from tests.stacks.plan.worlds import make_settings

MIXED = claims("203.0.113.7", "198.51.100.7", "2001:db8::7")


@pytest.mark.parametrize(
    ("cluster", "left"),
    [
        ({}, {"A": ("198.51.100.7", "203.0.113.7"), "AAAA": ("2001:db8::7",)}),
        ({"target_networks": ["203.0.113.0/24"]}, {"A": ("203.0.113.7",)}),
        ({"target_networks": ["203.0.113.0/24", "2001:db8::/32"]}, {"A": ("203.0.113.7",), "AAAA": ("2001:db8::7",)}),
        ({"excluded_target_networks": ["203.0.113.0/24"]}, {"A": ("198.51.100.7",), "AAAA": ("2001:db8::7",)}),
        ({"excluded_target_networks": ["::/0"]}, {"A": ("198.51.100.7", "203.0.113.7")}),
        (
            {"target_networks": ["0.0.0.0/0"], "excluded_target_networks": ["203.0.113.7/32"]},
            {"A": ("198.51.100.7",)},
        ),
    ],
)
def test_a_name_keeps_the_targets_that_count(cluster: dict[str, object], left: dict[str, tuple[str, ...]]) -> None:
    assert published(MIXED, make_settings(cluster=cluster)) == left


def test_what_does_not_count_is_told_as_a_note() -> None:
    chosen = make_settings(cluster={"excluded_target_networks": ["198.51.100.0/24"]})
    _, staying, (told,) = planned(MIXED, chosen)
    assert staying == []
    assert told.is_note
    assert told.text == (
        "HTTPRoute shop/web in home: 198.51.100.7 is in one of cluster.excluded_target_networks, and is left out"
    )


def test_a_name_without_any_that_counts_keeps_what_it_has_and_waits() -> None:
    wanted, (stays,), (told,) = planned(MIXED, make_settings(cluster={"target_networks": ["192.0.2.0/24"]}))
    assert wanted == []
    assert (stays.name, stays.reason) == (NAME, told.text)
    assert told.is_waiting
    assert told.text == (
        "HTTPRoute shop/web in home: 198.51.100.7 is in none of cluster.target_networks; 203.0.113.7 is in none of "
        "cluster.target_networks; 2001:db8::7 is in none of cluster.target_networks, and are left out"
        ". What it has stays, and nothing new is made"
    )


@pytest.mark.parametrize(
    ("cluster", "left"),
    [
        ({"target_networks": ["0.0.0.0/0", "::/0"]}, {}),
        ({"excluded_target_networks": ["0.0.0.0/0", "::/0"]}, {"CNAME": ("lb.example.net",)}),
    ],
)
def test_a_host_name_is_in_no_network(cluster: dict[str, object], left: dict[str, tuple[str, ...]]) -> None:
    assert published(claims("lb.example.net"), make_settings(cluster=cluster)) == left


def test_other_types_and_detected_addresses_are_no_choice_of_the_filter() -> None:
    chosen = make_settings(cluster={"target_networks": ["192.0.2.0/24"]})
    mail = [Claim(NAME, "MX", Known(("10 mail.example.net.",)), WEB, "")]
    assert published(mail, chosen) == {"MX": ("10 mail.example.net.",)}
    _, (stays,), told = planned([Claim(NAME, None, Detected(), WEB, "")], chosen)
    assert (stays.reason, told) == ("the addresses of its links have not been detected yet", [])


def test_a_private_network_that_is_spelled_lets_its_addresses_in() -> None:
    inside = claims("10.1.2.3", "192.168.1.1")
    assert published(inside, make_settings(cluster={"target_networks": ["10.0.0.0/8"]})) == {"A": ("10.1.2.3",)}
    assert published(inside, make_settings(cluster={"target_networks": ["0.0.0.0/0"]})) == {}


def test_the_rule_about_targets_refuses_what_is_left_and_never_what_does_not_count() -> None:
    rule = {"targets": {"networks": ["203.0.113.0/24"]}}
    assert published(MIXED, make_settings(cluster=rule)) == {}
    both = make_settings(cluster=rule | {"target_networks": ["203.0.113.0/24"]})
    assert published(MIXED, both) == {"A": ("203.0.113.7",)}
    wanted, _, told = planned(MIXED, make_settings(cluster=rule | {"target_networks": ["198.51.100.0/24"]}))
    assert wanted == []
    assert any("cluster.targets does not allow the target 198.51.100.7" in one.text for one in told)


def test_the_choice_of_one_cluster_is_none_of_another() -> None:
    clusters = [{"name": "home", "context": "a"}, {"name": "away", "context": "b", "target_networks": ["192.0.2.0/24"]}]
    assert published(MIXED, make_settings(clusters=clusters)) == {
        "A": ("198.51.100.7", "203.0.113.7"),
        "AAAA": ("2001:db8::7",),
    }
