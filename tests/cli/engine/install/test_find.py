from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.engine.install.files import DYNAMIC_PROVIDER, LANGUAGE_HOST, PROGRAM_RUNNER, PULUMI
from cli.engine.install.find import Candidate, candidates, find
from cli.engine.install.versions import VERSION
from stacks.model.errors import UserError

if TYPE_CHECKING:
    from tests.cli.engine.conftest import Machine


def _only_on_path(machine: Machine) -> Candidate:
    """The one candidate before the cache."""
    found, _cache = candidates(machine.environment)
    return found


def test_a_machine_without_an_engine_has_none(machine: Machine) -> None:
    assert find(machine.environment) is None


class TestOnPath:
    def test_a_recent_engine_with_its_language_host_is_taken(self, machine: Machine) -> None:
        pulumi = machine.engine("v3.230.1")

        engine = find(machine.environment)

        assert engine is not None
        assert (engine.pulumi, engine.folder, engine.version) == (pulumi, machine.path, "3.230.1")
        assert engine.origin == "path"

    @pytest.mark.parametrize("version", ["v3.256.0-alpha.1759", "v3.257.0-dev.0", "3.256.0+dirty"])
    def test_a_development_version_is_taken_by_its_number(self, machine: Machine, version: str) -> None:
        machine.engine(version)

        assert find(machine.environment) is not None

    @pytest.mark.parametrize(
        ("version", "why"),
        [
            ("v3.100.0", "too old; 3.219.0 or newer"),
            ("v3.219.0-alpha.1", "too old; 3.219.0 or newer"),
            ("v2.25.2", "another major version"),
            ("v4.0.0", "another major version"),
            ("", "cannot be compared"),
            ("hello", "cannot be compared"),
        ],
    )
    def test_an_unfit_version_is_passed_over_with_the_reason(self, machine: Machine, version: str, why: str) -> None:
        machine.engine(version)

        assert find(machine.environment) is None
        assert why in _only_on_path(machine).objection

    def test_without_its_language_host_it_is_passed_over_unasked(self, machine: Machine) -> None:
        machine.engine(files=())

        assert find(machine.environment) is None
        assert LANGUAGE_HOST in _only_on_path(machine).objection
        assert machine.times_asked() == 0

    def test_the_language_host_may_be_elsewhere_on_path(self, machine: Machine) -> None:
        machine.engine(files=(), folder=machine.folder / "other")
        machine.program(LANGUAGE_HOST, "exit 1")
        machine.environment["PATH"] += f"{os.pathsep}{machine.folder / 'other'}"

        assert find(machine.environment) is not None

    def test_the_language_host_may_be_beside_the_file_that_a_link_leads_to(self, machine: Machine) -> None:
        (machine.path / PULUMI).symlink_to(machine.engine(folder=machine.folder / "cellar"))

        engine = find(machine.environment)

        assert engine is not None
        assert engine.pulumi == machine.path / PULUMI

    def test_one_that_fails_is_passed_over_with_what_it_said(self, machine: Machine) -> None:
        machine.engine()
        machine.program(PULUMI, "echo broken library >&2; exit 3")

        assert find(machine.environment) is None
        assert _only_on_path(machine).objection == "`pulumi version` ended with code 3: broken library"

    def test_one_that_is_no_program_is_passed_over(self, machine: Machine) -> None:
        machine.engine()
        (machine.path / PULUMI).write_bytes(b"\x7fELF but not really")

        assert find(machine.environment) is None
        assert "cannot be started" in _only_on_path(machine).objection

    def test_a_file_that_cannot_be_executed_is_no_engine(self, machine: Machine) -> None:
        machine.engine().chmod(0o644)

        assert [candidate.path for candidate in candidates(machine.environment)] == [machine.cached]

    def test_a_later_one_is_taken_where_the_first_is_unfit(self, machine: Machine) -> None:
        machine.engine("v3.1.0")
        later = machine.engine("v3.240.0", folder=machine.folder / "later")
        machine.environment["PATH"] += f"{os.pathsep}{later.parent}"

        engine = find(machine.environment)

        assert engine is not None
        assert engine.pulumi == later


class TestMemory:
    @staticmethod
    def _large(machine: Machine, version: str) -> Path:
        pulumi = machine.engine(version)
        with pulumi.open("a") as file:
            file.write("exit\n" + "#" * (1 << 20))
        return pulumi

    def test_an_engine_is_asked_for_its_version_once(self, machine: Machine) -> None:
        self._large(machine, "v3.230.0")

        first, second = find(machine.environment), find(machine.environment)

        assert first == second
        assert machine.times_asked() == 1

    def test_a_changed_file_is_asked_again(self, machine: Machine) -> None:
        self._large(machine, "v3.230.0")
        find(machine.environment)
        changed = self._large(machine, "v3.231.0")
        os.utime(changed, ns=(1, 1))

        engine = find(machine.environment)

        assert engine is not None
        assert engine.version == "3.231.0"

    def test_a_launcher_is_asked_each_time(self, machine: Machine) -> None:
        machine.engine("v3.230.0")

        find(machine.environment)
        find(machine.environment)

        assert machine.times_asked() == 2

    def test_a_damaged_memory_is_no_fault(self, machine: Machine) -> None:
        self._large(machine, "v3.230.0")
        find(machine.environment)
        (machine.cached.parent / "path-versions.json").write_text('["')

        assert find(machine.environment) is not None
        assert machine.times_asked() == 2

    def test_a_cache_that_cannot_be_written_is_no_fault(self, machine: Machine) -> None:
        self._large(machine, "v3.230.0")
        (machine.folder / "cache").write_text("a file where a folder belongs")

        assert find(machine.environment) is not None


class TestInTheCache:
    def test_the_pinned_engine_is_taken_without_starting_it(self, machine: Machine) -> None:
        machine.engine(folder=machine.cached)

        engine = find(machine.environment)

        assert engine is not None
        assert (engine.folder, engine.version, engine.origin) == (machine.cached, VERSION, "cache")
        assert machine.times_asked() == 0

    def test_path_comes_first(self, machine: Machine) -> None:
        machine.engine(folder=machine.cached)
        machine.engine("v3.230.0")

        engine = find(machine.environment)

        assert engine is not None
        assert engine.origin == "path"

    @pytest.mark.parametrize("lost", [PULUMI, LANGUAGE_HOST, PROGRAM_RUNNER, DYNAMIC_PROVIDER])
    def test_a_folder_that_lacks_a_file_is_not_taken(self, machine: Machine, lost: str) -> None:
        machine.engine(folder=machine.cached)
        (machine.cached / lost).unlink()

        assert find(machine.environment) is None
        [candidate] = candidates(machine.environment)
        assert candidate.objection == f"it lacks {lost}"

    def test_the_cache_is_in_the_home_folder_unless_xdg_says_otherwise(self, machine: Machine) -> None:
        del machine.environment["XDG_CACHE_HOME"]
        folder = Path(machine.environment["HOME"]) / ".cache" / "truenorth" / "engine" / VERSION
        machine.engine(folder=folder)

        engine = find(machine.environment)

        assert engine is not None
        assert engine.folder == folder


class TestNamedFolder:
    def test_it_is_taken_before_all_others(self, machine: Machine) -> None:
        machine.engine()
        mine = machine.engine("v3.222.0", folder=machine.folder / "mine")
        machine.environment["TRUENORTH_ENGINE_DIR"] = str(mine.parent)

        engine = find(machine.environment)

        assert engine is not None
        assert (engine.pulumi, engine.version, engine.origin) == (mine, "3.222.0", "folder")

    def test_a_missing_file_is_an_error_that_names_it(self, machine: Machine) -> None:
        machine.environment["TRUENORTH_ENGINE_DIR"] = str(machine.folder / "nowhere")

        with pytest.raises(UserError, match=r"lacks pulumi, .*(?s:.*)TRUENORTH_ENGINE_DIR=.*nowhere"):
            find(machine.environment)

    def test_an_old_one_is_an_error_and_not_passed_over(self, machine: Machine) -> None:
        old = machine.engine("v3.1.0", folder=machine.folder / "old")
        machine.environment["TRUENORTH_ENGINE_DIR"] = str(old.parent)

        with pytest.raises(UserError, match="too old"):
            find(machine.environment)
