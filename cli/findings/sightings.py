"""Findings about addresses and about the sources of claims."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from cli.findings.finding import Finding, plural
from stacks.model.claims import DOCKER, WEBHOOK, Claim, SourceSighting
from stacks.model.values import Family, Known, Sighting, Unknown

_UNKNOWN = "The records stay as they are until it is known; `truenorth detect` shows what each source says."
_UNREAD = "What was made for its objects stays. Look at the cluster, and at the credentials for it."
_UNREAD_DAEMON = "What was made for its containers stays. Look at the daemon, and at who may use its socket."
_STALE = "It is taken as it was last seen, and is tried again by itself."

_UNMET = "Mend the settings, or make it; `kubectl get gateways --all-namespaces` lists those that there are."


def of_address(one: Sighting) -> Finding:
    """Return the finding of the addresses of one family of a link, or why they are unknown."""
    family = "IPv4" if one.family is Family.IPV4 else "IPv6"
    subject = f"the {family} address of link {one.link}" if one.link else f"the {family} address of the WAN"
    if isinstance(one.addresses, Unknown):
        return Finding("address", "bad", subject, "is unknown", one.addresses.reason, _UNKNOWN)
    return Finding("address", "note", subject, f"is {', '.join(map(str, one.addresses.value)) or 'none'}")


def of_source(one: SourceSighting) -> Finding:
    """Return the finding of a source: the number of names that its objects ask for, or why it cannot be read."""
    subject = f"the source {one.source} of the cluster {one.cluster}" if one.cluster else f"the source {one.source}"
    if one.cluster == WEBHOOK:
        subject = "external-dns"
    if one.source == DOCKER:
        subject = f"the Docker daemon {one.cluster}"
    if isinstance(one.found, Known) and not one.stale:
        what = f"asks for {plural(wanted_names(one), 'name')}"
        return Finding(
            "source", "warning" if one.unmet else "note", subject, what, one.unmet, _UNMET if one.unmet else ""
        )
    if isinstance(one.found, Known):
        return Finding("source", "warning", subject, "cannot be read now", one.stale, _STALE)
    if one.waiting:
        return Finding("source", "note", subject, "is waited for", one.found.reason)
    return Finding(
        "source",
        "bad",
        subject,
        "cannot be read",
        one.found.reason,
        _UNREAD_DAEMON if one.source == DOCKER else _UNREAD,
    )


def wanted_names(one: SourceSighting) -> int:
    """Return the number of names that a source's objects ask for; 0 if it is unknown."""
    found: Iterable[object] = one.found.value if isinstance(one.found, Known) else ()
    return len({claim.name for claim in found if isinstance(claim, Claim)})


def source_label(source: str) -> str:
    """Return a source of WAN addresses as it is shown: of a URL scheme and host, as its path may hold a key."""
    if source.startswith(("http://", "https://")):
        parts = urlsplit(source)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    kind, _, rest = source.partition(":")
    if kind == "doh":
        name, at, url = rest.partition("@")
        return f"{kind}:{name}{at}{source_label(url) if at else ''}"
    return kind if kind in {"static", "file"} else source
