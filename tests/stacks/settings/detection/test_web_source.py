from __future__ import annotations

from typing import Any

import pytest

from stacks.model.errors import UserError
from stacks.model.values import Family
from stacks.settings.stack import Settings, parse
from stacks.settings.wan_source import WebRequest

URL = "https://router.example.net/status"


def made(environment: dict[str, str] | None = None, **source: Any) -> Settings:  # noqa: ANN401 - settings
    wan = {"mode": "list", "agreement": 1, "sources": [{"url": URL} | source]}
    return parse({"zone": "example.com", "names": ["www"], "wan": wan}, environment or {}, stack="home", where="f")


def request(environment: dict[str, str] | None = None, **source: Any) -> WebRequest:  # noqa: ANN401 - settings
    return made(environment, **source).wan.specs()[0].request


def refused(**source: Any) -> str:  # noqa: ANN401 - settings
    with pytest.raises(UserError) as raised:
        made(**source)
    return str(raised.value)


class TestAWebSource:
    def test_is_a_source_as_its_url_alone_is(self) -> None:
        (spec,) = made().wan.specs()
        assert (spec.name, spec.operator, spec.request) == (URL, "example.net", WebRequest())

    def test_has_headers_an_expression_and_a_family_of_its_own(self) -> None:
        asked = request(headers={"Accept": "text/html"}, pattern="ip=([0-9.]+)", over="ipv4")
        assert asked == WebRequest((("Accept", "text/html"),), (), "ip=([0-9.]+)", Family.IPV4)

    def test_may_stand_among_the_web_services_of_the_usual_mode(self) -> None:
        wan = {"http": ["api.ipify.org", {"url": URL, "pattern": "(.+)"}]}
        settings = parse({"zone": "example.com", "wan": wan}, {}, stack="home", where="f")
        assert [spec.request.pattern for spec in settings.wan.specs() if spec.kind == "http"] == ["", "(.+)"]

    def test_has_secrets_from_variables(self) -> None:
        asked = request({"ROUTER_KEY": "open sesame"}, secret_headers={"X-Key": "ROUTER_KEY"}, headers={"A": "b"})
        assert asked.headers == (("A", "b"), ("X-Key", "open sesame"))
        assert "sesame" not in repr(made({"ROUTER_KEY": "open sesame"}, secret_headers={"X-Key": "ROUTER_KEY"}))

    def test_names_the_secrets_that_are_not_there(self) -> None:
        assert request(secret_headers={"X-Key": "ROUTER_KEY"}).missing == ("ROUTER_KEY",)

    def test_of_a_link_has_its_secrets_too(self) -> None:
        link = {"mode": "list", "agreement": 1, "sources": [{"url": URL, "secret_headers": {"X-Key": "ROUTER_KEY"}}]}
        values = {"zone": "example.com", "wan": {"links": {"lte": link}}}
        settings = parse(values, {"ROUTER_KEY": "open sesame"}, stack="home", where="f")
        assert settings.wan.links["lte"].specs()[0].request.headers == (("X-Key", "open sesame"),)

    def test_keeps_its_secrets_where_other_settings_are_replaced(self) -> None:
        settings = made({"ROUTER_KEY": "open sesame"}, secret_headers={"X-Key": "ROUTER_KEY"})
        assert settings.replacing({"ttl": 600}).wan.specs()[0].request.headers == (("X-Key", "open sesame"),)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("source", "why"),
        [
            ({"url": "stun:a.example.net"}, "'stun:a.example.net' is no URL"),
            ({"url": "https://a:b@example.net/"}, "a web source is http://HOST/PATH or https://HOST/PATH"),
            ({"pattern": "ip="}, "it has no groups in parentheses"),
            ({"headers": {"Host": "x"}}, "'Host' is no header of a request"),
            ({"headers": {"A b": "x"}}, "'A b' is no header of a request"),
            ({"headers": {"A": "x"}, "secret_headers": {"a": "KEY"}}, "a header stands twice"),
            ({"over": "ipv5"}, "use '', 'ipv4' or 'ipv6'"),
            ({"patern": "(x)"}, "did you mean 'pattern'?"),
            ({"headers": {f"A{number}": "x" for number in range(17)}}, "16"),
            (
                {"url": "http://router.example.net", "secret_headers": {"A": "KEY"}},
                "anybody on the way to 'http://router.example.net' could read its secret_headers",
            ),
        ],
    )
    def test_is_told_with_its_place(self, source: dict[str, Any], why: str) -> None:
        message = refused(**source)
        assert why in message
        assert "truenorth:wan.sources[0]" in message

    @pytest.mark.parametrize(
        "source",
        [
            {"headers": {"A": "open\nsesame"}},
            {"headers": {"A": "sesame "}},
            {"headers": {"A": ["sesame"]}},
            {"headers": "X-Key: sesame"},
            {"secret_headers": {"A": "open sesame"}},
            {"secret_headers": ["sesame"]},
        ],
    )
    def test_is_not_shown_where_it_may_be_a_secret(self, source: dict[str, Any]) -> None:
        assert "sesame" not in refused(**source)

    def test_is_a_url_with_two_requests(self) -> None:
        sources = [{"url": URL, "pattern": one} for one in ("(a)", "(b)")]
        with pytest.raises(UserError, match="stands twice, with different"):
            parse({"zone": "example.com", "wan": {"mode": "list", "sources": sources}}, {}, stack="home", where="f")

    def test_is_a_secret_that_no_header_can_have(self) -> None:
        with pytest.raises(UserError, match="ROUTER_KEY has characters that no header can have"):
            made({"ROUTER_KEY": "a\x00b"}, secret_headers={"X-Key": "ROUTER_KEY"})

    def test_is_not_http_to_a_private_address(self) -> None:
        private = "http://192.168.1.1/status"
        assert made(url=private, secret_headers={"A": "KEY"}).wan.specs()[0].name == private
