"""The cluster's WAN addresses in a ConfigMap: the leader writes it, standbys and other pods read it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from cli.address_cache.entry import FOREIGN_KEYS, decode, encode, former
from cli.events import Cached
from cli.lease.clock import clock
from stacks.kube.api import ApiError, ClusterUnreachable, WriteConflict
from stacks.kube.object_api import CONFIG_MAPS, ObjectApi
from stacks.kube.objects import Manifest
from stacks.kube.single_watch import ObjectWatcher, SingleObject, WatchTiming
from stacks.model.values import Known, Sighting, Unknown
from stacks.settings.watch import CacheSettings

_LABEL, _MANAGER = "app.kubernetes.io/managed-by", "truenorth"
_PATIENCE = 5.0
"""Seconds for which an answer is awaited."""
_TRIES = 3
"""Writes, each but the first after somebody else was first."""
_LONGEST_TICK = 5.0
"""Seconds between two looks at the age of what was read."""


class AddressCache:
    """One ConfigMap. For the event loop in which its methods run."""

    def __init__(  # noqa: PLR0913 - two of them are clocks
        self,
        api: ObjectApi,
        namespace: str,
        settings: CacheSettings,
        identity: str,
        told: Callable[[Cached], None],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = clock,
    ) -> None:
        """identity: what is written as `written_by`. told: hears when what was written or read is something new."""
        self._api, self._namespace, self._settings, self._told = api, namespace, settings, told
        self._identity, self._now, self._clock = identity, now, clock
        self._single = SingleObject(api, CONFIG_MAPS, namespace, settings.name)
        self._name = f"the ConfigMap {namespace}/{settings.name}"
        self._news: Cached | None = None

    async def write(self, sightings: Sequence[Sighting]) -> None:
        """Write what is known, as of now; to be done again within a third of max_age, whether or not it has changed.

        Of a way that is unknown now, what stands there stays, and grows old. Where nothing is known nothing is written.
        What goes wrong is told; the next write may mend it.
        """
        known = tuple(one for one in sightings if isinstance(one.addresses, Known))
        if not known:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                problem = await self._write(sightings)
        except (ApiError, TimeoutError) as error:
            problem = f"{self._name} cannot be written: {_why(error)}"
        self._tell(Cached(known, written=not problem, problem=problem))

    async def read(self) -> tuple[Sighting, ...]:
        """What is fresh in it: sightings that are Known. Nothing, and told why, where there is nothing to be had."""
        try:
            async with asyncio.timeout(_PATIENCE):
                found = self._judge(await self._single.look())
        except (ApiError, TimeoutError) as error:
            found = Unknown(f"{self._name} cannot be read: {_why(error)}")
        return self._tell_read(found)

    async def follow(self, heard: Callable[[tuple[Sighting, ...]], None]) -> None:
        """Until cancelled: heard hears what is fresh, at once and when it is something else.

        It hears () where nothing is to be had: one's own detection is needed then. What was seen max_age ago is not
        fresh, whatever the times in it say.
        """
        max_age = self._settings.max_age
        follower = _Follower(self._judge, max_age, lambda found: heard(self._tell_read(found)), self._clock)
        rhythm = WatchTiming(_PATIENCE, max_age / 2, min(_LONGEST_TICK, max_age / 6), min(_LONGEST_TICK, max_age / 6))

        def failed(error: ApiError | TimeoutError) -> None:
            follower.fail(f"{self._name} cannot be read: {_why(error)}")

        async with asyncio.TaskGroup() as group:
            group.create_task(ObjectWatcher(self._single, rhythm, follower.note, failed, self._clock).run())
            group.create_task(follower.run())

    async def _write(self, sightings: Sequence[Sighting]) -> str:
        """Write it; return why not, "" where it is written. Raises ApiError."""
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
        found = decode(_data(manifest), self._now(), self._settings.max_age)
        return Unknown(f"{self._name} is of no use: {found.reason}") if isinstance(found, Unknown) else found

    def _tell_read(self, found: tuple[Sighting, ...] | Unknown) -> tuple[Sighting, ...]:
        if isinstance(found, Unknown):
            self._tell(Cached(problem=found.reason))
            return ()
        self._tell(Cached(found))
        return found

    def _tell(self, news: Cached) -> None:
        if news != self._news:
            self._news = news
            self._told(news)


class _Follower:
    """What was seen last of the ConfigMap, and for how long it is fresh."""

    def __init__(
        self,
        judge: Callable[[Manifest | None], tuple[Sighting, ...] | Unknown],
        max_age: float,
        say: Callable[[tuple[Sighting, ...] | Unknown], None],
        clock: Callable[[], float],
    ) -> None:
        self._judge, self._max_age, self._say, self._clock = judge, max_age, say, clock
        self._manifest: Manifest | None = None
        self._seen = 0.0
        self._has_looked = False
        self._failure = ""
        self._said: object = None

    def note(self, manifest: Manifest | None) -> None:
        """It was seen."""
        if manifest is None or self._manifest is None or _version(manifest) != _version(self._manifest):
            self._seen = self._clock()
        self._manifest, self._has_looked, self._failure = manifest, True, ""
        self._conclude()

    def fail(self, reason: str) -> None:
        """It cannot be seen now. What was seen stays fresh for its time."""
        self._failure = reason
        self._conclude()

    async def run(self) -> None:
        """Look at its age now and then, until cancelled."""
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
        if isinstance(found, Unknown) and isinstance(self._said, Unknown):
            return  # for whatever reason
        if found != self._said:
            self._said = found
            self._say(found)


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
