from __future__ import annotations

from ipaddress import ip_address

import pytest

from cli.setup import asking
from cli.setup.choosing import Asked, publishes_ipv6
from stacks.model.values import Family, Known, Unknown
from stacks.observe.wan.detect import Detection

FOUR = Known((ip_address("203.0.113.7"),))
BOTH = Detection((), {Family.IPV4: FOUR, Family.IPV6: Known((ip_address("2001:db8::7"),))})
ALONE = Detection((), {Family.IPV4: FOUR, Family.IPV6: Unknown("no source gave an ipv6 address")})


def told(*, ipv6: bool | None = None, sources: str = "") -> Asked:
    return Asked("example.com", ("www",), "", sources, "", "", ipv6)


class TestANewStack:
    def test_has_both_families_where_the_machine_has_both(self) -> None:
        assert publishes_ipv6(BOTH, told(), {}, may_ask=False)
        assert not publishes_ipv6(ALONE, told(), {}, may_ask=False)

    @pytest.mark.parametrize("ipv6", [True, False])
    @pytest.mark.parametrize("found", [BOTH, ALONE], ids=["both", "ipv4 alone"])
    def test_has_what_it_is_told(self, found: Detection, *, ipv6: bool) -> None:
        assert publishes_ipv6(found, told(ipv6=ipv6), {}, may_ask=False) is ipv6

    def test_of_a_clusters_objects_has_ipv4_alone_unless_told(self) -> None:
        assert not publishes_ipv6(BOTH, told(sources="gateway-httproute"), {}, may_ask=False)

    def test_whose_detection_the_environment_says_gets_no_settings_of_it(self) -> None:
        assert not publishes_ipv6(BOTH, told(), {"TRUENORTH_WAN": "{}"}, may_ask=False)

    @pytest.mark.parametrize("answer", [True, False])
    def test_has_what_the_person_answers(self, monkeypatch: pytest.MonkeyPatch, *, answer: bool) -> None:
        monkeypatch.setattr(asking, "yes", lambda question, *, default: answer and default and "IPv6" in question)
        assert publishes_ipv6(BOTH, told(), {}, may_ask=True) is answer
