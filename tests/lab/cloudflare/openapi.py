"""Cloudflare's published OpenAPI description, and how an answer is held against it.

The description (2024-08, BSD-3-Clause, cut to the paths used here) lies beside this file, with its licence. Where it is
known to be wrong, `CORRECTIONS` says so: nothing else is loosened.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft4Validator, FormatChecker  # type: ignore[import-untyped] # has no types of its own

if TYPE_CHECKING:
    from collections.abc import Callable

DESCRIPTION = Path(__file__).with_name("cloudflare-openapi.json")

RECORD = "#/components/schemas/dns-records_dns-record"
FAILURE = "#/components/schemas/dns-records_api-response-common-failure"
RECORDS = "/zones/{zone_id}/dns_records"
BATCH = f"{RECORDS}/batch"


def _comment_may_be_null(schemas: dict[str, Any]) -> None:
    """The API answers `"comment": null` for a record without one; the description knows only text."""
    schemas["dns-records_comment"]["nullable"] = True


def _owner_may_have_no_id(schemas: dict[str, Any]) -> None:
    """The API answers `"id": null` for the owner of a user's zone, as clients' recordings show."""
    schemas["zones_zone"]["properties"]["owner"]["properties"]["id"] = {"nullable": True, "type": "string"}


def _throttling_has_a_small_code(schemas: dict[str, Any]) -> None:
    """A throttled request has the code 971; the description allows none below 1000."""
    for family in ("dns-records", "zones", "iam", "load-balancing"):
        schemas[f"{family}_messages"]["items"]["properties"]["code"]["minimum"] = 971


CORRECTIONS: tuple[Callable[[dict[str, Any]], None], ...] = (
    _comment_may_be_null,
    _owner_may_have_no_id,
    _throttling_has_a_small_code,
)


@cache
def description() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    for correct in CORRECTIONS:
        correct(loaded["components"]["schemas"])
    translated: dict[str, Any] = _as_json_schema(loaded)
    return translated


def _as_json_schema(node: Any) -> Any:  # noqa: ANN401 - JSON
    """OpenAPI 3.0 differs from JSON Schema draft 4 in `nullable` alone, as far as this description goes."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    translated = {key: _as_json_schema(value) for key, value in node.items() if key != "example"}
    if translated.pop("nullable", False) is True:
        translated["type"] = [translated["type"], "null"]
    return translated


def schema_of(template: str, method: str, status: int) -> dict[str, Any]:
    """The schema of an answer.

    The description joins the schema of success to that of failure for refusals (`success` both true and false), which
    nothing satisfies: the part about failure counts. The batch is not in the description: its answer is of records.
    """
    if template == BATCH and status == 200:
        listed = {"type": "array", "items": {"$ref": RECORD}}
        kinds = ("deletes", "patches", "puts", "posts")
        result = {"type": "object", "required": list(kinds), "properties": dict.fromkeys(kinds, listed)}
        return {"type": "object", "required": ["success", "errors", "messages"], "properties": {"result": result}}
    operation = description()["paths"].get(template, {}).get(method.lower())
    if operation is None or status >= 500:
        return {"$ref": FAILURE}
    answers = {key.lower(): value for key, value in operation["responses"].items()}
    found: dict[str, Any] = answers["200" if status == 200 else "4xx"]["content"]["application/json"]["schema"]
    return found["allOf"][-1] if status != 200 and "allOf" in found else found


def check(template: str, method: str, status: int, body: object) -> None:
    schema = {**copy.deepcopy(schema_of(template, method, status)), "components": description()["components"]}
    if "$ref" in schema:  # draft 4 ignores what stands beside it
        schema = {"allOf": [{"$ref": schema.pop("$ref")}], **schema}
    problems = [error.message for error in Draft4Validator(schema, format_checker=FormatChecker()).iter_errors(body)]
    assert not problems, f"{problems} in {json.dumps(body, indent=1)}"
