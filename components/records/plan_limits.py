"""The limits of a zone's plan at its provider, as far as the API names the plan.

https://developers.cloudflare.com/dns/manage-dns-records/ (records a zone),
https://developers.cloudflare.com/dns/manage-dns-records/reference/record-attributes/ (comments and tags),
https://developers.cloudflare.com/dns/manage-dns-records/reference/ttl/ and
https://developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes/.
"""

from __future__ import annotations

from dataclasses import dataclass

FREE, ENTERPRISE = "free", "enterprise"
SMALLER_SINCE = "2024-09-01"
"""Free zones that were made from then on have fewer records."""
SMALLEST_QUOTA = 200
"""Records of the smallest zone."""
USUAL_COMMENT = 100
"""Characters of a comment that every plan stores."""
USUAL_TTL = 60
"""Seconds: what is below takes the Enterprise plan."""


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """The limits of a plan. plan: its name at the provider, "" where it is not known. None: not known, or none.

    shortest_ttl: seconds. records: of the zone. comment: characters. tags: of a record. batch: writes in one call.
    """

    plan: str = ""
    shortest_ttl: int | None = None
    records: int | None = None
    comment: int | None = None
    tags: int | None = None
    batch: int | None = None


NOT_KNOWN = PlanLimits()
LARGEST = PlanLimits(comment=500, tags=20)
"""The limits of a zone whose plan cannot be read just now: what was stored stays, and the API judges what is new."""
_FREE = PlanLimits(FREE, USUAL_TTL, SMALLEST_QUOTA, USUAL_COMMENT, 0, 200)
_PAID = {
    name: PlanLimits(name, shortest, records, 500, 20, 3_500)
    for name, shortest, records in (
        ("pro", USUAL_TTL, 3_500),
        ("business", USUAL_TTL, 3_500),
        (ENTERPRISE, 30, None),  # as agreed with the customer
    )
}
_OLD_FREE = PlanLimits(FREE, USUAL_TTL, 1_000, USUAL_COMMENT, 0, 200)
_OF_PARTNERS = "partners_"
"""Before the name of a plan that a partner has sold."""


def limits_of(plan: str, created: str = "") -> PlanLimits:
    """Return the limits of a plan of Cloudflare's, by its `legacy_id`. created: the day of the zone, RFC 3339.

    Nothing is known of a plan that the documents do not name.
    """
    name = plan.removeprefix(_OF_PARTNERS)
    if name == FREE:
        return _OLD_FREE if created and created < SMALLER_SINCE else _FREE
    return _PAID.get(name, NOT_KNOWN)
