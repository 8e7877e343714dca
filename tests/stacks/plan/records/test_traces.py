"""What is taken over after a crash, by our marks and by what the crash has left."""

from __future__ import annotations

import pytest

from components.records.record import Record
from stacks.model.values import LiveRecord, RegisteredRecord, Unknown
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover, Traces
from stacks.plan.records.record_sets import import_ids
from stacks.plan.simulate import carried_out
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import a_record, make_observation, make_settings, owned_www

WISH, OTHER = "203.0.113.7", "203.0.113.9"
LOST = Traces(wanted=True)


def taken(
    settings: Settings, live: list[LiveRecord], traces: Traces, owned: list[RegisteredRecord] | None = None
) -> set[str]:
    """The ids of what the next run imports."""
    plan = make_plan(settings, make_observation(live=live, owned=owned or []), Takeover("truenorth", traces=traces))
    return {one for each in plan.record_sets for one in import_ids(each).values()}


def deleted(
    settings: Settings, live: list[LiveRecord], traces: Traces, owned: list[RegisteredRecord] | None = None
) -> set[str]:
    """The names and contents of what is gone after two runs."""
    observation = make_observation(live=live, owned=owned or [])
    observation = carried_out(make_plan(settings, observation, Takeover("truenorth", traces=traces)), observation)
    observation = carried_out(make_plan(settings, observation), observation)
    (zone,) = observation.zones
    assert not changes(make_plan(settings, observation), observation)
    left = {one.record.content for one in getattr(zone, "records")}  # noqa: B009 - a zone that was read
    return {one.record.content for one in live} - left


def beside(content: str, comment: str = "") -> LiveRecord:
    return LiveRecord("stray", a_record("www", content, comment=comment))


def made(content: str) -> Traces:
    return Traces(records=frozenset({("www.example.com", "A", content)}))


class TestWhereStateWasLost:
    def test_what_bears_our_mark_is_taken_over_at_a_wanted_name_whatever_it_is(self) -> None:
        live, _ = owned_www(OTHER)
        assert taken(make_settings("www"), live, LOST) == {"r1", "m1"}

    def test_nothing_is_by_the_setting_never(self) -> None:
        live, _ = owned_www(OTHER)
        assert taken(make_settings("www", adopt="never"), live, LOST) == set()

    def test_nothing_is_of_two_records_of_which_one_is_wanted(self) -> None:
        """A TXT does not say which of them is ours."""
        live, _ = owned_www(OTHER)
        assert taken(make_settings("www"), [*live, beside("198.51.100.7")], LOST) == set()

    def test_the_one_that_is_as_wished_is_of_two_records(self) -> None:
        live, _ = owned_www(WISH)
        assert taken(make_settings("www"), [*live, beside("198.51.100.7")], LOST) == {"r1", "m1"}

    def test_a_comment_says_which_record_is_ours(self) -> None:
        live = [beside(OTHER, "[truenorth owner=home]"), LiveRecord("r2", a_record("www", "198.51.100.7"))]
        settings = make_settings("www", marks="comment")
        assert taken(settings, live, LOST) == {"stray"}

    def test_a_comment_says_nothing_where_marks_are_texts(self) -> None:
        live, _ = owned_www(OTHER)
        two = [beside(OTHER, "[truenorth owner=home]"), LiveRecord("r2", a_record("www", "198.51.100.7")), live[1]]
        assert taken(make_settings("www"), two, LOST) == set()

    def test_what_nobody_wants_is_left_alone(self) -> None:
        """It may be of another stack that has the same owner by mistake."""
        live, _ = owned_www(OTHER)
        assert deleted(make_settings("api"), live, LOST) == set()

    def test_what_bears_the_mark_of_another_owner_is_left_alone(self) -> None:
        live, _ = owned_www(OTHER)
        assert taken(make_settings("www", owner="other"), live, LOST) == set()


class TestWhatACutOffRunWasAboutToMake:
    @pytest.mark.parametrize("adopt", ["never", "owned", "all"])
    def test_is_taken_over_and_put_right(self, adopt: str) -> None:
        live, _ = owned_www(OTHER)
        assert taken(make_settings("www", adopt=adopt), live, made(OTHER)) == {"r1", "m1"}

    def test_is_deleted_with_its_mark_where_it_is_not_wanted_any_more(self) -> None:
        live, _ = owned_www(OTHER)
        assert deleted(make_settings(), live, made(OTHER)) == {one.record.content for one in live}

    def test_is_deleted_where_state_has_only_its_mark(self) -> None:
        live, owned = owned_www(OTHER)
        assert deleted(make_settings(), live, made(OTHER), owned[1:]) == {one.record.content for one in live}

    def test_is_deleted_where_state_has_another_record_of_the_set(self) -> None:
        live, owned = owned_www(WISH)
        gone = deleted(make_settings("www"), [*live, beside(OTHER)], made(OTHER), owned)
        assert gone == {OTHER}
        assert deleted(make_settings(), [*live, beside(OTHER)], made(OTHER), owned) >= {WISH, OTHER}

    def test_is_told_from_a_stray_record_beside_it(self) -> None:
        live, owned = owned_www(WISH)
        assert deleted(make_settings("www"), [*live, beside("198.51.100.7")], made(OTHER), owned) == set()
        assert deleted(make_settings(), [*live, beside("198.51.100.7")], made(WISH)) == {WISH}

    @pytest.mark.parametrize("policy", ["upsert-only", "create-only"])
    def test_is_not_deleted_by_a_policy_that_deletes_nothing(self, policy: str) -> None:
        live, owned = owned_www(OTHER)
        assert deleted(make_settings(policy=policy), live, made(OTHER)) == set()
        assert deleted(make_settings(policy=policy), live, made(OTHER), owned[1:]) == set()

    def test_stays_what_it_is_where_it_bears_no_mark(self) -> None:
        live, _ = owned_www(OTHER)
        assert deleted(make_settings(), live[:1], made(OTHER)) == set()
        assert taken(make_settings("www", marks="none"), live[:1], made(OTHER)) == set()

    def test_is_taken_over_without_a_mark_under_a_wildcard_alone(self) -> None:
        """Its mark would have come after it there."""
        live, _ = owned_www(OTHER)
        wildcard = LiveRecord("w1", a_record("*", "198.51.100.7"))
        assert taken(make_settings("www"), [live[0], wildcard], made(OTHER)) == {"r1"}
        assert taken(make_settings("www"), live[:1], made(OTHER)) == set()

    def test_is_left_to_who_has_marked_it_meanwhile_under_a_wildcard_too(self) -> None:
        live, _ = owned_www(OTHER)
        wildcard = LiveRecord("w1", a_record("*", "198.51.100.7"))
        assert taken(make_settings("www", owner="other"), [*live, wildcard], made(OTHER)) == set()

    def test_is_taken_over_as_it_is_while_the_address_is_unknown(self) -> None:
        live, _ = owned_www(OTHER)
        observation = make_observation(ipv4=Unknown("down"), live=live)
        plan = make_plan(make_settings("www"), observation, Takeover("truenorth", traces=made(OTHER)))
        (record_set,) = plan.record_sets
        assert [(slot.target, slot.import_id) for slot in record_set.slots] == [(OTHER, "r1")]


class TestWhatAFormerCheckpointHeld:
    def test_is_deleted_where_it_is_not_wanted(self) -> None:
        live, _ = owned_www(OTHER)
        assert deleted(make_settings(), live, Traces(ids=frozenset({"r1"}))) == {one.record.content for one in live}

    def test_is_deleted_without_its_mark_beside_one_that_it_did_not_hold(self) -> None:
        """Which may be ours, too: nobody knows of which of them the mark speaks."""
        live, _ = owned_www(OTHER)
        assert deleted(make_settings(), [*live, beside("198.51.100.7")], Traces(ids=frozenset({"r1"}))) == {OTHER}

    def test_is_left_alone_where_it_is_somebody_elses_by_now(self) -> None:
        theirs = Record("www.example.com", "A", OTHER, 1, proxied=False, comment="[truenorth owner=other]")
        traces = Traces(ids=frozenset({"r1"}))
        assert deleted(make_settings(marks="comment"), [LiveRecord("r1", theirs)], traces) == set()
