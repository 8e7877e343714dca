from __future__ import annotations

from dataclasses import replace
from typing import Any

from cli.events import Leaving
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Event
from cli.reconcile.result import Convergence
from cli.web.names import ORDER, rows
from cli.web.status import Status, after
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.model.values import Conflict, Deferred, Frozen, Unknown, UnreadZone
from stacks.plan.changes import Action
from stacks.plan.planner import make_plan
from stacks.plan.safety.refusal import Refusal
from tests.cli.web.sample import IPV4, NOW, ZONE, change, convergence, dispatch, ingress, record_set, refused, troubled
from tests.stacks.plan.worlds import make_observation, make_settings, owned_www

START = Status("home", "home", NOW)


def shown(*event: Event) -> list[dict[str, Any]]:
    status = START
    for one in event:
        status = after(status, dispatch(one))
    return rows(status, lambda text: text)


def only(*event: Event) -> dict[str, Any]:
    (row,) = shown(*event)
    return row


class TestARow:
    def test_has_the_records_and_the_mark(self) -> None:
        row = only(convergence([record_set("www", IPV4, "192.0.2.9", ttl=300, comment="web", tags=("a:b",))]))
        assert row == {
            "name": "www.example.com",
            "unicode": "www.example.com",
            "type": "A",
            "view": "outside",
            "zone": ZONE,
            "provider": "cloudflare",
            "contents": [IPV4, "192.0.2.9"],
            "ttl": 300,
            "proxied": False,
            "comment": "web",
            "tags": ["a:b"],
            "mark": {"name": "_truenorth-a.www.example.com", "owner": "home", "resource": "settings/names/www"},
            "asked_by": [],
            "state": "ok",
            "reason": "",
            "confirmed_seconds": None,
        }

    def test_has_an_international_name_in_both_forms(self) -> None:
        row = only(convergence([record_set("xn--bcher-kva", IPV4)]))
        assert (row["name"], row["unicode"]) == ("xn--bcher-kva.example.com", "bücher.example.com")

    def test_has_its_view(self) -> None:
        name = f"www.{ZONE}@inside"
        found = shown(
            convergence([record_set("www", IPV4, name=name)], frozen=(Frozen(f"nas.{ZONE}@lan", "A", (), ""),))
        )
        assert {row["name"]: row["view"] for row in found} == {name: "inside", f"nas.{ZONE}@lan": "lan"}

    def test_has_each_value_of_a_set_that_is_one_record(self) -> None:
        assert only(convergence([record_set("www", f"{IPV4}\n192.0.2.9")]))["contents"] == [IPV4, "192.0.2.9"]

    def test_has_no_mark_where_none_is_wanted(self) -> None:
        assert only(convergence([record_set("www", IPV4, mark_name="", mark_content="")]))["mark"] is None

    def test_says_who_asks_for_it(self) -> None:
        asked = ((("www.example.com", "A"), (ingress("web"), ingress("other"))),)
        row = only(convergence([record_set("www", IPV4)], asked_by=asked))
        assert row["asked_by"] == ["Ingress shop/web in home", "Ingress shop/other in home"]

    def test_has_the_same_fields_whether_anything_is_there(self) -> None:
        found = shown(troubled())
        assert len({tuple(sorted(row)) for row in found}) == 1
        assert {row["state"] for row in found} == {"ok", "frozen", "conflict"}


class TestTheState:
    WWW = ("www.example.com", "A")
    SETS = (record_set("www", IPV4),)

    def test_is_what_the_name_servers_say(self) -> None:
        done = convergence(self.SETS)
        confirmed = only(done, Confirmation((Confirmed(*self.WWW, 1.234),)))
        assert (confirmed["state"], confirmed["confirmed_seconds"]) == ("ok", 1.23)
        missing = only(done, Confirmation((Unconfirmed(*self.WWW, "ns1 says 192.0.2.1"),)))
        assert missing["state"] == "unconfirmed"
        assert missing["reason"] == "is not confirmed by the name servers: ns1 says 192.0.2.1"

    def test_is_held_where_the_guard_refuses(self) -> None:
        refusal = Refusal(ZONE, "too many", (change(Action.DELETE, "www", IPV4, None),))
        row = only(replace(convergence(self.SETS), refusals=(refusal,), is_held_back=True))
        assert (row["state"], row["reason"]) == ("held", "refused: too many")

    def test_is_refused_with_the_words_of_the_provider_whether_it_is_there_or_not(self) -> None:
        for sets in ((), self.SETS):
            row = only(convergence(sets, rejected=(refused("www"),)))
            assert (row["state"], row["reason"]) == ("refused", "Record quota exceeded. (81045)")

    def test_is_unread_where_the_zone_is(self) -> None:
        row = only(convergence(self.SETS, zones=(UnreadZone(ZONE, "503"),)))
        assert (row["state"], row["reason"]) == ("unread", "the zone example.com could not be read: 503")

    def test_is_leaving_where_it_is_not_wanted_any_more(self) -> None:
        row = only(Leaving(*self.WWW, 60.0), convergence([record_set("www", IPV4, untouched=True)]))
        assert (row["state"], row["reason"]) == ("leaving", "is not wanted any more, and is deleted after 60 s")

    def test_is_deferred_where_the_next_run_makes_it(self) -> None:
        done = convergence()
        row = only(replace(done, plan=replace(done.plan, deferred=(Deferred("www.example.com", "CNAME", ("A",)),))))
        assert (row["state"], row["contents"]) == ("deferred", [])

    def test_is_the_worst_of_several(self) -> None:
        row = only(
            convergence(
                self.SETS,
                frozen=(Frozen(*self.WWW, (), "silence"),),
                conflicts=(Conflict(*self.WWW, "somebody", "it stands there"),),
            )
        )
        assert (row["state"], row["reason"]) == ("conflict", "is held by somebody: it stands there")

    def test_is_frozen_as_the_planner_says(self) -> None:
        live, owned = owned_www()
        observation = make_observation(ipv4=Unknown("silence"), live=live, owned=owned)
        plan = make_plan(make_settings("www", owner="home"), observation)
        row = only(Convergence(observation, plan, (), (), 0.1))
        assert (row["state"], row["reason"], row["contents"]) == ("frozen", "silence", ["203.0.113.7"])


class TestTheList:
    def test_is_empty_before_anything_was_looked_at(self) -> None:
        assert shown() == []

    def test_has_the_worst_first_then_by_name(self) -> None:
        found = [(ORDER.index(row["state"]), row["name"], row["type"]) for row in shown(troubled())]
        assert found == sorted(found)
        assert len(found) == 14

    def test_hides_what_is_secret_in_a_reason(self) -> None:
        status = after(START, dispatch(convergence(frozen=(Frozen("a.example.com", "A", (), "token hunter2"),))))
        assert rows(status, lambda text: text.replace("hunter2", "***"))[0]["reason"] == "token ***"
