"""News as the loop tells it, and the metrics as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from prometheus_client.parser import text_string_to_metric_families

from bench.campaigns.paper import carried_out
from cli.engine.run import Run
from cli.events import Trigger, Turn
from cli.metrics.metrics import Metrics
from cli.reconcile.events import Dispatch, Event
from cli.reconcile.result import Convergence
from stacks.model.observation import Observation
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import make_observation, make_settings

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
EPOCH = START.timestamp()
ADDRESS = (Trigger.ADDRESS,)
UP = Run("up", 0, 2.5, (), (), None)


@dataclass
class Told:
    """Metrics, and a clock by which they are told."""

    metrics: Metrics = field(default_factory=lambda: Metrics(["example.com"]))
    now: float = 0.0

    def tell(self, *event: Event, triggers: tuple[Trigger, ...] = (), asked: float = 0.0) -> None:
        """Tell news of a turn; of none where there are no triggers."""
        turn = Turn("t", triggers, asked) if triggers else None
        for one in event:
            self.metrics.on_event(Dispatch(START + timedelta(seconds=self.now), self.now, turn, one))

    def value(self, name: str, **labels: str) -> float | None:
        """A sample by its name and labels; None where there is none."""
        return next((value for found, value in self.series(name) if found == labels), None)

    def series(self, name: str) -> list[tuple[dict[str, str], float]]:
        """All samples of a name."""
        text = self.metrics.exposition()[0].decode()
        families = text_string_to_metric_families(text)
        return [(one.labels, one.value) for family in families for one in family.samples if one.name == name]

    def size(self) -> int:
        """How many samples there are."""
        text = self.metrics.exposition()[0].decode()
        return sum(len(family.samples) for family in text_string_to_metric_families(text))


def converged(
    settings: Settings | None = None,
    observation: Observation | None = None,
    *,
    runs: Iterable[Run] = (),
    took: float = 3,
) -> Convergence:
    """A convergence that wants www, planned as the planner does."""
    settings = settings or make_settings("www")
    observation = observation or make_observation()
    plan = make_plan(settings, observation)
    return Convergence(observation, plan, changes(plan, observation), tuple(runs), took)


def settled() -> Convergence:
    """One that finds all as it is wanted."""
    settings, observation = make_settings("www"), make_observation()
    snapshot, registry = carried_out(make_plan(settings, observation))
    return converged(settings, Observation(observation.addresses, (snapshot,), registry))
