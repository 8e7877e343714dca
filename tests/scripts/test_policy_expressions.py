from __future__ import annotations

from pathlib import Path

from scripts.policy_expressions import document

CHARTS = Path(__file__).resolve().parents[2] / "deploy/helm/truenorth/files/policy.yaml"


def test_the_chart_has_the_expressions_of_the_component() -> None:
    assert CHARTS.read_text(encoding="utf-8") == document()
