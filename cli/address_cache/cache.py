"""Share the cluster's WAN addresses in a ConfigMap: the leader writes it, standbys and other pods read it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cli.address_cache.entry import FOREIGN_KEYS, decode, encode, former
from cli.events import Cached
from cli.lease.record import clock
from stacks.kube.api import ApiError, ClusterUnreachable, WriteConflict
from stacks.kube.object_api import CONFIG_MAPS, ObjectApi
from stacks.kube.objects import Manifest
from stacks.kube.single_watch import ObjectWatcher, SingleObject
from stacks.kube.timing import WatchTiming
from stacks.model.values import Known, Sighting, Unknown
from stacks.settings.detection.ranges import Ranges
from stacks.settings.watch import CacheSettings

_LABEL, _MANAGER = "app.kubernetes.io/managed-by", "truenorth"
_PATIENCE = 5.0
"""Seconds for which an answer is awaited."""
_TRIES = 3
"""Attempts to write: the second and later ones after another process was first."""
_LONGEST_TICK = 5.0
"""Seconds between two checks of the age of the addresses that were read."""


class AddressCache:
    """A ConfigMap of addresses. Its methods are for one event loop."""

    def __init__(  # noqa: PLR0913 - two of them are clocks
        self,
        api: ObjectApi,
        namespace: str,
        settings: CacheSettings,
        identity: str,
        publish: Callable[[Cached], None],
        ranges: Mapping[str, Ranges],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = clock,
    ) -> None:
        """identity: the value of `written_by`. publish: called when other addresses, or another fault, were met.

        ranges: of each link, by which its addresses are refused.
        """
        self._api, self._namespace, self._settings, self._publish = api, namespace, settings, publish
        self._identity, self._now, self._clock = identity, now, clock
        self._ranges = ranges
        self._single = SingleObject(api, CONFIG_MAPS, namespace, settings.name)
        self._name = f"the ConfigMap {namespace}/{settings.name}"
        self._published: Cached | None = None

    async def write(self, sightings: Sequence[Sighting]) -> None:
        """Write the known addresses with the time of now. Call it within each third of max_age, changed or not.

        The addresses of a link and family that are unknown now stay, and grow old. Where nothing is known nothing is
        written. A fault is published; the next write may succeed.
        """
        known = tuple(one for one in sightings if isinstance(one.addresses, Known))
        if not known:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                problem = await self._write(sightings)
        except (ApiError, TimeoutError) as error:
            problem = f"{self._name} cannot be written: {_why(error)}"
        self._announce(Cached(known, written=not problem, problem=problem))

    async def read(self) -> tuple[Sighting, ...]:
        """Return the fresh sightings, all Known. Where there are none, publish the reason and return ()."""
        try:
            async with asyncio.timeout(_PATIENCE):
                found = self._judge(await self._single.look())
        except (ApiError, TimeoutError) as error:
            found = Unknown(f"{self._name} cannot be read: {_why(error)}")
        return self._announce_read(found)

    async def follow(self, listener: Callable[[tuple[Sighting, ...]], None]) -> None:
        """Pass the fresh sightings to `listener`, at once and after each change, until cancelled.

        It gets () where there are none: the process then needs its own detection. Addresses seen max_age ago are not
        fresh, whatever times the ConfigMap has.
        """
        max_age = self._settings.max_age
        follower = _Follower(self._judge, max_age, lambda found: listener(self._announce_read(found)), self._clock)
        rhythm = WatchTiming(_PATIENCE, max_age / 2, min(_LONGEST_TICK, max_age / 6), min(_LONGEST_TICK, max_age / 6))

        def failed(error: ApiError | TimeoutError) -> None:
            follower.fail(f"{self._name} cannot be read: {_why(error)}")

        async with asyncio.TaskGroup() as group:
            group.create_task(ObjectWatcher(self._single, rhythm, follower.note, failed, self._clock).run())
            group.create_task(follower.run())

    async def _write(self, sightings: Sequence[Sighting]) -> str:
        """Write the ConfigMap; return the reason against it, "" for success. Raises ApiError."""
        for _ in range(_TRIES):
            before = await self._single.look()
            if before is not None and _version(before) and not _is_ours(before):
                return (
                    f"{self._name} is not ours: it has no label {_LABEL}: {_MANAGER}; "
                    "rename or delete it, or set watch.cache.name"
                )
            body = self._body(sightings, before)
            try:
                if before is None:
                    await self._api.create(CONFIG_MAPS, self._namespace, body)
                else:
                    await self._api.replace(CONFIG_MAPS, self._namespace, body)
            except WriteConflict:
                continue
            return ""
        return f"{self._name} is written by others all the time: is there a second leader?"

    def _body(self, sightings: Sequence[Sighting], before: Manifest | None) -> dict[str, Any]:
        base: Manifest = before or {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"namespace": self._namespace, "name": self._settings.name},
        }
        labels = {**(base["metadata"].get("labels") or {}), _LABEL: _MANAGER}
        data = encode(sightings, self._now(), self._identity, former(_data(base)))
        return {**base, "metadata": {**base["metadata"], "labels": labels}, "data": data}

    def _judge(self, manifest: Manifest | None) -> tuple[Sighting, ...] | Unknown:
        if manifest is None:
            return Unknown(f"{self._name} is not there")
        found = decode(_data(manifest), self._now(), self._settings.max_age, self._ranges)
        return Unknown(f"{self._name} is of no use: {found.reason}") if isinstance(found, Unknown) else found

    def _announce_read(self, found: tuple[Sighting, ...] | Unknown) -> tuple[Sighting, ...]:
        if isinstance(found, Unknown):
            self._announce(Cached(problem=found.reason))
            return ()
        self._announce(Cached(found))
        return found

    def _announce(self, cached: Cached) -> None:
        if cached != self._published:
            self._published = cached
            self._publish(cached)


class _Follower:
    """The last look at the ConfigMap, with its age."""

    def __init__(
        self,
        judge: Callable[[Manifest | None], tuple[Sighting, ...] | Unknown],
        max_age: float,
        conclude: Callable[[tuple[Sighting, ...] | Unknown], None],
        clock: Callable[[], float],
    ) -> None:
        self._judge, self._max_age, self._pass_on, self._clock = judge, max_age, conclude, clock
        self._manifest: Manifest | None = None
        self._seen = 0.0
        self._has_looked = False
        self._failure = ""
        self._concluded: object = None

    def note(self, manifest: Manifest | None) -> None:
        """Take note of a look at the ConfigMap; None where there is none."""
        if manifest is None or self._manifest is None or _version(manifest) != _version(self._manifest):
            self._seen = self._clock()
        self._manifest, self._has_looked, self._failure = manifest, True, ""
        self._conclude()

    def fail(self, reason: str) -> None:
        """Take note that the ConfigMap cannot be read now. Earlier addresses stay fresh for their time."""
        self._failure = reason
        self._conclude()

    async def run(self) -> None:
        """Check the age now and then, until cancelled."""
        while True:
            await asyncio.sleep(min(_LONGEST_TICK, self._max_age / 10))
            if self._has_looked:
                self._conclude()

    def _conclude(self) -> None:
        found = self._judge(self._manifest)
        if isinstance(found, Unknown):
            found = Unknown(self._failure) if self._failure else found
        elif self._clock() - self._seen > self._max_age:
            found = Unknown(self._failure or f"nobody has written it for {self._max_age:g} s")
        if isinstance(found, Unknown) and isinstance(self._concluded, Unknown):
            return  # for whatever reason
        if found != self._concluded:
            self._concluded = found
            self._pass_on(found)


def _is_ours(manifest: Manifest) -> bool:
    labels = manifest["metadata"].get("labels") or {}
    return labels.get(_LABEL) == _MANAGER or all(key in _data(manifest) for key in FOREIGN_KEYS)


def _data(manifest: Manifest) -> dict[str, str]:
    data = manifest.get("data")
    return {str(key): str(value) for key, value in data.items()} if isinstance(data, dict) else {}


def _version(manifest: Manifest) -> str:
    metadata = manifest.get("metadata")
    found = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
    if not isinstance(found, str):
        raise ClusterUnreachable("what answers is no Kubernetes API: its ConfigMap has no resourceVersion")
    return found


def _why(error: ApiError | TimeoutError) -> str:
    return str(error) or f"no answer within {_PATIENCE:g} s"
