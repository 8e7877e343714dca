"""Limits of the claims of one object: no annotation fills a zone, or this process's memory. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from stacks.kube.objects import Manifest
from stacks.model.claims import Claim, Complaint
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.source import Options


def claims_of_each(
    found: Known[tuple[Manifest, ...]] | Unknown,
    claims_of: Callable[[Manifest], Iterable[Claim | Complaint]],
    options: Options,
) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
    """Return the claims and complaints of all objects of a kind, of each as many as it may have."""
    if isinstance(found, Unknown):
        return found
    return Known(tuple(one for manifest in found.value for one in within_limits(claims_of(manifest), options)))


def within_limits(found: Iterable[Claim | Complaint], options: Options) -> Iterator[Claim | Complaint]:
    """Yield the claims and complaints of one object, as many as it may have, with one complaint for each limit.

    Nothing is kept of the rest. What the object has of it stays: a limit takes no record away.
    """
    names: dict[str, None] = {}
    first: Claim | None = None
    clamped: Claim | None = None
    for one in found:
        if isinstance(one, Complaint):
            yield one
            continue
        if one.name not in names and len(names) >= options.names_per_object:
            first = first or one
            continue
        names[one.name] = None
        if isinstance(one.targets, Known) and len(one.targets.value) > options.targets_per_name:
            clamped = clamped or one
            yield replace(one, targets=Known(one.targets.value[: options.targets_per_name]))
        else:
            yield one
    if first:
        most = f"{options.names_per_object} names at most, as the setting cluster.names_per_object says"
        said = f"it asks for too many names; {most}. {first.name} and all after it are left out; their records stay"
        yield Complaint(first.object, "", "", most, f"{first.object}: {said}", hides_names=True)
    if clamped:
        most = f"{options.targets_per_name} targets at most, as the setting cluster.targets_per_name says"
        said = f"{clamped.name} has too many targets; {most}. Those after them are left out"
        yield Complaint(clamped.object, "", "", most, f"{clamped.object}: {said}", minor=True)
