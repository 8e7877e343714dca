"""The makers of metrics: counters, gauges and histograms of one registry, and gauges whose series come and go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class Levels(Collector):
    """A gauge with series that are replaced all at once: a scrape sees all of them or none.

    May be used from any thread. A series is known by the values of its labels.
    """

    def __init__(
        self, registry: CollectorRegistry, name: str, documentation: str, labels: tuple[str, ...] = ()
    ) -> None:
        self._name, self._documentation, self._labels = name, documentation, labels
        self._values: Mapping[tuple[str, ...], float] = {}
        registry.register(self)

    def replace(self, values: Mapping[tuple[str, ...], float]) -> None:
        """Replace all series by these."""
        self._values = dict(values)

    def level(self, value: float) -> None:
        """Replace all series by one without labels."""
        self.replace({(): value})

    def clear(self) -> None:
        """Remove all series, because their values are unknown."""
        self.replace({})

    @property
    def values(self) -> Mapping[tuple[str, ...], float]:
        """The series as they are."""
        return self._values

    def describe(self) -> Iterable[Metric]:
        """Return the family without series, for the registry to refuse a name that is taken."""
        return [self._family()]

    def collect(self) -> Iterable[Metric]:
        """Return the family with its series, for a scrape."""
        family = self._family()
        for labels, value in self._values.items():
            family.add_metric(labels, value)
        return [family]

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(self._name, self._documentation, labels=self._labels)


class Maker:
    """A maker of the metrics of one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry

    def counter(self, name: str, documentation: str, *labels: str) -> Counter:
        """Return a new counter."""
        return Counter(name, documentation, labels, registry=self.registry)

    def gauge(self, name: str, documentation: str, *labels: str) -> Gauge:
        """Return a new gauge."""
        return Gauge(name, documentation, labels, registry=self.registry)

    def histogram(self, name: str, documentation: str, *labels: str, buckets: Sequence[float]) -> Histogram:
        """Return a new histogram."""
        return Histogram(name, documentation, labels, registry=self.registry, buckets=buckets)

    def levels(self, name: str, documentation: str, *labels: str) -> Levels:
        """Return a new gauge with series that come and go."""
        return Levels(self.registry, name, documentation, labels)
