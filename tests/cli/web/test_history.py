from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cli.events import Begun, Cached, Failure, Fatal, Leadership, Mended, Reloaded, Requested, Role, Stopping, Trigger
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Event
from cli.web.history import KEPT, LINES, HistoryEntry, entry_of, noted
from components.marks import ownership
from components.records.record import Record
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.model.errors import Problem, Refused
from stacks.model.values import Family
from stacks.plan.changes import Action, Change
from stacks.plan.geo.changes import GeoAction, GeoChange
from tests.cli.web.sample import FORMER, IPV4, NOW, RUN, change, convergence, dispatch, sighting


def entry(event: Event, *triggers: Trigger) -> HistoryEntry:
    found = entry_of(dispatch(event, 0, *triggers))
    assert found
    return found


class TestAnEntry:
    def test_of_changes_has_each_with_before_and_after(self) -> None:
        found = entry(convergence((), (change(Action.UPDATE, "www", FORMER, IPV4),)), Trigger.ADDRESS)
        assert (found.kind, found.title, found.seconds) == ("change", "1 record updated", 2.13)
        (line,) = found.lines
        assert (line.action, line.about, line.text) == ("update", "www.example.com A", f"{FORMER} -> {IPV4}")

    def test_of_drift_says_so(self) -> None:
        (line,) = entry(convergence((), (change(Action.RESTORE, "www", None, IPV4),))).lines
        assert line.text == f"{IPV4} (drift: it was deleted behind our back)"

    def test_counts_marks_and_does_not_list_them(self) -> None:
        content = ownership.encode(ownership.Mark("truenorth", "home"))
        mark = Record("_truenorth-a.www.example.com", "TXT", content, 1, proxied=False, comment="")
        marked = Change(Action.CREATE, "www.example.com/A/mark", None, mark)
        found = entry(convergence((), (change(Action.CREATE, "www", None, IPV4), marked)))
        assert (found.title, found.text, len(found.lines)) == ("1 record created", "with 1 ownership mark", 1)
        assert entry(convergence((), (marked,))).title == "1 ownership mark changed"

    def test_of_load_balancing_has_its_changes(self) -> None:
        done = replace(convergence(), runs=(RUN,), geo_changes=(GeoChange(GeoAction.UPDATE, "pool", "k8s", "origins"),))
        found = entry(done)
        assert (found.title, found.lines[0].about, found.lines[0].text) == (
            "1 change of load balancing",
            "pool k8s",
            "origins",
        )

    def test_is_short_however_much_has_changed(self) -> None:
        found = entry(convergence((), tuple(change(Action.CREATE, f"n{n}", None, IPV4) for n in range(100))))
        assert (len(found.lines), found.more) == (LINES, 100 - LINES)

    def test_is_there_for_all_that_a_person_may_ask_for_later(self) -> None:
        said: dict[str, list[Event]] = {
            "failure": [
                Failure("503", 2.0),
                Reloaded("bad"),
                Fatal("bad", 2),
                Confirmation((Unconfirmed("a", "A", "b"),)),
            ],
            "refusal": [Refused((Problem("much", "there", "look"),)), Requested(2, ("www.example.com A: taken",))],
            "address": [sighting(Family.IPV4, IPV4)],
            "leadership": [Leadership(Role.LEADER, "a", "a"), Leadership(Role.STANDBY)],
            "confirmation": [Confirmation((Confirmed("a", "A", 1.0),))],
            "settings": [Reloaded()],
            "repair": [Mended("a lock")],
            "process": [Stopping("SIGTERM")],
        }
        assert {kind: [entry(one).kind for one in event] for kind, event in said.items()} == {
            kind: [kind] * len(event) for kind, event in said.items()
        }

    def test_is_not_there_for_what_is_as_ever(self) -> None:
        for event in (Begun(), Cached(), convergence(), Leadership(Role.ALONE), Requested(2)):
            assert entry_of(dispatch(event)) is None


class TestTheHistory:
    FAILED = HistoryEntry(NOW, "failure", "The convergence failed", "503")

    def test_has_the_newest_first_and_forgets_the_oldest(self) -> None:
        history: tuple[HistoryEntry, ...] = ()
        for number in range(KEPT + 5):
            history = noted(history, HistoryEntry(NOW, "address", str(number)))
        assert (history[0].title, len(history)) == (str(KEPT + 4), KEPT)

    def test_counts_what_happens_again_and_again(self) -> None:
        history: tuple[HistoryEntry, ...] = ()
        for number in range(1000):
            history = noted(history, replace(self.FAILED, at=NOW + timedelta(seconds=number)))
        (only,) = history
        assert (only.count, only.first, only.at) == (1000, NOW, NOW + timedelta(seconds=999))

    def test_keeps_changes_apart(self) -> None:
        same = HistoryEntry(NOW, "change", "1 record updated")
        assert noted((same,), same) == (same, same)

    def test_keeps_apart_what_differs(self) -> None:
        other = replace(self.FAILED, text="502")
        assert noted((self.FAILED,), other) == (other, self.FAILED)
