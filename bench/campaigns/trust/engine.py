"""The campaign `trust-engine`: shorter histories of the campaign `trust`, carried out by the real engine.

Zone, engine, plugin, states in folders, plans, guard and what it remembers are real; the stand-in plugin writes to the
lab's Cloudflare. Objects are handed over as they would be read, and hours pass on a clock of the history's own.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import yaml

from bench.campaigns.trust.campaign import history
from bench.campaigns.trust.scenario import Scenario
from bench.campaigns.trust.stack import DAEMON, ZONE, Stack
from bench.campaigns.wrong import WrongError
from bench.stage import Stage, stage
from cli.engine.events import EngineEvent
from cli.engine.failure import RunFailed
from cli.reconcile.apply import kept_running
from cli.reconcile.converge import converge
from cli.reconcile.look import ConvergenceOptions
from cli.reconcile.result import Convergence
from cli.session.backend import state_folder, without_sidecars
from cli.session.open import open_session
from cli.session.session import Session
from cli.state.instance import note
from cli.state.registries import registry_of_estate
from components.records.record import Record
from lab import remote
from stacks.model.errors import ObservationError, Refused, UserError
from stacks.model.values import LiveRecord
from stacks.observe.world import Sights
from stacks.observe.zone.cloudflare import read_record
from stacks.plan.records.adoption import Takeover
from stacks.plan.safety.permission import Permission

STEPS = 8
RUNS = "runs of the engine"


def play(seeds: Sequence[int]) -> Iterator[tuple[int, Counter[str] | WrongError]]:
    """Play the seeds one after another, each in an empty zone with new states."""
    with stage() as place:
        for seed in seeds:
            with ExitStack() as held:
                try:
                    met = _played(Zone(place, held), random.Random(seed))  # noqa: S311 - a repeatable draw
                except WrongError as error:
                    yield seed, error
                else:
                    yield seed, met
            shutil.rmtree(place.settings_file.parent / "states")


def _played(zone: Zone, chance: random.Random) -> Counter[str]:
    zone.clear()
    scenario = EngineScenario(chance, make=zone.stack, zone=zone)
    history(scenario, STEPS)
    scenario.met[RUNS] = zone.runs
    return scenario.met


@dataclass
class Zone:
    """The lab's zone, and the stacks that work on it. held: what ends with the history."""

    place: Stage
    held: ExitStack
    runs: int = 0

    def records(self) -> tuple[LiveRecord, ...]:
        """Return what is there."""
        return tuple(LiveRecord(one["id"], read_record(one)) for one in remote.records(self.place.places))

    def clear(self) -> None:
        """Delete what is there."""
        for one in self.records():
            remote.delete_record(self.place.places, one.id)

    def stack(
        self, name: str, owner: str, instance: str, address: str, *, tells_uid: bool = True, in_cluster: bool = True
    ) -> Stack:
        """Return a new stack with an empty state."""
        made = EngineStack(name, owner, instance, address, zone=self, session=self._session(name, owner))
        made.tells_uid, made.in_cluster = tells_uid, in_cluster
        return made

    def _session(self, name: str, owner: str) -> Session:
        state = self.place.settings_file.parent / "states" / name
        state.mkdir(parents=True)
        file = self.place.settings_file.with_name(f"Pulumi.{name}.yaml")
        config = {"truenorth:zone": ZONE, "truenorth:names": [name]}
        file.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
        environment = {**self.place.environment, "PULUMI_BACKEND_URL": without_sidecars(state.as_uri())}
        return self.held.enter_context(kept_running(open_session(owner, file, environment), _told))


@dataclass(kw_only=True)
class EngineStack(Stack):
    """A stack with a state in a folder of its own."""

    zone: Zone
    session: Session

    def __post_init__(self) -> None:
        note(self.session, self.instance)

    def turn(
        self,
        zone_id: str,
        records: tuple[LiveRecord, ...],  # noqa: ARG002 - those of the zone count
        now: float,
        takeover: Takeover = DAEMON,
        permission: Permission | None = None,
    ) -> tuple[tuple[LiveRecord, ...], Convergence]:
        """Converge once by the engine; return the zone's records then, and the first look."""
        looks: list[Convergence] = []
        options = ConvergenceOptions(
            sights=lambda: self._sights(zone_id, now),
            takeover=takeover,
            permission=permission or Permission(),
            hold_back=takeover is DAEMON,
            clock=lambda: now,
        )
        try:
            self.zone.runs += len(converge(self.session, _deaf, options, planned=looks.append).runs)
        except Refused:
            pass  # the look has it
        except (RunFailed, ObservationError, UserError) as error:
            raise WrongError(f"a run of {self.name} failed: {error}") from error
        self.registry = replace(registry_of_estate(self.session), instance=self.instance)
        return self.zone.records(), looks[0]

    def lose_state(self, instance: str = "") -> None:
        """Lose the state and all that is beside it; the id of the next one is told by its place."""
        super().lose_state(instance)
        folder = state_folder(self.session.backend)
        if folder is None:
            raise WrongError(f"{self.session.backend} is no folder")
        shutil.rmtree(folder)
        folder.mkdir()
        note(self.session, self.instance)

    def _sights(self, zone_id: str, now: float) -> Sights:
        seen = self.observation(zone_id, (), now)
        return Sights(seen.addresses, seen.sources)


@dataclass(kw_only=True)
class EngineScenario(Scenario):
    """A history whose records are the zone's."""

    zone: Zone

    def add(self, record: Record) -> None:
        """Let a person make a record."""
        made = {"name": record.name, "type": record.type, "content": record.content, "ttl": record.ttl}
        remote.edit_record(self.zone.place.places, made)
        self.records = self.zone.records()


def _deaf(_: EngineEvent) -> None:
    """A history looks at the outcome only."""


def _told(text: str) -> None:
    raise WrongError(text)
