"""Findings for the person who wrote the settings: what is done otherwise than written, and full zones."""

from __future__ import annotations

from cli.findings.finding import SHOWN, Finding
from stacks.model.plan import Plan


def of_advice(plan: Plan) -> tuple[Finding, ...]:
    """Return what a plan says about the settings."""
    return tuple(Finding("settings", "warning", one.subject, one.what, one.do) for one in plan.advice)


def of_full_zones(plan: Plan) -> tuple[Finding, ...]:
    """Return the zones that are too full, each with the names left out and the advice."""
    found = []
    for one in plan.full:
        left = [" ".join(key) for key in one.left_out]
        more = f" and {len(left) - SHOWN} more" if len(left) > SHOWN else ""
        why = f"not made: {', '.join(left[:SHOWN])}{more}; {one.do}"
        found.append(Finding("zone", "bad", f"the zone {one.zone}", one.what, why))
    return tuple(found)
