"""Writes the expressions of the API server's policy for the chart: `python -m scripts.policy_expressions`."""

from __future__ import annotations

import sys

import yaml

from components.operator.policy import EXPRESSIONS, VALIDATIONS

HEAD = """\
# Written by `python -m scripts.policy_expressions > deploy/helm/truenorth/files/policy.yaml`; the same as in
# components/operator/policy.py.
"""


def document() -> str:
    """Return the text of the chart's file."""
    found = {"variables": list(EXPRESSIONS), "validations": list(VALIDATIONS)}
    return HEAD + yaml.safe_dump(found, sort_keys=False, width=10_000)


if __name__ == "__main__":
    sys.stdout.write(document())
