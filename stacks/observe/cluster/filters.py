"""The settings of a cluster or daemon that choose among its objects, as texts for messages and for state. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from stacks.settings.cluster import ClusterSettings
    from stacks.settings.neighbours.docker import DockerSettings

LONGEST = 100
"""Characters of a value; a longer one ends in a digest, so that a change is seen."""
_DIGITS = 8
_NO_FILTERS = frozenset(
    {
        *("name", "sources", "timeout", "events", "status_annotation", "merge", "names_per_object", "targets_per_name"),
        *("load_balancer_addresses", "resolvers", "target_networks", "excluded_target_networks", "default_target"),
    }
)
"""The settings that leave no object out. Any other may: a further setting is one that does until it stands here."""
_ANY: TypeAdapter[object] = TypeAdapter(object)


def filters(cluster: ClusterSettings | DockerSettings) -> tuple[tuple[str, str], ...]:
    """Return the settings of a cluster or daemon that choose its objects, each with its value.

    Those at their default are left out. The kubeconfig and its context are among them: they choose the cluster.
    """
    fields = type(cluster).model_fields.items()
    defaults = {name: field.get_default(call_default_factory=True) for name, field in fields}
    chosen = {name: getattr(cluster, name) for name in sorted(defaults.keys() - _NO_FILTERS)}
    return tuple((name, _text(value)) for name, value in chosen.items() if value != defaults[name])


def _text(value: object) -> str:
    """Return a value in one line: a list of texts with commas between, anything else as JSON."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        text = ", ".join(value)
    else:
        text = _ANY.dump_json(value).decode()
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    return f"{text[: LONGEST - _DIGITS - 4]}... {digest}"
