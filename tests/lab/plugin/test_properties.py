from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.protobuf import json_format, struct_pb2  # type: ignore[import-untyped] # ships no types
from hypothesis import given
from hypothesis import strategies as st

from lab.plugin.properties import UNKNOWN, Value, from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text()
    | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def struct(value: Mapping[str, object]) -> struct_pb2.Struct:
    return json_format.ParseDict(value, struct_pb2.Struct())


@given(st.dictionaries(st.text(), values, max_size=4))
def test_what_is_written_is_read_back(properties: dict[str, Value]) -> None:
    assert from_struct(to_struct(properties)) == properties


def test_whole_numbers_are_integers_and_booleans_are_none_of_them() -> None:
    read = from_struct(struct({"ttl": 300, "share": 0.5, "proxied": True}))
    assert {name: repr(value) for name, value in read.items()} == {"ttl": "300", "share": "0.5", "proxied": "True"}


@pytest.mark.parametrize("value", ["plain", {"inner": 1}, ["a"], None, UNKNOWN_STRING])
def test_a_secret_is_read_plain(value: object) -> None:
    marked = {"content": {SIGNATURE: SECRET, "value": value}}
    assert from_struct(struct(marked)) == from_struct(struct({"content": value}))


def test_an_output_is_its_value_or_unknown() -> None:
    known = {"content": {SIGNATURE: OUTPUT, "value": "192.0.2.1", "secret": True}}
    assert from_struct(struct(known)) == {"content": "192.0.2.1"}
    assert from_struct(struct({"content": {SIGNATURE: OUTPUT}})) == {"content": UNKNOWN}


@pytest.mark.parametrize(
    "reserved",
    [
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ],
)
def test_each_reserved_string_is_an_unknown_value(reserved: str) -> None:
    assert from_struct(struct({"ttl": reserved})) == {"ttl": UNKNOWN}
