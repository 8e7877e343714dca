"""The script that prepares a release: everything that it refuses, and everything that it does."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
VERSION = "1.2.3"
SECTION = "The first one.\n\n### Added\n- A thing.\n"
CHANGELOG = f"""\
# Changelog

## [Unreleased]

## [{VERSION}] - 2026-01-02

{SECTION}
## [1.2.2] - 2026-01-01
- An older thing.
"""
PROJECT = f"""\
[build-system]
version = "0"

[project]
name = "truenorth"
version = "{VERSION}"
"""
LOCK = f"""\
version = 1

[[package]]
name = "other"
version = "7"

[[package]]
name = "truenorth"
version = "{VERSION}"
"""
FILES = {
    ".gitignore": "/dist/\n",
    "CHANGELOG.md": CHANGELOG,
    "Makefile": "lint:\n\t@echo linted\n",
    "pyproject.toml": PROJECT,
    "uv.lock": LOCK,
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with the files of a release, and a `uv` that writes down how it was called."""

    folder: Path
    environment: Mapping[str, str]

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        self.git("commit", "--all", "--quiet", "--message", f"change {file}")

    def release(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["scripts/release", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def refusal(self, version: str = VERSION) -> str:
        """Return what is said when the release is refused, after looking that nothing was done."""
        before = self.git("status", "--porcelain")
        done = self.release(version)
        assert (done.returncode, done.stdout) == (1, "")
        assert "\n  do: " in done.stderr
        assert self.git("tag") == ""
        assert self.git("status", "--porcelain") == before
        return done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder, programs = tmp_path / "repository", tmp_path / "programs"
    (folder / "scripts").mkdir(parents=True)
    programs.mkdir()
    shutil.copy(ROOT / "scripts" / "release", folder / "scripts")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    uv = programs / "uv"
    uv.write_text('#!/bin/sh\nmkdir -p dist && echo "$@" >> dist/called\n')
    uv.chmod(0o755)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "someone@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    made = Repository(folder, environment)
    made.git("init", "--quiet", "--initial-branch", "main")
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "first")
    return made


class TestRelease:
    def test_lints_builds_and_tags_and_says_what_to_push(self, repository: Repository) -> None:
        done = repository.release(VERSION)
        assert done.returncode == 0, done.stderr
        assert "linted" in done.stdout
        called = (repository.folder / "dist" / "called").read_text().splitlines()
        assert called == ["build --quiet", "build --quiet --package truenorth-lab"]
        assert done.stdout.endswith(f"tagged v{VERSION}; publish it with: git push origin main v{VERSION}\n")

    def test_the_tag_is_annotated_with_the_section_of_the_changelog(self, repository: Repository) -> None:
        repository.release(VERSION)
        assert repository.git("cat-file", "-t", f"v{VERSION}") == "tag\n"
        message = repository.git("tag", "--list", "--format=%(contents)", f"v{VERSION}")
        assert message.strip() == f"TrueNorth {VERSION}\n\n{SECTION}".strip()

    def test_the_notes_are_the_section_of_the_changelog_alone(self, repository: Repository) -> None:
        assert repository.release("--notes", VERSION).stdout == SECTION

    def test_a_rehearsal_makes_the_checks_and_nothing_else(self, repository: Repository) -> None:
        done = repository.release("--dry-run", VERSION)
        assert (done.returncode, done.stderr) == (0, "")
        assert repository.git("tag") == ""
        assert not (repository.folder / "dist").exists()
        repository.replace("pyproject.toml", f'version = "{VERSION}"', 'version = "9.8.7"')
        assert repository.release("--dry-run", VERSION).returncode == 1

    def test_a_tree_with_changes_is_refused(self, repository: Repository) -> None:
        (repository.folder / "new").touch()
        assert "?? new" in repository.refusal()

    def test_another_branch_is_refused(self, repository: Repository) -> None:
        repository.git("switch", "--quiet", "--create", "other")
        assert "the branch is other" in repository.refusal()

    def test_a_detached_commit_is_refused(self, repository: Repository) -> None:
        repository.git("switch", "--quiet", "--detach")
        assert "a detached commit" in repository.refusal()

    @pytest.mark.parametrize("file", ["pyproject.toml", "uv.lock"])
    def test_another_version_of_the_project_is_refused(self, repository: Repository, file: str) -> None:
        repository.replace(file, f'version = "{VERSION}"', 'version = "9.8.7"')
        assert f"the version in {file} is 9.8.7, not {VERSION}" in repository.refusal()

    @pytest.mark.parametrize("file", ["pyproject.toml", "uv.lock"])
    def test_the_version_is_found_in_the_files_as_this_project_has_them(
        self, repository: Repository, file: str
    ) -> None:
        real = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
        repository.replace(file, FILES[file], (ROOT / file).read_text())
        assert f"the version in {file} is {real}, not {VERSION}" in repository.refusal()

    def test_a_version_without_its_section_in_the_changelog_is_refused(self, repository: Repository) -> None:
        assert 'no section "## [9.8.7] - YYYY-MM-DD"' in repository.refusal("9.8.7")

    def test_a_section_without_a_date_is_refused(self, repository: Repository) -> None:
        repository.replace("CHANGELOG.md", f"[{VERSION}] - 2026-01-02", f"[{VERSION}]")
        assert "has no section" in repository.refusal()

    def test_an_empty_section_is_refused(self, repository: Repository) -> None:
        repository.replace("CHANGELOG.md", SECTION, "")
        assert f"the section of {VERSION} in CHANGELOG.md is empty" in repository.refusal()

    def test_a_version_that_has_a_tag_is_refused(self, repository: Repository) -> None:
        repository.git("tag", f"v{VERSION}")
        done = repository.release(VERSION)
        assert done.returncode == 1
        assert f"the tag v{VERSION} is there already" in done.stderr

    def test_nothing_is_tagged_where_lint_fails(self, repository: Repository) -> None:
        repository.replace("Makefile", "echo linted", "false")
        assert repository.release(VERSION).returncode != 0
        assert repository.git("tag") == ""

    @pytest.mark.parametrize("arguments", [(), ("1.2",), ("v1.2.3",), ("1.2.3", "1.2.4"), ("--force", "1.2.3")])
    def test_anything_but_one_version_is_answered_with_the_usage(
        self, repository: Repository, arguments: tuple[str, ...]
    ) -> None:
        done = repository.release(*arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("usage: scripts/release")
