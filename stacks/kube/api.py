"""What is needed of a Kubernetes API, and what can go wrong with it. Whoever reads a cluster knows no more than this.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from stacks.kube.objects import Manifest, Resource

CHUNK = 500
"""Objects of a list that are asked for at once, as client-go does: neither side has to hold more."""


@dataclass(frozen=True, slots=True)
class Collection:
    """The objects of one resource that are listed and watched together.

    version: the one of ours that the cluster serves. namespace: "" for all. labels, fields: a label and a field
    selector, "" for none.
    """

    resource: Resource
    version: str
    namespace: str = ""
    labels: str = ""
    fields: str = ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some of a list's objects. version: the resourceVersion of the whole list, from which it can be watched."""

    items: tuple[Manifest, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Event:
    """A change, and the resourceVersion after it. A BOOKMARK says only that nothing has been missed up to there."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
    manifest: Manifest
    version: str


class ApiError(Exception):
    """The API was asked in vain. Its text says why."""


class ClusterUnreachable(ApiError):  # noqa: N818 - what the server says, in one word
    """No connection, no answer in time, an answer that was cut off, or something that is no Kubernetes API."""


class Overloaded(ApiError):  # noqa: N818 - what the server says, in one word
    """The server cannot answer now (429, 5xx). retry_after: the seconds that it wants to be left alone, if it says."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Gone(ApiError):  # noqa: N818 - what the server says, in one word
    """The resourceVersion, or the rest of a list, is too old to be had (410): list again."""


class NotFound(ApiError):  # noqa: N818 - what the server says, in one word
    """There is no such object, or the kind is not served (404)."""


class RequestRejected(ApiError):  # noqa: N818 - what the server says, in one word
    """The server does not want to: credentials (401), rights (403), a request that it does not take (other 4xx)."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class WriteConflict(RequestRejected):
    """Somebody else was first (409): the object is there already, or has changed since it was read."""


class ClusterApi(Protocol):
    """The API of one cluster. Every method may raise each ApiError."""

    @property
    def server(self) -> str:
        """Its URL, for messages."""

    async def served(self, resource: Resource) -> str | None:
        """The version under which the cluster serves the resource; None where it says that it does not."""

    def list(self, collection: Collection, chunk: int = CHUNK) -> AsyncIterator[ListPage]:
        """All objects, page by page; there is always a page. chunk: objects a page, 0 for all in one."""

    def watch(self, collection: Collection, version: str) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """What changes after a version, bookmarks too. Entered when the server has taken it; it ends now and then."""

    async def create(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest:
        """Make an object; return it as it is then."""

    async def patch(
        self, resource: Resource, namespace: str, name: str, body: Mapping[str, Any], subresource: str = ""
    ) -> Manifest:
        """Change an object by a JSON merge patch (RFC 7396); return it as it is then."""
