"""What the log says of each kind of news, for people and for machines."""

from __future__ import annotations

import io
import json
from typing import Any, get_args

import pytest
from rich.console import Console

from cli.engine.events import Diagnostic, EngineEvent, Step, Summary
from cli.events import (
    Begun,
    Cached,
    Failure,
    Fatal,
    Leadership,
    Leaving,
    Mended,
    Reloaded,
    Requested,
    Role,
    Stopping,
    Unwritten,
)
from cli.log.entries import LEVELS, Level, LogEntry, entry, unsent
from cli.log.hearing import hearing, stepping
from cli.log.log import Log, Mode
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Event, Subscriber
from cli.reconcile.result import Planned
from cli.session.redactor import Redactor
from stacks.model.claims import Complaint, ObjectKey, SourceSighting
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.model.errors import Problem, Refused
from stacks.model.values import Frozen, Known, Unknown
from tests.cli.happenings import TURN, ZONE, change, conflict, convergence, dispatch, sighting

SKIPPED = Complaint(
    ObjectKey("", "Ingress", "shop", "web"), "", "", "", "Ingress shop/web: it has no label cluster-name"
)
OURS = "cloudflare:index/dnsRecord:DnsRecord"
REFUSED = Refused((Problem("deletes 9 of 10", "zone example.com", "truenorth up --allow abc"),), "abc")
SAID: list[tuple[Event, str, str, str]] = [
    (Begun(), "debug", "begin", "a look at the addresses, the objects, the zones and the state"),
    (
        Cached((sighting("203.0.113.7"),), written=True),
        "info",
        "cached",
        "address cache written: the IPv4 address of the WAN is 203.0.113.7",
    ),
    (Cached(), "info", "cached", "address cache read: no address"),
    (Cached(problem="403"), "warning", "cached", "the cluster's address cache could not be read: 403"),
    (
        Confirmation((Confirmed("www", "A", 1.0), Unconfirmed("api", "A", "silence"))),
        "warning",
        "confirmation",
        "confirmed by the name servers: 1 record set (1.0 s)\napi A is not confirmed by the name servers: silence",
    ),
    (
        convergence(change("www", "203.0.113.7", "203.0.113.8")),
        "info",
        "result",
        "done: 1 updated; 0 record sets (1.5 s, engine 0.5 s)",
    ),
    (
        convergence(unread="HTTP 503"),
        "warning",
        "result",
        "nothing to do: 0 record sets as they should be, as far as it could be read (1.5 s, engine not needed)",
    ),
    (Failure("HTTP 503 [edge]", 4.0), "error", "failure", "the convergence failed, again in 4 s: HTTP 503 [edge]"),
    (
        Fatal("the token is refused", 2),
        "error",
        "fatal",
        "gives up with exit code 2: the token is refused",
    ),
    (Leadership(Role.ALONE), "debug", "leadership", "there is no election, and this process leads"),
    (Leadership(Role.LEADER, "pod-a", "pod-a"), "info", "leadership", "pod-a leads"),
    (Leadership(Role.STANDBY, "pod-a", "pod-b"), "info", "leadership", "pod-b stands by: pod-a leads"),
    (Leadership(Role.STANDBY), "info", "leadership", "this process stands by: nobody is known to lead"),
    (
        Leadership(Role.STANDBY, "pod-a", "pod-b", reason="it could not renew"),
        "warning",
        "leadership",
        "pod-b stands by: pod-a leads; it could not renew",
    ),
    (
        Leaving("www.example.com", "A", 60),
        "info",
        "leaving",
        "www.example.com A is not wanted any more, and is deleted after 60 s",
    ),
    (
        Mended("the lock of process 7 was broken"),
        "warning",
        "mended",
        "after a crash: the lock of process 7 was broken",
    ),
    (Planned((change("www", after="203.0.113.7"),), is_nothing=False), "info", "planned", "planned: 1 to create"),
    (
        REFUSED,
        "error",
        "refused",
        f"changes are refused until a person decides: {REFUSED}",
    ),
    (Reloaded(), "info", "reloaded", "the settings have changed and are in use"),
    (
        Reloaded("no zone"),
        "error",
        "reloaded",
        "the new settings cannot be used: no zone",
    ),
    (sighting("203.0.113.7"), "info", "address", "the IPv4 address of the WAN is 203.0.113.7"),
    (sighting(reason="silence"), "warning", "address", "the IPv4 address of the WAN is unknown: silence"),
    (
        SourceSighting("home", "ingress", "Ingress", Known(())),
        "info",
        "source",
        "the source ingress of the cluster home asks for 0 names",
    ),
    (
        SourceSighting("home", "ingress", "Ingress", Known(()), stale="the watch broke"),
        "warning",
        "source",
        "the source ingress of the cluster home cannot be read now: the watch broke",
    ),
    (
        SourceSighting("", "ingress", "Ingress", Unknown("refused")),
        "warning",
        "source",
        "the source ingress cannot be read: refused",
    ),
    (
        SourceSighting("", "ingress", "Ingress", Unknown("no such kind"), waiting=True),
        "info",
        "source",
        "the source ingress is waited for: no such kind",
    ),
    (Requested(2), "info", "requested", "external-dns has got 2 record sets as asked for"),
    (
        Requested(2, ("www.example.com A: taken",)),
        "warning",
        "requested",
        "external-dns does not get all that it asks for: www.example.com A: taken",
    ),
    (Stopping("SIGTERM"), "info", "stopping", "stopping: SIGTERM"),
    (
        Unwritten("home", "403"),
        "warning",
        "unwritten",
        "owners of objects in home are not told all that became of their records: 403",
    ),
]


class Written:
    """A log and what is in it."""

    def __init__(self, mode: Mode, *secrets: str, least: Level | None = None) -> None:
        self.shown, self.stream = io.StringIO(), io.StringIO()
        self.log = Log(Console(file=self.shown, width=80), mode, self.stream, Redactor(secrets), least=least)
        self.on_event: Subscriber = hearing(self.log)

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def lines(self) -> list[str]:
        return self.shown.getvalue().splitlines()


class TestEachKindOfNews:
    def test_is_spoken_of(self) -> None:
        assert {type(event) for event, *_ in SAID} == set(get_args(Event))

    @pytest.mark.parametrize(("event", "level", "kind", "message"), SAID)
    def test_has_a_level_and_a_sentence(self, event: Event, level: str, kind: str, message: str) -> None:
        said = entry(event)
        assert (said.level, said.event, said.message) == (level, kind, message)

    @pytest.mark.parametrize("event", [event for event, *_ in SAID])
    def test_is_the_same_sentence_for_people_and_for_machines(self, event: Event) -> None:
        people, machines = Written("console", least="debug"), Written("json")
        people.on_event(dispatch(event, turn=TURN))
        machines.on_event(dispatch(event, turn=TURN))
        document = machines.documents()[-1]
        assert f"2026-01-02T12:00:00.000+00:00 7f3a {document['message']}" in people.shown.getvalue()
        assert (document["time"], document["convergence"]) == ("2026-01-02T12:00:00.000+00:00", "7f3a")
        assert machines.lines() == []
        assert people.documents() == []


class TestDocuments:
    def test_of_a_convergence_say_what_asked_for_it_and_how_long_that_took(self) -> None:
        written = Written("json")
        for event, at in ((Begun(), 11.0), (convergence(change("www", after="203.0.113.7")), 12.5)):
            written.on_event(dispatch(event, at, TURN))
        begin, result = written.documents()
        assert begin["triggers"] == result["triggers"] == ["address", "drift"]
        assert (begin["seconds_since_asked"], result["seconds_since_asked"]) == (1.0, 2.5)
        assert [one["action"] for one in result["changes"]] == ["create"]

    def test_of_what_is_of_no_convergence_name_none(self) -> None:
        written = Written("json")
        written.on_event(dispatch(Stopping("SIGTERM")))
        assert "convergence" not in written.documents()[0]

    @pytest.mark.parametrize(
        ("event", "level", "kind", "message"),
        [
            (Step("started", "create", "urn::www", "t"), "debug", "step", "started create www"),
            (Step("done", "create", "urn::www", OURS), "info", "step", "created www (0.0 s)"),
            (Step("failed", "create", "urn::www", "t"), "error", "step", "failed create www"),
            (Diagnostic("error", "HTTP 403"), "error", "diagnostic", "HTTP 403"),
            (Diagnostic("warning", "slow"), "warning", "diagnostic", "slow"),
            (Diagnostic("warning", "plugin from $PATH at /x"), "debug", "diagnostic", "plugin from $PATH at /x"),
            (Summary({"create": 1}, 2.0, "succeeded"), "debug", "summary", "the engine has ended: succeeded"),
        ],
    )
    def test_of_the_engine_carry_the_id_too(self, event: EngineEvent, level: str, kind: str, message: str) -> None:
        written = Written("json")
        stepping(written.log, TURN)(event)
        (document,) = written.documents()
        assert (document["level"], document["event"], document["message"]) == (level, kind, message)
        assert document["convergence"] == "7f3a"


class TestLevels:
    @pytest.mark.parametrize("mode", get_args(Mode))
    @pytest.mark.parametrize(
        ("least", "levels"),
        [
            ("debug", ["debug", "info", "warning", "error"]),
            ("info", ["info", "warning", "error"]),
            ("warning", ["warning", "error"]),
            ("error", ["error"]),
        ],
    )
    def test_below_the_least_are_not_written(self, mode: Mode, least: Level, levels: list[Level]) -> None:
        written = Written(mode, least=least)
        for level in LEVELS:
            written.log.write(LogEntry(level, "log", level))
        found = written.documents() if mode == "json" else [{"level": line.split()[-1]} for line in written.lines()]
        assert [one["level"] for one in found] == levels

    def test_above_info_leave_out_tables_and_steps(self) -> None:
        written = Written("console", least="warning")
        written.on_event(dispatch(convergence(change("www", "203.0.113.7", "203.0.113.8"))))
        stepping(written.log, None)(Step("done", "create", "urn::www", OURS))
        assert written.lines() == []

    def test_are_debug_for_documents_and_info_for_people_unless_set(self) -> None:
        people, machines = Written("console"), Written("json")
        for one in (people, machines):
            one.log.write(LogEntry("debug", "log", "small"))
        assert (people.lines(), len(machines.documents())) == ([], 1)


class TestLines:
    def test_of_a_convergence_are_its_changes_and_its_outcome(self) -> None:
        written = Written("console")
        written.on_event(dispatch(convergence(change("www", "203.0.113.7", "203.0.113.8"))))
        changed, outcome = (" ".join(line.split()) for line in written.lines())
        assert changed == "update www.example.com A 203.0.113.7 -> 203.0.113.8"
        assert outcome.endswith("done: 1 updated; 0 record sets (1.5 s, engine 0.5 s)")

    def test_of_small_moment_are_there_when_asked_for(self) -> None:
        quiet, verbose = Written("console"), Written("console", least="debug")
        for one in (quiet, verbose):
            one.on_event(dispatch(Begun()))
        assert quiet.lines() == []
        assert len(verbose.lines()) == 1

    def test_of_the_engines_steps_are_those_that_change_something(self) -> None:
        written = Written("console")
        heard = stepping(written.log, None)
        for phase in ("started", "done"):
            heard(Step(phase, "create", "urn::www", OURS, "A 203.0.113.7"))
        heard(Summary({}, 1.0, "succeeded"))
        assert [" ".join(line.split()) for line in written.lines()] == ["created www A 203.0.113.7 (0.0 s)"]

    def test_are_not_taken_for_markup(self) -> None:
        written = Written("console")
        written.on_event(dispatch(Failure("[bold]no[/] [", 1.0)))
        assert written.lines()[0].endswith("[bold]no[/] [")


class TestNotes:
    PLAN = convergence(
        conflicts=(conflict("api"),),
        frozen=(Frozen(f"www.{ZONE}", "A", ("203.0.113.7",), "silence"),),
        complaints=(SKIPPED,),
    )

    def test_are_warnings_before_the_result(self) -> None:
        written = Written("json")
        written.on_event(dispatch(self.PLAN, turn=TURN))
        assert [(one["event"], one["level"]) for one in written.documents()] == [
            ("note", "warning"),
            ("note", "warning"),
            ("note", "warning"),
            ("result", "info"),
        ]
        assert [one["message"] for one in written.documents()[:3]] == [
            "conflict api.example.com A is held by nobody's mark: it was there before",
            "frozen www.example.com A stays at 203.0.113.7: silence",
            "skipped Ingress shop/web: it has no label cluster-name",
        ]

    def test_are_told_once_while_they_last(self) -> None:
        written = Written("console")
        for one in (self.PLAN, self.PLAN, convergence(), self.PLAN):
            written.on_event(dispatch(one))
        assert sum("skipped Ingress shop/web" in line for line in written.lines()) == 2


class TestTheAddressCache:
    def test_is_spoken_of_when_something_about_it_is_new(self) -> None:
        written = Written("console")
        first, other = Cached((sighting("203.0.113.7"),)), Cached(problem="HTTP 403")
        for one in (first, first, other, other, first):
            written.on_event(dispatch(one))
        assert ["203.0.113.7" in line for line in written.lines()] == [True, False, True]


class TestSecrets:
    @pytest.mark.parametrize("mode", ["console", "json"])
    def test_are_in_no_line_and_no_document(self, mode: Mode) -> None:
        written = Written(mode, "ossifrage")
        complaint = Complaint(ObjectKey("", "Ingress", "shop", "ossifrage"), "", "ossifrage", "", "ossifrage: bad")
        written.on_event(dispatch(convergence(change("www", after="ossifrage"), complaints=(complaint,))))
        written.on_event(dispatch(Failure("token ossifrage is refused", 1.0)))
        stepping(written.log, None)(Diagnostic("warning", "ossifrage"))
        written.log.write(unsent("ossifrage"))
        told = written.shown.getvalue() + written.stream.getvalue()
        assert told.count("***") >= 4
        assert "ossifrage" not in told


class _Full(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("mode", ["console", "json"])
def test_a_log_without_room_stops_nobody(mode: Mode) -> None:
    log = Log(Console(file=_Full()), mode, _Full(), Redactor())
    hearing(log)(dispatch(convergence(change("www", after="203.0.113.7"))))
    log.write(LogEntry("info", "end", "still here"))
    assert log.mode == mode
