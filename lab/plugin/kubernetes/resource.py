"""An object of any kind, kept by server-side apply.

Its state is what was asked for, with what the API server has there now: fields that nobody asked for are others'.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from lab.plugin.diff import Kind, detailed_diff
from lab.plugin.kubernetes.api import Api
from lab.plugin.kubernetes.readiness import condition_of
from lab.plugin.package import Checked, OperationFailed, PartlyDone, Property
from lab.plugin.properties import Properties, Value

_FIELDS = ("data", "metadata", "roleRef", "rules", "spec", "stringData", "subjects", "type")
_REPLACING = ("metadata.name", "metadata.namespace", "roleRef", "spec.selector.matchLabels")
"""What cannot be changed in place: https://kubernetes.io/docs/reference/using-api/."""


class KubernetesObject:
    """Objects of one kind. The id is NAMESPACE/NAME, or NAME for what has no namespace."""

    deletes_before_replacing: Final = True
    details_differences: Final = True

    def __init__(self, api_version: str, kind: str) -> None:
        self.api_version, self.kind = api_version, kind
        group = api_version if "/" in api_version else f"core/{api_version}"
        self.token = f"kubernetes:{group}:{kind}"

    @property
    def properties(self) -> Sequence[Property]:
        """The fields at the top of all kinds."""
        return [Property(name, required=False, is_input=True) for name in ("apiVersion", "kind", *_FIELDS)]

    def check(self, name: str, prior: Mapping[str, Value], inputs: Properties) -> Checked:
        """Refuse what has no name: what the real provider makes up is of no use to what refers to it."""
        del prior
        filled: Properties = {key: value for key, value in inputs.items() if value is not None}
        filled |= {"apiVersion": self.api_version, "kind": self.kind}
        metadata = filled.get("metadata")
        named = isinstance(metadata, dict) and metadata.get("name")
        return Checked(filled, () if named else (f"{name}: metadata.name is missing",))

    def plan(self, prior: Properties | None, inputs: Mapping[str, Value]) -> Properties:
        """Plan the object: what is asked for."""
        del prior
        return {**inputs, "id": _id(inputs)}

    def differences(self, prior: Properties, planned: Properties) -> Mapping[str, Kind]:
        """Find every difference; some need a new object."""
        found = detailed_diff(_asked(prior), _asked(planned), ())
        return {
            path: Kind[f"{kind.name}_REPLACE"] if path.startswith(_REPLACING) and not kind.replaces else kind
            for path, kind in found.items()
        }

    def written(self, state: Properties) -> Properties:
        """Keep it as it is."""
        return state

    def create(self, api: Api, planned: Properties) -> Properties:
        """Apply it, and wait for its controller."""
        return self._apply(api, planned)

    def update(self, api: Api, prior: Properties, planned: Properties) -> Properties:
        """Apply it; what was ours and is not asked for any more, the API server removes."""
        del prior
        return self._apply(api, planned)

    def read(self, api: Api, prior: Properties) -> Properties | None:
        """The fields that were asked for, as they are now."""
        namespace, name = _place(prior)
        found = api.get(self.api_version, self.kind, namespace, name)
        if found is None:
            return None
        return {**cast("Properties", _as_now(_asked(prior), _readable(found))), "id": prior["id"]}

    def find(self, api: Api, import_id: str) -> Properties | None:
        """All of an object that may be written."""
        namespace, _, name = import_id.rpartition("/")
        found = api.get(self.api_version, self.kind, namespace, name)
        if found is None:
            return None
        kept = {key: found[key] for key in _FIELDS if key in found}
        metadata = {key: value for key, value in found["metadata"].items() if key in ("name", "namespace", "labels")}
        return {"apiVersion": self.api_version, "kind": self.kind, **kept, "metadata": metadata, "id": import_id}

    def inputs_after_refresh(self, inputs: Mapping[str, Value], state: Mapping[str, Value]) -> Properties:
        """The inputs stay: the next run holds the state against them."""
        del state
        return dict(inputs)

    def inputs_after_import(self, state: Mapping[str, Value]) -> Properties:
        """What was read."""
        return _asked(state)

    def delete(self, api: Api, prior: Properties) -> None:
        """Delete it and wait until it has gone."""
        namespace, name = _place(prior)
        api.delete(self.api_version, self.kind, namespace, name)

    def _apply(self, api: Api, planned: Properties) -> Properties:
        namespace, name = _place(planned)
        applied = api.apply(_asked(planned), namespace, name)
        reached = condition_of(applied)
        if reached:
            try:
                api.wait(applied, reached)
            except OperationFailed as error:
                raise PartlyDone(error, planned) from error
        return planned


def _asked(state: Mapping[str, Value]) -> Properties:
    return {key: value for key, value in state.items() if key != "id"}


def _place(state: Mapping[str, Value]) -> tuple[str, str]:
    metadata = state["metadata"]
    if not isinstance(metadata, dict):
        raise OperationFailed("an object without metadata")
    return str(metadata.get("namespace") or ""), str(metadata["name"])


def _id(inputs: Mapping[str, Value]) -> str:
    return "/".join(filter(None, _place(inputs)))


def _readable(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """A Secret with its data as texts too, as they were asked for."""
    if found["kind"] != "Secret":
        return found
    texts = {key: base64.b64decode(value).decode(errors="replace") for key, value in (found.get("data") or {}).items()}
    return {**found, "stringData": texts}


def _as_now(asked: Value, found: Any) -> Value:  # noqa: ANN401 - JSON
    """What was asked for, with the values found."""
    if isinstance(asked, dict) and isinstance(found, dict):
        return {key: _as_now(value, found[key]) for key, value in asked.items() if key in found}
    if isinstance(asked, list) and isinstance(found, list) and len(asked) == len(found):
        return [_as_now(one, there) for one, there in zip(asked, found, strict=True)]
    return cast("Value", found)
