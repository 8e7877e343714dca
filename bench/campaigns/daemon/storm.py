"""One estate with its pods in bad weather: what strikes them is counted, and lifted in the end."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.campaigns.daemon.estate import Estate
from bench.campaigns.daemon.pods import Member, Write
from bench.campaigns.daemon.witness import Witness, is_of


@dataclass
class Trap:
    """Springs at the n-th moment of a kind: a request that writes, or an event of the engine."""

    what: str
    phase: str
    left: int
    spring: Callable[[str], None]


@dataclass
class Storm:
    """One estate with its pods, and what has struck them so far."""

    estate: Estate
    members: Sequence[Member]
    witness: Witness
    chance: random.Random
    told: Counter[str] = field(default_factory=Counter)
    traps: list[Trap] = field(default_factory=list)
    lost: list[tuple[float, str]] = field(default_factory=list)
    """Leaders that were ended, and when."""
    api_server_is_down: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, chance: random.Random) -> None:
        """Begin anew: nothing has struck yet."""
        self.chance = chance
        self.told, self.lost = Counter(), []
        self.witness.forget()

    def heed(self, pod: str, news: Write | Mapping[str, Any]) -> None:
        """Spring the traps whose moment this is."""
        phase = "write" if isinstance(news, Write) else _phase(news)
        with self.lock:
            due = [trap for trap in self.traps if trap.phase == phase]
            for trap in due:
                trap.left -= 1
            sprung = [trap for trap in due if trap.left == 0]
            self.traps = [trap for trap in self.traps if trap.left > 0]
        for trap in sprung:
            trap.spring(pod)

    def named(self, pod: str) -> Member:
        """The member of this name."""
        return next(one for one in self.members if one.name == pod)

    @property
    def leader(self) -> Member:
        """The member that leads, or any where none does."""
        holder = self.witness.holder
        return next((one for one in self.members if is_of(holder, one.name)), self.chance.choice(self.members))

    def any(self) -> Member:
        """A member: the leader twice as often as another."""
        return self.chance.choice([self.leader, *self.members])

    def hit(self, what: str) -> None:
        """Count what has struck."""
        with self.lock:
            self.told[what] += 1

    def leader_ends(self, member: Member) -> None:
        """Take note that this pod is about to end, where it leads."""
        if is_of(self.witness.holder, member.name):
            self.lost.append((time.monotonic(), self.witness.holder))

    def need_api_server(self) -> None:
        """Let the cluster have its API server again, where it is down."""
        if self.api_server_is_down:
            self.estate.cluster.start_api_server()
            self.api_server_is_down = False

    def lift(self) -> None:
        """Let everything work again."""
        with self.lock:
            self.traps = []
        self.estate.cloudflare.faults.clear()
        self.need_api_server()
        for one in self.members:
            one.lift()
            if self.chance.random() < 1 / 2:
                one.kube.cut()
                one.api.cut()


def _phase(line: Mapping[str, Any]) -> str:
    return str(line.get("phase", "")) if line.get("event") == "step" else ""
