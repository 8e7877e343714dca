"""A plain client of the Kubernetes API, for whoever sets up and changes a world: no caches, no retries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from lab.kube.objects import path_of

JSON = "application/json"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
_MANAGER = "lab"
_TIMEOUT = 30.0
"""Seconds until an answer begins, and between two pieces of it."""


class ApiError(Exception):
    """The API server refused. code: the HTTP status. reason: as in the Status object (Forbidden, NotFound, Expired)."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason


class Client:
    """Speaks to one API server with one token. To be closed."""

    def __init__(self, server: str, authority: Path, token: str) -> None:
        self.server = server
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, no .netrc
        self._session.verify = str(authority)
        self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        content_type: str = JSON,
        query: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON of many shapes
        """Ask and return the decoded answer; a body of bytes is sent as it is. Raises ApiError for a refusal."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        with self._session.request(
            method,
            self.server + path,
            params=query,
            data=data,
            headers={"Content-Type": content_type} if data else None,
            timeout=_TIMEOUT,
        ) as answer:
            _check(answer)
            return answer.json() if answer.headers.get("Content-Type", "").startswith(JSON) else answer.text

    def watch(
        self, path: str, *, resource_version: str = "", query: Mapping[str, str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Watch a collection: its events as they come, until either side ends it. Raises ApiError for a refusal."""
        asked = {"watch": "true", "resourceVersion": resource_version, **(query or {})}
        with self._session.get(self.server + path, params=asked, stream=True, timeout=_TIMEOUT) as answer:
            _check(answer)
            for line in answer.iter_lines(chunk_size=None):
                yield json.loads(line)

    def apply(self, manifest: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON of many shapes
        """Make an object, or make it so, by server-side apply; return it as it is then."""
        query = {"fieldManager": _MANAGER, "force": "true"}
        return self.call("PATCH", path_of(manifest), dict(manifest), content_type=APPLY, query=query)

    def check(self, manifest: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON of many shapes
        """What an object would be if it were applied; unknown fields are refused, and nothing is kept."""
        query = {"fieldManager": _MANAGER, "force": "true", "dryRun": "All", "fieldValidation": "Strict"}
        return self.call("PATCH", path_of(manifest), dict(manifest), content_type=APPLY, query=query)

    def delete(self, manifest: Mapping[str, Any]) -> None:
        """Delete an object."""
        self.call("DELETE", path_of(manifest))

    def set_status(self, manifest: Mapping[str, Any], status: Mapping[str, Any]) -> Any:  # noqa: ANN401 - likewise
        """Write the status of an object, as its controller would."""
        return self.call("PATCH", f"{path_of(manifest)}/status", {"status": status}, content_type=MERGE)


def _check(answer: requests.Response) -> None:
    if answer.ok:
        return
    try:
        told = answer.json()
    except requests.JSONDecodeError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    raise ApiError(answer.status_code, told.get("reason", ""), told.get("message", answer.text))
