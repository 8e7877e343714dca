from __future__ import annotations

from pathlib import Path

from cli.ci.github import OUTPUT, annotation, file_of, has_annotations


def test_an_annotation_is_one_line_whatever_its_message() -> None:
    assert annotation("error", "a: b, c", "50 % of\nall\r") == "::error title=a%3A b%2C c::50 %25 of%0Aall%0D"


def test_annotations_are_for_github_actions() -> None:
    assert has_annotations({"GITHUB_ACTIONS": "true"})
    assert not has_annotations({"GITHUB_ACTIONS": ""})
    assert not has_annotations({"CI": "true"})


def test_the_files_are_those_of_the_step() -> None:
    assert file_of({OUTPUT: "/step/output"}, OUTPUT) == Path("/step/output")
    assert file_of({}, OUTPUT) is None
