"""The values of a record as the provider handles them: a set, merged with foreign ones where the record is `mutable`.

After terraform-provider-gandi's `resource_livedns_record_utils.go`.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable

from lab.plugin.diff import Kind
from lab.plugin.properties import Value


def in_order(values: Iterable[str]) -> list[str]:
    """Put a set into the order in which Terraform's SDK v2 lists it, and so sends it: by hashes, as texts."""
    return sorted(dict.fromkeys(values), key=lambda value: str(zlib.crc32(f"{value};".encode())))


def quoted(value: str) -> str:
    """Put a value into quotation marks unless it is in some."""
    return value if value.startswith('"') and value.endswith('"') else f'"{value}"'


def after_update(ours: Collection[str], there: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Find what a mutable record becomes: what is wanted, and what is there and never was ours."""
    before = {quoted(value) for value in ours}
    foreign = [value for value in map(quoted, there) if value not in before]
    return list(dict.fromkeys([*map(quoted, wanted), *foreign]))


def after_delete(ours: Iterable[str], there: Iterable[str]) -> list[str]:
    """Find what is left of a mutable record: what is there and is not ours."""
    before = {quoted(value) for value in ours}
    return [value for value in map(quoted, there) if value not in before]


def still_there(ours: Iterable[str], there: Iterable[str]) -> list[str]:
    """Find which of our values a mutable record still has; those that we quote ourselves are never found."""
    bare = [value.strip('"') if value == quoted(value) else value for value in there]
    return [value for value in ours if value in bare]


def differences(old: Value, new: Value) -> dict[str, Kind]:
    """Find the differences of two sets of values, by their places in the lists."""
    if not isinstance(old, list) or not isinstance(new, list):
        return {} if old == new else {"values": Kind.UPDATE}
    added = {index for index, value in enumerate(new) if value not in old}
    removed = {index for index, value in enumerate(old) if value not in new}
    return {
        f"values[{index}]": Kind.UPDATE if index in added & removed else Kind.ADD if index in added else Kind.DELETE
        for index in sorted(added | removed)
    }
