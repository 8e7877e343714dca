"""From an object's names, what it serves and what its annotations say, to its wishes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, Targets
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.annotation_values import target
from stacks.observe.cluster.annotations import TARGET, Annotated, Said, complaint, find, read
from stacks.observe.cluster.kinds.hostnames import is_address


@dataclass(frozen=True, slots=True)
class Asking:
    """An object that wishes for records, and those behind it whose annotations count too, nearest first.

    doubt: why it is not known whether it may; its records stay as they are, whatever annotations say.
    """

    key: ObjectKey
    created: str
    chain: Sequence[Annotated]
    doubt: Unknown | None = None


def assemble(
    asking: Asking,
    names: Iterable[str],
    own: Known[tuple[str, ...]] | Unknown,
    faults: Sequence[Complaint] = (),
) -> Iterator[Claim | Complaint]:
    """The wishes of an object for these names. One with a bad annotation is skipped: its records stay as they are.

    own: the targets that the object has by itself, in its order; Known(()) where it is meant to have none, which is no
    wish. faults: those that were found on the way.
    """
    complaints = list(faults)
    said = read(asking.chain, complaints)
    targets = asking.doubt or _targets(said, own)
    by_type = _by_type(targets, said, asking, complaints) if not complaints else {}
    if complaints:
        by_type = {None: Unknown(complaints[0].text)}
    yield from complaints
    for name in dict.fromkeys(names):
        for record_type, one in by_type.items():
            yield Claim(
                name=name,
                type=record_type,
                targets=one,
                object=asking.key,
                created=asking.created,
                ttl=said.ttl,
                proxied=said.proxied,
                comment=said.comment,
                tags=said.tags,
                spelled=said.spelled,
            )


def usable(texts: Iterable[str]) -> tuple[str, ...]:
    """What of the targets in an object's status can be in a record, canonical, each once, in their order."""
    found: dict[str, None] = {}
    for text in texts:
        try:
            found[target(text)] = None
        except ValueError:
            continue
    return tuple(found)


def known(texts: Iterable[str], otherwise: str) -> Known[tuple[str, ...]] | Unknown:
    """The usable targets. None at all is unknown, not empty: it is what an outage looks like."""
    found = usable(texts)
    return Known(found) if found else Unknown(otherwise)


def _targets(said: Said, own: Known[tuple[str, ...]] | Unknown) -> Targets:
    if said.links:
        return Detected(said.links)
    return Known(said.targets) if said.targets else own


def _by_type(targets: Targets, said: Said, asking: Asking, complaints: list[Complaint]) -> dict[str | None, Targets]:
    """The targets by the type of record that holds them."""
    if not isinstance(targets, Known):
        return dict.fromkeys(said.types or (None,), targets)
    if not targets.value:
        return {}
    sorted_out: dict[str, list[str]] = {}
    for one in targets.value:
        sorted_out.setdefault(_type_of(one), []).append(one)
    if said.types:
        _check_fit(said, sorted_out, asking, complaints)
        return {
            one: _known(sorted_out[one], said) if one in sorted_out else Unknown(f"{asking.key} has no {one} target")
            for one in said.types
            if one in sorted_out or not said.targets
        }
    addresses: dict[str | None, Targets] = {
        one: _known(sorted_out[one], said) for one in ("A", "AAAA") if one in sorted_out
    }
    # An address beside a name, or several names: a CNAME stands alone (RFC 1034, 3.6.2).
    return addresses or {"CNAME": Known((min(sorted_out["CNAME"]),))}


def _check_fit(said: Said, found: dict[str, list[str]], asking: Asking, complaints: list[Complaint]) -> None:
    """Targets that were written down have to be of the types that were: else one of the two is a mistake."""
    where = find(asking.chain, TARGET)
    if said.targets and where and found.keys() - set(said.types):
        complaints.append(complaint(where, f"{' and '.join(said.types)} addresses, as the type asks for", ""))


def _known(targets: list[str], said: Said) -> Known[tuple[str, ...]]:
    return Known((targets[0],) if said.first_only else tuple(sorted(targets)))


def _type_of(target: str) -> str:
    if not is_address(target):
        return "CNAME"
    return "AAAA" if ":" in target else "A"
