"""`gandi:livedns/record:Record`, after terraform-provider-gandi's `resource_livedns_record.go`.

A record here is what DNS calls a record set. Requests: https://api.gandi.net/docs/livedns/
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from lab.plugin.diff import Kind, detailed_diff
from lab.plugin.gandi.api import Api, ApiError, RecordFailed
from lab.plugin.gandi.values import after_delete, after_update, differences, in_order, quoted, still_there
from lab.plugin.package import Checked, OperationFailed, PartlyDone, Property
from lab.plugin.properties import UNKNOWN, Properties, Value

_INPUTS: Final = ("mutable", "name", "ttl", "type", "values", "zone")
_REQUIRED: Final = ("ttl", "type", "values", "zone")
_IDENTITY: Final = ("name", "type", "zone")
_DEFAULTS: Final = "__defaults"  # where the bridge notes which inputs it filled in
_SEGMENTS: Final = 3
_SUFFIX: Final = 7  # hexadecimal digits that make a name one's own


class Record:
    """A record set of a zone. State id and import id are both `{zone}/{name}/{type}`."""

    token: Final = "gandi:livedns/record:Record"  # noqa: S105 - a type, no password
    deletes_before_replacing: Final = True
    details_differences: Final = True

    @property
    def properties(self) -> Sequence[Property]:
        """Its properties beside the id."""
        inputs = [Property(name, name in _REQUIRED, is_input=True) for name in _INPUTS]
        return [Property("href", required=False, is_input=False), *inputs]

    def check(self, name: str, prior: Mapping[str, Value], inputs: Properties) -> Checked:
        """Check that what is required is there, no more; a name that is left out is made, once."""
        failures = [
            f'Missing required argument. The argument "{required}" is required, but no definition was found.. '
            f"Examine values at '{name}.{required}'."
            for required in _REQUIRED
            if inputs.get(required) is None
        ]
        filled: Properties = {key: value for key, value in inputs.items() if value is not None}
        filled[_DEFAULTS] = []
        if "name" not in filled:
            before = prior.get(_DEFAULTS)
            made_before = isinstance(before, list) and "name" in before
            filled["name"] = prior["name"] if made_before else f"{name}-{secrets.token_hex(_SUFFIX)[:_SUFFIX]}"
            filled[_DEFAULTS] = ["name"]
        return Checked(filled, failures)

    def plan(self, prior: Properties | None, inputs: Mapping[str, Value]) -> Properties:
        """Plan the record; values in another order are the same."""
        planned: Properties = {name: inputs.get(name) for name in _INPUTS}
        if prior is None:
            return planned | {"id": UNKNOWN, "href": UNKNOWN}
        if not planned["mutable"] and not prior.get("mutable"):
            planned["mutable"] = prior.get("mutable")
        if not differences(prior.get("values"), planned["values"]):
            planned["values"] = prior.get("values")
        return planned | {"id": prior.get("id"), "href": prior.get("href")}

    def differences(self, prior: Properties, planned: Properties) -> Mapping[str, Kind]:
        """Find every difference; another name, type or zone replaces the record."""
        found = detailed_diff(
            {name: value for name, value in prior.items() if name != "values"},
            {name: value for name, value in planned.items() if name != "values"},
            _IDENTITY,
        )
        return found | differences(prior.get("values"), planned["values"])

    def written(self, state: Properties) -> Properties:
        """Return a state as the engine is to keep it."""
        return state

    def create(self, api: Api, planned: Properties) -> Properties:
        """Post the record and read it; one that is there with the same values is taken as created."""
        zone, name, record_type = (str(planned[key]) for key in ("zone", "name", "type"))
        record_id = f"{zone}/{name}/{record_type}"
        values = in_order(_texts(planned["values"]))
        if _is_mutable(planned):
            try:
                there = _texts(api.call("GET", _path(record_id)).get("rrset_values"))
            except ApiError:
                there = []
            if there:
                values = [*values, *there]
                api.call("PUT", _path(record_id), _body(planned, values))
        body = {"rrset_type": record_type, "rrset_ttl": planned["ttl"], "rrset_name": name, "rrset_values": values}
        api.call("POST", f"domains/{zone}/records", body)
        return self._read_back(api, {**planned, "id": record_id, "href": None}, "Create")

    def update(self, api: Api, prior: Properties, planned: Properties) -> Properties:
        """Overwrite values and ttl, and read the record; one that is gone is there again.

        An update that fails leaves what was planned in state, as Terraform's SDK v2 does.
        """
        path = _path(str(prior["id"]))
        values = in_order(_texts(planned["values"]))
        try:
            if _is_mutable(planned):
                there = _texts(api.call("GET", path).get("rrset_values"))
                values = after_update(_texts(prior["values"]), there, values)
            api.call("PUT", path, _body(planned, values))
        except ApiError as error:
            raise PartlyDone(error, planned) from error
        return self._read_back(api, planned, "Update")

    def read(self, api: Api, prior: Properties) -> Properties | None:
        """Read the record as the API has it now; None where it is gone."""
        record_id = str(prior["id"])
        path = _path(record_id)
        try:
            answer = api.call("GET", path)
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        values: Value = list(in_order(_texts(answer.get("rrset_values"))))
        if _is_mutable(prior):
            values = list(still_there(_texts(prior.get("values")), _texts(answer.get("rrset_values"))))
        same = not differences(prior.get("values"), values)
        return {
            "id": record_id,
            "href": str(answer.get("rrset_href", "")),
            "mutable": prior.get("mutable"),
            "name": str(answer.get("rrset_name", "")),
            "ttl": _number(answer.get("rrset_ttl")),
            "type": str(answer.get("rrset_type", "")),
            "values": prior.get("values") if same else values,
            "zone": record_id.partition("/")[0],
        }

    def find(self, api: Api, import_id: str) -> Properties | None:
        """Read the record with this import id."""
        return self.read(api, {"id": import_id})

    def inputs_after_refresh(self, inputs: Mapping[str, Value], state: Mapping[str, Value]) -> Properties:
        """Return the inputs that were there, with the values now in state."""
        return {name: state[name] if state.get(name) is not None else value for name, value in inputs.items()}

    def inputs_after_import(self, state: Mapping[str, Value]) -> Properties:
        """Return what is set as inputs."""
        return {name: state[name] for name in _INPUTS if state.get(name)} | {_DEFAULTS: []}

    def delete(self, api: Api, prior: Properties) -> None:
        """Delete the record, or our values in a mutable one; that it is gone already is an error."""
        path = _path(str(prior["id"]))
        if _is_mutable(prior):
            ours, there = _texts(prior["values"]), _texts(api.call("GET", path).get("rrset_values"))
            if sorted(map(quoted, ours)) != sorted(map(quoted, there)):
                api.call("PUT", path, _body(prior, after_delete(ours, there)))
                return
        api.call("DELETE", path)

    def _read_back(self, api: Api, written: Properties, operation: str) -> Properties:
        try:
            state = self.read(api, written)
        except ApiError as error:
            raise PartlyDone(error, written) from error
        if state is None:
            raise OperationFailed(f"internal: expected non-nil error with nil state during {operation}")
        return state


def _path(record_id: str) -> str:
    segments = record_id.split("/")
    if len(segments) != _SEGMENTS:
        raise RecordFailed("id format should be '{zone_id}/{record_name}/{record_type}'")
    zone, name, record_type = segments
    return f"domains/{zone}/records/{name}/{record_type}"


def _body(record: Properties, values: Sequence[str]) -> dict[str, object]:
    return {"rrset_type": record["type"], "rrset_ttl": record["ttl"], "rrset_values": list(values)}


def _is_mutable(record: Properties) -> bool:
    """Whether values of others are left alone; the provider does that for TXT records only."""
    return record.get("mutable") is True and record.get("type") == "TXT"


def _texts(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
