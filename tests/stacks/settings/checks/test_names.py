from __future__ import annotations

import pytest
import yaml

from tests.stacks.settings.reading import read, refused

MAC = "52:54:00:12:34:56"


def hosts(value: object) -> tuple[str, ...]:
    return read(names=[{"name": "nas", "host6": value}]).names[0].host6


class TestHost6:
    def test_is_one_host_or_several(self) -> None:
        assert hosts("::5") == ("::5",)
        assert hosts(["::5/56", MAC]) == ("::5/56", "::5054:ff:fe12:3456")

    @pytest.mark.parametrize(
        ("entry", "why"),
        [
            ({"host6": "nas"}, "'nas' is no host part: 'nas' is no part of an IPv6 address, and no MAC"),
            ({"host6": "2001:db8::5"}, "2001:db8::5 does not fit behind a network of 64 bits"),
            ({"host6": yaml.safe_load(MAC)}, 'write it in quotes, a MAC too: "52:54:00:12:34:56"'),
            ({"host6": "::5", "targets": ["2001:db8::7"]}, "nas: host6 takes its network from the detected address"),
            ({"host6": "::5", "types": ["A"]}, "nas: host6 is a part of an IPv6 address, and the name has the type A"),
            ({"host6": {"::5": 1}}, "host6"),
            ({"host6": [f"::{number}" for number in range(1, 30)]}, "16"),
        ],
    )
    def test_that_cannot_be_is_refused_with_its_place(self, entry: dict[str, object], why: str) -> None:
        message = refused(names=[{"name": "nas"} | entry])
        assert why in message
        assert "truenorth:names[0]" in message

    def test_makes_an_alias_of_the_zone_a_name_of_its_own(self) -> None:
        settings = read(targets="cname", names=["www", {"name": "nas", "host6": "::5"}])
        assert [settings.is_alias(one) for one in settings.names] == [True, False]


class TestTargets:
    @pytest.mark.parametrize(
        ("target", "host"),
        [
            ("::aaa1", "::aaa1"),
            ("::1234:abcd/64", "::1234:abcd"),
            ("::1", "::1"),
            (MAC, "::5054:ff:fe12:3456"),
        ],
    )
    def test_that_are_ends_of_addresses_are_refused_with_the_setting_for_them(self, target: str, host: str) -> None:
        message = refused(names=[{"name": "nas", "targets": [target]}])
        assert f'write host6: "{host}" in place of targets' in message

    @pytest.mark.parametrize("target", ["fe80::1", "nas", "127.0.0.1", "2001:db8::/32"])
    def test_of_another_kind_are_refused_without_it(self, target: str) -> None:
        assert "host6" not in refused(names=[{"name": "nas", "targets": [target]}])
