"""The rule by which answers of several sources become an address to publish. Pure.

Answers that differ are not published: a mismatch means that a source lies, or that traffic leaves by several ways. One
operator alone is outvoted by three others that answer over https. Sources without a usable answer do not count; where
secured sources are asked, one of them has to agree: whoever is on the way can forge the answers of all the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from stacks.model.values import Address, Family, Known, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.settings.wan_operators import DECLARED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Addresses = tuple[Address, ...]

DISAGREEMENT = "the sources disagree on"
"""The text in the reason of an address that is unknown because of it."""
SECURED = ("https://", "doh:")
"""The beginnings of secured sources: a forger on the way can answer for every STUN server, but not over https."""
_WEB = (*SECURED, "http://")
OUTVOTING = 3
"""Secured operators that must agree to outvote one operator that contradicts them."""


class Witness(Protocol):
    """A source as the agreement looks at it: its name in the settings, and its operator."""

    @property
    def name(self) -> str: ...

    @property
    def operator(self) -> str: ...


def agree(answers: Sequence[Answer], family: Family, agreement: int) -> Known[tuple[Address, ...]] | Unknown:
    """Return the addresses of the family on which at least `agreement` operators agree without contradiction.

    An address that the user declared needs no second witness, but can be contradicted like any other. The reason of
    `Unknown` names the sources with their answers.
    """
    mine = [answer for answer in answers if answer.family is family]
    opinions = _opinions(mine)
    if not opinions:
        return Unknown(f"no source gave an {family.value} address: {_silent(mine) or 'none was asked'}")
    addresses = _undisputed(opinions)
    if addresses is None:
        said = "; ".join(f"{_listed(addresses)} says {_named(group)}" for addresses, group in opinions.items())
        return Unknown(f"{DISAGREEMENT} the {family.value} address: {said}")
    group = opinions[addresses]
    operators = _operators(group)
    if DECLARED in operators:
        return Known(addresses)
    if len(operators) < agreement:
        reason = f"only {len(operators)} of the {agreement} operators that must agree gave an {family.value} address"
    elif not _secured(group) and any(answer.source.startswith(SECURED) for answer in mine):
        reason = f"no https source confirms the {family.value} address, and the others' answers can be forged"
    else:
        return Known(addresses)
    rest = _silent(mine)
    return Unknown(f"{reason}: {_listed(addresses)} says {_named(group)}" + (f"; {rest}" if rest else ""))


def disagree(answers: Sequence[Answer], family: Family) -> bool:
    """Return whether usable answers for the family differ, and none is outvoted, so that its address is unknown."""
    opinions = _opinions([answer for answer in answers if answer.family is family])
    return bool(opinions) and _undisputed(opinions) is None


def outvoted(answers: Sequence[Answer], family: Family) -> tuple[Answer, ...]:
    """Return the answers for the family that contradict the agreed address."""
    opinions = _opinions([answer for answer in answers if answer.family is family])
    agreed = _undisputed(opinions)
    return tuple(
        answer for said, group in opinions.items() if agreed is not None and said != agreed for answer in group
    )


def is_disagreement(found: Known[tuple[Address, ...]] | Unknown) -> bool:
    """Return whether an address is unknown because the sources disagree, and not because too few have answered."""
    return isinstance(found, Unknown) and DISAGREEMENT in found.reason


def settled(answers: Sequence[Answer], waiting: Iterable[Witness], family: Family, agreement: int) -> bool:
    """Return whether further answers cannot change the result of `agree`, or need not be waited for.

    waiting: the sources without an answer so far. They need not be waited for where enough operators agree, a secured
    source among them if one was asked, or else a web source if one is still to come. Where one operator is enough, or
    the user declared the address, all answers are waited for: nothing else would show a contradiction.
    """
    waiting = tuple(waiting)
    mine = [answer for answer in answers if answer.family is family]
    opinions = _opinions(mine)
    if not waiting:
        return True
    if len(opinions) > 1:
        return not any(_may_outvote(opinions, addresses, waiting) for addresses in opinions)
    group = next(iter(opinions.values()), [])
    operators = _operators(group)
    possible = operators | {source.operator for source in waiting}
    if DECLARED in possible:
        return False
    late = any(source.name.startswith(SECURED) for source in waiting)
    is_asked = late or any(answer.source.startswith(SECURED) for answer in mine)
    if len(possible) < agreement or (is_asked and not late and not _secured(group)):
        return True
    awaited = SECURED if is_asked else _WEB
    is_confirmed = any(answer.source.startswith(awaited) for answer in group)
    comes = any(source.name.startswith(awaited) for source in waiting)
    return agreement > 1 and len(operators) >= agreement and (is_confirmed or not comes)


def _undisputed(opinions: Mapping[Addresses, list[Answer]]) -> Addresses | None:
    """Return the only addresses that were given, or those that outvote the others; None where there are none."""
    if len(opinions) == 1:
        return next(iter(opinions))
    return next((addresses for addresses in opinions if _may_outvote(opinions, addresses, ())), None)


def _may_outvote(opinions: Mapping[Addresses, list[Answer]], addresses: Addresses, waiting: Iterable[Witness]) -> bool:
    """Return whether enough secured operators stand behind the addresses, or may once the waiting sources answer."""
    against = _operators(answer for said, group in opinions.items() if said != addresses for answer in group)
    late = {source.operator for source in waiting if source.name.startswith(SECURED)}
    return (
        len(against) == 1
        and DECLARED not in against
        and len((_secured(opinions[addresses]) | late) - against) >= OUTVOTING
    )


def _secured(group: Iterable[Answer]) -> set[str]:
    """Return the operators that answered over https."""
    return _operators(answer for answer in group if answer.source.startswith(SECURED))


def _opinions(answers: Iterable[Answer]) -> dict[Addresses, list[Answer]]:
    """Return the usable answers by their addresses."""
    opinions: dict[Addresses, list[Answer]] = {}
    for answer in answers:
        if isinstance(answer.result, Known):
            opinions.setdefault(answer.addresses, []).append(answer)
    return opinions


def _operators(group: Iterable[Answer]) -> set[str]:
    return {answer.operator for answer in group}


def _listed(addresses: tuple[Address, ...]) -> str:
    return ", ".join(str(address) for address in addresses)


def _named(group: Iterable[Answer]) -> str:
    return ", ".join(f"{answer.source} ({answer.operator})" for answer in group)


def _silent(answers: Iterable[Answer]) -> str:
    return "; ".join(
        f"{answer.source}: {answer.result.reason}" for answer in answers if isinstance(answer.result, Unknown)
    )
