"""The scenario of the campaign `trust`: stacks, tenants and people in one zone, and what happens to them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.campaigns.trust.stack import ASKED, CONFIRMED, DAEMON, TENANTS, ZONE, Stack
from bench.campaigns.wrong import WrongError
from cli.reconcile.result import Convergence
from components.records.record import Record
from stacks.model.memory import HOUR
from stacks.model.values import LiveRecord
from stacks.plan.records.adoption import Takeover
from stacks.plan.safety.permission import Permission

SMALL = 10
"""Records below which a zone has no share to keep; what is left of it is kept all the same."""
SHARE = 0.3
LOST, FRESH, REFUSED, ALLOWED, ADOPTED, TURNS = (
    "states lost",
    "fresh clusters",
    "turns refused",
    "turns that a person allowed",
    "adoptions that a person asked for",
    "turns",
)


@dataclass
class Scenario:
    """The zone and its stacks. makers: the instance that made each record, "" for people's."""

    chance: random.Random
    now: float = 1_700_000_000.0
    zone_id: str = "z1"
    records: tuple[LiveRecord, ...] = ()
    makers: dict[str, str] = field(default_factory=dict)
    stacks: list[Stack] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    deleted: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    """When each stack has deleted how many records of its state, since the state is what it is."""
    owned: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    """How many records it has had, and when."""
    asked: dict[str, dict[tuple[str, str], tuple[str, ...]]] = field(default_factory=dict)
    """What the objects of each stack asked for when it last had a turn."""
    make: Callable[..., Stack] = Stack

    def __post_init__(self) -> None:
        self.stacks = [
            self.make("attic", "home", "aaaaaaaa", "203.0.113.1", tells_uid=self.chance.random() < 2 / 3),
            self.make("barn", "home", "bbbbbbbb", "203.0.113.2", in_cluster=self.chance.random() < 1 / 2),
            self.make("cellar", "cellar", "cccccccc", "203.0.113.3", in_cluster=False),
        ]
        for stack in self.stacks[:: self.chance.choice([1, -1])]:
            for _ in range(self.chance.choice([0, 2, 6, 25])):
                self.ask(stack)

    def any_stack(self) -> Stack:
        """Draw a stack."""
        return self.chance.choice(self.stacks)

    def may_adopt(self, stack: Stack) -> bool:
        """Whether a person takes over for a stack: its state is empty, and no other of its owner is at work."""
        others = (one for one in self.stacks if one is not stack and one.owner == stack.owner)
        return not stack.registry.records and not any(one.registry.records for one in others)

    def ask(self, stack: Stack) -> None:
        """Let an object of a tenant ask for a name, which others may have."""
        host = f"n{self.chance.randrange(60)}.{ZONE}"
        key = (self.chance.choice(TENANTS), f"web{self.chance.randrange(1000)}")
        stack.objects[key] = (host,)

    def turn(self, stack: Stack, takeover: Takeover = DAEMON, permission: Permission | None = None) -> Convergence:
        """Let a stack converge, and check what it has done."""
        before = {one.id: one.record for one in self.records}
        owned = {one.id for one in stack.registry.records if one.resource.is_record and one.id in before}
        self.owned.setdefault(stack.name, []).append((self.now, len(owned)))
        held, asked = stack.holders(), self.asked.get(stack.name, {})
        self.records, seen = stack.turn(self.zone_id, self.records, self.now, takeover, permission)
        self.asked[stack.name] = dict(stack.objects)
        _no_name_is_taken(stack, held, asked)
        after = {one.id: one.record for one in self.records}
        if takeover is not ASKED:
            self._others_are_untouched(stack, before, after)
        mine = {one.id for one in stack.registry.records}
        self.makers |= {identity: stack.instance for identity in after if identity in mine}
        if not seen.allowed_by:
            gone = owned - after.keys()
            self.deleted.setdefault(stack.name, []).append((self.now, len(gone)))
            if gone:
                self._nothing_is_emptied(stack, owned, after)
        self.met[TURNS] += 1
        self.met[REFUSED] += bool(seen.refusals and not seen.allowed_by)
        return seen

    def _others_are_untouched(self, stack: Stack, before: dict[str, Record], after: dict[str, Record]) -> None:
        for identity, record in before.items():
            if self.makers.get(identity, "") != stack.instance and after.get(identity) != record:
                raise WrongError(
                    f"{stack.name} {stack.instance} made {after.get(identity)} of {record}, which is of "
                    f"{self.makers.get(identity) or 'somebody else'}"
                )

    def _nothing_is_emptied(self, stack: Stack, owned: set[str], after: dict[str, Record]) -> None:
        mine = {one.id for one in stack.registry.records if one.resource.is_record}
        gone = self._gone_since(stack, self.now - HOUR)
        if owned and not mine & after.keys():
            raise WrongError(f"{stack.name} emptied the zone of its {len(owned)} records")
        own = {one.id for one in stack.registry.records if one.record.name == f"{stack.name}.{ZONE}"}
        had = len(owned - own)
        is_last = had == 1 and stack.tells_uid and gone == 1  # the last object, and it was surely deleted
        if had and not mine - own and not is_last:
            raise WrongError(f"{stack.name} deleted all {had} records that its objects had asked for")
        hour = ((at, count) for at, count in self.owned[stack.name] if self.now - at < HOUR and count >= SMALL)
        since, first = next(hour, (self.now, 0))
        gone = self._gone_since(stack, since - 1)
        if first and gone > int(SHARE * first):
            raise WrongError(f"{stack.name} deleted {gone} records within an hour, and had {first}")

    def _gone_since(self, stack: Stack, moment: float) -> int:
        return sum(count for at, count in self.deleted[stack.name] if at > moment)

    def add(self, record: Record) -> None:
        """Let a person make a record."""
        self.records += (LiveRecord(f"person {self.chance.getrandbits(40)}", record),)

    def forget(self, stack: Stack) -> None:
        """Begin to count anew: the state that remembered is gone."""
        self.deleted.pop(stack.name, None)
        self.owned.pop(stack.name, None)


def _no_name_is_taken(
    stack: Stack, held: set[tuple[tuple[str, str], str]], asked: dict[tuple[str, str], tuple[str, ...]]
) -> None:
    """Raise WrongError where an object lost a name for which it asked before and asks now.

    held: the objects with the names that they had before the turn. asked: what each object asked for then.
    """
    served = stack.served()
    for key, host in sorted(held):
        still = host in stack.objects.get(key, ()) and host in asked.get(key, ())
        if still and served.get(host, key[0]) != key[0]:
            raise WrongError(f"{stack.name} gave {host} of {key}, which asks for it still, to {served[host]}")


def take_turns(scenario: Scenario) -> None:
    """Some stacks converge."""
    for stack in scenario.chance.sample(scenario.stacks, k=scenario.chance.randrange(1, 4)):
        scenario.turn(stack)


def change_objects(scenario: Scenario) -> None:
    """Objects come."""
    stack = scenario.any_stack()
    for _ in range(scenario.chance.choice([1, 1, 3, 12])):
        scenario.ask(stack)


def drain(scenario: Scenario) -> None:
    """Objects vanish, a part at a time, each followed by a turn."""
    stack = scenario.any_stack()
    for _ in range(scenario.chance.choice([1, 2, 9])):
        keys = sorted(stack.objects)
        for key in scenario.chance.sample(keys, k=round(len(keys) * scenario.chance.choice([0.1, 0.3, 1.0]))):
            del stack.objects[key]
        scenario.now += scenario.chance.choice([1, 5, 60])
        scenario.turn(stack)


def move(scenario: Scenario) -> None:
    """A stack gets another address."""
    scenario.any_stack().address = f"203.0.113.{scenario.chance.randrange(1, 250)}"


def lose_state(scenario: Scenario) -> None:
    """A state is lost: in a cluster it keeps its id, elsewhere the next one has another."""
    stack = scenario.any_stack()
    stack.lose_state("" if stack.in_cluster else f"{scenario.chance.getrandbits(32):08x}")
    scenario.forget(stack)
    scenario.met[LOST] += 1


def renew_cluster(scenario: Scenario) -> None:
    """A cluster is built anew, without its objects; a state that was in it is gone, and its id with it."""
    stack = scenario.any_stack()
    stack.uid, stack.objects = f"{scenario.chance.getrandbits(32):08x}", {}
    if stack.in_cluster and scenario.chance.random() < 1 / 2:
        stack.lose_state(f"{scenario.chance.getrandbits(32):08x}")
        scenario.forget(stack)
    scenario.met[FRESH] += 1
    scenario.turn(stack)


def hide_cluster(scenario: Scenario) -> None:
    """A cluster cannot be read, or can again."""
    stack = scenario.any_stack()
    stack.is_readable = not stack.is_readable


def edit(scenario: Scenario) -> None:
    """Somebody makes a record of their own at some name."""
    name = f"n{scenario.chance.randrange(60)}.{ZONE}"
    if not any(one.record.name == name for one in scenario.records):
        content = f"198.51.100.{scenario.chance.randrange(256)}"
        scenario.add(Record(name, "A", content, 300, proxied=False, comment=""))


def decide(scenario: Scenario) -> None:
    """A person allows what is refused, or takes over what an instance has lost."""
    stack = scenario.any_stack()
    if scenario.chance.random() < 1 / 2:
        allowed = bool(scenario.turn(stack, permission=CONFIRMED).allowed_by)
        scenario.met[ALLOWED] += allowed
        if allowed:
            scenario.forget(stack)
    elif scenario.may_adopt(stack):
        scenario.turn(stack, ASKED, CONFIRMED)
        scenario.forget(stack)
        scenario.met[ADOPTED] += 1


def wait(scenario: Scenario) -> None:
    """Time passes."""
    scenario.now += scenario.chance.choice([10, 300, 1800, 2 * HOUR])


ACTIONS: tuple[tuple[Callable[[Scenario], None], int], ...] = (
    (take_turns, 8),
    (change_objects, 4),
    (drain, 3),
    (wait, 3),
    (move, 2),
    (lose_state, 2),
    (renew_cluster, 1),
    (hide_cluster, 2),
    (edit, 2),
    (decide, 1),
)
