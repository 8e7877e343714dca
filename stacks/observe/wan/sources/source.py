"""The sources of WAN addresses, and the registry that makes them from the settings: `ASKERS`, by kind."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from stacks.model.values import Address, Family, Known, Unknown
from stacks.observe.wan.agreement.answer import Answer, NoAnswerError
from stacks.observe.wan.agreement.verdict import unfit, unmapped
from stacks.observe.wan.sources import declared, interface, name_query, over_https, pushed, server_lists, web
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.wan.sources.stun_exchange import binding

if TYPE_CHECKING:
    from stacks.settings.detection.ranges import Ranges
    from stacks.settings.wan import Stage, WanSettings
    from stacks.settings.wan_source import Kind, Spec

Ask = Callable[[Family, Deadline], tuple[Address, ...]]
"""Returns at least one address, or raises `NoAnswerError`."""


class Source(Protocol):
    """A source that the detection asks for the address of one family."""

    @property
    def name(self) -> str:
        """The source in the form of the settings."""

    @property
    def operator(self) -> str:
        """The company or host behind the source."""

    def detect(self, family: Family, deadline: Deadline) -> Answer:
        """Return the answer, by the deadline. Raises nothing for faults of the network."""


@dataclass(frozen=True, slots=True)
class AskedSource:
    """A source that asks by a function, and checks its addresses."""

    name: str
    operator: str
    ranges: Ranges
    ask: Ask

    def detect(self, family: Family, deadline: Deadline) -> Answer:
        """Return the answer, as `Source` has it."""
        started = time.monotonic()
        addresses: tuple[Address, ...] = ()
        reason = ""
        try:
            addresses = tuple(unmapped(address) for address in self.ask(family, deadline))
        except NoAnswerError as error:
            reason = str(error)
        # Of several the settings may leave some out; what cannot be a WAN address makes the whole answer doubtful.
        chosen = tuple(address for address in addresses if not self.ranges.left_out(address)) or addresses
        refused = "; ".join(filter(None, (unfit(address, family, self.ranges) for address in chosen)))
        usable = bool(addresses) and not refused
        return Answer(
            source=self.name,
            operator=self.operator,
            family=family,
            result=Known(chosen[0]) if usable else Unknown(refused or reason),
            seconds=time.monotonic() - started,
            refused=refused,
            others=chosen[1:] if usable else (),
            given=addresses,
        )


def build(settings: WanSettings, stage: Stage | None = None) -> list[Source]:
    """Return the sources of a stage (default: the first) in their order; those of server lists are the last.

    A list is fetched here, in half of `settings.timeout` at most. A list that cannot be fetched becomes a source with
    the reason in its answers.
    """
    stage = stage or settings.stages()[0]
    specs = {spec.name: spec for spec in stage.specs}
    failed: list[Source] = []
    family, deadline = Family(settings.families[0]), Deadline(settings.timeout / 2)
    for kind, place, limit in stage.lists:
        try:
            chosen = server_lists.choose(place, kind, limit, family, deadline)
        except NoAnswerError as error:
            failed.append(
                AskedSource(place, "list", settings.ranges, _failing(f"the server list is not there: {error}"))
            )
        else:
            specs |= {spec.name: spec for spec in chosen if spec.name not in specs}
    return [*(source(spec, settings) for spec in specs.values()), *failed]


def source(spec: Spec, settings: WanSettings) -> Source:
    """Return the source of a spec, with the ranges and the interface of the settings."""
    manner = _Manner(settings.ranges, settings.via, settings.pushed)
    return AskedSource(spec.name, spec.operator, manner.ranges, ASKERS[spec.kind](spec, manner))


@dataclass(frozen=True, slots=True)
class _Manner:
    """The settings that every source is asked with."""

    ranges: Ranges
    via: str
    pushed: str


def _failing(reason: str) -> Ask:
    def fail(_: Family, __: Deadline) -> tuple[Address, ...]:
        raise NoAnswerError(reason)

    return fail


def _stun(spec: Spec, manner: _Manner) -> Ask:
    return lambda family, deadline: (binding(spec.host, spec.port, family, "udp", deadline, manner.via),)


def _stun_tcp(spec: Spec, manner: _Manner) -> Ask:
    return lambda family, deadline: (binding(spec.host, spec.port, family, "tcp", deadline, manner.via),)


def _http(spec: Spec, manner: _Manner) -> Ask:
    return lambda family, deadline: (web.ask(spec.argument, family, deadline, manner.via, spec.request),)


def _interface(spec: Spec, manner: _Manner) -> Ask:
    return lambda family, deadline: (interface.ask(spec.argument, manner.ranges, family, deadline),)


def _dns(spec: Spec, manner: _Manner) -> Ask:
    return lambda family, deadline: (name_query.ask(spec.argument, spec.host, spec.port, family, deadline, manner.via),)


def _doh(spec: Spec, manner: _Manner) -> Ask:
    return lambda family, deadline: (over_https.ask(spec.question, spec.argument, family, deadline, manner.via),)


def _static(spec: Spec, _: _Manner) -> Ask:
    return lambda family, _: declared.of_family(spec.addresses, family)


def _file(spec: Spec, _: _Manner) -> Ask:
    return lambda family, _: declared.of_family(declared.read_file(spec.argument), family)


def _pushed(spec: Spec, manner: _Manner) -> Ask:
    return lambda family, _: declared.of_family(pushed.addresses(manner.pushed, spec.argument), family)


def _none(_: Spec, __: _Manner) -> Ask:
    return _nothing


def _nothing(family: Family, _: Deadline) -> tuple[Address, ...]:
    raise NoAnswerError(f"detection is switched off (`none`): {family.value} records stay as they are")


ASKERS: dict[Kind, Callable[[Spec, _Manner], Ask]] = {
    "stun": _stun,
    "stun-tcp": _stun_tcp,
    "http": _http,
    "interface": _interface,
    "dns": _dns,
    "doh": _doh,
    "static": _static,
    "file": _file,
    "pushed": _pushed,
    "none": _none,
}
