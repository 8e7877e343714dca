"""Address lists at Cloudflare, through the real engine: whose items they are, and what follows an address."""

from __future__ import annotations

from subprocess import CompletedProcess

import pytest

from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import STACK, Inside

NEXT = "203.0.113.77"
OURS = f"truenorth/{STACK}"


class Lists:
    """A stack with one list, `office`, unless told otherwise."""

    def __init__(self, inside: Inside) -> None:
        self.inside = inside
        self.account_id = remote.account_id(inside.places)

    def wish(self, *names: str, **others: object) -> None:
        """Write settings with these lists; others: settings of each."""
        lists = [{"name": name, "account_id": self.account_id, **others} for name in names]
        self.inside.settings("www", owner=STACK, address_lists=lists)

    def up(self) -> list[str]:
        """Run `up`, which must succeed; what it did to lists."""
        done = self.inside.result("up")["address_lists"]["changes"]
        return [" ".join(filter(None, (one["action"], one["list"], one["network"]))) for one in done]

    @property
    def there(self) -> dict[str, dict[str, str]]:
        """The lists at the provider."""
        return remote.address_lists(self.inside.places)


@pytest.fixture
def lists(inside: Inside) -> Lists:
    return Lists(inside)


def test_a_list_that_is_not_there_is_made_with_the_address_and_follows_it_and_goes_when_it_is_not_wanted(
    lists: Lists,
) -> None:
    lists.wish("office", description="home")
    assert lists.up() == ["create office", f"create office {FIRST_IPV4}"]
    assert lists.there == {"office": {FIRST_IPV4: OURS}}
    assert lists.inside.result("up")["engine_runs"] == 0
    remote.set_address(lists.inside.places, NEXT)
    assert lists.up() == [f"create office {NEXT}", f"delete office {FIRST_IPV4}"]
    assert lists.there == {"office": {NEXT: OURS}}
    lists.wish()
    assert lists.up() == [f"delete office {NEXT}", "delete office"]
    assert lists.there == {}


class TestAListOfOthers:
    def test_keeps_its_items_and_its_description_and_loses_ours_alone(self, lists: Lists) -> None:
        remote.edit_list(lists.inside.places, "office", description="theirs")
        remote.edit_list(lists.inside.places, "office", ip="192.0.2.9", comment="a colleague")
        lists.wish("office", description="ours")
        assert lists.up() == [f"create office {FIRST_IPV4}"]
        assert lists.there == {"office": {"192.0.2.9": "a colleague", FIRST_IPV4: OURS}}
        lists.wish()
        assert lists.up() == [f"delete office {FIRST_IPV4}"]
        assert lists.there == {"office": {"192.0.2.9": "a colleague"}}

    def test_with_our_address_is_left_as_it_is_unless_the_comment_is_ours(self, lists: Lists) -> None:
        remote.edit_list(lists.inside.places, "office", description="theirs")
        remote.edit_list(lists.inside.places, "office", ip=FIRST_IPV4, comment="by hand")
        lists.wish("office")
        seen = lists.inside.result("up")["address_lists"]
        assert seen["changes"] == []
        assert "by hand" in seen["notes"][0]
        lists.wish("office", comment="by hand")
        assert lists.up() == [f"import office {FIRST_IPV4}"]
        assert lists.up() == []
        remote.set_address(lists.inside.places, NEXT)
        lists.up()
        assert lists.there == {"office": {NEXT: "by hand"}}


class TestAListOfOurs:
    def test_with_items_of_others_or_a_rule_that_refers_to_it_stays_when_it_is_not_wanted(self, lists: Lists) -> None:
        lists.wish("office", "gate")
        lists.up()
        remote.edit_list(lists.inside.places, "office", ip="192.0.2.9", comment="a colleague")
        remote.edit_list(lists.inside.places, "gate", filters=1)
        lists.wish()
        assert sorted(one.split()[0] for one in lists.up()) == ["delete", "delete", "drop", "drop", "retain", "retain"]
        assert lists.there == {"office": {"192.0.2.9": "a colleague"}, "gate": {}}
        assert lists.up() == []

    def test_that_others_have_deleted_or_emptied_is_made_again(self, lists: Lists) -> None:
        lists.wish("office")
        lists.up()
        remote.delete_from_list(lists.inside.places, "office", FIRST_IPV4)
        assert lists.up() == [f"restore office {FIRST_IPV4}"]
        remote.delete_from_list(lists.inside.places, "office")
        assert lists.up() == ["restore office", f"restore office {FIRST_IPV4}"]
        assert lists.there == {"office": {FIRST_IPV4: OURS}}
        assert lists.up() == []

    def test_gets_another_description_and_its_items_another_comment(self, lists: Lists) -> None:
        lists.wish("office", description="home")
        lists.up()
        lists.wish("office", description="the office", comment="office line")
        assert lists.up() == ["update office", f"update office {FIRST_IPV4}"]
        assert lists.there == {"office": {FIRST_IPV4: "office line"}}
        assert lists.up() == []

    def test_goes_with_all_else_when_the_stack_is_destroyed(self, lists: Lists) -> None:
        lists.wish("office")
        lists.up()
        remote.delete_from_list(lists.inside.places, "office", FIRST_IPV4)
        assert lists.inside.run("destroy", "--yes").returncode == 0
        assert lists.there == {}


def test_an_unknown_address_keeps_the_items_that_there_are(lists: Lists) -> None:
    lists.wish("office")
    lists.up()
    settings = lists.inside.settings_file.read_text()
    silent = "  truenorth:wan: {mode: list, sources: ['static:192.168.1.1'], attempts: 1}\n"
    lists.inside.settings_file.write_text(settings + silent)
    done = lists.inside.run("up", "--json")
    assert lists.there == {"office": {FIRST_IPV4: OURS}}, done.stdout


class TestAListThatCannotBeRead:
    """It is told, and costs no record anything."""

    def told(self, lists: Lists, done: CompletedProcess[str]) -> str:
        assert done.returncode == 1
        assert lists.inside.zone() == {"www.example.com/A": FIRST_IPV4}
        return " ".join((done.stderr + done.stdout).split())

    def test_because_the_token_lacks_the_permission_names_the_one_that_it_needs(self, lists: Lists) -> None:
        remote.add_token(lists.inside.places, "without-lists", "example.com", ["#zone:read", "#dns_records:edit"])
        lists.wish("office")
        assert "Account Filter Lists > Edit" in self.told(
            lists, lists.inside.run("up", CLOUDFLARE_API_TOKEN="without-lists")
        )

    def test_because_it_is_of_another_kind_is_not_written_to(self, lists: Lists) -> None:
        remote.edit_list(lists.inside.places, "office", kind="hostname")
        lists.wish("office")
        assert "holds no addresses: it is of the kind hostname" in self.told(lists, lists.inside.run("up"))

    def test_because_its_account_is_unknown_is_told_as_one(self, lists: Lists) -> None:
        lists.wish("office", account_id="0" * 32)
        assert "check account_id" in self.told(lists, lists.inside.run("up"))

    def test_now_keeps_what_is_ours_in_it(self, lists: Lists) -> None:
        lists.wish("office")
        lists.up()
        remote.add_token(lists.inside.places, "without-lists", "example.com", ["#zone:read", "#dns_records:edit"])
        remote.set_address(lists.inside.places, NEXT)
        done = lists.inside.run("up", CLOUDFLARE_API_TOKEN="without-lists")
        assert done.returncode == 1
        assert lists.inside.zone() == {"www.example.com/A": NEXT}
        assert lists.there == {"office": {FIRST_IPV4: OURS}}


def test_a_stack_with_lists_is_not_released_before_they_are_left(lists: Lists) -> None:
    lists.wish("office")
    lists.up()
    done = lists.inside.run("release", "--to", "nobody", "--yes")
    assert done.returncode == 2
    assert "take address_lists out of the settings" in done.stderr
    assert lists.there == {"office": {FIRST_IPV4: OURS}}
