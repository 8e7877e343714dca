"""The Kubernetes API over lightkube's TLS, tokens and exec plugins, with requests, deadlines and errors of our own."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx2
import msgspec
from lightkube import ConfigError
from lightkube.config.client_adapter import ConnectionParams, user_auth
from lightkube.config.models import User

from stacks.kube.access import Access
from stacks.kube.api import CHUNK, ClusterUnreachable, Collection, Event, ListPage, NotFound, RequestRejected, path_of
from stacks.kube.errors import check, error_of, nothing_came
from stacks.kube.exec_auth import authentication
from stacks.kube.handshakes import closing_handshakes
from stacks.kube.objects import GATEWAY_GROUP, Manifest, Resource, called
from stacks.kube.timing import ApiTiming
from stacks.model.api_calls import CALLS, Call
from stacks.model.errors import UserError

_ISTIO = "networking.istio.io"
_VERSIONS = {GATEWAY_GROUP: ("v1", "v1beta1", "v1alpha3", "v1alpha2"), _ISTIO: ("v1", "v1beta1", "v1alpha3")}
"""Versions, by group, in which the fields that we read are the same."""
_MERGE_PATCH = "application/merge-patch+json"


class _Named(msgspec.Struct):
    name: str


class _Resources(msgspec.Struct):
    resources: list[_Named]


class _Version(msgspec.Struct):
    version: str


class _Group(msgspec.Struct):
    versions: list[_Version]


class _ListMetadata(msgspec.Struct, rename="camel"):
    resource_version: str
    continue_: str = msgspec.field(name="continue", default="")


class _List(msgspec.Struct):
    metadata: _ListMetadata
    items: list[dict[str, Any]] | None = None


class _Event(msgspec.Struct):
    type: str
    object: dict[str, Any]


_EVENT = msgspec.json.Decoder(_Event)
_LIST = msgspec.json.Decoder(_List)


class LightkubeApi:
    """The API of a cluster, to be closed in the loop of its use."""

    def __init__(self, access: Access, pace: ApiTiming, renew: Callable[[], Access] | None = None) -> None:
        """Prepare a client. Raises UserError for certificates or keys that cannot be used.

        renew: reads the access again after a rejected token of a kubeconfig; it may raise UserError.
        """
        self.server = access.server
        self._pace = pace
        user = access.config.user or User()
        self._renew = None if user.exec or user.token_file else renew  # lightkube renews those
        self._first = asyncio.Lock() if user.exec else None
        """Held by the first request of a user with a plugin: the others wait for its token."""
        try:
            connection = ConnectionParams(timeout=httpx2.Timeout(pace.timeout), proxy=access.proxy, trust_env=True)
            parameters = connection.httpx_params(access.config) | {"auth": authentication(access)}
            self._client = httpx2.AsyncClient(
                **parameters,
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20),  # each watch holds one
                headers={"User-Agent": "truenorth", "Accept": "application/json"},
            )
        except (OSError, ssl.SSLError, ValueError, ConfigError, httpx2.InvalidURL) as error:
            what = f"the credentials for the cluster cannot be used: {error}"
            where = f"{access.config.fname or 'the service account'}, context {access.config.context_name}"
            raise UserError(what, where, "mend its certificates, keys and URLs") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def served(self, resource: Resource) -> str | None:
        if not resource.group:
            return resource.version  # the core is always there
        try:
            group = msgspec.convert(await self._get(f"/apis/{resource.group}", "discover"), _Group)
            offered = {one.version for one in group.versions}
            wanted = _VERSIONS.get(resource.group, (resource.version,))
            for version in wanted:
                if version in offered:
                    found = msgspec.convert(
                        await self._get(f"/apis/{resource.group}/{version}", "discover"), _Resources
                    )
                    if any(one.name == resource.plural for one in found.resources):
                        return version
        except NotFound:
            return None
        except msgspec.ValidationError as error:
            raise ClusterUnreachable(f"what answers is no Kubernetes API: {error}") from error
        return None

    async def list(self, collection: Collection, chunk: int = CHUNK) -> AsyncIterator[ListPage]:
        query = _selectors(collection) | ({"limit": str(chunk)} if chunk else {})
        page = asyncio.create_task(self._page(collection, query))
        try:
            while True:
                found = await page
                if rest := found.metadata.continue_:  # the server makes the next page while this one is taken in
                    page = asyncio.create_task(self._page(collection, query | {"continue": rest}))
                yield ListPage(tuple(found.items or ()), found.metadata.resource_version)
                if not rest:
                    return
        finally:
            page.cancel()

    async def _page(self, collection: Collection, query: Mapping[str, str]) -> _List:
        content = await self._ask("GET", path_of(collection), f"list {called(collection.resource)}", query=query)
        try:
            return _LIST.decode(content)
        except msgspec.DecodeError as error:
            raise ClusterUnreachable(f"what answers is no Kubernetes API: {error}") from error

    @asynccontextmanager
    async def watch(self, collection: Collection, version: str) -> AsyncGenerator[AsyncIterator[Event]]:
        lasts = round(self._pace.watch * random.uniform(1, 2))  # noqa: S311 - to spread load, no secret
        query = _selectors(collection) | {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(lasts),
        }
        what = f"watch {called(collection.resource)}"
        timeout = httpx2.Timeout(self._pace.timeout, read=self._pace.silence)
        request = self._client.build_request("GET", path_of(collection), params=query, timeout=timeout)
        response = await self._send(request, what)
        try:
            if not response.is_success:
                await self._read(response)
                check(response, what)
            yield self._events(response, what)
        finally:
            await response.aclose()

    async def create(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest:
        path = path_of(Collection(resource, resource.version, namespace))
        return manifest_of(await self._ask("POST", path, f"create {called(resource)}", body=body))

    async def patch(
        self, resource: Resource, namespace: str, name: str, body: Mapping[str, Any], subresource: str = ""
    ) -> Manifest:
        path = f"{path_of(Collection(resource, resource.version, namespace))}/{name}"
        path += f"/{subresource}" if subresource else ""
        what = f"patch {called(resource)}" + (f"/{subresource}" if subresource else "")
        return manifest_of(await self._ask("PATCH", path, what, body=body, content_type=_MERGE_PATCH))

    async def _get(self, path: str, what: str) -> Manifest:
        return manifest_of(await self._ask("GET", path, what))

    async def _ask(
        self,
        method: str,
        path: str,
        what: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
    ) -> bytes:
        """Send a request and return the whole answer."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {"Content-Type": content_type} if content is not None else {}
        request = self._client.build_request(method, path, params=query, content=content, headers=headers)
        response = await self._send(request, what)
        try:
            await self._read(response)
        finally:
            await response.aclose()
        check(response, what)
        return response.content

    async def _send(self, request: httpx2.Request, what: str) -> httpx2.Response:
        """Send a request and return the answer's head. After a rejected token, read it again and send once more."""
        first = self._first
        if first is not None:
            async with first:
                if self._first is not None:
                    response = await self._send_now(request, what)
                    self._first = None
                    return response
        return await self._send_now(request, what)

    async def _send_now(self, request: httpx2.Request, what: str) -> httpx2.Response:
        began = time.monotonic()
        try:
            response = await self._answer(request, what)
        except (ClusterUnreachable, RequestRejected):
            CALLS.publish(Call("kubernetes", request.method, 0, time.monotonic() - began))
            raise
        CALLS.publish(Call("kubernetes", request.method, response.status_code, time.monotonic() - began))
        return response

    async def _answer(self, request: httpx2.Request, what: str) -> httpx2.Response:
        request.extensions["trace"] = closing_handshakes()
        try:
            async with asyncio.timeout(self._pace.timeout):
                response = await self._client.send(request, stream=True)
                if response.status_code == HTTPStatus.UNAUTHORIZED and self._is_renewed():
                    await response.aclose()
                    response = await self._client.send(request, stream=True)
                return response
        except TimeoutError as error:
            raise ClusterUnreachable(f"no answer within {self._pace.timeout:g} s") from error
        except httpx2.RequestError as error:
            raise nothing_came(error) from error
        except (ConfigError, OSError, ValueError, KeyError, TypeError) as error:
            # What reading a token file or running a plugin comes to, whose answer is read unchecked.
            raise RequestRejected(
                f"cannot {what}: there are no credentials: {type(error).__name__}: {error}", 401
            ) from error

    def _is_renewed(self) -> bool:
        """Take the present credentials of the kubeconfig. Return whether it has any."""
        if self._renew is None:
            return False
        try:
            auth = user_auth(self._renew().config.user)
        except UserError:
            return False
        if auth is not None:
            self._client.auth = auth
        return auth is not None

    async def _read(self, response: httpx2.Response) -> None:
        try:
            await response.aread()
        except httpx2.RequestError as error:
            raise nothing_came(error) from error

    async def _events(self, response: httpx2.Response, what: str) -> AsyncIterator[Event]:
        rest = b""
        try:
            async for piece in response.aiter_bytes():
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    yield _event(line, what)
        except httpx2.RequestError as error:
            raise nothing_came(error) from error


def _event(line: bytes, what: str) -> Event:
    try:
        event = _EVENT.decode(line)
        match event.type:
            case "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK":
                return Event(event.type, event.object, event.object["metadata"]["resourceVersion"])
            case "ERROR":
                raise error_of(event.object.get("code", 500), event.object, what)
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise ClusterUnreachable(f"an event that cannot be read: {error!r}") from error
    raise ClusterUnreachable(f"an event of a type that nobody knows: {event.type}")


def manifest_of(content: bytes) -> Manifest:
    """Return the object in an answer. Raises ClusterUnreachable for any other content."""
    try:
        found: dict[str, Any] = msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ClusterUnreachable(f"what answers is no Kubernetes API: {error}") from error
    return found


def _selectors(collection: Collection) -> dict[str, str]:
    selectors = {"labelSelector": collection.labels, "fieldSelector": collection.fields}
    return {key: value for key, value in selectors.items() if value}
