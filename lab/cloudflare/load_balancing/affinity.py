"""Session affinity: which attributes go with which kind, and what the API fills in."""

from __future__ import annotations

from lab.cloudflare.errors import failed_validation

_ATTRIBUTES = {"drain_duration": 0, "samesite": "Auto", "secure": "Auto", "zero_downtime_failover": "none"}
_SESSION = {"cookie": (82800, 1800, 604800), "ip_cookie": (82800, 1800, 604800), "header": (1800, 30, 3600)}
"""Seconds that a session lasts: by default, at least, at most."""


def with_affinity(fields: dict[str, object]) -> None:
    """Fill in what the kind of affinity needs and take out what it does not have; ApiError where they do not fit."""
    kind = fields["session_affinity"] = str(fields["session_affinity"] or "none")
    given = fields.get("session_affinity_attributes")
    attributes: dict[str, object] = {**_ATTRIBUTES, **(given if isinstance(given, dict) else {})}
    if kind == "header":
        if not attributes.get("headers"):
            raise failed_validation("session_affinity_attributes.headers must be set")
        attributes.setdefault("require_all_headers", False)
    else:
        attributes.pop("headers", None)
    fields["session_affinity_attributes"] = attributes
    if kind == "none":
        fields.pop("session_affinity_ttl", None)
        return
    default, least, most = _SESSION[kind]
    seconds = fields.setdefault("session_affinity_ttl", default)
    if not isinstance(seconds, int | float) or not least <= seconds <= most:
        raise failed_validation(f"session_affinity_ttl must be in range [{least}, {most}]")
