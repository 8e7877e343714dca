"""What each provider lets stand beside an alias."""

from __future__ import annotations

import pytest

from components.records.aliases import Neighbour, clash
from components.records.providers import PROVIDERS

CLOUDFLARE, GANDI = PROVIDERS["cloudflare"], PROVIDERS["gandi"]
OTHERS = ("TXT", "MX", "SRV", "CAA", "HTTPS")


@pytest.mark.parametrize("other", ["A", "AAAA", "CNAME"])
@pytest.mark.parametrize("at_apex", [True, False])
@pytest.mark.parametrize("proxied", [True, False])
def test_no_alias_stands_beside_an_address_or_another(other: str, at_apex: bool, proxied: bool) -> None:  # noqa: FBT001 - a case
    for provider in (CLOUDFLARE, GANDI):
        mine, its = Neighbour("CNAME", proxied), Neighbour(other)
        assert clash(provider, mine, its, at_apex=at_apex)
        assert clash(provider, its, mine, at_apex=at_apex)


@pytest.mark.parametrize("other", OTHERS)
def test_one_that_is_answered_with_addresses_stands_beside_everything_else(other: str) -> None:
    its = Neighbour(other)
    assert not clash(CLOUDFLARE, Neighbour("CNAME"), its, at_apex=True)
    assert not clash(CLOUDFLARE, its, Neighbour("CNAME", proxied=True), at_apex=False)
    assert not clash(GANDI, Neighbour("ALIAS"), its, at_apex=True)


@pytest.mark.parametrize("other", OTHERS)
def test_a_true_cname_stands_alone(other: str) -> None:
    for provider in (CLOUDFLARE, GANDI):
        assert clash(provider, Neighbour("CNAME"), Neighbour(other), at_apex=False)
    assert clash(GANDI, Neighbour("CNAME"), Neighbour(other), at_apex=True)


def test_name_servers_of_another_zone_and_an_alias_exclude_each_other_and_those_of_the_zone_do_not() -> None:
    for proxied in (True, False):
        mine = Neighbour("CNAME", proxied)
        assert clash(CLOUDFLARE, mine, Neighbour("NS"), at_apex=False)
        assert not clash(CLOUDFLARE, mine, Neighbour("NS"), at_apex=True)


def test_what_is_no_alias_is_in_nobodys_way() -> None:
    assert not clash(GANDI, Neighbour("A"), Neighbour("MX"), at_apex=False)
    assert clash(GANDI, Neighbour("A"), Neighbour("A"), at_apex=False)
