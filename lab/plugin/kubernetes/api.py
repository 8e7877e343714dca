"""The API server as the provider uses it: server-side apply, and waiting for what controllers do then.

Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from threading import Lock
from typing import Any

import httpx2

from lab.plugin.package import OperationFailed

MANAGER = "pulumi-kubernetes"
FORCE = "pulumi.com/patchForce"
"""The annotation by which an object takes fields over from whoever else manages them."""
TIMEOUT = 30.0
"""Seconds until an answer begins."""
PATIENCE = 600.0
"""Seconds for which controllers are waited for; the real provider's default."""
_APPLY = "application/apply-patch+yaml"
Manifest = dict[str, Any]


class Refused(OperationFailed):
    """The API server refused, or did not answer. status: 0 where it did not."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message, logged=message)
        self.status = status


class Api:
    """One cluster. Safe to use from several threads."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self._lock = Lock()
        self._kinds: dict[str, dict[str, tuple[str, bool]]] = {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def apply(self, manifest: Mapping[str, Any], namespace: str, name: str) -> Manifest:
        """Make an object, or make it so. A field that somebody else manages is a conflict, unless it says to force."""
        force = (manifest["metadata"].get("annotations") or {}).get(FORCE) == "true"
        collection = self._collection(str(manifest["apiVersion"]), str(manifest["kind"]), namespace)
        return self._ask(
            "PATCH", f"{collection}/{name}?fieldManager={MANAGER}&force={str(force).lower()}", dict(manifest), _APPLY
        )

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> Manifest | None:
        """An object; None where there is none, or nothing of its kind any more."""
        try:
            return self._ask("GET", f"{self._collection(api_version, kind, namespace)}/{name}")
        except Refused as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def delete(self, api_version: str, kind: str, namespace: str, name: str) -> None:
        """Delete an object and wait until it has gone; nothing where it is not there."""
        try:
            collection = self._collection(api_version, kind, namespace)
            self._ask("DELETE", f"{collection}/{name}", {"propagationPolicy": "Background"})
        except Refused as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return
            raise
        self._follow(collection, name, lambda found: found is None, f"{kind} {name} to be gone")

    def wait(self, manifest: Mapping[str, Any], reached: Callable[[Manifest], bool]) -> None:
        """Wait until an object is as it is awaited. Raises OperationFailed where `reached` does, or it takes long."""
        metadata, kind = manifest["metadata"], str(manifest["kind"])
        collection = self._collection(str(manifest["apiVersion"]), kind, metadata.get("namespace", ""))

        def is_there(found: Manifest | None) -> bool:
            return found is not None and reached(found)

        self._follow(collection, metadata["name"], is_there, f"{kind} {metadata['name']} to be ready")

    def _follow(self, collection: str, name: str, reached: Callable[[Manifest | None], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        only = f"fieldSelector=metadata.name%3D{name}"
        while (left := until - time.monotonic()) > 0:
            listed = self._ask("GET", f"{collection}?{only}")
            if reached(listed["items"][0] if listed["items"] else None):
                return
            query = f"{only}&watch=true&resourceVersion={listed['metadata']['resourceVersion']}"
            with self._stream(f"{collection}?{query}&timeoutSeconds={int(left) + 1}") as events:
                for event in events:
                    if event["type"] == "ERROR":
                        break  # it is too old to go on from: list again
                    if reached(None if event["type"] == "DELETED" else event["object"]):
                        return
        raise OperationFailed(f"waited {PATIENCE:.0f} s in vain for {what}", f"waited in vain for {what}")

    @contextmanager
    def _stream(self, path: str) -> Iterator[Iterator[Manifest]]:
        with self._told(), self._client.stream("GET", path, timeout=PATIENCE) as answer:
            yield (json.loads(line) for line in answer.iter_lines())

    def _ask(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Manifest:  # noqa: ANN401 - JSON
        with self._told():
            content = None if body is None else json.dumps(body).encode()
            answer = self._client.request(method, path, content=content, headers={"Content-Type": content_type})
            if not answer.is_success:
                raise Refused(_refusal(answer), answer.status_code)
            found: Manifest = answer.json()
            return found

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except httpx2.HTTPError as error:
            raise Refused(f"the API server at {self._client.base_url} does not answer: {error}") from error

    def _collection(self, api_version: str, kind: str, namespace: str) -> str:
        """The path of a kind's objects. The API server is asked once a version which kinds it has."""
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        with self._lock:
            if kind not in self._kinds.get(root, {}):
                resources = self._ask("GET", root)["resources"]
                there = {one["kind"]: (one["name"], one["namespaced"]) for one in resources if "/" not in one["name"]}
                self._kinds[root] = there
        if kind not in self._kinds[root]:
            raise Refused(f"the cluster has no kind {kind} in {api_version}", HTTPStatus.NOT_FOUND)
        plural, namespaced = self._kinds[root][kind]
        return f"{root}/namespaces/{namespace or 'default'}/{plural}" if namespaced else f"{root}/{plural}"


def _refusal(answer: httpx2.Response) -> str:
    try:
        told = answer.json()
    except ValueError:
        told = {}
    message = told.get("message") if isinstance(told, dict) else None
    return str(message or answer.text or answer.status_code)
