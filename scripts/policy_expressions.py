"""Writes the expressions of the API server's policy for the chart: `python -m scripts.policy_expressions`."""

from __future__ import annotations

import sys
from typing import get_args

import yaml

from components.operator.expressions import EXPRESSIONS, VALIDATIONS
from components.operator.fields import READINGS, names_of
from stacks.deploy.policy import described
from stacks.settings.cluster import ClusterSettings, SourceName

HEAD = """\
# Written by `python -m scripts.policy_expressions > deploy/helm/truenorth/files/policy.yaml`; the same as in
# components/operator/expressions.py and fields.py.
"""


def document() -> str:
    """Return the text of the chart's file."""
    kinds = {
        source: {"group": one.group, "version": one.version, "resource": one.resource, "names": names_of(one)}
        for source, one in described(ClusterSettings(sources=get_args(SourceName))).items()
    }
    found = {
        "variables": list(EXPRESSIONS),
        "validations": list(VALIDATIONS),
        "readings": dict(READINGS),
        "kinds": kinds,
    }
    return HEAD + yaml.safe_dump(found, sort_keys=False, width=10_000)


if __name__ == "__main__":
    sys.stdout.write(document())
