from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.reconcile.result import Convergence
from cli.reconcile.saved_plan import check, load, save
from stacks.model.errors import Refused, UserError
from stacks.model.observation import Observation
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from tests.stacks.plan.worlds import make_observation, make_settings, owned_www


def seen(*names: object, observation: Observation | None = None, **changed: object) -> Convergence:
    """What a look comes to where these names are wanted."""
    there = observation or make_observation()
    plan = make_plan(make_settings(*names, **changed), there)
    return Convergence(there, plan, changes(plan, there), (), 0.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


def edited(file: Path, **fields: Any) -> None:  # noqa: ANN401 - fields of the file
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


class TestASavedPlan:
    def test_is_the_same_as_long_as_the_same_would_be_done(self, file: Path) -> None:
        save(file, "home", seen("www"), purge=None)
        check(load(file, "home"), seen("www"))

    def test_keeps_the_option_purge(self, file: Path) -> None:
        for purge in (None, True, False):
            save(file, "home", seen("www"), purge=purge)
            assert load(file, "home").purge is purge

    def test_is_readable_by_its_owner_only_even_where_another_file_was(self, file: Path) -> None:
        file.write_text("")
        file.chmod(0o644)
        save(file, "home", seen("www"), purge=None)
        assert file.stat().st_mode & 0o777 == 0o600
        assert [one.name for one in file.parent.iterdir()] == ["plan.json"]

    def test_says_what_changes_from_what_to_what(self, file: Path) -> None:
        live, owned = owned_www("203.0.113.1")
        save(file, "home", seen("www", observation=make_observation(live=live, owned=owned)), purge=None)
        (change,) = json.loads(file.read_text())["changes"]
        assert (change["action"], change["name"]) == ("update", "example.com www.example.com/A")
        assert (change["before"]["content"], change["after"]["content"]) == ("203.0.113.1", "203.0.113.7")

    def test_cannot_be_written_where_there_is_no_folder(self, file: Path) -> None:
        with pytest.raises(UserError, match="the plan cannot be saved"):
            save(file.parent / "none" / "plan.json", "home", seen("www"), purge=None)

    def test_is_not_written_over_a_folder(self, file: Path) -> None:
        file.mkdir()
        with pytest.raises(UserError, match="the plan cannot be saved"):
            save(file, "home", seen("www"), purge=None)
        assert [one.name for one in file.parent.iterdir()] == ["plan.json"]


class TestDifferences:
    def refusal(self, file: Path, reviewed: Convergence, now: Convergence) -> list[str]:
        save(file, "home", reviewed, purge=None)
        with pytest.raises(Refused) as refused:
            check(load(file, "home"), now)
        (problem,) = refused.value.problems
        assert problem.where == str(file)
        return problem.what.splitlines()[1:]

    def test_name_what_is_new_and_what_is_gone(self, file: Path) -> None:
        lines = self.refusal(file, seen("www", marks="none"), seen("api", marks="none"))
        assert lines == [
            "  new: to do: example.com api.example.com/A: create A 203.0.113.7",
            "  gone: to do: example.com www.example.com/A: create A 203.0.113.7",
        ]

    def test_name_what_is_different_and_how(self, file: Path) -> None:
        assert self.refusal(file, seen("www"), seen("www", ttl=300)) == [
            '  different: to do: example.com www.example.com/A: {"after": {"ttl": 1}} -> {"after": {"ttl": 300}}'
        ]

    def test_name_what_is_wanted_where_nothing_is_to_be_done(self, file: Path) -> None:
        live, owned = owned_www()
        observation = make_observation(live=live, owned=owned)
        reviewed = seen("www", observation=observation)
        kept = replace(reviewed, plan=replace(reviewed.plan, record_sets=()))
        assert self.refusal(file, reviewed, kept) == ["  gone: wanted: example.com www.example.com/A: 203.0.113.7"]

    def test_name_what_has_changed_behind_our_back(self, file: Path) -> None:
        live, owned = owned_www()
        moved = [replace(live[0], record=replace(live[0].record, content="198.51.100.66")), live[1]]
        reviewed = seen("www", observation=make_observation(live=live, owned=owned))
        lines = self.refusal(file, reviewed, seen("www", observation=make_observation(live=moved, owned=owned)))
        assert lines == ["  new: to do: example.com www.example.com/A: correct A 203.0.113.7"]


class TestBadFiles:
    def refusal(self, file: Path, stack: str = "home") -> str:
        with pytest.raises(UserError) as error:
            load(file, stack)
        assert str(file) in str(error.value)
        assert "do:" in str(error.value)
        return str(error.value)

    def test_that_are_missing(self, file: Path) -> None:
        assert "No such file" in self.refusal(file)

    @pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"zone: example.com"])
    def test_that_are_no_json(self, file: Path, text: bytes) -> None:
        file.write_bytes(text)
        assert "it is no JSON" in self.refusal(file)

    @pytest.mark.parametrize("text", ["[]", "{}", "null", '"version"'])
    def test_that_are_no_plan(self, file: Path, text: str) -> None:
        file.write_text(text)
        assert "the file is no saved plan" in self.refusal(file)

    def test_of_another_version(self, file: Path) -> None:
        save(file, "home", seen("www"), purge=None)
        edited(file, version=2)
        assert "the plan has version 2, this is 1" in self.refusal(file)

    def test_of_another_stack(self, file: Path) -> None:
        save(file, "home", seen("www"), purge=None)
        assert "the plan is one of stack home, not of office" in self.refusal(file, "office")

    @pytest.mark.parametrize("fields", [{"changes": []}, {"record_sets": None}, {"digest": ""}, {"purge": "yes"}])
    def test_that_were_changed(self, file: Path, fields: dict[str, object]) -> None:
        save(file, "home", seen("www"), purge=None)
        edited(file, **fields)
        assert "the plan was changed after it was saved" in self.refusal(file)
