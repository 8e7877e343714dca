"""Any sequence of operations does to the API what it does to a dictionary."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from lab.api.http import HttpRequest
from lab.cloudflare.gateway import handle
from lab.cloudflare.state import Cloudflare

NAMES = st.sampled_from(["a.example.com", "b.example.com"])
ADDRESSES = st.sampled_from(["192.0.2.1", "192.0.2.2"])
TTLS = st.sampled_from([1, 60, 300])
BODIES = st.one_of(
    st.fixed_dictionaries({"type": st.just("A"), "name": NAMES, "content": ADDRESSES, "ttl": TTLS}),
    st.fixed_dictionaries(
        {"type": st.just("CNAME"), "name": NAMES, "content": st.just("target.example.net"), "ttl": TTLS}
    ),
)
CHANGES = st.one_of(
    st.fixed_dictionaries({"ttl": TTLS}),
    st.fixed_dictionaries({"name": NAMES}),
    st.fixed_dictionaries({"comment": st.sampled_from(["x", None])}),
)
FIELDS = ("type", "name", "content", "ttl", "comment")


class ApiAgainstDictionary(RuleBasedStateMachine):
    ids: Bundle[str] = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.cloudflare = Cloudflare(rate_limit=None)
        self.cloudflare.add_token("token")
        self.path = f"/client/v4/zones/{self.cloudflare.add_zone('example.com').id}/dns_records"
        self.model: dict[str, dict[str, Any]] = {}

    def ask(self, method: str, path: str = "", body: object = None) -> tuple[int, Any]:
        headers = {"authorization": "Bearer token", "content-type": "application/json"}
        raw = b"" if body is None else json.dumps(body).encode()
        answer = handle(self.cloudflare, HttpRequest(method, self.path + path, headers, {}, raw))
        parsed = json.loads(answer.body)
        assert parsed["success"] is (answer.status == 200)
        return answer.status, parsed["result"] if parsed["success"] else parsed["errors"][0]["code"]

    def expected(self, model: dict[str, dict[str, Any]], record: dict[str, Any], own: str | None) -> int | None:
        """The code with which the record is refused; None if it fits in."""
        others = [other for key, other in model.items() if key != own and other["name"] == record["name"]]
        if any((other["type"], other["content"]) == (record["type"], record["content"]) for other in others):
            return 81058
        if record["type"] == "CNAME" and others:
            return 81053
        return 81054 if any(other["type"] == "CNAME" for other in others) else None

    @rule(target=ids, body=BODIES)
    def create(self, body: dict[str, Any]) -> Any:  # noqa: ANN401 - what hypothesis wants
        refused = self.expected(self.model, body, None)
        status, result = self.ask("POST", "", body)
        if refused is not None:
            assert (status, result) == (400, refused)
            return multiple()
        self.model[result["id"]] = {**body, "comment": None}
        return result["id"]

    @rule(record_id=ids, body=BODIES)
    def put(self, record_id: str, body: dict[str, Any]) -> None:
        self.change("PUT", record_id, {**body, "comment": None}, body)

    @rule(record_id=ids, changes=CHANGES)
    def patch(self, record_id: str, changes: dict[str, Any]) -> None:
        self.change("PATCH", record_id, {**self.model.get(record_id, {}), **changes}, changes)

    def change(self, method: str, record_id: str, after: dict[str, Any], sent: dict[str, Any]) -> None:
        status, result = self.ask(method, f"/{record_id}", sent)
        if record_id not in self.model:
            assert (status, result) == (404, 81044)
            return
        refused = self.expected(self.model, after, record_id)
        if refused is not None:
            assert (status, result) == (400, refused)
            return
        assert {key: result[key] for key in FIELDS} == after
        self.model[record_id] = after

    @rule(record_id=consumes(ids))
    def delete(self, record_id: str) -> None:
        known = self.model.pop(record_id, None)
        assert self.ask("DELETE", f"/{record_id}") == ((200, {"id": record_id}) if known else (404, 81044))

    @rule(target=ids, removed=st.lists(ids, max_size=2, unique=True), added=st.lists(BODIES, max_size=2))
    def batch(self, removed: list[str], added: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - what hypothesis wants
        trial = dict(self.model)
        refused = next((81044 for one in removed if trial.pop(one, None) is None), None)
        for number, body in enumerate(added if refused is None else []):
            refused = refused or self.expected(trial, body, None)
            trial[str(number)] = {**body, "comment": None}
        operations = {"deletes": [{"id": one} for one in removed], "posts": added}
        status, result = self.ask("POST", "/batch", operations)
        if refused is not None:
            assert status in (400, 404)
            assert result == refused
            return multiple()
        for one in removed:
            del self.model[one]
        created = {record["id"]: {**body, "comment": None} for record, body in zip(result["posts"], added, strict=True)}
        self.model |= created
        return multiple(*created)

    @invariant()
    def the_listing_is_the_dictionary(self) -> None:
        _, listed = self.ask("GET")
        assert {one["id"]: {key: one[key] for key in FIELDS} for one in listed} == self.model

    @invariant()
    def every_record_is_found_by_its_id(self) -> None:
        for record_id, record in self.model.items():
            _, found = self.ask("GET", f"/{record_id}")
            assert {key: found[key] for key in FIELDS} == record


ApiAgainstDictionary.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestApiAgainstDictionary = ApiAgainstDictionary.TestCase
