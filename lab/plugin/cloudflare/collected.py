"""A resource that is an entry of a collection of the API, made, overwritten and deleted whole, with no ways of its own.

Another account or zone makes it a new one; every other change is an update.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from lab.plugin.cloudflare.api import ApiError
from lab.plugin.cloudflare.checks import failures
from lab.plugin.cloudflare.import_id import parse_import_id
from lab.plugin.cloudflare.planning import plan
from lab.plugin.cloudflare.states import after_read, after_write, create_body, update_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.plugin.cloudflare.api import Api
    from lab.plugin.cloudflare.attributes import Table
    from lab.plugin.properties import Properties, Value


@dataclass(frozen=True, slots=True)
class Collected:
    """`collection`: its path, with the value of the property `owner` in it. The state id is the entry's own id."""

    token: str
    table: Table
    owner: str
    collection: str
    import_form: str

    def check(self, name: str, inputs: Mapping[str, Value]) -> list[str]:
        """Say what is wrong with the inputs of the resource called `name`."""
        return failures(name, self.table, inputs)

    def plan(self, prior: Properties | None, inputs: Mapping[str, Value]) -> Properties:
        """Plan the state that the inputs ask for."""
        return plan(self.table, prior, inputs)

    def create(self, api: Api, planned: Properties) -> Properties:
        """Create the entry."""
        answer = api.call("POST", self._collection(planned), create_body(self.table, planned))
        return after_write(self.table, planned, answer)

    def update(self, api: Api, prior: Properties, planned: Properties) -> Properties:
        """Overwrite the whole entry."""
        answer = api.call("PUT", self._path(planned), update_body(self.table, prior, planned))
        return after_write(self.table, planned, answer)

    def read(self, api: Api, prior: Properties) -> Properties | None:
        """Read the entry as the API has it now; None where it is gone."""
        try:
            answer = api.call("GET", self._path(prior))
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        # What the API leaves out is null here: its maps and numbers that are nothing are not in its answers.
        return after_read(self.table, {self.owner: prior[self.owner]}, answer)

    def find(self, api: Api, import_id: str) -> Properties:
        """Read the entry with this import id; that it is missing is an error here."""
        owner, entry = parse_import_id(import_id, self.import_form)
        answer = api.call("GET", self._path({self.owner: owner, "id": entry}))
        return after_read(self.table, {self.owner: owner}, answer)

    def delete(self, api: Api, prior: Properties) -> None:
        """Delete the entry; that it is gone already is an error."""
        api.call("DELETE", self._path(prior))

    def _collection(self, state: Properties) -> str:
        return self.collection.format(state[self.owner])

    def _path(self, state: Properties) -> str:
        return f"{self._collection(state)}/{state['id']}"
