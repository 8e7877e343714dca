"""The settings of address lists, and what is told of those that cannot be."""

from __future__ import annotations

import pytest

from stacks.model.values import WAN
from tests.stacks.settings.reading import read, refused

ACCOUNT = "0123456789abcdef0123456789abcdef"
HOME = {"name": "home", "account_id": ACCOUNT}


def test_a_list_needs_a_name_and_an_account_alone() -> None:
    (one,) = read(address_lists=[HOME]).address_lists
    assert (one.families, one.each_link, one.length(4), one.length(6)) == ((), (WAN,), 32, 64)
    assert one.item_comment("me") == "truenorth/me"
    assert read(address_lists=[HOME | {"comment": ""}]).address_lists[0].item_comment("me") == ""


def test_its_addresses_are_detected_whether_or_not_a_name_asks_for_them() -> None:
    wan = {"links": {"fibre": {"mode": "stun"}}}
    assert read(address_lists=[HOME]).asked_links() == (WAN,)
    assert read(wan=wan, address_lists=[HOME | {"links": ["fibre"]}]).asked_links() == ("fibre",)


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ([{"name": "home"}], "address_lists[0].account_id"),
        ([{"account_id": ACCOUNT}], "address_lists[0].name"),
        ([HOME | {"account_id": "me"}], "address_lists[0].account_id"),
        ([HOME | {"account_id": ACCOUNT.upper()}], "address_lists[0].account_id"),
        ([HOME | {"name": "Home"}], "address_lists[0].name"),
        ([HOME | {"name": "my-home"}], "address_lists[0].name"),
        ([HOME | {"name": "h" * 51}], "address_lists[0].name"),
        ([HOME | {"name": "home\n"}], "address_lists[0].name"),
        ([HOME, HOME], "the list home stands twice"),
        ([HOME | {"links": ["fibre"]}], "there is no link 'fibre'"),
        ([HOME | {"families": ["ipv6"]}], "no address of the family ipv6 is detected"),
        ([HOME | {"families": ["ipv4", "ipv4"]}], "an address family stands twice"),
        ([HOME | {"prefix4": 33}], "prefix4"),
        ([HOME | {"prefix6": 65}], "prefix6"),
        ([HOME | {"comment": "c" * 501}], "comment"),
        ([HOME | {"kind": "ip"}], "there is no setting"),
        ([HOME | {"name": f"n{number}"} for number in range(51)], "address_lists"),
        (HOME, "address_lists"),
    ],
)
def test_settings_that_cannot_be_are_told(lists: object, said: str) -> None:
    assert said in refused(address_lists=lists)


def test_a_stack_without_a_zone_at_cloudflare_has_no_credentials_for_lists() -> None:
    assert "no zone is at Cloudflare" in refused(provider="gandi", address_lists=[HOME])
    assert read(zone="", zones="auto", address_lists=[HOME]).address_lists
