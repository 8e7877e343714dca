"""Share what routers tell among replicas, by a ConfigMap: any of them answers, and each has the addresses.

The ConfigMap has a key for each user, with the addresses that it has told last, commas between them.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cli.dyndns.pushers import merged
from cli.lease.record import clock
from cli.state.secrets.factory import lock_name
from stacks.kube.api import ApiError, WriteConflict
from stacks.kube.home import home
from stacks.kube.object_api import CONFIG_MAPS
from stacks.kube.single_watch import ObjectWatcher, SingleObject
from stacks.kube.timing import WatchTiming
from stacks.settings.watch import pushed_name

if TYPE_CHECKING:
    from stacks.kube.object_api import ObjectApi
    from stacks.kube.objects import Manifest
    from stacks.model.values import Address
    from stacks.settings.stack import Settings

_LABEL, _MANAGER = "app.kubernetes.io/managed-by", "truenorth"
_PATIENCE = 5.0
"""Seconds for which an answer is awaited."""
_LONGEST = 100
"""Characters of a user's addresses: one of each family."""
_RHYTHM = WatchTiming(_PATIENCE, silence=120.0, poll=_PATIENCE, retry=_PATIENCE)
Told = Mapping[str, "tuple[Address, ...]"]
"""The addresses of each user."""


class SharedPushes:
    """A ConfigMap of what routers have told."""

    def __init__(self, api: ObjectApi, namespace: str, name: str) -> None:
        """Take the place of the ConfigMap; api: a client of the loop that runs."""
        self._single = SingleObject(api, CONFIG_MAPS, namespace, name)
        self._loop = asyncio.get_running_loop()
        self._name = f"the ConfigMap {namespace}/{name}"

    def update(self, user: str, told: tuple[Address, ...]) -> tuple[tuple[Address, ...], bool]:
        """Write down what a user has told, and return all its addresses and whether one is new.

        For other threads than that of the loop. Raises OSError where nothing is written.
        """
        writing = asyncio.run_coroutine_threadsafe(self._update(user, told), self._loop)
        try:
            return writing.result(2 * _PATIENCE)
        except (ApiError, TimeoutError) as error:
            raise OSError(errno.EIO, f"{self._name} cannot be written: {_why(error)}") from error

    async def follow(self, take: Callable[[Told], object], failed: Callable[[str], object]) -> None:
        """Pass what was told to `take`, in a thread, at once and after each change, until cancelled.

        failed: gets the reason where it cannot be read, once until it can be again.
        """
        latest: dict[str, tuple[Address, ...]] = {}
        changed = asyncio.Event()
        said = ""

        def note(manifest: Manifest | None) -> None:
            nonlocal said
            said = ""
            latest.update(_told(manifest))
            changed.set()

        def fail(error: ApiError | TimeoutError) -> None:
            nonlocal said
            if (why := f"{self._name} cannot be read: {_why(error)}") != said:
                failed(why)
            said = why

        async def pass_on() -> None:
            while True:
                await changed.wait()
                changed.clear()
                await asyncio.to_thread(take, dict(latest))

        async with asyncio.TaskGroup() as group:
            group.create_task(ObjectWatcher(self._single, _RHYTHM, note, fail, clock).run())
            group.create_task(pass_on())

    async def _update(self, user: str, told: tuple[Address, ...]) -> tuple[tuple[Address, ...], bool]:
        async with asyncio.timeout(_PATIENCE):
            while True:
                before = await self._single.look()
                now, is_new = merged(_told(before).get(user, ()), told)
                if not is_new:
                    return now, False
                try:
                    await self._write(before, user, now)
                except WriteConflict:  # another replica was first
                    continue
                return now, True

    async def _write(self, before: Manifest | None, user: str, now: tuple[Address, ...]) -> None:
        api, namespace = self._single.api, self._single.namespace
        data = {user: ",".join(map(str, now))}
        if before is None:
            metadata = {"namespace": namespace, "name": self._single.name, "labels": {_LABEL: _MANAGER}}
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
            await api.create(CONFIG_MAPS, namespace, body)
            return
        await api.replace(CONFIG_MAPS, namespace, {**before, "data": {**(before.get("data") or {}), **data}})


@asynccontextmanager
async def shared_pushes(settings: Settings, environment: Mapping[str, str], stack: str) -> AsyncIterator[SharedPushes]:
    """Give the block the ConfigMap of a stack, in the cluster that it runs in, beside the Lease of its election.

    Raises UserError where the access to the cluster is not configured.
    """
    place, election = home(settings, environment), settings.watch.election
    namespace = election.lock_namespace or place.namespace
    api = place.api(_PATIENCE)
    try:
        yield SharedPushes(api, namespace, pushed_name(election.lock_name or lock_name(stack)))
    finally:
        await api.close()


def _why(error: ApiError | TimeoutError) -> str:
    return str(error) or "it did not answer in time"


def _told(manifest: Manifest | None) -> dict[str, tuple[Address, ...]]:
    """Return the addresses of each user in a ConfigMap; a text that is no list of addresses is left out."""
    found = {}
    for user, text in ((manifest or {}).get("data") or {}).items():
        if len(text) <= _LONGEST:
            with suppress(ValueError):
                found[str(user)] = tuple(ip_address(one) for one in text.split(","))
    return found
