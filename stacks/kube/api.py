"""The operations and errors of a Kubernetes API, as readers of a cluster know them.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from stacks.kube.objects import Manifest, Resource

CHUNK = 500
"""The number of objects in a page of a list, as in client-go: neither side has to hold more."""


@dataclass(frozen=True, slots=True)
class Collection:
    """The objects of one resource that are listed and watched together.

    version: that of the resource, as the cluster serves it. namespace: "" for all. labels, fields: a label and a field
    selector, "" for none. also: fields that are kept of each object beside those that are read of its kind.
    """

    resource: Resource
    version: str
    namespace: str = ""
    labels: str = ""
    fields: str = ""
    also: frozenset[str] = frozenset()


def path_of(collection: Collection) -> str:
    """Return the path of a collection in the API."""
    resource = collection.resource
    root = f"/apis/{resource.group}" if resource.group else "/api"
    inside = f"/namespaces/{collection.namespace}" if collection.namespace else ""
    return f"{root}/{collection.version}{inside}/{resource.plural}"


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list. version: the resourceVersion of the whole list, from which a watch can start."""

    items: tuple[Manifest, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Event:
    """A change of an object. version: the resourceVersion after it. A BOOKMARK is no change: it only has a version."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
    manifest: Manifest
    version: str


class ApiError(Exception):
    """A request without success. Its text is the reason."""


class ClusterUnreachable(ApiError):  # noqa: N818 - what the server says, in one word
    """No connection, no answer in time, a cut off answer, or an answer of something else than a Kubernetes API."""


class Overloaded(ApiError):  # noqa: N818 - what the server says, in one word
    """A server that cannot answer now (429, 5xx). retry_after: the seconds to wait, if it says."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Gone(ApiError):  # noqa: N818 - what the server says, in one word
    """A resourceVersion, or the rest of a list, that is too old (410): list again."""


class NotFound(ApiError):  # noqa: N818 - what the server says, in one word
    """A missing object, or a kind that is not served (404)."""


class RequestRejected(ApiError):  # noqa: N818 - what the server says, in one word
    """A request that the server rejects: credentials (401), rights (403), or its content (other 4xx)."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class WriteConflict(RequestRejected):
    """A write that came too late (409): the object is there already, or has changed since it was read."""


class ClusterApi(Protocol):
    """The API of a cluster. Every method may raise each ApiError."""

    @property
    def server(self) -> str:
        """The URL of the server, for messages."""

    async def served(self, resource: Resource) -> str | None:
        """Return the version of the resource in the cluster; None for a resource that it does not serve."""

    def list(self, collection: Collection, chunk: int = CHUNK) -> AsyncIterator[ListPage]:
        """Yield all objects in pages, at least one page. chunk: objects a page, 0 for all in one."""

    def watch(self, collection: Collection, version: str) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """Return a context with the changes after a version, bookmarks included.

        It is entered when the server has accepted the watch. The changes end now and then; then watch again.
        """

    async def create(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest:
        """Create an object. Return it as the server has it then."""

    async def patch(
        self, resource: Resource, namespace: str, name: str, body: Mapping[str, Any], subresource: str = ""
    ) -> Manifest:
        """Change an object by a JSON merge patch (RFC 7396). Return it as the server has it then."""
