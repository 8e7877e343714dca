"""What of the news is told, when, and in which words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.events import Failure, Fatal, Leadership, Reloaded, Role
from cli.findings.finding import Finding
from cli.notify.message import LINES, Fact, Message, message
from cli.notify.policy import BURST, Policy
from cli.reconcile.events import Event
from cli.reconcile.result import Convergence
from stacks.model.errors import Problem, Refused
from stacks.observe.wan.agreement.consensus import DISAGREEMENT
from stacks.plan.changes import Action, Change
from stacks.plan.geo.changes import GeoAction, GeoChange
from stacks.settings.watch import NotificationSettings
from tests.cli.happenings import change, conflict, convergence, dispatch, sighting

ALL = NotificationSettings(of=(*NotificationSettings().of, "leadership"))
WINDOW, PATIENCE = ALL.at_most_every, ALL.failures_from
REFUSED = Refused((Problem("deletes 9 of 10 records", "zone example.com", "truenorth up --allow abc"),), "abc")
DISAGREE = sighting(reason=f"{DISAGREEMENT} the ipv4 address: 203.0.113.7 says a; 203.0.113.66 says b")
LOST = sighting(reason="no source gave an ipv4 address")
WRONG, RIGHT = Failure("HTTP 503", 2.0), convergence()
LEADER, STANDBY = Leadership(Role.LEADER, "pod-a", "pod-a"), Leadership(Role.STANDBY, "pod-a", "pod-b")


class Told:
    """A policy that is told news at moments, and asked at each of them."""

    def __init__(self, settings: NotificationSettings = ALL) -> None:
        self.policy = Policy(settings, "home")

    def at(self, now: float, *event: Event) -> list[Message]:
        for one in event:
            self.policy.on_event(dispatch(one, now))
        return self.policy.tell(now)

    def only(self, now: float, *event: Event) -> Message:
        (found,) = self.at(now, *event)
        return found


def changed(before: str, after: str, name: str = "www") -> Convergence:
    return convergence(change(name, before, after))


class TestWords:
    @pytest.mark.parametrize(
        ("made", "title", "line"),
        [
            (
                change("www", "203.0.113.7", "203.0.113.8"),
                "was updated",
                "203.0.113.7 -> 203.0.113.8",
            ),
            (change("www", after="203.0.113.7"), "was created", "203.0.113.7"),
            (change("www", "203.0.113.7"), "was deleted", "203.0.113.7"),
            (
                change("www", "203.0.113.7", "203.0.113.8", Action.CORRECT),
                "was corrected",
                "203.0.113.7 -> 203.0.113.8 (drift: it was changed behind our back)",
            ),
            (
                change("www", "203.0.113.7", action=Action.FORGET),
                "was forgotten",
                "203.0.113.7 (it is gone already)",
            ),
        ],
    )
    def test_of_a_change_are_its_name_and_what_it_was_before_and_is_now(
        self, made: Change, title: str, line: str
    ) -> None:
        told = Told().only(0, convergence(made))
        assert (told.kind, told.severity, told.body) == ("change", "info", line)
        assert told.title == f"TrueNorth home: www.example.com A {title}"

    def test_of_many_changes_are_twenty_lines_and_the_number_of_the_rest(self) -> None:
        made = [change(f"n{number:02}", "203.0.113.7", "203.0.113.8") for number in range(LINES + 12)]
        told = Told().only(0, convergence(*made))
        assert told.title == "TrueNorth home: 32 records have changed"
        assert told.body.splitlines()[LINES - 1 :] == [
            "n19.example.com A was updated: 203.0.113.7 -> 203.0.113.8",
            "and 12 more",
        ]

    def test_of_a_change_of_load_balancing_are_what_it_is(self) -> None:
        done = replace(changed("", "203.0.113.7"), geo_changes=(GeoChange(GeoAction.UPDATE, "pool", "k8s-pool-a-eu"),))
        told = Told().only(0, done)
        assert "k8s-pool-a-eu" in told.body.splitlines()[1]

    def test_of_a_conflict_are_who_holds_it_and_what_to_do(self) -> None:
        told = Told().only(0, convergence(conflicts=(conflict("www"),)))
        assert told.title == "TrueNorth home: www.example.com A is held by nobody's mark"
        assert told.body.startswith("it was there before\nIt is left alone. Take")
        assert told.severity == "warning"

    def test_of_a_disagreement_are_who_says_what(self) -> None:
        told = Told().only(0, DISAGREE)
        assert told.title == "TrueNorth home: the IPv4 address of the WAN is unknown"
        assert "203.0.113.66 says b" in told.body
        assert "truenorth detect" in told.body

    def test_of_a_refusal_are_the_word_that_allows_it(self) -> None:
        told = Told().only(0, REFUSED)
        assert told.title == "TrueNorth home: changes are refused until a person decides"
        assert "--allow abc" in told.body

    def test_of_an_end_are_why_and_what_to_do(self) -> None:
        told = Told().only(0, Fatal("the token is refused", 2))
        assert (told.title, told.severity) == ("TrueNorth home: gives up with exit code 2", "failure")
        assert told.body.splitlines()[0] == "the token is refused"

    def test_are_never_longer_than_services_take(self) -> None:
        for count in (1, 2, LINES + 5):
            facts = [
                Fact("conflict", str(number), Finding("conflict", "warning", "", "t", "x" * 10_000, "do"))
                for number in range(count)
            ]
            assert len(message("home", facts).body) < 4000


class TestWhatIsNobodysBusiness:
    @pytest.mark.parametrize(
        "event",
        [RIGHT, convergence(unread="HTTP 503"), LOST, sighting("203.0.113.7"), LEADER, STANDBY, Reloaded()],
    )
    def test_is_not_told(self, event: Event) -> None:
        told = Told()
        assert told.at(0, event) == []
        assert told.policy.due() == math.inf

    def test_is_what_the_settings_leave_out(self) -> None:
        told = Told(NotificationSettings(of=("failure",)))
        assert told.at(0, changed("", "203.0.113.7"), DISAGREE, REFUSED) == []

    def test_is_what_another_leader_tells(self) -> None:
        told = Told()
        assert told.at(0, STANDBY, changed("", "203.0.113.7"), DISAGREE, REFUSED, WRONG) == []
        assert told.at(PATIENCE, RIGHT) == []

    def test_is_not_the_end_of_a_standby(self) -> None:
        assert Told().only(0, STANDBY, Fatal("no token", 2)).kind == "failure"


class TestTheSame:
    def test_is_not_told_twice_within_a_while(self) -> None:
        told = Told()
        assert told.at(0, REFUSED)
        assert told.at(10, REFUSED) == []
        assert told.policy.due() == WINDOW
        assert told.only(WINDOW).kind == "refusal"

    def test_is_told_at_once_after_that(self) -> None:
        told = Told()
        told.at(0, REFUSED)
        assert told.at(WINDOW + 1, REFUSED)

    def test_changes_of_one_record_are_told_as_one(self) -> None:
        told = Told()
        told.at(0, changed("", "203.0.113.7"))
        told.at(10, changed("203.0.113.7", "203.0.113.8"))
        told.at(20, changed("203.0.113.8", "203.0.113.9"))
        assert told.only(WINDOW).body == "203.0.113.7 -> 203.0.113.9"

    def test_is_nothing_where_a_record_is_back_at_what_was_told(self) -> None:
        told = Told()
        told.at(0, changed("", "203.0.113.7"))
        told.at(10, changed("203.0.113.7", "203.0.113.8"))
        told.at(20, changed("203.0.113.8", "203.0.113.7"))
        assert told.policy.due() == math.inf

    def test_a_record_that_is_made_and_goes_again_says_nothing(self) -> None:
        told = Told()
        told.at(0, changed("203.0.113.7", ""))
        told.at(10, changed("", "203.0.113.8"))
        assert told.at(20, changed("203.0.113.8", "")) == []
        assert told.policy.due() == math.inf

    def test_another_record_does_not_wait(self) -> None:
        told = Told()
        assert told.at(0, changed("", "203.0.113.7"))
        assert told.at(1, changed("", "203.0.113.7", "api"))

    def test_is_told_at_each_time_where_the_settings_want_that(self) -> None:
        told = Told(NotificationSettings(at_most_every=0))
        assert [len(told.at(now, REFUSED)) for now in (0, 0, 1)] == [1, 1, 1]


class TestAConflict:
    def test_is_told_once_while_it_lasts(self) -> None:
        told, held = Told(), convergence(conflicts=(conflict("www"),))
        assert told.at(0, held)
        assert told.at(WINDOW * 5, held, held) == []

    def test_is_told_again_when_it_is_back_after_a_while(self) -> None:
        told, held = Told(), convergence(conflicts=(conflict("www"),))
        told.at(0, held)
        told.at(10, RIGHT)
        assert told.at(WINDOW + 10, held)

    def test_that_is_new_is_told_without_the_others(self) -> None:
        told = Told()
        told.at(0, convergence(conflicts=(conflict("www"),)))
        found = told.only(1, convergence(conflicts=(conflict("www"), conflict("api"))))
        assert found.title.startswith("TrueNorth home: api.example.com")

    def test_is_not_over_because_its_zone_could_not_be_listed(self) -> None:
        told, held = Told(), convergence(conflicts=(conflict("www"),))
        told.at(0, held)
        told.at(WINDOW + 1, convergence(unread="HTTP 503"))
        assert told.at(WINDOW + 2, held) == []


class TestFailing:
    def test_is_told_when_it_has_lasted(self) -> None:
        told = Told()
        assert told.at(0, WRONG) == []
        assert told.policy.due() == PATIENCE
        assert told.at(PATIENCE - 1, Failure("HTTP 502", 4.0)) == []
        found = told.only(PATIENCE)
        assert (found.title, found.severity) == ("TrueNorth home: has been failing for 60 s", "failure")
        assert found.body.startswith("HTTP 502\n")

    def test_that_passes_is_not(self) -> None:
        told = Told()
        told.at(0, WRONG)
        assert told.at(PATIENCE - 1, RIGHT) == []
        assert told.at(PATIENCE + 1) == []

    def test_is_told_once_and_so_is_its_end(self) -> None:
        told = Told()
        told.at(0, WRONG)
        told.at(PATIENCE)
        assert told.at(86_400, WRONG) == []
        found = told.only(86_400 * 2, RIGHT)
        assert (found.kind, found.severity, found.title) == ("recovery", "success", "TrueNorth home: works again")
        assert "failed for 2 d" in found.body
        assert told.at(86_400 * 2 + 1, RIGHT) == []

    def test_of_a_listing_is_no_end_of_it(self) -> None:
        told, unread = Told(), convergence(unread="HTTP 503")
        told.at(0, unread, WRONG)
        told.at(2, unread, WRONG)
        assert told.only(PATIENCE, unread, WRONG).kind == "failure"
        assert told.at(PATIENCE * 2, unread, WRONG) == []

    def test_again_soon_after_it_worked_waits(self) -> None:
        told = Told()
        told.at(0, WRONG)
        assert told.at(PATIENCE)
        assert told.at(PATIENCE + 1, RIGHT)
        told.at(PATIENCE + 2, WRONG)
        assert told.at(PATIENCE * 2 + 2) == []
        assert told.policy.due() == PATIENCE + WINDOW
        assert told.only(PATIENCE + WINDOW).kind == "failure"

    def test_again_that_ends_before_it_is_told_says_nothing(self) -> None:
        told = Told()
        told.at(0, WRONG)
        told.at(PATIENCE)
        told.at(PATIENCE + 1, RIGHT)
        told.at(PATIENCE + 2, WRONG)
        told.at(PATIENCE * 3)
        assert told.at(PATIENCE * 4, RIGHT) == []
        assert told.policy.due() == math.inf

    def test_is_not_told_of_a_process_that_leads_no_more(self) -> None:
        told = Told(NotificationSettings())
        told.at(0, WRONG)
        told.at(1, STANDBY)
        assert told.policy.due() == math.inf


class TestAgreement:
    def test_again_is_told_after_a_disagreement_was(self) -> None:
        told = Told()
        told.at(0, DISAGREE)
        found = told.only(10, sighting("203.0.113.8"))
        assert found.title == "TrueNorth home: the IPv4 address of the WAN is 203.0.113.8"
        assert found.body == "the sources agree again"
        assert told.at(20, sighting("203.0.113.9")) == []


class TestSettings:
    def test_that_cannot_be_used_are_told_and_so_is_their_mending(self) -> None:
        told = Told()
        assert told.only(0, Reloaded("no zone")).title == "TrueNorth home: the new settings cannot be used"
        assert told.only(1, Reloaded()).title == "TrueNorth home: the settings have changed and are in use"


class TestLeadership:
    def test_that_was_taken_over_is_told(self) -> None:
        told = Told()
        told.at(0, STANDBY)
        assert told.only(1, LEADER).title == "TrueNorth home: pod-a leads"

    def test_of_a_process_that_starts_where_another_led_is_told(self) -> None:
        assert Told().at(0, replace(LEADER, transitions=3))

    def test_that_was_lost_is_told_with_the_reason(self) -> None:
        lost = Leadership(Role.STANDBY, "pod-b", "pod-a", reason="it could not renew")
        found = Told().only(0, LEADER, lost)
        assert (found.title, found.body) == ("TrueNorth home: pod-a stands by: pod-b leads", "it could not renew")

    def test_is_not_told_unless_asked_for(self) -> None:
        assert Told(NotificationSettings()).at(0, STANDBY, LEADER) == []


class TestAFlood:
    def test_is_gathered_after_a_few_messages(self) -> None:
        told = Told()
        sent = [told.at(float(second), changed("", "203.0.113.7", f"n{second}")) for second in range(100)]
        assert [len(one) for one in sent] == [1] * BURST + [0] * (100 - BURST)
        assert told.policy.due() == WINDOW
        assert told.only(WINDOW).title == f"TrueNorth home: {100 - BURST} records have changed"

    @given(
        st.lists(
            st.tuples(
                st.floats(0, 30),
                st.sampled_from(
                    [WRONG, RIGHT, DISAGREE, REFUSED, LOST, sighting("203.0.113.7"), Reloaded("bad"), Reloaded()]
                    + [changed("203.0.113.7", "203.0.113.8", f"n{one}") for one in range(8)]
                    + [convergence(conflicts=(conflict(f"c{one}"),)) for one in range(3)]
                ),
            ),
            max_size=80,
        )
    )
    def test_of_any_news_stays_within_bounds_and_nothing_is_kept_for_ever(
        self, heard: list[tuple[float, Event]]
    ) -> None:
        told, now, sent = Told(), 0.0, []
        for pause, event in heard:
            now += pause
            sent += [(now, one.kind) for one in told.at(now, event)]
        for kind in {kind for _, kind in sent}:
            at = [moment for moment, one in sent if one == kind]
            for first, later in zip(at, at[BURST:], strict=False):
                assert later >= first + WINDOW  # as the policy adds, rounded alike
        told.at(now + WINDOW + PATIENCE)
        told.at(now + 2 * (WINDOW + PATIENCE))
        assert told.policy.due() == math.inf


class TestTheEnd:
    def test_tells_what_still_waits(self) -> None:
        told = Told()
        told.at(0, REFUSED)
        told.at(1, REFUSED, WRONG)
        assert [one.kind for one in told.policy.last_words(2)] == ["refusal"]
