"""A record set in the file of a zone at CoreDNS: a note of it in state.

The file is one ConfigMap (`components.coredns.config_map`), which is what is written. State notes each set by a
component, a resource that no plugin is asked for, so that plan, guard and recovery know records here as anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.records import official, zone_file_names
from components.records.providers import PROVIDERS
from components.records.record import Record

INPUTS = ["ttl", "values"]
_PROVIDER = PROVIDERS["coredns"]


def declare(
    logical_name: str,
    record: Record,
    zone_id: str,
    opts: pulumi.ResourceOptions,
    content: pulumi.Output[str] | None = None,
) -> pulumi.Resource:
    """Note a record set under its logical name. zone_id: the domain. Raises ValueError for a content of the run."""
    if content is not None:
        raise ValueError(f"{record.name}: a file is written whole, and cannot wait for a content")
    inputs = {
        "zone": zone_id,
        "name": zone_file_names.relative(record.name, zone_id),
        "type": record.type,
        "ttl": record.ttl,
        "values": zone_file_names.values(record.type, record.content),
    }
    return pulumi.ComponentResource(_PROVIDER.type_token, logical_name, inputs, opts)


def import_id(_record_id: str, _zone_id: str) -> None:
    """Return None: a note is made, not imported."""


def provider(name: str, _environment: Mapping[str, str], kubeconfig: str, context: str) -> pulumi.ProviderResource:
    """Declare the provider of a cluster. kubeconfig: a file; context: one of its contexts; "" for the defaults."""
    place = {"kubeconfig": kubeconfig, "context": context}
    inputs = {key: value for key, value in place.items() if value}
    # Else a changed ConfigMap would be deleted and made anew, and CoreDNS be without its file between the two.
    return official.explicit(_PROVIDER, name, {}, (), {**inputs, "enableConfigMapMutable": "true"})
