from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bench.row import Row, median, print_rows, write_rows

MET = Row("main", "a quick thing", 0.5, "s", 10, 0.7)
MISSED = Row("main", "a slow thing", 0.9, "s", 10, 0.7)
WITHOUT_GOAL = Row("wan", "a thing", 3, "times", 1)


def printed(*rows: Row) -> list[str]:
    console = Console(file=io.StringIO(), width=120)
    print_rows(console, rows)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def words(line: str) -> str:
    return " ".join(line.split())


class TestTheGoal:
    @pytest.mark.parametrize(("value", "outcome"), [(0.69, True), (0.7, True), (0.701, False)])
    def test_is_met_up_to_the_limit(self, value: float, outcome: object) -> None:
        assert Row("main", "a thing", value, "s", 10, 0.7).met is outcome

    def test_of_a_row_without_one_is_neither_met_nor_missed(self) -> None:
        assert (WITHOUT_GOAL.met, WITHOUT_GOAL.goal) == (None, "")


class TestTheTable:
    def test_says_which_goals_are_met_and_which_are_missed(self) -> None:
        _, met, missed, without = printed(MET, MISSED, WITHOUT_GOAL)
        assert words(met) == "main a quick thing 0.5 s 10 at most 0.7 s yes"
        assert words(missed) == "main a slow thing 0.9 s 10 at most 0.7 s no"
        assert words(without) == "wan a thing 3 times 1"


class TestTheDocument:
    @pytest.fixture
    def document(self, tmp_path: Path) -> dict[str, object]:
        write_rows(tmp_path / "bench.json", [MET, MISSED, WITHOUT_GOAL], seed=7, engine="3.256.0")
        found: dict[str, object] = json.loads((tmp_path / "bench.json").read_text())
        return found

    def test_has_the_goal_of_each_row_and_whether_it_is_met(self, document: dict[str, object]) -> None:
        rows = document["rows"]
        assert isinstance(rows, list)
        assert [(row["measure"], row["goal"], row["met"]) for row in rows] == [
            ("a quick thing", "at most 0.7 s", True),
            ("a slow thing", "at most 0.7 s", False),
            ("a thing", "", None),
        ]
        assert rows[0].keys() == {"part", "measure", "value", "unit", "size", "limit", "goal", "met"}

    def test_says_where_and_with_what_it_was_measured(self, document: dict[str, object]) -> None:
        machine = document["machine"]
        assert isinstance(machine, dict)
        assert machine.keys() == {"cores", "system", "python", "engine"}
        assert (machine["engine"], document["seed"]) == ("3.256.0", 7)


def test_the_median_is_rounded_to_the_millisecond() -> None:
    assert median([0.1, 0.12345, 9]) == 0.123
