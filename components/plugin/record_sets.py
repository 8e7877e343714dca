"""The provider of record sets, on Pulumi's SDK for providers: what it does at a server for each request.

https://www.pulumi.com/docs/iac/guides/building-extending/providers/. Faults are raised as `DnsFault` and `ValueError`,
with a text for the person.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass

from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import Computed, PropertyValue

from components.plain_text import quoted
from components.plugin import configuration
from components.plugin.backends import Backend
from components.plugin.schema import INPUTS, KEPT_TTL, OF_PROVIDER, PROPERTIES, RECORD_SET
from components.zone_set import ZoneSet

IDENTITY = ("zone", "name", "type")
"""Another one of these is another record set."""
_PARTS = 3
Properties = dict[str, PropertyValue]


class RecordSets(sdk.Provider):
    """Makes, reads, changes and removes record sets at the configured server. schema: of the whole package, JSON."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._configured: Properties = {}
        self._made: Backend | None = None

    async def get_schema(self, _request: sdk.GetSchemaRequest) -> sdk.GetSchemaResponse:
        """Return the schema of the package."""
        return sdk.GetSchemaResponse(self._schema)

    async def check_config(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Return the configuration, and what is wrong with it."""
        found = configuration.faults(request.new_inputs)
        return sdk.CheckResponse(request.new_inputs, [sdk.CheckFailure(name, reason) for name, reason in found.items()])

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        """Keep the configuration: whether it is whole is asked once something is to be done at the server."""
        self._configured, self._made = request.args, None
        return await super().configure(request)

    async def check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        """Return the inputs, and what is wrong with them. Raises ValueError for another resource."""
        if request.type.rpartition("$")[2] != RECORD_SET:  # a parent's type stands before it
            raise ValueError(f"the provider truenorth has no resource {quoted(request.type)}")
        given = request.new_inputs
        found = {name: "it is missing" for name in PROPERTIES if name not in given or given[name].value is None}
        found |= {name: "there is no such property" for name in given if name not in INPUTS and name[:2] != "__"}
        if not found and not _is_computed(given):
            wanted, found = _read(given)
            found = found or wanted.faults()
            if wanted.properties and configuration.is_name_server(self._configured):
                found[OF_PROVIDER] = "a name server keeps none: they are for the provider of a webhook"
        return sdk.CheckResponse(given, [sdk.CheckFailure(name, reason) for name, reason in found.items()])

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        """Return the differences; values in another order or spelling are the same."""
        found = {name for name in INPUTS if request.old_state.get(name) != request.new_inputs.get(name)}
        if found == {"values"} and not _is_computed(request.new_inputs):
            before, after = _known(request.old_state), _known(request.new_inputs)
            found = set() if before.same_values(after.rdataset()) else found
        replacing = sorted(found.intersection(IDENTITY))
        kinds = sdk.PropertyDiffKind
        return sdk.DiffResponse(
            changes=bool(found),
            replaces=replacing,
            delete_before_replace=True,  # an address and an alias cannot stand beside each other
            diffs=sorted(found),
            detailed_diff={
                name: sdk.PropertyDiff(kinds.UPDATE_REPLACE if name in replacing else kinds.UPDATE, input_diff=True)
                for name in sorted(found)
            },
        )

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        """Make a record set where there is none."""
        if request.preview:
            return sdk.CreateResponse("", request.properties)
        wanted = _known(request.properties)
        kept = await asyncio.to_thread(self._backend().create, wanted)
        return sdk.CreateResponse(f"{wanted.zone}/{wanted.name}/{wanted.type}", _keeping(request.properties, kept))

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        """Read a known or imported record set; nothing where it is gone."""
        known = _Id.of(request.resource_id)
        before = request.properties
        asked = ZoneSet(known.zone, known.name, known.type, 0, ())
        if found := {name: reason for name, reason in asked.faults().items() if name in IDENTITY}:
            raise ValueError(f"{quoted(request.resource_id)}: {'; '.join(found.values())}")
        there = await asyncio.to_thread(self._backend().look, asked)
        if there is None:
            return sdk.ReadResponse()
        values: list[str] = [value.to_text() for value in there]
        if "values" in before and not _is_computed(before) and _known(before).same_values(there):
            values = list(_known(before).values)
        is_kept = KEPT_TTL in before and before[KEPT_TTL].value == there.ttl
        state = {
            **({OF_PROVIDER: before[OF_PROVIDER]} if OF_PROVIDER in before else {}),
            "zone": PropertyValue(known.zone),
            "name": PropertyValue(known.name),
            "type": PropertyValue(known.type),
            "ttl": before["ttl"] if is_kept else PropertyValue(float(there.ttl)),
            "values": PropertyValue([PropertyValue(value) for value in values]),
        }
        state = {
            name: one.with_secret(name in before and before[name].contains_secret()) for name, one in state.items()
        }
        return sdk.ReadResponse(request.resource_id, _keeping(state, there.ttl), state)

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        """Change the values and TTL of a record set that is as it was last read."""
        if request.preview:
            return sdk.UpdateResponse(request.news)
        before, wanted = _known(request.olds), _known(request.news)
        kept = await asyncio.to_thread(self._backend().replace, before, wanted)
        return sdk.UpdateResponse(_keeping(request.news, kept))

    async def delete(self, request: sdk.DeleteRequest) -> None:
        """Remove a record set; one that is gone already is no fault."""
        await asyncio.to_thread(self._backend().remove, _known(request.properties))

    def _backend(self) -> Backend:
        if self._made is None:
            self._made = configuration.backend(self._configured, os.environ)
        return self._made


@dataclass(frozen=True, slots=True)
class _Id:
    """The parts of a record set's id."""

    zone: str
    name: str
    type: str

    @classmethod
    def of(cls, text: str) -> _Id:
        """Raises ValueError for a text of another form."""
        parts = text.split("/")
        if len(parts) != _PARTS or not all(parts):
            raise ValueError(f"{quoted(text)} is no id of a record set: write ZONE/NAME/TYPE, e.g. example.com/www/A")
        return cls(*parts)


def _keeping(given: Properties, ttl: int) -> Properties:
    """Return the state of a set whose provider keeps this ttl: it stands beside the wished one where it is another."""
    own = {name: one for name, one in given.items() if name in INPUTS}
    return own if own["ttl"].value == ttl else {**own, KEPT_TTL: PropertyValue(float(ttl))}


def _is_computed(given: Mapping[str, PropertyValue]) -> bool:
    """Return whether a preview does not know all of it yet."""
    values = [one.value for one in given.values()]
    values += [one.value for value in values if isinstance(value, list | tuple) for one in value]
    values += [one.value for value in values if isinstance(value, Mapping) for one in value.values()]
    return any(isinstance(value, Computed) for value in values)


def _known(given: Mapping[str, PropertyValue]) -> ZoneSet:
    """Return the record set of inputs that were checked. Raises ValueError for others."""
    read, found = _read(given)
    if found := found or read.faults():
        raise ValueError("; ".join(f"{name}: {reason}" for name, reason in found.items()))
    return read


def _read(given: Mapping[str, PropertyValue]) -> tuple[ZoneSet, dict[str, str]]:
    """Return the record set, and what is no text, number or list of texts, by name."""
    texts = {name: value for name in IDENTITY if isinstance(value := _value(given, name), str)}
    found = {name: "it is no text" for name in IDENTITY if name not in texts}
    ttl = _value(given, "ttl")
    if isinstance(ttl, bool) or not isinstance(ttl, float) or not ttl.is_integer():
        ttl, found["ttl"] = 0, "it is no whole number"
    listed = _value(given, "values")
    items = [one.value for one in listed] if isinstance(listed, list | tuple) else []
    values = tuple(one for one in items if isinstance(one, str))
    if not isinstance(listed, list | tuple) or len(values) < len(items):
        found["values"] = "they are no list of texts"
    own = _value(given, OF_PROVIDER) or {}
    pairs = {key: one.value for key, one in own.items()} if isinstance(own, Mapping) else {"": None}
    properties = tuple(sorted((key, value) for key, value in pairs.items() if isinstance(value, str)))
    if len(properties) < len(pairs):
        found[OF_PROVIDER] = "they are no mapping of names to texts"
    zone, name, kind = (texts.get(one, "") for one in IDENTITY)
    return ZoneSet(zone, name, kind, int(ttl), values, properties), found


def _value(given: Mapping[str, PropertyValue], name: str) -> object:
    return given[name].value if name in given else None
