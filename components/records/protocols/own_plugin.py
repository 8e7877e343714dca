"""The resource of our own plugin, which is the same for each protocol: only its provider resource is another."""

from __future__ import annotations

from functools import partial

import pulumi

from components.records import official, zone_file_names
from components.records.providers import PROVIDERS
from components.records.record import Record

INPUTS = ["ttl", "values"]
_ANY = PROVIDERS["rfc2136"]


def declare(
    logical_name: str,
    record: Record,
    zone_id: str,
    opts: pulumi.ResourceOptions,
    content: pulumi.Output[str] | None = None,
) -> pulumi.Resource:
    """Declare a record set under its logical name. zone_id: the domain.

    content: in place of the record's own where only the run tells it.
    """
    values = partial(zone_file_names.values, record.type)
    inputs = {
        "zone": zone_id,
        "name": zone_file_names.relative(record.name, zone_id),
        "type": record.type,
        "ttl": record.ttl,
        "values": values(record.content) if content is None else content.apply(values),
    }
    return official.resource(_ANY, logical_name, inputs, opts)


def import_id(record_id: str, _zone_id: str) -> str:
    """Return the value of `import_` for a record set with this id."""
    return record_id
