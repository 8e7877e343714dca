"""The module for OpenTofu asks what `truenorth external` answers."""

from __future__ import annotations

import re
from pathlib import Path

from cli.commands.programs.external import ANSWERS, KEYS

MODULE = (Path(__file__).parents[2] / "deploy" / "opentofu" / "main.tf").read_text()


def test_the_query_has_keys_that_are_known() -> None:
    query = MODULE.partition("query = {")[2].partition("}")[0]
    assert set(re.findall(r"^ +(\w+) +=", query, re.MULTILINE)) <= set(KEYS)


def test_all_that_can_be_asked_for_is_allowed() -> None:
    allowed = MODULE.partition("contains([")[2].partition("]")[0]
    assert set(re.findall(r'"(\w+)"', allowed)) == set(ANSWERS)


def test_the_command_is_the_last_word_of_the_program() -> None:
    assert 'concat(var.program, ["external"])' in MODULE
