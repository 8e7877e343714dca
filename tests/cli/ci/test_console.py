from __future__ import annotations

from cli.ci.report import WIDTH, console_of


def test_a_pipeline_has_no_colours_and_folds_nothing() -> None:
    console = console_of({}, ci=True, stderr=False)
    assert (console.is_terminal, console.width, console.color_system) == (False, WIDTH, None)


def test_colours_are_for_those_who_ask() -> None:
    assert console_of({"FORCE_COLOR": "1"}, ci=True, stderr=False).color_system is not None
    assert console_of({"FORCE_COLOR": "1", "NO_COLOR": "1"}, ci=True, stderr=False).no_color


def test_columns_are_those_of_the_environment() -> None:
    assert console_of({"COLUMNS": "90"}, ci=True, stderr=False).width == 90
    assert console_of({"COLUMNS": "wide"}, ci=True, stderr=True).width == WIDTH
