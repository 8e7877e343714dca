"""Findings for the person who wrote the settings: what is done otherwise than written, and full zones."""

from __future__ import annotations

from cli.findings.finding import SHOWN, Finding
from components.plain_text import listed
from stacks.model.plan import Plan


def of_advice(plan: Plan) -> tuple[Finding, ...]:
    """Return what a plan says about the settings."""
    return tuple(Finding("settings", "warning", one.subject, one.what, one.do) for one in plan.advice)


def of_full_zones(plan: Plan) -> tuple[Finding, ...]:
    """Return the zones that are too full, each with the names left out and the advice."""
    found = []
    for one in plan.full:
        why = f"not made: {listed([' '.join(key) for key in one.left_out], SHOWN)}; {one.do}"
        found.append(Finding("zone", "bad", f"the zone {one.zone}", one.what, why))
    return tuple(found)
