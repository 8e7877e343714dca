from __future__ import annotations

from stacks.model.claims import Complaint
from stacks.model.values import LiveRecord, Unknown
from stacks.plan.owners.events import LONGEST_MESSAGE, Reason
from tests.stacks.plan.owners.runs import API, NODE, WEB, WWW, World, wish
from tests.stacks.plan.worlds import a_record, make_settings

NO_ADDRESS = Unknown("the Gateway edge has no address")


class TestWhatHappens:
    def test_a_new_record_is_told_to_the_object_that_asked_with_all_its_targets(self) -> None:
        told = World().told(wish("192.0.2.1", "192.0.2.2"))
        assert told == {(WEB, Reason.CREATED): f"{WWW} A -> 192.0.2.1, 192.0.2.2"}

    def test_several_records_of_an_object_are_one_notice(self) -> None:
        told = World().told(wish(), wish("2001:db8::1", type="AAAA"))
        assert told == {(WEB, Reason.CREATED): f"{WWW} A -> 192.0.2.1; {WWW} AAAA -> 2001:db8::1"}

    def test_what_is_as_it_was_is_not_told_again(self) -> None:
        world = World()
        world.told(wish())
        assert world.told(wish()) == {}

    def test_another_target_is_told_with_the_one_before(self) -> None:
        world = World()
        world.told(wish())
        assert world.told(wish("192.0.2.9")) == {(WEB, Reason.UPDATED): f"{WWW} A -> 192.0.2.9 (was 192.0.2.1)"}

    def test_a_further_target_is_a_change_of_the_set(self) -> None:
        world = World()
        world.told(wish())
        assert world.told(wish("192.0.2.1", "192.0.2.2")) == {(WEB, Reason.UPDATED): f"{WWW} A -> 192.0.2.1, 192.0.2.2"}
        told = world.told(wish("192.0.2.2"))
        assert told == {(WEB, Reason.UPDATED): f"{WWW} A -> 192.0.2.2 (was 192.0.2.1)"}

    def test_another_ttl_is_told_as_such(self) -> None:
        world = World()
        world.told(wish(ttl=300))
        told = world.told(wish(ttl=600))
        assert told == {(WEB, Reason.UPDATED): f"{WWW} A -> 192.0.2.1 (ttl 600 instead of 300)"}

    def test_who_asks_no_more_is_told_that_the_record_is_gone(self) -> None:
        world = World()
        world.told(wish())
        assert world.told() == {(WEB, Reason.DELETED): f"{WWW} A -> 192.0.2.1"}
        assert world.told() == {}

    def test_an_object_without_a_namespace_is_known_by_its_mark_too(self) -> None:
        world = World()
        world.told(wish(by=NODE), kind="Node")
        assert world.told(kind="Node") == {(NODE, Reason.DELETED): f"{WWW} A -> 192.0.2.1"}

    def test_a_cname_in_place_of_an_address_is_one_deleted_and_one_made(self) -> None:
        world = World()
        world.told(wish())
        alias = wish("lb.example.net", type="CNAME")
        assert world.told(alias) == {(WEB, Reason.DELETED): f"{WWW} A -> 192.0.2.1"}
        assert world.told(alias) == {(WEB, Reason.CREATED): f"{WWW} CNAME -> lb.example.net"}

    def test_what_somebody_deleted_or_changed_is_told_as_put_right(self) -> None:
        world = World()
        world.told(wish())
        world.is_deleted(WWW)
        assert world.told(wish()) == {(WEB, Reason.RESTORED): f"{WWW} A -> 192.0.2.1 (was gone)"}
        world.is_changed(WWW, "198.51.100.9")
        assert world.told(wish()) == {(WEB, Reason.RESTORED): f"{WWW} A -> 192.0.2.1 (was 198.51.100.9)"}

    def test_what_is_taken_over_is_told_as_such(self) -> None:
        world = World(make_settings(adopt="same-content"))
        world.stands(LiveRecord("r1", a_record("www", "192.0.2.1")))
        assert world.told(wish()) == {(WEB, Reason.ADOPTED): f"{WWW} A -> 192.0.2.1"}

    def test_a_mark_that_somebody_deleted_is_put_back_without_a_word(self) -> None:
        world = World()
        world.told(wish())
        world.is_deleted(f"_truenorth-a.{WWW}")
        assert world.told(wish()) == {}


class TestASharedSet:
    def test_each_of_its_objects_is_told(self) -> None:
        told = World().told(wish("192.0.2.1"), wish("192.0.2.2", by=API))
        said = f"{WWW} A -> 192.0.2.1, 192.0.2.2"
        assert told == {(WEB, Reason.CREATED): said, (API, Reason.CREATED): said}

    def test_who_leaves_it_is_told_what_went_and_the_other_what_stays(self) -> None:
        world = World()
        world.told(wish("192.0.2.1"), wish("192.0.2.2", by=API))
        assert world.told(wish("192.0.2.1")) == {
            (WEB, Reason.UPDATED): f"{WWW} A -> 192.0.2.1 (was 192.0.2.2)",
            (API, Reason.DELETED): f"{WWW} A -> 192.0.2.2",
        }

    def test_who_leaves_it_to_another_with_the_same_target_is_told_that_it_stays(self) -> None:
        world = World()
        world.told(wish())
        told = world.told(wish(by=API))
        assert told == {(WEB, Reason.DELETED): f"{WWW} A stays, but not for this object"}


class TestWhatCannotBeSeen:
    def test_objects_that_cannot_be_read_are_told_nothing(self) -> None:
        world = World()
        world.told(wish())
        assert world.told(unread="the cluster is away") == {}
        assert world.told(wish()) == {}

    def test_a_gateway_without_an_address_is_ordinary_at_the_start_and_no_news_later(self) -> None:
        world = World()
        waiting = wish(targets=NO_ADDRESS, type=None)
        assert world.told(waiting) == {(WEB, Reason.WAITING): f"{WWW} is not made yet: {NO_ADDRESS.reason}"}
        world.told(wish())
        assert world.told(waiting) == {}
        assert not Reason.WAITING.is_warning

    def test_of_a_known_type_likewise(self) -> None:
        told = World().told(wish(targets=NO_ADDRESS))
        assert told == {(WEB, Reason.WAITING): f"{WWW} A is not made yet: {NO_ADDRESS.reason}"}

    def test_a_name_in_no_zone_of_ours_is_nobodys_business(self) -> None:
        assert (
            World().told(wish(name="www.example.edu", targets=NO_ADDRESS, type=None), wish(name="a.example.edu")) == {}
        )


class TestWhatIsLeftOut:
    def told(self, allowed: str) -> dict[Reason, str]:
        said = Complaint(WEB, "truenorth/tll", "", allowed, f"{WEB}: it is left out", minor=True)
        return {reason: text for (key, reason), text in World().told(wish(), said).items() if key == WEB}

    def test_what_somebody_has_to_mend_is_a_warning_beside_the_record(self) -> None:
        assert self.told("truenorth/ttl") == {
            Reason.CREATED: f"{WWW} A -> 192.0.2.1",
            Reason.LEFT_OUT: "it is left out",
        }
        assert Reason.LEFT_OUT.is_warning

    def test_what_has_no_meaning_is_none(self) -> None:
        assert self.told("") == {Reason.CREATED: f"{WWW} A -> 192.0.2.1", Reason.IGNORED: "it is left out"}
        assert not Reason.IGNORED.is_warning


class TestWhatIsRefused:
    def test_a_record_of_somebody_else_is_a_conflict(self) -> None:
        world = World()
        world.stands(LiveRecord("r1", a_record("www", "198.51.100.9")))
        told = world.told(wish())
        assert told.keys() == {(WEB, Reason.CONFLICT)}
        assert told[WEB, Reason.CONFLICT].startswith(f"{WWW} A is held by A 198.51.100.9 (")
        assert Reason.CONFLICT.is_warning

    def test_what_the_provider_refuses_is_told_in_its_own_words_each_time_until_it_is_mended(self) -> None:
        world, words = World(), "TTL must be between 60 and 86400 seconds, or 1 for Automatic. (9021)"
        said = f"{WWW} A 192.0.2.1 is refused by the provider: {words}. Mend it here; it is tried again by itself"
        for _ in range(2):
            assert world.told(wish(ttl=60), refused=words) == {(WEB, Reason.REFUSED): said}
        assert Reason.REFUSED.is_warning
        assert Reason.REFUSED.lasts
        assert world.told(wish(ttl=300)).keys() == {(WEB, Reason.CREATED)}

    def test_a_deletion_that_the_provider_refuses_is_told_to_the_former_owner(self) -> None:
        world = World()
        world.told(wish())
        told = world.told(refused="no (1)")
        assert told.keys() == {(WEB, Reason.REFUSED)}
        assert told[WEB, Reason.REFUSED].startswith(
            f"the deletion of {WWW} A 192.0.2.1 is refused by the provider: no (1)"
        )

    def test_a_bad_annotation_is_told_without_the_objects_name_which_the_event_has(self) -> None:
        complaint = Complaint(WEB, "truenorth/ttl", "soon", "seconds", f"{WEB}: the annotation truenorth/ttl is bad")
        waiting = wish(targets=Unknown(complaint.text), type=None)
        assert World().told(complaint, waiting) == {(WEB, Reason.BAD_ANNOTATION): "the annotation truenorth/ttl is bad"}

    def test_who_asks_for_a_name_that_another_object_has_is_told_who_has_it(self) -> None:
        world = World()
        world.told(wish(ttl=300))
        told = world.told(wish(ttl=300), wish(by=API, ttl=600, created="2025-02-02T00:00:00Z"))
        assert told.keys() == {(API, Reason.NAME_REFUSED)}
        assert told[API, Reason.NAME_REFUSED].startswith(f"{WEB} has {WWW}")

    def test_whose_parents_do_not_agree_is_told_what_counts_and_that_it_was_made(self) -> None:
        aliases = [wish(f"{one}.example.net", type="CNAME", rank=rank) for rank, one in enumerate(("public", "lan"))]
        told = World().told(*aliases)
        assert told.keys() == {(WEB, Reason.CREATED), (WEB, Reason.TARGET_CHOSEN)}
        assert told[WEB, Reason.CREATED] == f"{WWW} CNAME -> public.example.net"
        assert told[WEB, Reason.TARGET_CHOSEN].endswith("counts: public.example.net, and not lan.example.net")
        assert not Reason.TARGET_CHOSEN.is_warning

    def test_a_name_of_the_settings_stays_theirs(self) -> None:
        world = World(make_settings({"name": "www", "targets": ["203.0.113.9"]}))
        assert "the settings have it too" in world.told(wish())[WEB, Reason.NAME_REFUSED]

    def test_what_the_guard_holds_back_is_told_to_whom_it_was_made_for(self) -> None:
        world = World(make_settings(guard={"from_records": 1, "share": 0}))
        world.told(wish())
        told = world.told(hold_back=True)
        assert told.keys() == {(WEB, Reason.HELD_BACK)}
        assert told[WEB, Reason.HELD_BACK].startswith(
            f"{WWW} A is left as it is until a person allows the change: all that the"
        )

    def test_warnings_come_first(self) -> None:
        world = World()
        world.stands(LiveRecord("r1", a_record("www", "198.51.100.9")))
        told = world.told(wish(), wish(name="api.example.com"))
        assert list(told) == [(WEB, Reason.CONFLICT), (WEB, Reason.CREATED)]


class TestAFailure:
    def test_it_is_told_to_those_whose_records_it_names_alone(self) -> None:
        failure = f"the engine failed\ncreate {WWW}/A: 500 from the API"
        told = World().told(wish(), wish(name="api.example.com", by=API), failure=failure)
        assert told == {(WEB, Reason.FAILED): f"{WWW} A could not be confirmed: create {WWW}/A: 500 from the API"}

    def test_where_it_names_none_all_are_told(self) -> None:
        told = World().told(wish(), wish(name="api.example.com", by=API), failure="the disk is slow")
        assert told == {
            (WEB, Reason.FAILED): f"{WWW} A could not be confirmed: the disk is slow",
            (API, Reason.FAILED): "api.example.com A could not be confirmed: the disk is slow",
        }


class TestTheMessage:
    def test_it_says_how_much_did_not_fit(self) -> None:
        told = World().told(*(wish(name=f"host-{number:03}.example.com") for number in range(200)))
        message = told[WEB, Reason.CREATED]
        assert len(message) <= LONGEST_MESSAGE
        shown = message.split("; ")
        assert shown[0] == "host-000.example.com A -> 192.0.2.1"
        assert shown[-1] == f"and {200 - len(shown) + 1} more"

    def test_one_that_is_too_long_by_itself_is_cut(self) -> None:
        told = World().told(Complaint(WEB, "", "", "", "x" * 2000))
        assert len(told[WEB, Reason.NAME_REFUSED]) == LONGEST_MESSAGE
