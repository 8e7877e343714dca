"""What the bridge keeps in a state beside the properties, so that Terraform's own state can be made of them again.

After pulumi-terraform-bridge's `rawstate.go`: each property that is absent stands in the delta as a secret of its own,
which the engine encrypts. Half of a record's state is that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lab.plugin.cloudflare.attributes import snake_case
from lab.plugin.cloudflare.states import without_nulls
from lab.plugin.properties import Properties, Secret, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

META: Final = "__meta"
DELTA: Final = "__pulumi_raw_state_delta"
_VERSION: Final = '{"schema_version":"500"}'
_ABSENT: Final = Secret({"replacement": None, "t": "string"})


def written(state: Mapping[str, Value]) -> Properties:
    """Return a state as the bridge gives it to the engine: without what is not set, and with what it keeps beside."""
    properties = {name: without_nulls(value) for name, value in state.items() if value is not None}
    return {**properties, META: _VERSION, DELTA: {"obj": _of_object(state)}}


def _of_object(value: Mapping[str, Value]) -> Properties:
    renamed: Properties = {name: snake_case(name) for name in value if snake_case(name) != name}
    inner: Properties = {name: delta for name, one in sorted(value.items()) if (delta := _delta(one)) is not None}
    return {key: found for key, found in (("renamed", renamed), ("o", inner)) if found}


def _delta(value: Value) -> Value:
    if value is None:
        return {"replace": _ABSENT}
    if isinstance(value, dict):
        return {"obj": _of_object(value)}
    if isinstance(value, list):
        return {"arr": {"t": "string"}} if not value else None
    return None
