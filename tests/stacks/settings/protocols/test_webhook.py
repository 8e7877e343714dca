from __future__ import annotations

import pytest

from stacks.model.errors import UserError
from stacks.settings.credentials import credentials, of_provider, own_tokens, plugin_environment
from stacks.settings.stack import Settings, parse

PLACE = {"url": "http://localhost:8888/"}


def settings(place: object, **others: object) -> Settings:
    return parse(
        {"zone": "house.example", "provider": "webhook", "webhook": place, "names": ["www"], **others},
        {},
        stack="test",
        where="here",
    )


def test_a_provider_has_a_url_and_the_usual_time() -> None:
    (zone,) = settings(PLACE).each_zone()
    assert zone.place_of(zone.provider) == ("http://localhost:8888", "15")
    assert zone.place_of("rfc2136") == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"url": "localhost:8888"}, "is no http://HOST:PORT"),
        ({"url": "http://me:secret@host"}, "would get into state"),
        ({"url": "http://host/?a=b"}, "a query or a fragment"),
        ({"url": "http://host:0"}, "is no http://HOST:PORT"),
        ({"url": f"http://{'x' * 3000}"}, "more than 2,048 characters"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": 301}, "timeout"),
        ({"token": "sesame"}, "token"),
    ],
)
def test_what_is_no_provider_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(UserError, match="webhook") as raised:
        settings({**PLACE, **change})
    assert reason in str(raised.value)


def test_zones_of_a_provider_are_not_found_by_themselves() -> None:
    with pytest.raises(UserError, match="does not list its zones"):
        settings(PLACE, zones=[{"auto": {}}])


class TestTheToken:
    def test_need_not_be_there(self) -> None:
        found = credentials(settings(PLACE), {})
        assert (own_tokens(found), plugin_environment(found), of_provider("webhook", "", {})) == ({}, {}, {})

    @pytest.mark.parametrize(("token", "variable"), [("", "DNS_WEBHOOK_TOKEN"), ("OTHER", "OTHER")])
    def test_is_in_the_usual_variable_or_that_of_the_zone(self, token: str, variable: str) -> None:
        found = credentials(settings(PLACE, token=token), {variable: "sesame"})
        assert own_tokens(found) == {variable: "sesame"}
        assert of_provider("webhook", variable, {variable: "sesame"}) == {variable: "sesame"}

    @pytest.mark.parametrize(
        ("place", "token", "environment", "reason"),
        [
            (PLACE, "OTHER", {}, "there is no token for the webhook http://localhost:8888"),
            (PLACE, "", {"DNS_WEBHOOK_TOKEN": "open sesame"}, "cannot be used: it is no word of ASCII characters"),
            ({}, "", {}, "has the provider webhook, and no URL"),
        ],
    )
    def test_that_is_lacking_or_wrong_is_told(
        self, place: dict[str, str], token: str, environment: dict[str, str], reason: str
    ) -> None:
        with pytest.raises(UserError) as raised:
            credentials(settings(place, token=token), environment)
        assert reason in str(raised.value)
        assert "open sesame" not in str(raised.value)
