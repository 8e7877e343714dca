"""The JSON Schema (2020-12) of a `Pulumi.<stack>.yaml` with our settings, for editors.

It knows names, types, bounds and choices. What takes two settings or a look at the text (a TTL of the provider, a host
name) only `truenorth` itself checks.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from stacks.settings.cluster import ClusterSettings
from stacks.settings.geo import GeoSettings
from stacks.settings.neighbours.docker import DockerSettings
from stacks.settings.reference.models import field_texts, sections
from stacks.settings.stack import NAMESPACE, Settings
from stacks.settings.zones.entries import NameSettings, RecordSettings

SCHEMA_FILE = "truenorth.schema.json"
"""The name of the file beside the settings that `truenorth init` makes."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXTS = {"type": "array", "items": {"type": "string"}}
_TEXT_OR_TEXTS = {"anyOf": [{"type": "string"}, _TEXTS]}
_ALSO: dict[tuple[type[BaseModel], str], dict[str, Any]] = {
    (RecordSettings, "content"): _TEXT_OR_TEXTS,
    (GeoSettings, "hostnames"): _TEXT_OR_TEXTS,
    (GeoSettings, "addresses"): _TEXT_OR_TEXTS,
    (GeoSettings, "location"): {
        "anyOf": [
            {"type": "string"},
            {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": False},
        ]
    },
    (Settings, "zones"): {"anyOf": [{"const": "auto"}, {"$ref": "#/$defs/FoundZones"}]},
    (NameSettings, "host6"): {"type": "string"},
    (NameSettings, "type"): {"enum": ["A", "AAAA"], "description": "Short for a list of one in `types`."},
}
"""Further forms of single settings, which are read before the model's own."""
_OR_TEXT = (NameSettings, ClusterSettings, DockerSettings)
"""Models of which an entry may be a text: the name, the context, the place of the API."""
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
"""Bounds of a setting that may be a number or a text, as pydantic has them and as JSON Schema does."""


def schema_text() -> str:
    """Return the schema as the text of a file."""
    return json.dumps(schema(), indent=1) + "\n"


def schema() -> dict[str, Any]:
    """Return the schema of a stack's settings file."""
    made = Settings.model_json_schema(mode="validation")
    definitions: dict[str, Any] = made.pop("$defs")
    models = {section.model.__name__: section.model for section in sections()}
    for name, definition in definitions.items():
        if name in models:
            _describe(definition, models[name])
    _describe(made, Settings)
    for model in _OR_TEXT:
        name = model.__name__
        definitions[name] = {"anyOf": [{"type": "string"}, definitions[name]]}
    settings = {f"{NAMESPACE}:{name}": property_ for name, property_ in made["properties"].items()}
    return {
        "$schema": DIALECT,
        "title": "Settings of TrueNorth in Pulumi.<stack>.yaml",
        "type": "object",
        "properties": {
            "config": {
                "type": ["object", "null"],
                "properties": settings,
                "patternProperties": {f"^(?!{NAMESPACE}:)": True},
                "additionalProperties": False,
            },
        },
        "$defs": definitions,
    }


def _describe(definition: dict[str, Any], model: type[BaseModel]) -> None:
    """Give the properties of a model their texts, and the forms that are read before the model's own."""
    texts = field_texts(model)
    properties: dict[str, Any] = definition["properties"]
    for name, property_ in properties.items():
        property_.pop("title", None)
        bounds = {_BOUNDS[key]: property_.pop(key) for key in _BOUNDS if key in property_}
        for form in property_.get("anyOf", ()):
            if form.get("type") in {"number", "integer"}:
                form.update(bounds)
        if text := texts.get(name):
            property_["description"] = text
    for (of, name), form in _ALSO.items():
        if of is not model:
            continue
        before = properties.get(name)
        description = {"description": texts[name]} if name in texts else {}
        properties[name] = {"anyOf": [before, form]} | description if before else form
    definition.pop("title", None)
