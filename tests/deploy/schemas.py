"""JSON schemas of an API server's kinds, as kubeconform takes them: from its own OpenAPI v3 description.

https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
"""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from typing import Any

from lab.kube.client import Client

_KINDS = "x-kubernetes-group-version-kind"
_WANTED = ("api/v1", "apis/")
_DEADLINE = 180.0
_OPEN = ("x-kubernetes-preserve-unknown-fields", "additionalProperties")


def write_schemas(client: Client, folder: Path) -> Path:
    """Write GROUP_VERSION_KIND.json for each kind, and return the folder. The core's group is called v1 there.

    Returns when the kinds of all custom resources are among them: they are described a moment after they are served.
    """
    defined = client.call("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
    lacking = {one["spec"]["names"]["kind"] for one in defined}
    until = monotonic() + _DEADLINE
    while lacking:
        assert monotonic() < until, lacking
        lacking -= _write(client, folder)
    return folder


def _write(client: Client, folder: Path) -> set[str]:
    """Write what is described now; return the kinds."""
    written = set()
    for path in _read(client, "/openapi/v3")["paths"]:
        if not path.startswith(_WANTED) or path.count("/") == 0:
            continue
        schemas = _read(client, f"/openapi/v3/{path}").get("components", {}).get("schemas", {})
        for schema in schemas.values():
            if len(kinds := schema.get(_KINDS, ())) == 1:
                (kind,) = kinds
                name = f"{kind['group'] or kind['version']}_{kind['version']}_{kind['kind'].lower()}.json"
                (folder / name).write_text(json.dumps(_strict(schema) | {"$defs": _all_strict(schemas)}))
                written.add(kind["kind"])
    return written


def _read(client: Client, path: str) -> Any:  # noqa: ANN401 - JSON
    """A document; the API server does not say of each that it is JSON."""
    found = client.call("GET", path)
    return json.loads(found) if isinstance(found, str) else found


def _all_strict(schemas: dict[str, Any]) -> dict[str, Any]:
    return {name: _strict(schema) for name, schema in schemas.items()}


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with references as JSON Schema has them, what is a number or a text as such, and no other fields."""
    found = dict(schema)
    if "properties" in found:
        found["properties"] = {name: _strict(one) for name, one in found["properties"].items()}
        if not any(found.get(key) for key in _OPEN):
            found["additionalProperties"] = False
    for key in ("items", "additionalProperties", "not"):
        if isinstance(found.get(key), dict):
            found[key] = _strict(found[key])
    for key in ("allOf", "anyOf", "oneOf"):
        if key in found:
            found[key] = [_strict(one) for one in found[key]]
    if "$ref" in found:
        found["$ref"] = found["$ref"].replace("#/components/schemas/", "#/$defs/")
    if found.pop("x-kubernetes-int-or-string", None):
        found.pop("type", None)
    found.pop("format", None)  # int32 and its like are none of JSON Schema
    return found
