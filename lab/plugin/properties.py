"""Property values as they cross the wire: `google.protobuf.Struct` to plain Python and back.

Pulumi encodes what JSON lacks as marked values: a value not yet known is one of a few reserved strings, a secret is
an object with a reserved key (https://www.pulumi.com/docs/iac/extending-pulumi/pulumi-package-schema/ and
`sdk/go/common/resource/plugin/rpc.go`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

from google.protobuf import struct_pb2  # type: ignore[import-untyped] # ships no types

if TYPE_CHECKING:
    from collections.abc import Mapping


class Unknown(Enum):
    """A value that is known only after the operation."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that the engine is to encrypt in its state. Only in what is written: secrets are read plain."""

    value: Value


Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | Unknown | Secret | None"
Properties: TypeAlias = "dict[str, Value]"

_UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = frozenset(
    {
        _UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # of a boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # of a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # of an array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # of an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # of an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # of an object
    }
)
_SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker of the protocol, no password
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Read an object; secrets come out plain (the engine marks them again by their names)."""
    return {name: _from_value(value) for name, value in struct.fields.items()}


def to_struct(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    """Write an object; nulls stay as nulls."""
    return struct_pb2.Struct(fields={name: _to_value(value) for name, value in properties.items()})


def _from_value(value: struct_pb2.Value) -> Value:
    match value.WhichOneof("kind"):
        case "bool_value":
            return bool(value.bool_value)
        case "number_value":
            return _number(value.number_value)
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWNS else str(value.string_value)
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
        case "struct_value":
            return _from_object(value.struct_value)
        case _:
            return None


def _from_object(struct: struct_pb2.Struct) -> Value:
    signature = struct.fields[_SIGNATURE_KEY].string_value if _SIGNATURE_KEY in struct.fields else ""
    if signature == _SECRET:
        return _from_value(struct.fields["value"])
    if signature == _OUTPUT:
        return _from_value(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
    return from_struct(struct)


def _number(value: float) -> float:
    """Make whole numbers integers, so that request bodies have them as Go writes them: 300, not 300.0."""
    return int(value) if math.isfinite(value) and value == int(value) else value


def _to_value(value: Value) -> struct_pb2.Value:  # noqa: PLR0911 - one for each kind
    match value:
        case None:
            return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case Unknown():
            return struct_pb2.Value(string_value=_UNKNOWN_STRING)
        case Secret():
            return struct_pb2.Value(struct_value=to_struct({_SIGNATURE_KEY: _SECRET, "value": value.value}))
        case bool():
            return struct_pb2.Value(bool_value=value)
        case int() | float():
            return struct_pb2.Value(number_value=value)
        case str():
            return struct_pb2.Value(string_value=value)
        case list():
            return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_to_value(item) for item in value]))
        case dict():
            return struct_pb2.Value(struct_value=to_struct(value))
