from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from cli.engine.install.info import as_json, as_text, survey

if TYPE_CHECKING:
    from tests.cli.engine.conftest import Machine


def test_it_names_the_engine_and_what_is_wrong_with_the_others(machine: Machine) -> None:
    old = machine.engine("v3.1.0")
    used = machine.engine("v3.230.0", folder=machine.folder / "used")
    later = machine.engine("v3.240.0", folder=machine.folder / "later")
    machine.environment["PATH"] += f"{os.pathsep}{used.parent}{os.pathsep}{later.parent}"

    text = as_text(survey(machine.environment)).splitlines()

    assert text[0] == "engine   Pulumi 3.230.0"
    assert text[1] == f"where    {used}"
    assert text[2].startswith("why      it is on PATH")
    assert text[3] == f"not      {old}: version 3.1.0 is too old; 3.219.0 or newer is needed"
    assert text[4] == f"not      {later}: version 3.240.0 would do, but comes later"
    assert text[5] == f"not      {machine.cached}: nothing is installed there yet"


def test_where_there_is_none_it_says_how_to_get_one(machine: Machine) -> None:
    assert "truenorth engine install" in as_text(survey(machine.environment))


def test_the_same_as_json(machine: Machine) -> None:
    pulumi = machine.engine("v3.230.0")

    told = json.loads(as_json(survey(machine.environment)))

    assert told["engine"]["pulumi"] == str(pulumi)
    assert told["engine"]["origin"] == "path"
    assert told["others"] == [{"place": str(machine.cached), "objection": "nothing is installed there yet"}]
    assert told["cache"] == str(machine.cached.parent)


def test_json_says_null_where_there_is_none(machine: Machine) -> None:
    assert json.loads(as_json(survey(machine.environment)))["engine"] is None
