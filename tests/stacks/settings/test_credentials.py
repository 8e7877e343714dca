from __future__ import annotations

import pytest

from stacks.model.errors import UserError
from stacks.settings.credentials import Credentials, credentials, plugin_environment, secret_variables
from stacks.settings.stack import parse

TOKEN = "sesame"


def found(environment: dict[str, str], **settings: object) -> dict[str, Credentials]:
    return credentials(parse({"zone": "example.com", **settings}, {}, stack="home", where="f"), environment)


class TestCloudflare:
    def test_the_providers_own_variable_wins(self) -> None:
        assert found({"CLOUDFLARE_API_TOKEN": "a", "CF_API_TOKEN": "b"})["example.com"].token == "a"

    def test_the_variables_of_other_tools_are_read_and_given_to_the_plugin_as_its_own(self) -> None:
        assert plugin_environment(found({"CF_API_TOKEN": "b"}))["CLOUDFLARE_API_TOKEN"] == "b"
        keyed = plugin_environment(found({"CF_API_KEY": "k", "CF_API_EMAIL": "me@example.com"}))
        assert (keyed["CLOUDFLARE_API_KEY"], keyed["CLOUDFLARE_EMAIL"]) == ("k", "me@example.com")

    @pytest.mark.parametrize("environment", [{}, {"CLOUDFLARE_API_TOKEN": "  "}, {"CF_API_KEY": "k"}])
    def test_none_is_a_clear_error(self, environment: dict[str, str]) -> None:
        with pytest.raises(UserError, match="there are no credentials for Cloudflare"):
            found(environment)

    def test_a_key_without_its_address_is_told_so(self) -> None:
        with pytest.raises(UserError, match=r"CLOUDFLARE_EMAIL \(or CF_API_EMAIL\) is not set, which a key needs"):
            found({"CF_API_KEY": "k"})


@pytest.mark.parametrize(
    ("provider", "environment", "named"),
    [
        ("cloudflare", {"CF_API_TOKEN": "a"}, "CLOUDFLARE_API_TOKEN"),
        (
            "cloudflare",
            {"CF_API_KEY": "k", "CF_API_EMAIL": "me@example.com"},
            "CLOUDFLARE_API_KEY (or CF_API_KEY) and CLOUDFLARE_EMAIL (or CF_API_EMAIL)",
        ),
        ("gandi", {"GANDI_API_KEY": "k"}, "GANDI_API_KEY (or GANDI_KEY)"),
        ("gandi", {"GANDI_PERSONAL_ACCESS_TOKEN": "a"}, "GANDI_PERSONAL_ACCESS_TOKEN"),
    ],
)
def test_credentials_name_the_variables_that_have_them(provider: str, environment: dict[str, str], named: str) -> None:
    assert found(environment, provider=provider)["example.com"].given_by == named


def test_a_zones_own_token_is_named_by_its_variable() -> None:
    assert found({"NET_TOKEN": "b"}, token="NET_TOKEN")["example.com"].given_by == "NET_TOKEN"


class TestGandi:
    @pytest.mark.parametrize(
        ("environment", "plugin"),
        [
            ({"GANDI_PERSONAL_ACCESS_TOKEN": TOKEN, "GANDI_API_KEY": "k"}, {"GANDI_PERSONAL_ACCESS_TOKEN": TOKEN}),
            ({"GANDI_API_KEY": "k"}, {"GANDI_KEY": "k"}),
            ({"GANDI_KEY": "k"}, {"GANDI_KEY": "k"}),
        ],
    )
    def test_a_token_or_a_key_is_given_to_the_plugin_as_its_own(
        self, environment: dict[str, str], plugin: dict[str, str]
    ) -> None:
        made = plugin_environment(found(environment, provider="gandi"))
        assert made == plugin | {"GANDI_URL": "https://api.gandi.net"}

    def test_none_is_a_clear_error(self) -> None:
        with pytest.raises(UserError, match="there are no credentials for Gandi"):
            found({"CLOUDFLARE_API_TOKEN": TOKEN}, provider="gandi")


class TestSeveralZones:
    ZONES = [{"zone": "example.net", "provider": "gandi", "token": "NET_TOKEN"}]  # noqa: RUF012 - read only

    def test_each_may_have_a_token_of_its_own_which_the_default_plugin_never_sees(self) -> None:
        both = found({"CLOUDFLARE_API_TOKEN": "a", "NET_TOKEN": "b"}, zones=self.ZONES)
        assert {zone: one.token for zone, one in both.items()} == {"example.com": "a", "example.net": "b"}
        assert plugin_environment(both) == {
            "CLOUDFLARE_API_TOKEN": "a",
            "CLOUDFLARE_BASE_URL": "https://api.cloudflare.com/client/v4",
            "GANDI_URL": "https://api.gandi.net",
        }

    def test_all_that_is_missing_is_told_at_once(self) -> None:
        with pytest.raises(UserError) as raised:
            found({}, zones=self.ZONES)
        assert [problem.what for problem in raised.value.problems] == [
            "there are no credentials for Cloudflare",
            "there is no token for the zone example.net",
        ]


def test_they_do_not_show_when_printed() -> None:
    assert TOKEN not in repr(found({"CLOUDFLARE_API_TOKEN": TOKEN}))


def test_the_variables_that_hold_them_are_known_and_those_that_hold_places_are_none() -> None:
    made = found({"CF_API_KEY": "k", "CF_API_EMAIL": "me@example.com", "CLOUDFLARE_BASE_URL": "http://lab"})
    assert secret_variables(made) == {"CLOUDFLARE_API_KEY", "CLOUDFLARE_EMAIL"}
