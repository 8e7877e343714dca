"""The rule by which answers of several sources become an address to publish. Pure.

Two answers that differ are never published, however many sources stand behind either: a mismatch means that a source
lies, or that traffic leaves by several ways. Sources without a usable answer do not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from stacks.model.values import Address, Family, Known, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.settings.wan_operators import DECLARED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DISAGREEMENT = "the sources disagree on"
"""The text in the reason of an address that is unknown because of it."""
SECURED = ("https://", "http://")
"""The beginnings of web sources. A forger on the way can answer for every STUN server, but not for an https one."""


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
    if len(opinions) > 1:
        said = "; ".join(f"{_listed(addresses)} says {_named(group)}" for addresses, group in opinions.items())
        return Unknown(f"{DISAGREEMENT} the {family.value} address: {said}")
    ((addresses, group),) = opinions.items()
    operators = _operators(group)
    if DECLARED in operators or len(operators) >= agreement:
        return Known(addresses)
    rest = _silent(mine)
    return Unknown(
        f"only {len(operators)} of the {agreement} operators that must agree gave an {family.value} address: "
        f"{_listed(addresses)} says {_named(group)}" + (f"; {rest}" if rest else "")
    )


def disagree(answers: Sequence[Answer], family: Family) -> bool:
    """Return whether usable answers for the family differ, so that its address is unknown."""
    return len(_opinions([answer for answer in answers if answer.family is family])) > 1


def is_disagreement(found: Known[tuple[Address, ...]] | Unknown) -> bool:
    """Return whether an address is unknown because the sources disagree, and not because too few have answered."""
    return isinstance(found, Unknown) and DISAGREEMENT in found.reason


def settled(answers: Sequence[Answer], waiting: Iterable[Witness], family: Family, agreement: int) -> bool:
    """Return whether further answers cannot change the result of `agree`, or need not be waited for.

    waiting: the sources without an answer so far. They need not be waited for where enough operators agree, a web
    source among them if one is still to come. Where one operator is enough, or the user declared the address, all
    answers are waited for: nothing else would show a contradiction.
    """
    waiting = tuple(waiting)
    opinions = _opinions([answer for answer in answers if answer.family is family])
    if not waiting or len(opinions) > 1:
        return True
    group = next(iter(opinions.values()), [])
    operators = _operators(group)
    possible = operators | {source.operator for source in waiting}
    if DECLARED not in possible and len(possible) < agreement:
        return True
    if DECLARED in possible or agreement == 1 or len(operators) < agreement:
        return False
    secured = any(answer.source.startswith(SECURED) for answer in group)
    return secured or not any(source.name.startswith(SECURED) for source in waiting)


def _opinions(answers: Iterable[Answer]) -> dict[tuple[Address, ...], list[Answer]]:
    """Return the usable answers by their addresses."""
    opinions: dict[tuple[Address, ...], list[Answer]] = {}
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
