from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from cli.engine.install.build import MODULES
from cli.engine.install.versions import MINIMUM, VERSION, SemanticVersion, objection, parse

_PROJECT = Path(__file__).parents[4]


def test_the_pinned_engine_is_of_the_version_of_the_sdk() -> None:
    dependencies = tomllib.loads((_PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]

    assert f"pulumi=={VERSION}" in dependencies
    assert version("pulumi") == VERSION


def test_the_go_modules_are_of_the_pinned_version() -> None:
    required, hashes = ((MODULES / "pulumi" / name).read_text() for name in ("go.mod", "go.sum"))

    assert f"require github.com/pulumi/pulumi/pkg/v3 v{VERSION}\n" in required
    assert f"github.com/pulumi/pulumi/sdk/v3 v{VERSION} " in hashes


def test_the_pinned_engine_is_good_enough() -> None:
    assert objection(VERSION) == ""
    assert objection(MINIMUM) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v3.256.0", SemanticVersion(3, 256, 0)),
        ("3.256.0\n", SemanticVersion(3, 256, 0)),
        ("3.256.0-alpha.x1", SemanticVersion(3, 256, 0, released=False)),
        ("v3.256.0-dev.0+2f1c", SemanticVersion(3, 256, 0, released=False)),
        ("3.256", None),
        ("3.256.0 (dirty)", None),
        ("", None),
    ],
)
def test_versions_are_read_as_semantic_versions(text: str, expected: SemanticVersion | None) -> None:
    assert parse(text) == expected


def test_a_development_version_comes_before_its_release() -> None:
    assert (
        SemanticVersion(3, 218, 9)
        < SemanticVersion(3, 219, 0, released=False)
        < SemanticVersion(3, 219, 0)
        < SemanticVersion(3, 219, 1)
    )
