"""What is deployed beside the metrics: Prometheus' rules, with tests of their own, and the dashboard."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.metrics.metrics import Metrics

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
RULES, RULE_TESTS = DEPLOY / "prometheus" / "rules.yaml", DEPLOY / "prometheus" / "rules.test.yaml"
DASHBOARD = DEPLOY / "grafana" / "truenorth.json"
NAME = re.compile(r"(?<![\w:])(?:truenorth|esddns|external_dns|process)_\w+")
RECORDED = re.compile(r"\bjob(?:_\w+)?:\w+:\w+")
RULE = dict[str, Any]


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("no promtool: install the package prometheus")
    return found


@pytest.fixture(scope="module")
def exposed() -> set[str]:
    """The names of all samples that there may be."""
    text = Metrics().exposition()[0].decode()
    families = dict(re.findall(r"# TYPE (\w+) (\w+)", text))
    of_histograms = {f"{name}_{part}" for name, kind in families.items() if kind == "histogram" for part in PARTS}
    return {name for name, kind in families.items() if kind != "histogram"} | of_histograms


PARTS = ("bucket", "count", "sum")


def rules(kind: str) -> list[RULE]:
    document = yaml.safe_load(RULES.read_text())
    return [rule for group in document["groups"] for rule in group["rules"] if kind in rule]


def queries() -> Iterator[str]:
    """Every query of the dashboard."""
    document = json.loads(DASHBOARD.read_text())
    for panel in document["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (variable["definition"] for variable in document["templating"]["list"] if "definition" in variable)
    yield from (one["expr"] for one in document["annotations"]["list"])


class TestRules:
    def test_are_valid(self, promtool: str) -> None:
        done = subprocess.run([promtool, "check", "rules", str(RULES)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "SUCCESS" in done.stdout

    def test_pass_their_own_tests(self, promtool: str) -> None:
        done = subprocess.run([promtool, "test", "rules", str(RULE_TESTS)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_are_each_seen_to_fire(self) -> None:
        tested = RULE_TESTS.read_text()
        alternatives = {
            prefix + one for prefix, group in re.findall(r'"(\w*)\(([\w|]+)\)"', tested) for one in group.split("|")
        }
        named = set(re.findall(r'alertname(?:="|: )(\w+)', tested)) | alternatives
        assert {rule["alert"] for rule in rules("alert")} <= named

    def test_ask_for_nothing_that_is_not_exposed(self, exposed: set[str]) -> None:
        for rule in rules("expr"):
            assert set(NAME.findall(rule["expr"])) <= exposed, rule

    def test_name_only_what_is_recorded(self) -> None:
        recorded = {rule["record"] for rule in rules("record")}
        asked = {
            name for text in [*queries(), *(rule["expr"] for rule in rules("alert"))] for name in RECORDED.findall(text)
        }
        assert asked
        assert asked <= recorded

    def test_say_what_is_wrong_how_badly_and_what_to_do(self) -> None:
        for rule in rules("alert"):
            assert rule["labels"]["severity"] in {"critical", "warning"}, rule["alert"]
            assert set(rule["annotations"]) == {"summary", "description", "runbook"}, rule["alert"]
            assert "for" in rule, rule["alert"]

    def test_have_each_alert_once(self) -> None:
        names = [rule["alert"] for rule in rules("alert")]
        assert len(set(names)) == len(names)


class TestTheDashboard:
    def test_asks_for_nothing_that_is_not_exposed(self, exposed: set[str]) -> None:
        for query in queries():
            assert set(NAME.findall(RECORDED.sub("", query))) <= exposed, query

    def test_shows_all_that_is_ours(self, exposed: set[str]) -> None:
        shown = {name for query in queries() for name in re.findall(r"truenorth_\w+?(?=_bucket|_count|_sum|\b)", query)}
        ours = {re.sub(r"_(bucket|count|sum)$", "", name) for name in exposed if name.startswith("truenorth_")}
        beside = {"truenorth_build_info", "truenorth_feedback_failures_total"}
        of_moments = {name for name in ours if name.endswith("_timestamp_seconds")}
        assert ours - shown - beside - of_moments == set()

    def test_has_valid_queries(self, promtool: str, tmp_path: Path) -> None:
        """As rules, which promtool can read; Grafana's own variables stand for a duration and a pattern."""
        expressions = [re.sub(r"\$__rate_interval", "5m", query) for query in queries() if "label_values" not in query]
        document = {
            "groups": [
                {
                    "name": "panels",
                    "rules": [
                        {"record": f"panel:number:{number}", "expr": expression}
                        for number, expression in enumerate(expressions)
                    ],
                }
            ]
        }
        file = tmp_path / "panels.yaml"
        file.write_text(yaml.safe_dump(document))
        done = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_has_panels_that_do_not_overlap(self) -> None:
        taken: dict[tuple[int, int], str] = {}
        for panel in json.loads(DASHBOARD.read_text())["panels"]:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    assert taken.setdefault((x, y), panel["title"]) == panel["title"]
