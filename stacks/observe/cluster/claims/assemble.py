"""The claims of an object, from its names, its own targets and its annotations. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from components.records.canonical import is_address
from stacks.model.claims import BY_TEMPLATE, Certainty, Claim, Complaint, Detected, ObjectKey, Targets
from stacks.model.scope import TargetScope, reach
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.annotation_values import target
from stacks.observe.cluster.claims.annotations import (
    TARGET,
    Annotated,
    AnnotatedSettings,
    complaint,
    find_annotation,
    read_settings,
    with_default,
)


@dataclass(frozen=True, slots=True)
class Claimant:
    """An object that makes claims, with its chain of annotated objects, nearest first.

    chain: the object itself, and those behind it whose annotations count too, such as its Gateway. doubt: the reason
    why it is not known whether the object may make claims; its records then stay as they are, whatever annotations say.
    default: the target where none of these says any. through, parents, certainty: of the claims. rank: the place, among
    all that the object names itself after, of what these claims come from. templated: its names by template.
    """

    key: ObjectKey
    created: str
    chain: Sequence[Annotated]
    doubt: Unknown | None = None
    default: str = ""
    through: str = ""
    parents: tuple[str, ...] = ()
    certainty: Certainty = Certainty.CERTAIN
    rank: int = 0
    templated: Sequence[str] = ()


def assemble(
    claimant: Claimant,
    names: Iterable[str],
    own: Known[tuple[str, ...]] | Unknown,
    faults: Sequence[Complaint] = (),
) -> Iterator[Claim | Complaint]:
    """Yield the claims of an object for these names, and complaints about its annotations.

    The targets of an object with a bad annotation are unknown: its records stay as they are. A bad name among good ones
    costs itself alone. own: the targets that the object has by itself, in its order; Known(()) makes no claim. faults:
    complaints about the object so far.
    """
    complaints = list(faults)
    if claimant.default:
        claimant = replace(claimant, chain=with_default(claimant.chain, claimant.default))
    settings = read_settings(claimant.chain, complaints)
    targets = claimant.doubt or _targets(settings, own)
    spoiling = _spoiling(complaints)
    by_type = {} if spoiling else _by_type(targets, settings, claimant, complaints)
    if spoiling := _spoiling(complaints):
        by_type = {None: Unknown(spoiling[0].text)}
    would_be = _by_type(_targets(settings, own), settings, claimant, []) if claimant.doubt and not spoiling else {}
    expected = tuple((kind, one) for kind, one in would_be.items() if not isinstance(one, Unknown))
    yield from complaints
    for name in dict.fromkeys(names):
        for record_type, one in by_type.items():
            yield Claim(
                name=name,
                type=record_type,
                targets=one,
                object=claimant.key,
                created=claimant.created,
                ttl=settings.ttl,
                proxied=settings.proxied,
                comment=settings.comment,
                tags=settings.tags,
                spelled=(*settings.spelled, BY_TEMPLATE) if name in claimant.templated else settings.spelled,
                through=claimant.through,
                parents=claimant.parents,
                certainty=claimant.certainty,
                would_be=tuple((kind, found) for kind, found in expected if record_type in {None, kind}),
                rank=claimant.rank,
            )


def _spoiling(complaints: Sequence[Complaint]) -> list[Complaint]:
    """Return the complaints that leave open the object's wishes at its readable names."""
    return [one for one in complaints if not one.hides_names]


def usable(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the targets that a record can hold, canonical, each once, in their order."""
    found: dict[str, None] = {}
    for text in texts:
        try:
            found[target(text)] = None
        except ValueError:
            continue
    return tuple(found)


def known(texts: Iterable[str], otherwise: str) -> Known[tuple[str, ...]] | Unknown:
    """Return the usable targets, or Unknown where there are none: an outage looks like that. otherwise: its reason."""
    found = usable(texts)
    return Known(found) if found else Unknown(otherwise)


def _targets(settings: AnnotatedSettings, own: Known[tuple[str, ...]] | Unknown) -> Targets:
    if settings.links:
        return Detected(settings.links, settings.hosts)
    return Known(settings.targets) if settings.targets else own


def _by_type(
    targets: Targets, settings: AnnotatedSettings, claimant: Claimant, complaints: list[Complaint]
) -> dict[str | None, Targets]:
    """Return the targets by the type of their records; the type None stands for all types."""
    if not isinstance(targets, Known):
        return dict.fromkeys(settings.types or (None,), targets)
    if not targets.value:
        return {}
    by_type: dict[str, list[str]] = {}
    for one in targets.value:
        by_type.setdefault(_type_of(one), []).append(one)
    if settings.types:
        _check_fit(settings, by_type, claimant, complaints)
        return {
            one: _known(by_type[one], settings) if one in by_type else Unknown(f"{claimant.key} has no {one} target")
            for one in settings.types
            if one in by_type or not settings.targets
        }
    addresses: dict[str | None, Targets] = {
        one: _known(by_type[one], settings) for one in ("A", "AAAA") if one in by_type
    }
    # An address beside a name, or several names: a CNAME stands alone (RFC 1034, 3.6.2). Controllers list names in any
    # order (an annotation has one at most), and the least stays the least when they list them otherwise.
    names = by_type.get("CNAME", ())
    outside = [one for one in names if _is_public(one)]
    if addresses and (not outside or any(_is_public(one) for one in targets.value if one not in names)):
        return addresses
    return {"CNAME": Known((min(outside or names),))}


def _check_fit(
    settings: AnnotatedSettings, found: dict[str, list[str]], claimant: Claimant, complaints: list[Complaint]
) -> None:
    """Add a complaint where annotations give both targets and types, and a target is of another type."""
    where = find_annotation(claimant.chain, TARGET)
    if settings.targets and where and found.keys() - set(settings.types):
        complaints.append(complaint(where, f"{' and '.join(settings.types)} addresses, as the type asks for", ""))


def _known(targets: list[str], settings: AnnotatedSettings) -> Known[tuple[str, ...]]:
    if settings.first_only:
        return Known((next(filter(_is_public, targets), targets[0]),))
    return Known(tuple(sorted(targets)))


def _is_public(target: str) -> bool:
    """Return whether others can reach a target: it is chosen before others."""
    return reach(target).scope is TargetScope.PUBLIC


def _type_of(target: str) -> str:
    if not is_address(target):
        return "CNAME"
    return "AAAA" if ":" in target else "A"
