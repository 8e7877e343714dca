from __future__ import annotations

import pytest

from stacks.model.errors import UserError
from stacks.settings.credentials import credentials, of_provider, own_tokens, plugin_environment, upstreams
from stacks.settings.stack import Settings, parse

PLACE = {"config_map": "house-zone"}
NAS = {"name": "nas", "targets": ["192.168.1.20"]}


def settings(place: object, **others: object) -> Settings:
    own = {"zone": "house.example", "view": "inside", "provider": "coredns", "coredns": place, "names": [NAS]}
    return parse({**own, **others}, {}, stack="test", where="here")


def test_a_file_is_in_the_namespace_of_the_cluster_s_own_coredns_unless_the_settings_say_another() -> None:
    (zone,) = settings(PLACE).each_zone()
    assert zone.coredns is not None
    assert (zone.coredns.namespace, zone.coredns.file) == ("kube-system", "zone.db")
    assert zone.place_of(zone.provider) == ("", "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"config_map": "House"}, "no name of a ConfigMap"),
        ({"config_map": "a" * 254}, "no name of a ConfigMap"),
        ({"config_map": "../secrets/x"}, "no name of a ConfigMap"),
        ({"namespace": "kube.system"}, "no namespace"),
        ({"file": "zones/db"}, "no key of a ConfigMap"),
        ({"file": ".."}, "no key of a ConfigMap"),
        ({"cluster": "home"}, "cluster"),
    ],
)
def test_what_is_no_place_of_a_file_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(UserError, match="coredns") as raised:
        settings({**PLACE, **change})
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    "others", [{"view": "outside"}, {"zone": "", "zones": [{"zone": "house.example"}], "view": "outside"}]
)
def test_the_view_of_everybody_is_refused_since_nobody_outside_asks(others: dict[str, object]) -> None:
    with pytest.raises(UserError, match="nobody outside asks CoreDNS"):
        settings(PLACE, **others)


def test_two_zones_in_one_config_map_are_refused() -> None:
    own = {"view": "inside", "provider": "coredns", "coredns": PLACE, "names": [NAS]}
    zones = [{"zone": "a.example", **own}, {"zone": "b.example", **own}]
    with pytest.raises(UserError, match=r"a.example@inside and b.example@inside are in one ConfigMap"):
        parse({"zones": zones}, {}, stack="test", where="here")


class TestTheCredentials:
    def test_are_those_of_the_kubeconfig_which_no_plugin_s_variable_holds(self) -> None:
        found = credentials(settings({**PLACE, "context": "home"}), {"KUBECONFIG": "/there", "OTHER": "no"})
        (one,) = found.values()
        assert one.place == ("", "home", "kube-system", "house-zone", "zone.db", "house.example@inside")
        assert one.variables == {"KUBECONFIG": "/there"}
        assert (own_tokens(found), plugin_environment(found), upstreams(found)) == ({}, {}, {})
        assert of_provider("coredns", "", {}) == {}

    @pytest.mark.parametrize(
        ("place", "others", "reason"),
        [({}, {}, "has the provider coredns, and no ConfigMap"), (PLACE, {"token": "OTHER"}, "CoreDNS takes none")],
    )
    def test_lack_a_config_map_or_have_a_token_too_many(
        self, place: object, others: dict[str, object], reason: str
    ) -> None:
        with pytest.raises(UserError, match=reason):
            credentials(settings(place, **others), {"OTHER": "x"})
