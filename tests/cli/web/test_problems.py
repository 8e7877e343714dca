from __future__ import annotations

from dataclasses import replace

import pytest

from cli.events import Cached, Cause, Failure, Fatal, Leadership, Leaving, Reloaded, Role, Stopping, Unwritten
from cli.findings.finding import SHOWN, Finding
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Event
from cli.web.document import head
from cli.web.problems import problems
from cli.web.status import Status, after
from stacks.model.claims import Complaint, SourceSighting
from stacks.model.confirmation import Unconfirmed
from stacks.model.errors import Problem, Refused
from stacks.model.geo import GeoPlan, GeoSight
from stacks.model.values import Conflict, Family, Frozen, Known, Unknown, UnreadZone
from stacks.plan.changes import Action
from stacks.plan.safety.refusal import Refusal
from tests.cli.web.sample import (
    IPV4,
    NOW,
    ZONE,
    change,
    convergence,
    dispatch,
    ingress,
    record_set,
    refused,
    sighting,
    troubled,
)

REFUSAL = Refusal(ZONE, "12 of 14 records would be deleted", (change(Action.DELETE, "www", IPV4, None),))
REFUSED = Refused((Problem("12 of 14 records would be deleted", "zone example.com", "look at it"),), "a1b2c3d4")
WWW = [record_set("www", IPV4)]


def status(*event: Event) -> Status:
    found = Status("home", "home", NOW)
    for one in event:
        found = after(found, dispatch(one))
    return found


def wrong(*event: Event) -> list[Finding]:
    return [one.finding for one in problems(status(*event))]


def only(*event: Event) -> Finding:
    (found,) = wrong(*event)
    return found


class TestTheHeadline:
    @pytest.mark.parametrize(
        ("event", "expected"),
        [
            ((), ("waiting", "Looking at the world for the first time")),
            ((convergence(),), ("good", "No name is asked for")),
            ((convergence(WWW),), ("good", "The one name points where it should")),
            (
                (convergence([record_set(f"n{n}", IPV4) for n in range(1200)]),),
                ("good", "All 1,200 names point where they should"),
            ),
            ((troubled(),), ("warning", "1 name in conflict, 2 names frozen")),
            ((convergence(WWW, rejected=(refused("a"),)),), ("warning", "1 record refused by the provider")),
            ((convergence(WWW, zones=(UnreadZone(ZONE, "503"),)),), ("warning", "1 zone unread")),
            (
                (replace(convergence(WWW), refusals=(REFUSAL,), is_held_back=True),),
                ("warning", "1 change held back"),
            ),
            ((convergence(WWW), Reloaded("bad")), ("warning", "1 name in place; something needs a look")),
            ((convergence(WWW), REFUSED), ("bad", "Changes are refused: a person has to decide")),
            ((convergence(WWW), Failure("503", 1.0)), ("bad", "The last convergence failed; it is tried again")),
            ((Leadership(Role.STANDBY, "pod-a", "pod-b"),), ("standby", "pod-b stands by: pod-a leads")),
            ((Leadership(Role.STANDBY),), ("standby", "This process stands by: nobody is known to lead")),
            ((convergence(WWW), Stopping("SIGTERM")), ("waiting", "It is ending")),
            ((convergence(WWW), Fatal("bad", 2), Stopping("x")), ("bad", "It has ended: a person has to look")),
        ],
    )
    def test_is_what_matters_most(self, event: tuple[Event, ...], expected: tuple[str, str]) -> None:
        found = head(status(*event))
        assert (found["status"], found["headline"]) == expected


class TestAProblem:
    @pytest.mark.parametrize(
        ("event", "kind", "severity"),
        [
            ((Fatal("the token is refused", 2),), "fatal", "bad"),
            ((Failure("503", 1.0, Cause.OBSERVATION),), "failure", "bad"),
            ((REFUSED,), "refusal", "bad"),
            ((replace(convergence(), refusals=(REFUSAL,), is_held_back=True),), "refusal", "bad"),
            ((Reloaded("names: a list is wanted"),), "settings", "warning"),
            ((Cached(problem="forbidden"),), "cache", "warning"),
            ((sighting(Family.IPV6, Unknown("silence")),), "address", "bad"),
            ((SourceSighting("home", "ingress", "Ingress", Unknown("refused")),), "source", "bad"),
            ((SourceSighting("home", "ingress", "Ingress", Known(()), stale="refused"),), "source", "warning"),
            ((convergence(WWW, zones=(UnreadZone(ZONE, "503"),)),), "zone", "bad"),
            (
                (convergence(conflicts=(Conflict("a.example.com", "A", "somebody", "it stands there"),)),),
                "conflict",
                "warning",
            ),
            ((convergence(frozen=(Frozen("a.example.com", "A", (), "silence"),)),), "frozen", "warning"),
            ((convergence(rejected=(refused("a"),)),), "rejected", "bad"),
            ((convergence(geo=GeoSight(Unknown("403"))),), "balancing", "bad"),
            (
                (convergence(WWW), Confirmation((Unconfirmed("www.example.com", "A", "late"),))),
                "unconfirmed",
                "warning",
            ),
            ((Unwritten("home", "forbidden"),), "feedback", "warning"),
            ((Leaving("www.example.com", "A", 60.0),), "leaving", "note"),
        ],
    )
    def test_says_what_and_what_to_do(self, event: tuple[Event, ...], kind: str, severity: str) -> None:
        found = only(*event)
        assert (found.kind, found.severity) == (kind, severity)
        assert found.title
        assert found.do

    def test_is_none_where_a_cluster_has_no_such_kind_yet(self) -> None:
        assert wrong(SourceSighting("home", "ingress", "Ingress", Unknown("no such kind"), waiting=True)) == []

    def test_of_failing_again_and_again_says_how_often_and_since_when(self) -> None:
        (found,) = problems(status(*[Failure("503", 8.0)] * 3))
        assert (found.finding.title, found.since) == ("the convergence failed 3 times in a row", NOW)
        assert "after 8 s" in found.finding.do

    def test_of_an_unread_zone_is_told_once(self) -> None:
        found = only(convergence(zones=(UnreadZone(ZONE, "503"),)), Failure("503", 8.0, Cause.UNREAD))
        assert found.kind == "zone"

    def test_of_one_reason_is_told_once_however_many_names_it_freezes(self) -> None:
        frozen = tuple(Frozen(f"n{number}.example.com", "A", (IPV4,), "silence") for number in range(5000))
        found = only(convergence(frozen=frozen))
        assert (found.title, found.why) == ("5,000 record sets are frozen", "silence")
        assert (len(found.names), found.more) == (SHOWN, 5000 - SHOWN)

    def test_of_many_conflicts_does_not_fill_the_page(self) -> None:
        conflicts = tuple(Conflict(f"n{number}.example.com", "A", "somebody", "there") for number in range(500))
        found = wrong(convergence(conflicts=conflicts))
        assert len(found) == SHOWN + 1
        assert found[-1].title == "490 more names like these"

    def test_of_an_object_is_its_complaint_alone(self) -> None:
        text = "Ingress shop/web: truenorth/ttl is no number"
        complaint = Complaint(ingress("web"), "truenorth/ttl", "soon", "seconds", text)
        done = convergence(frozen=(Frozen("a.example.com", "A", (), text),))
        found = only(replace(done, plan=replace(done.plan, complaints=(complaint,))))
        assert (found.kind, found.why, found.do) == ("complaint", text, "Its owner can mend it: seconds")

    def test_of_load_balancing_has_its_conflicts_notes_and_what_is_left(self) -> None:
        done = convergence()
        geo = GeoPlan(conflicts=("the pool is another's",), notes=("no location",), again="the old origin stays")
        found = wrong(replace(done, plan=replace(done.plan, geo=geo)))
        assert [(one.severity, one.why) for one in found] == [
            ("warning", "the pool is another's"),
            ("note", "no location"),
            ("note", "the old origin stays"),
        ]

    def test_of_a_pool_names_the_addresses_that_are_down(self) -> None:
        (found,) = (one for one in wrong(troubled()) if one.kind == "health")
        assert (found.title, found.names) == ("the pool k8s-pool-office-us_east is unhealthy", ("198.51.100.4",))


def test_the_worst_come_first() -> None:
    order = [one.severity for one in wrong(Leaving("a", "A", 1.0), troubled(), Failure("503", 1.0))]
    assert order == sorted(order, key=["bad", "warning", "note"].index)
    assert order[0] == "bad"
