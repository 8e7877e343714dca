"""Installs and removes the definitions of custom resources: of the Gateway API, and others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import yaml

from lab.kube.client import APPLY, ApiError, Client
from lab.kube.unavailable import KubeUnavailable

_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_NOT_YET = {404, 429}
_DEADLINE = 60.0
_TICK = 0.02
"""Seconds between two questions: the API server has no event for what is awaited."""


def install_definitions(client: Client, channel: Path) -> None:
    """Apply the definitions in a channel's folder, over those of the other channel too, and wait until they serve."""
    for file in sorted(channel.glob("*.k8s.io_*.yaml")):
        group, _, plural = file.stem.partition("_")
        if plural.startswith("vap_"):  # an admission policy against downgrades, which a lab wants to try
            continue
        query = {"fieldManager": "gateway-api", "force": "true"}
        path = f"{_DEFINITIONS}/{plural}.{group}"
        client.call("PATCH", path, file.read_bytes(), content_type=APPLY, query=query)
    await_served(client)


def install_custom_resources(client: Client, folder: Path) -> None:
    """Apply the definitions in a folder, whosever they are, and wait until they serve."""
    items = []
    for file in sorted(folder.glob("*.yaml")):
        definitions = yaml.safe_load_all(file.read_text(encoding="utf-8"))
        items += [client.apply(definition) for definition in definitions if definition]
    _await(client, items, served=True)


def remove_definitions(client: Client) -> None:
    """Remove them, and all objects of their kinds, and wait until nothing of them is served.

    A definition has gone a moment before its handler has. Raises KubeUnavailable where that lasts a minute.
    """
    listed = client.call("GET", _DEFINITIONS)
    items = _of_the_gateway_api(listed)
    present = {item["metadata"]["name"] for item in items}
    for name in present:
        client.call("DELETE", f"{_DEFINITIONS}/{name}")
    if present:
        for event in client.watch(_DEFINITIONS, resource_version=listed["metadata"]["resourceVersion"]):
            if event["type"] == "DELETED":
                present.discard(event["object"]["metadata"]["name"])
            if not present:
                break
    _await(client, items, served=False)


def await_served(client: Client) -> None:
    """Wait until every version of every definition is served, after an installation or a start of the API server.

    A definition is established a moment before its cache is filled, until when a list is answered 404 or 429.
    Raises KubeUnavailable where that lasts a minute.
    """
    _await(client, _of_the_gateway_api(client.call("GET", _DEFINITIONS)), served=True)


def _await(client: Client, items: Iterable[dict[str, Any]], *, served: bool) -> None:
    until = monotonic() + _DEADLINE
    for item in items:
        for version in item["spec"]["versions"]:
            while version["served"] and _lists(client, item["spec"], version["name"]) != served:
                if monotonic() > until:
                    does = "does not serve" if served else "still serves"
                    what = f"the API server {does} {item['metadata']['name']} {version['name']}"
                    raise KubeUnavailable(what, client.server, "see the log of the API server")
                sleep(_TICK)


def _of_the_gateway_api(listed: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in listed["items"] if "gateway.networking." in item["spec"]["group"]]


def _lists(client: Client, spec: dict[str, Any], version: str) -> bool:
    path = f"/apis/{spec['group']}/{version}/{spec['names']['plural']}"
    try:
        client.call("GET", path, query={"labelSelector": "lab.invalid/none"})  # from the cache, and short
    except ApiError as error:
        if error.code not in _NOT_YET:
            raise
        return False
    return True
