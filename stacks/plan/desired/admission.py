"""Admission: the names and targets that objects may ask for at all, by the settings. Pure.

| a name                                | may be asked for                                                         |
|---------------------------------------|--------------------------------------------------------------------------|
| of the settings                       | by no object, in no type                                                 |
| where an ownership mark stands or may | by no object: ours (`mark_prefix`), external-dns' (`external_dns`)       |
| with a label that begins with `_`     | where `cluster.domains` spells the label: it carries keys and challenges |
| of NS or DS records                   | where `cluster.domains` spells it: all below it goes to other servers    |
| any other                             | by everybody, or where `cluster.domains` is set by whom it allows        |

What is refused is no claim: it keeps nothing, and costs no other object anything. The API server has the same rules
by `components/operator/expressions.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import chain
from typing import TYPE_CHECKING

from components.marks import external_dns, ownership
from components.plain_text import listed
from components.records import hosts
from components.records.types import DELEGATING_TYPES, MARKED_TYPES
from components.views import bare
from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, SourceSighting
from stacks.model.name_patterns import any_matches, glob_matches, reaches, reserved_labels
from stacks.model.values import Known, Unknown

if TYPE_CHECKING:
    from stacks.settings.cluster import ClaimRules, ClusterDefaults, DomainSettings, TargetSettings
    from stacks.settings.stack import Settings

_RESERVING = frozenset({"A", "AAAA", "CNAME", "NS"})
_SRV_LABELS = 2
_LEADING = frozenset({None, "A", "AAAA", "CNAME", "MX", "NS", "PTR"})
"""The types of records that lead to the last word of their content."""
_HINTS = ("ipv4hint=", "ipv6hint=")
IN_THE_SETTINGS = "the settings have it too, and what they say counts; take it out of one of the two"
"""Why an object does not get a name."""


@dataclass(frozen=True)
class Closed:
    """The names at which no object may have records. names: those of the settings."""

    names: frozenset[str]
    prefixes: tuple[str, ...]
    """Of the names of marks."""
    suffixes: tuple[str, ...]
    """Of the first labels of the names of marks."""

    @classmethod
    def of(cls, settings: Settings) -> Closed:
        """Return the names that settings close."""
        prefixes, suffixes = mark_affixes(settings)
        return cls(frozenset(_names(settings)), prefixes, suffixes)

    def reason(self, name: str) -> str:
        """Return the reason why no object may have a name; "" where one may."""
        if name in self.names:
            return IN_THE_SETTINGS
        return "an ownership mark stands there, or may one day" if self.is_mark_place(name) else ""

    def is_mark_place(self, name: str) -> bool:
        """Whether the mark of a record set, of ours or of external-dns, has such a name."""
        return name.startswith(self.prefixes) or any(_has_suffix(name, one) for one in self.suffixes)


def mark_affixes(settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the prefixes of the names of marks, and the suffixes of their first labels, without empty ones."""
    found = [ownership.mark_name("", kind, zone.mark_prefix) for zone in settings.each_zone() for kind in MARKED_TYPES]
    suffixes: list[str] = []
    for instance in settings.external_dns:
        before, after = external_dns.affixes(instance.affix())
        found += before
        suffixes += after
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(suffixes))


def _names(settings: Settings) -> Iterator[str]:
    for zone in settings.each_zone():
        yield from (zone.fqdn(entry) for entry in zone.names)
        yield from (zone.fqdn(record) for record in zone.records if record.type in _RESERVING)
        if zone.targets == "cname":
            yield zone.canonical_fqdn


def _has_suffix(name: str, suffix: str) -> bool:
    labels = name.split(".")
    return ".".join(labels[: 1 + suffix.count(".")]).endswith(suffix)


@dataclass(frozen=True)
class _Rules:
    """The rules of one cluster. namespaces: the labels of each, where rules ask for them."""

    rules: ClaimRules
    namespaces: Known[Mapping[str, Mapping[str, str]]] | Unknown

    @cached_property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(one) for one in self.rules.targets.networks)

    def refusal(self, claim: Claim) -> str | Unknown:
        """Return the reason why the claim may not be made, "" for none; Unknown where that cannot be told."""
        name = _checked(claim)
        if claim.type in DELEGATING_TYPES and not self._spells(name, claim.object.namespace):
            return f"its {claim.type} records hand all below it to others: cluster.domains has to spell the name out"
        if not self.rules.domains:
            if labels := reserved_labels(name):
                return f"a label with _ in front ({labels[0]}) has to be spelled out in cluster.domains"
        elif (allowed := self._allows(name, claim.object.namespace)) is not True:
            return allowed or "cluster.domains does not allow it to objects of this namespace"
        return self.refused_target(claim)

    def refused_target(self, claim: Claim) -> str:
        """Return the reason why the claim may not have its targets; "" for none."""
        if self.rules.targets.are_limited and isinstance(claim.targets, Detected) and claim.targets.hosts:
            return f"cluster.targets does not allow the host {claim.targets.hosts[0]}: only the detected address itself"
        if self.rules.targets.are_limited and isinstance(claim.targets, Known):
            strange = [one for one in _pointed_at(claim) if not self._may_be_target(one, self.rules.targets)]
            if strange:
                return f"cluster.targets does not allow the target {strange[0]}"
        return ""

    def _allows(self, name: str, namespace: str) -> bool | Unknown:
        """Return whether one of `domains` allows the name; Unknown where one may, and labels cannot be read."""
        unknown: Unknown | None = None
        for one in self.rules.domains:
            if not any_matches(one.names, name) or any(reaches(pattern, name) for pattern in one.exclude):
                continue
            selects = self._selects(one, namespace)
            if isinstance(selects, Unknown):
                unknown = selects
            elif selects:
                return True
        return unknown or False

    def _spells(self, name: str, namespace: str) -> bool:
        """Whether one of `domains` allows the very name, and not by a pattern."""
        return any(name in one.names and self._selects(one, namespace) is True for one in self.rules.domains)

    def _selects(self, domain: DomainSettings, namespace: str) -> bool | Unknown:
        if domain.namespaces and not any(glob_matches(one, namespace) for one in domain.namespaces):
            return False
        if not domain.labels:
            return True
        if isinstance(self.namespaces, Unknown):
            return self.namespaces
        labels = self.namespaces.value.get(namespace, {})
        return bool(namespace) and all(labels.get(key) == value for key, value in domain.labels.items())

    def _may_be_target(self, target: str, allowed: TargetSettings) -> bool:
        try:
            address = ip_address(target)
        except ValueError:
            return any_matches(allowed.names, target)
        return any(address in network for network in self.networks)


def _pointed_at(claim: Claim) -> Iterator[str]:
    """Yield the addresses and hosts that known targets lead to; of services, whose names are their own, none."""
    for text in claim.targets.value if isinstance(claim.targets, Known) else ():
        words = text.split(" ")
        if claim.type in _LEADING:
            yield words[-1]
        elif claim.type in hosts.SERVICE_BINDINGS:
            yield from (host for host in [hosts.written(claim.type, text)] if host != ".")
            hints = (word.partition("=")[2].strip('"').split(",") for word in words if word.startswith(_HINTS))
            yield from chain.from_iterable(hints)


def _checked(claim: Claim) -> str:
    """Return the name that has to be allowed: that of the service where the claim is to its SRV records (RFC 2782)."""
    name = bare(claim.name)
    if claim.type != "SRV":
        return name
    labels = name.split(".")
    is_service = len(labels) > _SRV_LABELS and all(label.startswith("_") for label in labels[:_SRV_LABELS])
    return ".".join(labels[_SRV_LABELS:]) if is_service else name


def admitted(
    settings: Settings,
    claims: Iterable[Claim],
    sources: Sequence[SourceSighting],
    closed: Closed,
    own: Collection[str] = (),
) -> tuple[list[Claim], tuple[Complaint, ...]]:
    """Return the claims that may be made, and one complaint to each object for each reason of a refusal.

    claims: to names in our zones. own: names of the settings to which objects add targets, and no more. A claim of
    which nobody can tell whether it may be made has unknown targets.
    """
    rules = {
        cluster: _Rules(one, _namespaces(cluster, sources)) for cluster, one in rules_of(settings, sources).items()
    }
    kept: list[Claim] = []
    refused: dict[tuple[ObjectKey, str], dict[str, None]] = defaultdict(dict)
    for claim in claims:
        of_cluster = rules[claim.object.cluster]
        refusal = of_cluster.refused_target if claim.name in own else of_cluster.refusal
        reason = ("" if claim.name in own else closed.reason(claim.name)) or refusal(claim)
        if isinstance(reason, Unknown):
            kept.append(without_targets(claim, reason))
        elif reason:
            refused[claim.object, reason][claim.name] = None
        else:
            kept.append(claim)
    return kept, tuple(without_names(key, tuple(names), reason) for (key, reason), names in refused.items())


def rules_of(settings: Settings, sources: Iterable[SourceSighting]) -> Mapping[str, ClusterDefaults]:
    """Return the rules of each cluster that sources are of."""
    known = {one.name: one for one in settings.each_cluster()}
    return {one.cluster: known.get(one.cluster, settings.cluster) for one in sources}


def without_targets(claim: Claim, reason: Unknown) -> Claim:
    """Return a claim with unknown targets: it keeps what its object has at the name, whatever the type."""
    return replace(claim, type=None, targets=reason, ttl=None, proxied=None, comment=None, tags=None)


def without_names(key: ObjectKey, names: Sequence[str], reason: str) -> Complaint:
    """Return the complaint to an object that does not get some of its names."""
    text = f"{key}: it does not get {listed(names)}: {reason}"
    return Complaint(key, "", "", "", text)


def _namespaces(cluster: str, sources: Sequence[SourceSighting]) -> Known[Mapping[str, Mapping[str, str]]] | Unknown:
    found = next((one.namespaces for one in sources if one.cluster == cluster), Known(()))
    return found if isinstance(found, Unknown) else Known({name: dict(labels) for name, labels in found.value})
