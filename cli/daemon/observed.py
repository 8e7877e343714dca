"""The addresses and the objects' claims as they were last known; a known value outlives a failure to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from cli.events import Trigger
from stacks.model.claims import DOCKER, SourceSighting
from stacks.model.values import Family, Known, Sighting, Unknown
from stacks.observe.world import Sights
from stacks.settings.cluster import ClusterSettings
from stacks.settings.neighbours.docker import DockerSettings

Sources = tuple[SourceSighting, ...]
"""All sources of all clusters, or that of a Docker daemon."""
_NOT_READ = Unknown("it has not been read yet")
_NOT_DETECTED = Unknown("it has not been detected yet")


class Observed:
    """The last known address of every way, and the last known claims of every source. For one thread."""

    def __init__(
        self,
        ways: Iterable[tuple[str, Family]],
        publish: Callable[[Sighting | SourceSighting], None],
        clusters: Iterable[ClusterSettings] = (),
        daemons: Iterable[DockerSettings] = (),
    ) -> None:
        """ways: the links and families with an address. publish: called with each update."""
        self._latest: dict[tuple[str, Family], Sighting] = {}
        self._awaited: set[tuple[str, Family]] = set()
        self._read: set[tuple[str, Family]] = set()
        """The ways whose address is another process's word."""
        self._publish = publish
        self._unread: set[str] = set()
        """The clusters and daemons that have not been read yet, by name."""
        self._sources: dict[tuple[str, str], SourceSighting] = {}
        named = [(one.name, one.sources) for one in clusters] + [(one.name, (DOCKER,)) for one in daemons]
        for origin, names in named:
            self._unread.add(origin)
            for name in names:
                self._sources[origin, name] = SourceSighting(origin, name, "", _NOT_READ)
        self.follow(ways)

    @property
    def awaits_sources(self) -> bool:
        """Whether a cluster or a daemon has not been read yet."""
        return bool(self._unread)

    @property
    def awaits_anything(self) -> bool:
        """Whether a way, a cluster or a daemon has given nothing yet."""
        return bool(self._awaited or self._unread)

    @property
    def knows_an_address(self) -> bool:
        """Whether the address of one way is known."""
        return any(isinstance(one.addresses, Known) for one in self._latest.values())

    def follow(self, ways: Iterable[tuple[str, Family]]) -> None:
        """Publish these ways too, and await them at the start."""
        for way in ways:
            if way not in self._latest:
                self._latest[way] = Sighting(*way, _NOT_DETECTED)
                self._awaited.add(way)

    def sights(self) -> Sights:
        """Return the latest addresses and claims."""
        return Sights(tuple(self._latest.values()), tuple(self._sources.values()))

    def update(self, update: Sighting | Sources) -> Trigger | None:
        """Note an update, and return the trigger of the convergence that it needs; None for none.

        An address of a way that nothing follows is dropped.
        """
        if isinstance(update, tuple):
            self._unread -= {one.cluster for one in update}
            changes = [self._update_source(source) for source in update]
            return Trigger.OBJECTS if any(changes) else None
        way = (update.link, update.family)
        if way not in self._latest:
            return None
        before = self._latest[way]
        self._awaited.discard(way)
        self._read.discard(way)
        changed = isinstance(update.addresses, Known) and update.addresses != before.addresses
        if changed or not isinstance(before.addresses, Known):
            self._latest[way] = update
        self._publish(update)
        return Trigger.ADDRESS if changed else None

    def note_read(self, sighting: Sighting) -> Trigger | None:
        """Note an address that another process has detected; otherwise as `update`."""
        trigger = self.update(sighting)
        self._read.add((sighting.link, sighting.family))
        return trigger

    def has_all_of(self, before: Sights) -> bool:
        """Return whether no way has fewer addresses than it had before, so that an address was added or replaced."""
        return all(
            _count(self._latest[one.link, one.family]) >= _count(one)
            for one in before.addresses
            if (one.link, one.family) in self._latest
        )

    def forget_read(self) -> None:
        """Forget the addresses of other processes: a leader publishes only addresses that it detects itself."""
        for way in self._read & self._latest.keys():
            self._latest[way] = Sighting(*way, _NOT_DETECTED)
            self._awaited.add(way)
        self._read.clear()

    def _update_source(self, update: SourceSighting) -> bool:
        """Note the claims of a source, and return whether they or the objects to answer for have changed.

        Published where the reason why it cannot be read has changed. Claims that were known stay meanwhile.
        """
        key = (update.cluster, update.source)
        before = self._sources.get(key) or replace(update, found=_NOT_READ)
        if isinstance(update.found, Unknown) and isinstance(before.found, Known):
            after = replace(before, stale=update.found.reason, waiting=update.waiting)
        else:
            after = update
        self._sources[key] = after
        if _health(after) != _health(before):
            self._publish(after)
        changed = (after.found, after.generations) != (before.found, before.generations)
        return isinstance(after.found, Known) and changed


def _count(sighting: Sighting) -> int:
    return len(sighting.addresses.value) if isinstance(sighting.addresses, Known) else 0


def _health(source: SourceSighting) -> tuple[str, bool]:
    """Return why a source cannot be read, "" where it can, and whether its cluster still lacks the kind."""
    return source.found.reason if isinstance(source.found, Unknown) else source.stale, source.waiting
