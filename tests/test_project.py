"""The files of a public project beside its code: workflows, hooks, forms, updates, and one version everywhere."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
VERSION = PROJECT["project"]["version"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
RENOVATE = json.loads((ROOT / "renovate.json").read_text())
PINNED = re.compile(r"(?:- )?uses: (?P<action>[\w./-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+")
OWN = re.compile(r"(?:- )?uses: \./\.github/workflows/[\w-]+\.yaml")
PROVIDERS = "components/records/providers.py"

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def loaded(path: Path) -> Any:  # noqa: ANN401 - a document
    return yaml.safe_load(path.read_text())


def uses(path: Path) -> Iterator[str]:
    """Yield the lines of a workflow that name an action or another workflow."""
    yield from (line.strip() for line in path.read_text().splitlines() if re.match(r"\s*(- )?uses:", line))


def steps(path: Path) -> Iterator[Mapping[str, Any]]:
    for job in loaded(path)["jobs"].values():
        yield from job.get("steps", ())


class TestWorkflows:
    def test_are_those_of_lint_tests_documentation_release_codeql_and_audit(self) -> None:
        names = {path.stem for path in WORKFLOWS}
        assert names == {"lint", "tests", "docs", "release", "codeql", "audit"}
        assert all(loaded(path)["name"] == path.stem for path in WORKFLOWS)

    @each_workflow
    def test_every_action_is_pinned_by_its_commit_and_names_its_version(self, path: Path) -> None:
        named = list(uses(path))
        assert named
        assert [line for line in named if not PINNED.fullmatch(line) and not OWN.fullmatch(line)] == []

    def test_an_action_is_of_one_version_in_all_workflows(self) -> None:
        references: dict[str, set[str]] = {}
        for line in (line.removeprefix("- ") for path in WORKFLOWS for line in uses(path)):
            if match := PINNED.fullmatch(line):
                references.setdefault("/".join(match["action"].split("/")[:2]), set()).add(line.partition("@")[2])
        assert {action: found for action, found in references.items() if len(found) > 1} == {}

    @each_workflow
    def test_a_workflow_has_no_permissions_but_those_that_each_job_names(self, path: Path) -> None:
        assert loaded(path)["permissions"] == {}
        for name, job in loaded(path)["jobs"].items():
            assert isinstance(job["permissions"], dict), name

    @each_workflow
    def test_every_job_of_a_workflow_has_a_time_limit(self, path: Path) -> None:
        for name, job in loaded(path)["jobs"].items():
            assert "uses" in job or 0 < job["timeout-minutes"] <= 90, name

    @each_workflow
    def test_a_workflow_runs_once_at_a_time_for_what_it_is_about(self, path: Path) -> None:
        assert loaded(path)["concurrency"]["group"].startswith(path.stem)

    @each_workflow
    def test_no_workflow_runs_code_of_a_fork_with_rights_of_the_project(self, path: Path) -> None:
        triggers = loaded(path)[True]  # YAML 1.1 takes the key `on` for true
        assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(triggers)

    @each_workflow
    def test_no_checkout_leaves_its_token_on_the_disk(self, path: Path) -> None:
        for step in steps(path):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False

    @each_workflow
    def test_nothing_that_others_write_gets_into_a_shell(self, path: Path) -> None:
        assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []

    def test_every_make_target_that_a_workflow_runs_exists(self) -> None:
        there = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
        commands = [step.get("run", "") for path in WORKFLOWS for step in steps(path)]
        lines = [line for run in commands for line in re.findall(r"^make (.+)$", run, re.MULTILINE)]
        called = {name for line in lines for name in line.split()}
        assert {"lint", "test", "docs"} <= called
        assert called - there == set()

    def test_the_uv_of_the_workflows_is_that_of_the_makefile(self) -> None:
        wanted = re.search(r"^UV_VERSION := (\S+)$", MAKEFILE, re.MULTILINE)
        found = {step["with"]["version"] for path in WORKFLOWS for step in steps(path) if "setup-uv" in str(step)}
        assert wanted
        assert found == {wanted[1]}

    def test_the_tests_run_on_every_python_from_the_oldest_that_is_supported(self) -> None:
        pythons = loaded(ROOT / ".github/workflows/tests.yaml")["jobs"]["test"]["strategy"]["matrix"]["python"]
        assert pythons == [f"3.{minor}" for minor in range(11, 15)]
        assert PROJECT["project"]["requires-python"] == f">={pythons[0]}"

    def test_a_release_is_published_only_when_lint_and_tests_have_passed(self) -> None:
        jobs = loaded(ROOT / ".github/workflows/release.yaml")["jobs"]
        assert {"lint", "tests", "build"} <= set(jobs["image"]["needs"])
        assert jobs["pypi"]["needs"] == ["image"]

    def test_the_image_is_built_for_both_architectures_with_its_components_and_provenance(self) -> None:
        (build,) = (step for step in steps(ROOT / ".github/workflows/release.yaml") if step.get("id") == "build")
        assert build["with"]["platforms"] == "linux/amd64,linux/arm64"
        assert (build["with"]["sbom"], build["with"]["provenance"]) == (True, "mode=max")
        assert (ROOT / build["with"]["file"]).is_file()


class TestVersion:
    @pytest.mark.parametrize(
        ("file", "pattern"),
        [
            ("uv.lock", r'name = "truenorth"\nversion = "(.+)"'),
            ("deploy/helm/truenorth/Chart.yaml", r"^version: (.+)$"),
            ("deploy/helm/truenorth/Chart.yaml", r'^appVersion: "(.+)"$'),
            ("deploy/kustomize/base/deployment-truenorth.yaml", r"image: truenorth:(.+)$"),
            ("examples/argocd/production.yaml", r"targetRevision: v(.+)$"),
            ("examples/argocd/chart.yaml", r"targetRevision: v(.+)$"),
            ("examples/compose/compose.yaml", r"truenorth:([\d.]+)$"),
            ("examples/podman/truenorth.container", r"truenorth:([\d.]+)$"),
        ],
    )
    def test_is_that_of_the_project_wherever_it_stands(self, file: str, pattern: str) -> None:
        assert set(re.findall(pattern, (ROOT / file).read_text(), re.MULTILINE)) == {VERSION}

    def test_has_a_dated_section_in_the_changelog(self) -> None:
        assert re.search(
            rf"^## \[{re.escape(VERSION)}\] - \d{{4}}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
        )

    def test_is_that_of_the_project_in_every_example_of_the_documentation(self) -> None:
        text = "\n".join(page.read_text() for page in (ROOT / "docs").rglob("*.md"))
        assert set(re.findall(r"truenorth(?:-workspace)?:(\d+\.\d+\.\d+)", text)) == {VERSION}


class TestPreCommit:
    HOOKS: tuple[Mapping[str, Any], ...] = tuple(loaded(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"])

    def test_runs_format_style_and_layers_and_types_when_asked_for_them(self) -> None:
        stages = {hook["id"]: hook.get("stages", ["pre-commit"]) for hook in self.HOOKS}
        usual = ["pre-commit"]
        assert stages == {"ruff-format": usual, "ruff-check": usual, "lint-imports": usual, "mypy": ["manual"]}

    def test_runs_the_tools_of_the_project_in_their_locked_versions(self) -> None:
        names = {re.split(r"[<>=]", one)[0] for one in PROJECT["dependency-groups"]["dev"]} | {"lint-imports"}
        for hook in self.HOOKS:
            assert hook["entry"].startswith("uv run --frozen ")
            assert hook["entry"].split()[3] in names
            assert hook["language"] == "system"


class TestRenovate:
    def test_finds_every_version_that_only_a_pattern_can_find(self) -> None:
        listed = [*ROOT.glob("*"), *ROOT.glob("*/**/versions.py"), ROOT / PROVIDERS, *WORKFLOWS]
        for manager in RENOVATE["customManagers"]:
            patterns = [one.strip("/").replace("\\/", "/") for one in manager["managerFilePatterns"]]
            names = [path for path in listed if any(re.search(one, str(path.relative_to(ROOT))) for one in patterns)]
            text = "\n".join(path.read_text() for path in names if path.is_file())
            for found in manager["matchStrings"]:
                assert re.search(found.replace("(?<", "(?P<"), text), found

    def test_moves_the_engine_and_its_sdks_in_one_pull_request(self) -> None:
        (rule,) = (rule for rule in RENOVATE["packageRules"] if rule.get("groupName") == "Pulumi")
        extras, groups = PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]
        needed = [
            *PROJECT["project"]["dependencies"],
            *(one for extra in extras.values() for one in extra),
            *groups["dev"],
        ]
        packages = [re.split(r"[<>=]", one)[0] for one in needed if "pulumi" in one]
        assert {"pulumi", "pulumi-cloudflare", "pulumi-kubernetes", "pulumiverse-gandi"} == set(packages)
        assert all(re.match(rule["matchPackageNames"][0].strip("/"), package) for package in packages)


class TestForms:
    def test_a_report_of_a_fault_has_what_is_needed_to_find_it(self) -> None:
        fields = {one.get("id"): one for one in loaded(ROOT / ".github/ISSUE_TEMPLATE/bug.yaml")["body"]}
        for name in ("version", "provider", "what", "doctor", "settings"):
            assert fields[name]["validations"] == {"required": True}

    @pytest.mark.parametrize("name", ["SECURITY.md", "CODE_OF_CONDUCT.md"])
    def test_links_lead_somewhere(self, name: str) -> None:
        for target in re.findall(r"\]\(([^)#]+)", (ROOT / name).read_text()):
            assert target.startswith("https://") or (ROOT / target).exists(), target
