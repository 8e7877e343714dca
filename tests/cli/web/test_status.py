from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cli.events import (
    Begun,
    Cached,
    Cause,
    Failure,
    Fatal,
    Leadership,
    Leaving,
    Mended,
    Reloaded,
    Role,
    Stopping,
    Trigger,
    Unwritten,
)
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Event
from cli.web.status import Status, after, after_detection
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.model.errors import Problem, Refused
from stacks.model.values import Family, Unknown, UnreadZone
from stacks.plan.changes import Action
from tests.cli.web.sample import (
    FORMER,
    IPV4,
    NOW,
    ZONE,
    change,
    convergence,
    detection,
    dispatch,
    record_set,
    sighting,
    troubled,
)

START = Status("home", "home", NOW - timedelta(hours=1))
WWW = ("www.example.com", "A")
V4 = ("", Family.IPV4)
REFUSED = Refused((Problem("12 of 14 records would be deleted", "zone example.com", "look at it"),), "a1b2c3d4")


def told(*event: Event, status: Status = START) -> Status:
    """The status after these, of which the last is told now, and each other a second before the next."""
    for ago, one in zip(range(len(event) - 1, -1, -1), event, strict=True):
        status = after(status, dispatch(one, ago))
    return status


class TestVersions:
    def test_count_what_is_worth_telling(self) -> None:
        found = told(sighting(Family.IPV4, IPV4))
        assert (found.version, found.serial) == (1, 1)
        again = after(found, dispatch(sighting(Family.IPV4, IPV4), -5))
        assert again.addresses[V4].at == NOW + timedelta(seconds=5)
        assert (again.version, again.serial) == (1, 2)

    @pytest.mark.parametrize("event", [Begun(), Leadership(Role.ALONE)])
    def test_stay_where_nothing_is_to_be_shown(self, event: Event) -> None:
        assert told(event) == START

    def test_of_names_change_with_the_list_only(self) -> None:
        first = told(convergence([record_set("www", IPV4)]))
        same = after(first, dispatch(convergence([record_set("www", IPV4)]), -5))
        other = told(convergence([record_set("www", FORMER)]), status=same)
        assert (first.names, same.names, other.names) == (1, 1, 2)
        assert same.version > first.version  # it was looked at again

    def test_of_names_change_with_what_the_name_servers_say(self) -> None:
        first = told(convergence([record_set("www", IPV4)]))
        assert told(Confirmation((Confirmed(*WWW, 1.0),)), status=first).names == first.names + 1

    def test_written_again_the_cache_is_not_worth_telling(self) -> None:
        first = told(Cached((sighting(Family.IPV4, IPV4),), written=True))
        again = after(first, dispatch(Cached((sighting(Family.IPV4, IPV4),), written=True), -40))
        assert again.version == first.version
        assert again.cached_at == NOW + timedelta(seconds=40)


class TestAddresses:
    def test_say_since_when_they_are_so(self) -> None:
        found = told(sighting(Family.IPV4, FORMER), sighting(Family.IPV4, IPV4), sighting(Family.IPV4, IPV4))
        assert found.addresses[V4].since == NOW - timedelta(seconds=1)
        assert found.addresses[V4].at == NOW

    def test_of_the_cache_are_told_as_such(self) -> None:
        found = told(Cached((sighting(Family.IPV4, IPV4),)))
        assert found.addresses[V4].from_cache

    def test_that_we_have_written_ourselves_are_known_already(self) -> None:
        assert told(Cached((sighting(Family.IPV4, IPV4),), written=True)).addresses == {}

    def test_are_those_that_a_convergence_has_seen(self) -> None:
        lost = sighting(Family.IPV4, Unknown("silence"), "lte")
        found = told(lost, sighting(Family.IPV4, FORMER), convergence())
        assert {key: one.sighting for key, one in found.addresses.items()} == {V4: sighting(Family.IPV4, IPV4)}

    def test_are_seen_anew_by_each_detection_that_agrees(self) -> None:
        known = told(sighting(Family.IPV4, IPV4))
        later = NOW + timedelta(seconds=30)
        found = after_detection(known, detection(), later)
        assert found.addresses[V4].at == later
        assert found.version == known.version + 1  # the sources are told for the first time
        assert after_detection(found, detection(), later).version == found.version

    def test_are_not_by_one_that_does_not(self) -> None:
        known = told(sighting(Family.IPV4, FORMER))
        assert after_detection(known, detection(), NOW + timedelta(seconds=30)).addresses[V4].at == NOW


class TestFailures:
    FAILURE = Failure("503", 2.0, Cause.OBSERVATION)

    def test_count_until_one_succeeds(self) -> None:
        found = told(self.FAILURE, self.FAILURE, self.FAILURE)
        assert found.leader.failure
        assert (found.leader.failure.count, found.leader.failure.since) == (3, NOW - timedelta(seconds=2))
        assert told(convergence(), status=found).leader.failure is None

    def test_of_a_zone_that_stays_unread_count_on(self) -> None:
        unread = convergence(zones=(UnreadZone(ZONE, "503"),))
        failure = Failure("503", 2.0, Cause.UNREAD)
        found = told(unread, failure, unread, failure)
        assert found.leader.failure
        assert found.leader.failure.count == 2

    def test_end_with_a_refusal(self) -> None:
        found = told(self.FAILURE, REFUSED)
        assert (found.leader.failure, found.leader.refusal) == (None, REFUSED)

    def test_of_telling_owners_end_with_the_next_convergence(self) -> None:
        found = told(Unwritten("home", "forbidden"))
        assert list(found.leader.unwritten) == ["home"]
        assert told(convergence(), status=found).leader.unwritten == {}


class TestRefusals:
    def test_stay_while_changes_are_held_back(self) -> None:
        held = replace(convergence(), is_held_back=True)
        assert told(REFUSED, held).leader.refusal == REFUSED
        assert told(REFUSED, held, convergence()).leader.refusal is None


class TestConfirmations:
    CONFIRMED = Confirmation((Confirmed(*WWW, 1.2),))

    def test_hold_until_the_record_set_changes_again(self) -> None:
        sets = [record_set("www", IPV4)]
        found = told(convergence(sets), self.CONFIRMED, convergence(sets))
        assert found.leader.outcomes == {WWW: Confirmed(*WWW, 1.2)}
        assert (
            told(convergence(sets, (change(Action.UPDATE, "www", FORMER, IPV4),)), status=found).leader.outcomes == {}
        )

    def test_go_with_the_record_set(self) -> None:
        assert told(convergence([record_set("www", IPV4)]), self.CONFIRMED, convergence()).leader.outcomes == {}

    def test_keep_what_is_missing(self) -> None:
        missing = Unconfirmed(*WWW, "ns1 says 192.0.2.1")
        assert told(convergence([record_set("www", IPV4)]), Confirmation((missing,))).leader.outcomes == {WWW: missing}


class TestLeaving:
    def test_lasts_until_it_is_gone_or_wanted_again(self) -> None:
        kept = convergence([record_set("www", IPV4, untouched=True)])
        found = told(Leaving(*WWW, 60.0), kept)
        assert list(found.leader.leaving) == [WWW]
        assert told(convergence(), status=found).leader.leaving == {}
        assert told(convergence([record_set("www", IPV4)]), status=found).leader.leaving == {}


class TestLeadership:
    def test_that_is_lost_takes_with_it_what_the_leader_knew(self) -> None:
        lost = Leadership(Role.STANDBY, "pod-b", "pod-a", 5, "the lease could not be renewed")
        found = told(Leadership(Role.LEADER, "pod-a", "pod-a", 4), troubled(), TestFailures.FAILURE, lost)
        assert (found.leader.done, found.leader.failure, found.leader.outcomes) == (None, None, {})
        assert found.addresses  # which it sees itself
        assert [one.kind for one in found.history] == ["leadership", "failure", "leadership"]

    def test_that_is_taken_keeps_what_is_known(self) -> None:
        found = told(Cached((sighting(Family.IPV4, IPV4),)), Leadership(Role.LEADER, "pod-a", "pod-a", 4))
        assert (found.leadership.role, len(found.addresses)) == (Role.LEADER, 1)


class TestTheRest:
    def test_is_kept_as_it_was_told(self) -> None:
        found = told(
            *troubled().observation.sources,
            Reloaded("names: a list is wanted"),
            Cached(problem="forbidden"),
            Mended("a lock was broken"),
            Fatal("the token is refused", 2),
            Stopping("SIGTERM"),
        )
        assert len(found.sources) == 4
        assert (found.settings_problem, found.cache_problem) == ("names: a list is wanted", "forbidden")
        assert found.fatal == Fatal("the token is refused", 2)
        assert found.stopping == "SIGTERM"
        assert told(Reloaded(), Cached(), status=found).settings_problem == ""

    def test_a_change_is_remembered_with_its_turn(self) -> None:
        done = convergence([record_set("www", IPV4)], (change(Action.CREATE, "www", None, IPV4),))
        (entry,) = after(START, dispatch(done, 0, Trigger.ADDRESS, turn="abc")).history
        assert (entry.turn, entry.triggers, entry.title) == ("abc", ("address",), "1 record created")
        assert entry.since_asked == pytest.approx(2.1, abs=0.5)
