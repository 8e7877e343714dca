"""The import of programs: light, lazy, and with what is missing told in one message."""

from __future__ import annotations

import subprocess
import sys

import pulumi
import pytest

import truenorth
from components.geo import sdk
from stacks import extras, program
from stacks.model.errors import ObservationError, Problem, Refused, UserError


def test_to_import_it_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import truenorth; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in done.stdout.split()} - sys.stdlib_module_names == {"truenorth"}


@pytest.mark.parametrize("name", truenorth.__all__)
def test_everything_that_it_names_is_there(name: str) -> None:
    assert getattr(truenorth, name).__name__ == name
    assert name in dir(truenorth)


def test_nothing_else_is_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'GeoPond'"):
        getattr(truenorth, "GeoPond")  # noqa: B009 - as a program asks


@pytest.mark.parametrize(
    "error",
    [
        UserError("the token is missing", "CLOUDFLARE_API_TOKEN", "export it"),
        ObservationError("the zone cannot be read"),
        Refused((Problem("40 records would be deleted", "example.com", "look"),)),
    ],
)
def test_what_is_wrong_ends_a_run_of_the_engine_without_a_traceback(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise error

    monkeypatch.setattr(program, "program", fails)
    with pytest.raises(pulumi.RunError, match=str(error).partition("\n")[0]):
        truenorth.program()


def test_load_balancing_without_its_sdk_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "components.geo.cloudflare", raising=False)
    monkeypatch.setitem(sys.modules, "pulumi_cloudflare", None)
    with pytest.raises(pulumi.RunError, match=r"pulumi_cloudflare.*pip install 'truenorth\[geo\]'"):
        sdk.resources()


@pytest.mark.parametrize(("extra", "package"), [("geo", "pulumi-cloudflare"), ("deploy", "pulumi-kubernetes")])
def test_settings_that_need_an_extra_say_which(
    extra: extras.Extra, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    extras.require(extra, "here")
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(UserError) as refused:
        extras.require(extra, "here")
    (problem,) = refused.value.problems
    assert (problem.what, problem.where) == (f"the package {package} is not installed", "here")
    assert f"'truenorth[{extra}]'" in problem.do
