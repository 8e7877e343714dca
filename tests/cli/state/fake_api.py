"""Secrets in memory, as the API server keeps them: with resourceVersions, and calls that go wrong when a test wants."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any, TypeVar

from stacks.kube.api import ClusterUnreachable, Collection, ListPage, NotFound, RequestRejected, WriteConflict
from stacks.kube.objects import Manifest, Resource

T = TypeVar("T")
LIMIT = 1 << 20


class Crash(BaseException):
    """The process is killed here."""


class FakeApi:
    """One namespace. fails: called at each call with its number and "before" or "after" it takes effect; may raise."""

    def __init__(self, fails: Callable[[int, str], None] = lambda *_: None) -> None:
        self.fails = fails
        self.objects: dict[str, dict[str, Any]] = {}
        self.calls = 0
        self._version = 0

    async def get(self, _resource: Resource, _namespace: str, name: str) -> Manifest:
        return await self._call(lambda: copy.deepcopy(self._there(name)))

    async def create(self, _resource: Resource, _namespace: str, body: Mapping[str, Any]) -> Manifest:
        def make() -> Manifest:
            if body["metadata"]["name"] in self.objects:
                raise WriteConflict("there is one", 409)
            return self._put(body)

        return await self._call(make)

    async def replace(self, _resource: Resource, _namespace: str, body: Mapping[str, Any]) -> Manifest:
        def replace() -> Manifest:
            there = self._there(body["metadata"]["name"])
            if there.get("immutable"):
                raise RequestRejected("it is immutable", 422)
            if body["metadata"].get("resourceVersion") != there["metadata"]["resourceVersion"]:
                raise WriteConflict("it has changed", 409)
            return self._put(body)

        return await self._call(replace)

    async def delete(self, _resource: Resource, _namespace: str, name: str, _version: str = "") -> None:
        def delete() -> None:
            self._there(name)
            del self.objects[name]

        await self._call(delete)

    async def list(self, collection: Collection) -> AsyncIterator[ListPage]:
        key, _, value = collection.labels.partition("=")
        found = [one for one in self.objects.values() if one["metadata"]["labels"].get(key) == value]
        yield await self._call(lambda: ListPage(tuple(copy.deepcopy(found)), str(self._version)))

    async def _call(self, act: Callable[[], T]) -> T:
        self.calls += 1
        number = self.calls
        self.fails(number, "before")
        await asyncio.sleep(0)  # whoever else is at work may come in between
        done = act()
        self.fails(number, "after")
        return done

    def _there(self, name: str) -> dict[str, Any]:
        if name not in self.objects:
            raise NotFound(f"there is no {name}")
        return self.objects[name]

    def _put(self, body: Mapping[str, Any]) -> Manifest:
        if sum(len(value) for value in body["data"].values()) * 3 // 4 > LIMIT:
            raise RequestRejected("it is too large", 422)
        self._version += 1
        made: dict[str, Any] = copy.deepcopy(dict(body))
        made["metadata"]["resourceVersion"] = str(self._version)
        self.objects[made["metadata"]["name"]] = made
        return copy.deepcopy(made)


def killed_at(call: int, moment: str) -> Callable[[int, str], None]:
    """Kill the process at this call."""

    def fails(number: int, when: str) -> None:
        if (number, when) == (call, moment):
            raise Crash

    return fails


def unanswered(*calls: int) -> Callable[[int, str], None]:
    """Lose the answers to these calls, which have taken effect."""

    def fails(number: int, when: str) -> None:
        if number in calls and when == "after":
            raise ClusterUnreachable("no answer in time")

    return fails


def done(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
