"""A client for writing to one cluster: versions of kinds, retries, and one complaint for each reason."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TypeVar

from cli.events import Unwritten
from stacks.kube.api import ApiError, ClusterUnreachable, Overloaded, RequestRejected
from stacks.kube.object_api import ObjectApi
from stacks.kube.objects import Resource
from stacks.observe.cluster.sources import sources_of
from stacks.settings.cluster import ClusterSettings

T = TypeVar("T")

TRIES = 3
"""How often something is tried while the API server is away or busy."""
LONGEST_PAUSE = 10.0
"""Seconds between two tries, even where the API server asks for more."""
DENIED_FOR = 3600.0
"""Seconds for which what was denied in a namespace is not tried there again."""
_BEING_TERMINATED = "is being terminated"


class GaveUp(Exception):  # noqa: N818 - a decision, not a fault
    """The API server is away or refuses the credentials; another try is for the next run."""


class ClusterClient:
    """A client of one cluster's API. complain: called once for each reason, and again after a success in between."""

    def __init__(self, settings: ClusterSettings, api: ObjectApi, complain: Callable[[Unwritten], None]) -> None:
        self.settings = settings
        self.api = api
        self._complain = complain
        self._complained: set[str] = set()
        self._denied: dict[tuple[str, str], float] = {}
        self._versions: dict[Resource, str] = {}
        made = [one.resources() for one in sources_of(settings).values()]
        self.own: Mapping[str, Resource] = {resources[0].kind: resources[0] for resources in made}
        """The resources whose objects ask for names, by their kind."""
        self._kinds = {one.kind: one for resources in made for one in resources}

    async def resource(self, kind: str) -> Resource | None:
        """Return the resource of a kind in the version of the cluster; None if it serves none."""
        found = self._kinds.get(kind)
        if found is not None and found not in self._versions:
            version = await self.api.served(found)
            if version is None:
                return None
            self._versions[found] = version
        return replace(found, version=self._versions[found]) if found else None

    async def attempt(self, what: str, namespace: str, act: Callable[[], Awaitable[T]]) -> T | None:
        """Return the result of an action, tried again while the server is away or busy; None if it is denied.

        Raises GaveUp if no other action would work now, and NotFound.
        """
        if self.is_denied(what, namespace):
            return None
        failure: ApiError = ClusterUnreachable("not tried")
        for number in range(TRIES):
            try:
                done = await act()
            except (Overloaded, ClusterUnreachable) as error:
                failure = error
                if number + 1 < TRIES:
                    await asyncio.sleep(_pause(error, number))
            except RequestRejected as error:
                if error.status == HTTPStatus.UNAUTHORIZED:
                    failure = error
                    break
                self._note(what, namespace, error)
                return None
            else:
                self._complained.discard("away")
                return done
        self._say("away", f"{self.api.server}: {failure}")
        raise GaveUp(str(failure)) from failure

    def is_denied(self, what: str, namespace: str) -> bool:
        """Return whether an action was denied in a namespace a short time ago, and would not be tried now."""
        return time.monotonic() < self._denied.get((what, namespace), 0.0)

    def _note(self, what: str, namespace: str, error: RequestRejected) -> None:
        if error.status == HTTPStatus.FORBIDDEN and _BEING_TERMINATED in str(error):
            return  # the object goes with its namespace
        if error.status == HTTPStatus.FORBIDDEN:
            self._denied[what, namespace] = time.monotonic() + DENIED_FOR
        self._say(what, str(error))

    def _say(self, about: str, reason: str) -> None:
        if about not in self._complained:
            self._complained.add(about)
            self._complain(Unwritten(self.settings.name, reason))


def _pause(error: ApiError, number: int) -> float:
    asked = error.retry_after if isinstance(error, Overloaded) else None
    return min(LONGEST_PAUSE, 2.0**number if asked is None else asked)
