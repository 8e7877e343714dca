"""The JSON of the status: what `/raw` answers and the page is drawn from. Fields are added, never renamed.

It begins with the fields that the ESDDNS operator's `/raw` and its ConfigMap have (https://github.com/sqe/esddns):
`wan_ip_state`, `record_state`, `poll_date`; `current_ip`, `detected_at`, `timestamp`. All else is ours. Times are
ISO 8601 in UTC, durations seconds; null is what is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from cli.events import Role
from cli.findings.sightings import of_source, source_label, wanted_names
from cli.output import documents
from cli.output.geo_table import BalancerReport
from cli.web.esddns import esddns_fields
from cli.web.history import HistoryEntry
from cli.web.names import rows
from cli.web.problems import PageProblem, headline, problems
from cli.web.status import AddressStatus, Answered, Status, timestamp
from components.records import canonical_content
from components.records.international import in_both_forms
from components.views import bare, several
from stacks.model.claims import Complaint, SourceSighting
from stacks.model.values import WAN, Known, Unknown

Document = dict[str, Any]
Redact = Callable[[Any], Any]
"""Takes what is secret out of a JSON document."""


def as_it_is(document: Any) -> Any:  # noqa: ANN401 - whatever JSON has
    """Takes nothing out."""
    return document


def head(status: Status, redact: Redact = as_it_is) -> Document:
    """All but the names: small, however many these are."""
    found = problems(status)
    count = _names(status)
    tone, sentence = headline(status, count, found)
    document = {
        "status": tone,
        "headline": sentence,
        "stack": status.stack,
        "owner": status.owner,
        "version": status.version,
        "names_version": status.names,
        "started_at": timestamp(status.started),
        "checked_at": timestamp(status.leader.done_at),
        "changed_at": timestamp(status.changed_at),
        "leadership": _leadership(status),
        "address_cache": {"at": timestamp(status.cached_at), "problem": status.cache_problem},
        "counts": _counts(status, count),
        "views": list(several(one.zone for one in status.leader.done.observation.zones)) if status.leader.done else [],
        "problems": [_problem(one) for one in found],
        "addresses": [_address(one) for one in status.addresses.values()],
        "detection": _detection(status),
        "sources": [_source(one) for _, one in sorted(status.sources.items())],
        "balancing": _balancing(status),
        "history": [_entry(one) for one in status.history],
    }
    redacted: Document = redact(document)
    return redacted


def raw(status: Status, redact: Redact = as_it_is) -> Document:
    """All there is: the ESDDNS operator's fields, those of `head`, and `records`, a row for each record set."""
    found = rows(status, redact)
    return {**esddns_fields(status, found), **head(status, redact), "records": found}


def _names(status: Status) -> int:
    plan = status.leader.done.plan if status.leader.done else None
    if plan is None:
        return 0
    return len(
        {bare(one.name) for found in (plan.record_sets, plan.conflicts, plan.frozen, plan.deferred) for one in found}
    )


def _counts(status: Status, names: int) -> Document:
    plan = status.leader.done.plan if status.leader.done else None
    return {
        "names": names,
        "record_sets": len(plan.record_sets) if plan else 0,
        "records": sum(len(canonical_content.split(s.target)) for one in plan.record_sets for s in one.slots)
        if plan
        else 0,
        "marks": sum(bool(one.mark_name) for one in plan.record_sets) if plan else 0,
        "conflicts": len(plan.conflicts) if plan else 0,
        "refused": len(plan.rejected) if plan else 0,
        "frozen": len(plan.frozen) if plan else 0,
        "deferred": len(plan.deferred) if plan else 0,
        "leaving": len(status.leader.leaving),
        "zones": sorted(one.zone for one in status.leader.done.observation.zones) if status.leader.done else [],
    }


def _leadership(status: Status) -> Document:
    now = status.leadership
    return {
        "role": now.role.value,
        "holder": now.holder or (now.identity if now.role is Role.LEADER else ""),
        "identity": now.identity,
        "transitions": now.transitions,
        "reason": now.reason,
    }


def _address(seen: AddressStatus) -> Document:
    return {
        **documents.sighting_document(seen.sighting),
        "seen_at": timestamp(seen.at),
        "since": timestamp(seen.since),
        "from_cache": seen.from_cache,
    }


def _detection(status: Status) -> list[Document]:
    """Return the last answer of each source; none for several links, on which a source answers differently."""
    if any(link != WAN for link, _ in status.addresses):
        return []
    return [_answer(one, status) for one in status.answers.values()]


def _answer(one: Answered, status: Status) -> Document:
    answer = one.answer
    outcome = status.addresses.get((WAN, answer.family))
    agreed = outcome.sighting.addresses if outcome else None
    if isinstance(answer.result, Unknown):
        verdict = "refused" if answer.refused else "silent"
    elif isinstance(agreed, Known):
        verdict = "agrees" if answer.addresses == agreed.value else "contradicts"
    else:
        verdict = "counts"
    return {
        "source": source_label(answer.source),
        "operator": answer.operator,
        "family": answer.family.value,
        "given": [str(address) for address in answer.given],
        "verdict": verdict,
        "reason": answer.refused or (answer.result.reason if isinstance(answer.result, Unknown) else ""),
        "seconds": round(answer.seconds, 3),
        "at": timestamp(one.at),
    }


def _source(one: SourceSighting) -> Document:
    found = one.found.value if isinstance(one.found, Known) else ()
    complaints = sum(isinstance(each, Complaint) and not each.is_note for each in found)
    said = {"kind": one.kind, "names": wanted_names(one), "complaints": complaints, "state": of_source(one).predicate}
    return {**documents.source_document(one), **said}


def _balancing(status: Status) -> Document | None:
    """As `truenorth geo status --json` has it; null where this stack has no part in it, or it could not be read."""
    geo = status.leader.done.observation.geo if status.leader.done else None
    if geo is None or status.leader.done is None or isinstance(geo.account, Unknown):
        return None
    zones = tuple(one.zone for one in status.leader.done.observation.zones)
    return BalancerReport(geo.account, status.owner, zones, geo.wishes, geo.complaints).document()


def _problem(one: PageProblem) -> Document:
    found = one.finding
    return {
        "severity": found.severity,
        "kind": found.kind,
        "title": in_both_forms(found.heading),
        "text": in_both_forms(found.why),
        "do": in_both_forms(found.do),
        "names": list(map(in_both_forms, found.names)),
        "more": found.more,
        "since": timestamp(one.since),
    }


def _entry(one: HistoryEntry) -> Document:
    return {
        **asdict(one),
        "title": in_both_forms(one.title),
        "text": in_both_forms(one.text),
        "at": timestamp(one.at),
        "first": timestamp(one.first),
        "triggers": list(one.triggers),
        "lines": [{key: in_both_forms(text) for key, text in asdict(line).items()} for line in one.lines],
        "since_asked": None if one.since_asked is None else round(one.since_asked, 3),
    }
