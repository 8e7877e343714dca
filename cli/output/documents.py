"""The JSON documents that commands write."""

from __future__ import annotations

from cli.apiproxy.counts import summary_line
from cli.findings.finding import grouped
from cli.findings.outcome import findings
from cli.reconcile.confirm import Outcome
from cli.reconcile.result import Convergence
from components.records.record import Record
from stacks.model.claims import Complaint, SourceSighting
from stacks.model.confirmation import Unconfirmed
from stacks.model.values import WAN, Known, Sighting, Unknown, UnreadZone
from stacks.plan.changes import Change
from stacks.plan.records.record_sets import declared_records
from stacks.plan.safety import guard


def convergence_document(done: Convergence) -> dict[str, object]:
    """The JSON of a convergence."""
    return {
        "changes": [change_document(change) for change in done.changes],
        "findings": [one.document() for one in grouped(findings(done), {"frozen", "source"})],
        "conflicts": [
            {"name": c.name, "type": c.type, "held_by": c.held_by, "reason": c.reason, "way": c.way}
            for c in done.plan.conflicts
        ],
        "frozen": [
            {"name": f.name, "type": f.type, "kept": list(f.kept), "reason": f.reason} for f in done.plan.frozen
        ],
        "complaints": [complaint_document(one) for one in done.plan.complaints],
        "balancing": balancing_document(done),
        "address_lists": address_lists_document(done),
        "sources": [source_document(one) for one in done.observation.sources],
        "records": [
            record_document(record) for each in done.plan.record_sets for record in declared_records(each).values()
        ],
        "refusals": [
            {"what": one.what, "zone": one.zone, "resources": [change.logical_name for change in one.changes]}
            for one in done.refusals
        ],
        "unread": [
            {"zone": zone.zone, "reason": zone.reason}
            for zone in done.observation.zones
            if isinstance(zone, UnreadZone)
        ],
        "allow": guard.word(done.refusals),
        "allowed_by": done.allowed_by,
        "held_back": done.is_held_back,
        "engine_runs": len(done.runs),
        "moved": done.moved,
        "calls": summary_line(*done.calls),
        "engine_seconds": round(sum(run.seconds for run in done.runs), 3),
        "seconds": round(done.seconds, 3),
    }


def balancing_document(done: Convergence) -> dict[str, object]:
    """The JSON of what is done of load balancing."""
    plan = done.plan.geo
    return {
        "changes": [
            {"action": one.action.value, "kind": one.kind, "name": one.name, "says": one.says}
            for one in done.geo_changes
        ],
        "conflicts": list(plan.conflicts) if plan else [],
        "notes": list(plan.notes) if plan else [],
    }


def address_lists_document(done: Convergence) -> dict[str, object]:
    """The JSON of what is done to address lists."""
    plan = done.plan.lists
    return {
        "changes": [
            {"action": one.action.value, "list": one.name, "network": one.network, "says": one.says}
            for one in done.list_changes
        ],
        "notes": list(plan.notes) if plan else [],
    }


def change_document(change: Change) -> dict[str, object]:
    """The JSON of a change."""
    return {
        "action": change.action.value,
        "resource": change.logical_name,
        "drift": change.is_drift,
        "before": record_document(change.before) if change.before else None,
        "after": record_document(change.after) if change.after else None,
    }


def record_document(record: Record) -> dict[str, object]:
    """The JSON of a record."""
    return {
        "name": record.name,
        "type": record.type,
        "content": record.content,
        "ttl": record.ttl,
        "proxied": record.proxied,
        "comment": record.comment,
        "tags": list(record.tags),
    }


def confirmation_document(outcomes: tuple[Outcome, ...]) -> dict[str, object]:
    """The JSON of what the name servers say of the changes."""
    missing = [one for one in outcomes if isinstance(one, Unconfirmed)]
    return {
        "confirmed": len(outcomes) - len(missing),
        "unconfirmed": [{"name": one.name, "type": one.type, "said": one.said} for one in missing],
    }


def addresses_document(seen: Convergence) -> dict[str, object]:
    """The JSON of the addresses by family, with those of links by name; null for what is unknown."""
    found: dict[str, dict[str, list[str] | None]] = {}
    for one in seen.observation.addresses:
        known = [str(address) for address in one.addresses.value] if isinstance(one.addresses, Known) else None
        found.setdefault(one.link, {})[one.family.value] = known
    links = {link: families for link, families in found.items() if link != WAN}
    return {**found.get(WAN, {}), **({"links": links} if links else {})}


def sighting_document(one: Sighting) -> dict[str, object]:
    """The JSON of the addresses of one family of a link."""
    found = one.addresses
    known = [str(address) for address in found.value] if isinstance(found, Known) else None
    reason = "" if isinstance(found, Known) else found.reason
    return {"link": one.link, "family": one.family.value, "addresses": known, "reason": reason}


def source_document(one: SourceSighting) -> dict[str, object]:
    """The JSON of a source's state."""
    reason = one.found.reason if isinstance(one.found, Unknown) else one.stale or one.unmet
    known = isinstance(one.found, Known)
    return {"cluster": one.cluster, "source": one.source, "known": known, "waiting": one.waiting, "reason": reason}


def complaint_document(complaint: Complaint) -> dict[str, object]:
    """The JSON of what an object's owner has to know."""
    key = complaint.object
    return {
        "object": {"cluster": key.cluster, "kind": key.kind, "namespace": key.namespace, "name": key.name},
        "annotation": complaint.annotation,
        "value": complaint.value,
        "allowed": complaint.allowed,
        "text": complaint.text,
    }
