from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console

from cli.output import side_by_side, tables
from cli.output.sources_table import WantedNames, print_asking
from cli.reconcile.result import Convergence
from cli.terminal import Terminal
from components.records.record import Record
from stacks.model.claims import ObjectKey
from stacks.model.values import WAN, RecordSet, ZoneSnapshot
from stacks.plan.asked import AskedName, AskedNames
from stacks.plan.changes import Action, Change
from tests.cli.web.sample import FORMER, IPV4, IPV6, ZONE, change, convergence, record_set

INNER = f"{ZONE}@inside"
ZONES = (ZoneSnapshot(ZONE, "z1", ()), ZoneSnapshot(INNER, "z2", ()))
LAN, NEXT = "192.168.7.10", "192.168.7.11"


def inside(label: str, *targets: str, ttl: int = 1) -> RecordSet:
    one = record_set(label, *targets, ttl=ttl)
    return replace(one, name=f"{one.name}@inside", zone=INNER)


def change_inside(action: Action, label: str, before: str | None, after: str | None) -> Change:
    name = f"{label}.{INNER}"
    old, new = (Record(name, "A", one, 1, proxied=False, comment="") if one else None for one in (before, after))
    return Change(action, f"{name}/A", old, new, zone=INNER)


def both(*sets: RecordSet, changes: tuple[Change, ...] = ()) -> Convergence:
    return convergence(sets, changes, zones=ZONES)


def cells(console: Console) -> list[list[str]]:
    """The cells of what was printed, which two spaces part at least."""
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    return [[one.strip() for one in line.split("  ") if one.strip()] for line in lines]


def status(seen: Convergence, width: int = 120) -> list[list[str]]:
    console = Terminal(file=io.StringIO(), width=width)
    tables.print_records(console, seen)
    return cells(console)


class TestTheStatusOfTwoViews:
    def test_has_a_row_for_each_name_with_a_column_for_each_view(self) -> None:
        assert status(
            both(record_set("www", IPV4), record_set("vpn", IPV4), inside("www", LAN), inside("nas", NEXT))
        ) == [
            ["name", "type", "outside", "inside", "ttl", "state"],
            ["www.example.com", "A", IPV4, LAN, "auto", "right"],
            ["vpn.example.com", "A", IPV4, "-", "auto", "right"],
            ["nas.example.com", "A", "-", NEXT, "auto", "right"],
        ]

    def test_has_the_types_of_a_name_after_each_other(self) -> None:
        found = both(record_set("www", IPV4), record_set("vpn", IPV4), record_set("www", IPV6, record_type="AAAA"))
        assert [row[:2] for row in status(found)[1:]] == [
            ["www.example.com", "A"],
            ["www.example.com", "AAAA"],
            ["vpn.example.com", "A"],
        ]

    def test_has_a_line_for_each_of_many_targets(self) -> None:
        many = [f"192.168.7.{number}" for number in range(1, 40)]
        found = status(both(record_set("www", IPV4), inside("www", *many)))
        assert found[1][2:4] == [IPV4, many[0]]
        assert [row for (row,) in found[2:]] == many[1:]

    def test_says_of_each_side_what_differs(self) -> None:
        outer = record_set("www", IPV4, ttl=1, proxied=True)
        changes = (change_inside(Action.UPDATE, "www", LAN, NEXT),)
        (_, row, state) = status(both(outer, inside("www", NEXT, ttl=300), changes=changes))
        assert row == ["www.example.com", "A", IPV4, NEXT, "auto, proxied | 300", "outside: right"]
        assert state == ["inside: update"]

    def test_says_once_what_becomes_of_both_sides(self) -> None:
        changes = (change(Action.CREATE, "www", None, IPV4), change_inside(Action.CREATE, "www", None, LAN))
        (_, row) = status(both(record_set("www", IPV4), inside("www", LAN), changes=changes))
        assert row == ["www.example.com", "A", IPV4, LAN, "auto", "create"]

    def test_has_what_is_deleted_of_a_view_that_the_settings_do_not_have_any_more(self) -> None:
        gone = replace(change(Action.DELETE, "www", IPV4, None), logical_name="www.example.com@lan/A")
        assert gone.before is not None
        gone = replace(gone, before=replace(gone.before, name="www.example.com@lan"))
        assert status(both(changes=(gone,)))[1:] == [["www.example.com", "A", "-", "-", IPV4, "auto", "delete"]]

    def test_has_the_sides_below_each_other_where_the_terminal_is_narrow(self) -> None:
        found = status(both(record_set("www", IPV4), record_set("vpn", IPV4), inside("www", LAN)), width=79)
        assert [row[:3] for row in found[1:]] == [
            ["www.example.com", "A", IPV4],
            ["www.example.com@inside", "A", LAN],
            ["vpn.example.com", "A", IPV4],
        ]

    def test_leaves_nothing_out_of_a_long_name_on_a_narrow_terminal(self) -> None:
        found = status(both(inside("a-name-that-is-long-for-such-a-terminal", LAN)), width=60)
        assert "".join(row[0] for row in found[1:]) == f"a-name-that-is-long-for-such-a-terminal.{INNER}"


def test_the_status_of_one_view_is_a_row_for_each_record() -> None:
    found = status(convergence((record_set("www", IPV4), inside("www", LAN)), zones=ZONES[1:]))
    assert found[0] == ["name", "type", "content", "ttl", "proxied", "state"]
    assert [row[0] for row in found[1:]] == ["www.example.com", "www.example.com@inside"]


class TestTheChanges:
    OUTER = (change(Action.UPDATE, "www", FORMER, IPV4), change(Action.UPDATE, "vpn", FORMER, IPV4))

    def test_have_the_sides_of_a_name_together(self) -> None:
        inner = change_inside(Action.CREATE, "www", None, LAN)
        assert side_by_side.grouped((*self.OUTER, inner)) == [self.OUTER[0], inner, self.OUTER[1]]

    def test_stay_in_their_order_where_there_are_no_views(self) -> None:
        changes = (*self.OUTER, replace(self.OUTER[0], logical_name="www.example.com/AAAA"))
        assert side_by_side.grouped(changes) is changes


def asked(
    name: str, *targets: str, cluster: str = "public", ttl: int | None = None, links: Sequence[str] = ()
) -> AskedName:
    key = ObjectKey(cluster, "HTTPRoute", "shop", "web")
    return AskedName(name, ZONE, "A", targets, tuple(links), (key,), ttl=ttl)


def sources(*names: AskedName, width: int = 160, views: tuple[str, ...] = ("outside", "inside")) -> list[list[str]]:
    console = Terminal(file=io.StringIO(), width=width)
    print_asking(console, WantedNames((), AskedNames(names, ()), views))
    return cells(console)


class TestTheSourcesOfTwoViews:
    WWW = (asked("www.example.com", links=(WAN,)), asked("www.example.com@inside", LAN, NEXT, cluster="lan", ttl=60))

    def test_have_a_row_for_each_name_with_a_column_for_each_view(self) -> None:
        assert sources(*self.WWW, asked("nas.example.com@inside", LAN, cluster="lan")) == [
            ["name", "type", "outside", "inside", "settings", "asked for by"],
            ["www.example.com", "A", "the WAN address", LAN, "inside: ttl 60", "HTTPRoute shop/web in public"],
            [NEXT, "HTTPRoute shop/web in lan"],
            ["nas.example.com", "A", "-", LAN, "HTTPRoute shop/web in lan"],
        ]

    def test_have_the_sides_below_each_other_where_the_terminal_is_narrow(self) -> None:
        names = (self.WWW[0], asked("vpn.example.com", IPV4), self.WWW[1])
        found = [row[0] for row in sources(*names, width=79) if row[0].startswith(("www", "vpn"))]
        assert found[0].startswith("www.example.com")
        assert found[1].startswith("www.example.com")
        assert found[2].startswith("vpn.example.com")

    def test_are_rows_of_their_own_where_there_are_no_views(self) -> None:
        found = sources(*self.WWW, views=())
        assert found[0] == ["name", "type", "targets", "settings", "asked for by"]
        assert [row[0] for row in found[1:]] == ["www.example.com", "www.example.com@inside"]
