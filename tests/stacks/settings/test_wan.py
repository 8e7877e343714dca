from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from stacks.settings.wan import WanSettings


def test_the_defaults_are_stun_and_http_of_several_operators() -> None:
    settings = WanSettings()
    assert [spec.name for spec in settings.specs()] == [
        "stun:stun.l.google.com:19302",
        "stun:stun.cloudflare.com:3478",
        "stun:global.stun.twilio.com:3478",
        "https://checkip.amazonaws.com",
        "https://ifconfig.me/ip",
        "https://api.ipify.org",
        "https://cloudflare.com/cdn-cgi/trace",
    ]
    assert len({spec.operator for spec in settings.specs()}) == 6
    assert settings.agreement == 2


@pytest.mark.parametrize(("mode", "kinds"), [("stun+http", {"stun", "http"}), ("stun", {"stun"}), ("http", {"http"})])
def test_the_mode_chooses_the_sources(mode: str, kinds: set[str]) -> None:
    settings = WanSettings.model_validate({"mode": mode})
    assert {spec.kind for spec in settings.specs()} == kinds


def test_mode_list_asks_what_sources_lists() -> None:
    settings = WanSettings(mode="list", sources=["interface", "stun:stun.example.org", "interface"])
    assert [spec.name for spec in settings.specs()] == ["interface", "stun:stun.example.org"]


def test_a_stun_server_may_be_asked_over_tcp() -> None:
    settings = WanSettings(stun=["tcp:stun.example.org:3478", "udp:stun.example.net", "stun.example.com"])
    assert [spec.name for spec in settings.specs()][:3] == [
        "stun-tcp:stun.example.org:3478",
        "stun:stun.example.net",
        "stun:stun.example.com",
    ]


def test_a_bare_web_host_is_asked_over_https() -> None:
    assert WanSettings(mode="http", http=["ifconfig.me", "example.org/ip"]).specs()[0].name == "https://ifconfig.me"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"mode": "tea"}, "'stun\\+http', 'stun', 'http', 'chain' or 'list'"),
        ({"mode": "list"}, "there is nothing in it"),
        ({"sources": ["interface"]}, "`sources` is for mode `list`"),
        ({"mode": "list", "sources": ["tea:pot"]}, "allowed are stun:HOST:PORT"),
        ({"families": []}, "at least 1"),
        ({"families": ["ipv4", "ipv4"]}, "each family stands once"),
        ({"families": ["ipv5"]}, "'ipv4' or 'ipv6'"),
        ({"schedule": "61 * * * *"}, "the schedule '61 . . . .' cannot be used: bad minute"),
        ({"stun": ["a:b:c"]}, "no HOST:PORT"),
        ({"http": ["ftp://example.org"]}, "names no source"),
        ({"agreement": 0}, "greater than or equal to 1"),
        ({"agreement": 11}, "less than or equal to 10"),
        ({"accept": ["203.0.113.0/33"]}, "valid IPv4 network"),
        ({"interval": 0.5}, "greater than or equal to 1"),
        ({"timeout": 61}, "less than or equal to 60"),
        ({"timeout": float("inf")}, "finite"),
        ({"timeout": float("nan")}, "finite"),
        ({"tea": True}, "Extra inputs"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_what_is_allowed(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        WanSettings.model_validate(fields)


def test_sources_that_can_never_agree_are_refused_with_the_way_out() -> None:
    with pytest.raises(ValidationError, match=r"belong to 1 \(cloudflare.com\).* set `agreement` to 1"):
        WanSettings(mode="list", sources=["stun:stun.cloudflare.com", "https://cloudflare.com/cdn-cgi/trace"])


@pytest.mark.parametrize("source", ["static:203.0.113.1", "file:/run/wan", "none"])
def test_what_the_user_declares_needs_no_second_operator(source: str) -> None:
    assert WanSettings(mode="list", sources=[source]).agreement == 2


def test_the_chain_asks_stun_then_the_web_then_the_interface() -> None:
    stages = WanSettings(mode="chain").stages()
    assert [{spec.kind for spec in stage.specs} for stage in stages] == [{"stun"}, {"http"}, {"interface"}]
    assert [stage.agreement for stage in stages] == [2, 2, 1]


@pytest.mark.parametrize("mode", ["stun+http", "stun", "http"])
def test_other_modes_ask_all_at_once(mode: str) -> None:
    assert len(WanSettings.model_validate({"mode": mode}).stages()) == 1


class TestLinks:
    def test_take_what_they_leave_out_from_the_settings_above(self) -> None:
        made = WanSettings.model_validate(
            {"agreement": 3, "interval": 5, "links": {"lte": {"interval": 60}, "dsl": {}}}
        )
        assert (made.of_link("lte").interval, made.of_link("lte").agreement) == (60, 3)
        assert made.of_link("dsl").interval == 5
        assert made.of_link("") is made

    def test_that_list_sources_need_not_say_mode_list(self) -> None:
        made = WanSettings.model_validate({"links": {"lte": {"sources": ["interface:wwan0"], "agreement": 1}}})
        assert made.links["lte"].mode == "list"

    def test_may_use_another_mode_than_the_list_above(self) -> None:
        above = {"mode": "list", "sources": ["static:203.0.113.7"]}
        made = WanSettings.model_validate({**above, "links": {"lte": {"mode": "stun", "via": "wwan0"}}})
        assert (made.links["lte"].mode, made.links["lte"].sources, made.links["lte"].via) == ("stun", [], "wwan0")

    @pytest.mark.parametrize(
        ("link", "why"),
        [
            ({"links": {"a": {}}}, "no links of its own"),
            ({"via": "a b"}, "no interface and no address"),
            ({"intervall": 3}, "Extra inputs"),
            ("wwan0", "valid dictionary"),
        ],
    )
    def test_that_cannot_be_are_refused(self, link: object, why: str) -> None:
        with pytest.raises(ValidationError, match=why):
            WanSettings.model_validate({"links": {"lte": link}})

    @pytest.mark.parametrize("name", ["", "Lte", "a b", "-a", "a" * 40])
    def test_have_names_that_fit_everywhere(self, name: str) -> None:
        with pytest.raises(ValidationError, match="should match pattern"):
            WanSettings.model_validate({"links": {name: {}}})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        WanSettings().agreement = 1


def test_the_ports_of_stun_servers_are_those_of_all_links_whatever_the_mode() -> None:
    settings = WanSettings.model_validate(
        {
            "mode": "http",
            "stun": ["stun.example.org:3479", "tcp:stun.example.net:5349", "stun.example.com"],
            "links": {"lte": {"sources": ["stun-tcp:stun.example.org:8443", "https://example.com/ip"], "agreement": 1}},
        }
    )
    assert settings.stun_ports() == (3479, 5349, 3478, 8443)
