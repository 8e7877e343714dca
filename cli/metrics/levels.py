"""A gauge whose series come and go: of zones, sources, pools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class Levels(Collector):
    """Its series are replaced all at once: a scrape never sees a part of them, and none stays that is gone.

    From any thread. A series is known by the values of the labels.
    """

    def __init__(
        self, registry: CollectorRegistry, name: str, documentation: str, labels: tuple[str, ...] = ()
    ) -> None:
        self._name, self._documentation, self._labels = name, documentation, labels
        self._values: Mapping[tuple[str, ...], float] = {}
        registry.register(self)

    def replace(self, values: Mapping[tuple[str, ...], float]) -> None:
        """Have these series, and no others."""
        self._values = dict(values)

    def level(self, value: float) -> None:
        """Have one series, without labels."""
        self.replace({(): value})

    def clear(self) -> None:
        """Have no series: nobody knows."""
        self.replace({})

    @property
    def values(self) -> Mapping[tuple[str, ...], float]:
        """Its series now."""
        return self._values

    def describe(self) -> Iterable[Metric]:
        """What it is called, for the registry, which refuses a name that it has already."""
        return [self._family()]

    def collect(self) -> Iterable[Metric]:
        """Its series, for a scrape."""
        family = self._family()
        for labels, value in self._values.items():
            family.add_metric(labels, value)
        return [family]

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(self._name, self._documentation, labels=self._labels)
