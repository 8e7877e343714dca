from __future__ import annotations

from typing import Any

import pytest

from stacks.model.errors import UserError
from stacks.settings.stack import Settings, parse

LINK = {"cottage": {"sources": ["pushed:cottage"]}}
USERS = {"dyndns": {"users": {"cottage": "COTTAGE_PASSWORD"}}}


def read(environment: dict[str, str], **values: Any) -> Settings:  # noqa: ANN401 - of a settings file
    return parse({"zone": "example.com", **values}, environment, stack="home", where="a file")


class TestTheFolderOfPushedAddresses:
    def test_is_one_of_the_user_and_the_stack_for_all_links(self) -> None:
        settings = read({"XDG_STATE_HOME": "/state"}, wan={"links": LINK}, watch=USERS)
        assert settings.wan.links["cottage"].pushed == "/state/truenorth/pushed/home"
        assert settings.wan.links["cottage"].pushers() == ("cottage",)
        own = read({"HOME": "/home/me"}, wan={"mode": "list", "sources": ["pushed:cottage"]}, watch=USERS)
        assert own.wan.pushed == "/home/me/.local/state/truenorth/pushed/home"

    def test_is_that_of_the_settings_where_they_have_one(self) -> None:
        settings = read({"HOME": "/home/me"}, wan={"links": LINK, "pushed": "/var/lib/pushed"}, watch=USERS)
        assert settings.wan.links["cottage"].pushed == "/var/lib/pushed"

    def test_is_none_where_no_source_asks_for_it(self) -> None:
        assert read({"HOME": "/home/me"}).wan.pushed == ""


def test_a_pushed_source_without_such_a_user_is_refused_with_its_place() -> None:
    with pytest.raises(UserError) as refused:
        read({}, wan={"links": LINK})
    assert "pushed:cottage: nobody can tell an address as cottage" in str(refused.value)
    assert "truenorth:wan.links.cottage.sources in a file" in str(refused.value)
