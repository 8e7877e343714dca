from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.records.plan_limits import LARGEST, NOT_KNOWN, PlanLimits, limits_of
from stacks.model.claims import Claim, ObjectKey, SourceSighting
from stacks.model.errors import ObservationError
from stacks.model.values import Known, LiveRecord, UnreadZone, ZoneSnapshot
from stacks.observe.zone import plans
from stacks.observe.zone.providers import READERS
from stacks.settings.credentials import Credentials
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import a_record, make_settings

PRO = limits_of("pro")
ZONE = ZoneSnapshot("example.com", "z1", ())
NET = {"zone": "example.net", "provider": "gandi"}


class Api:
    """The API's word on the plan, and how often it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answer: PlanLimits | None = PRO
        self.calls = 0
        monkeypatch.setattr(plans, "_asked", {})
        monkeypatch.setitem(READERS, "cloudflare", replace(READERS["cloudflare"], limits=self.limits))

    def limits(self, _: Credentials, __: ZoneSnapshot) -> PlanLimits:
        self.calls += 1
        if self.answer is None:
            raise ObservationError("out of reach")
        return self.answer

    def look(self, settings: Settings, *claims: Claim, zone: ZoneSnapshot | UnreadZone = ZONE) -> object:
        place = Credentials("t", base_url="https://api")
        sources = [SourceSighting("", "ingress", "Ingress", Known(claims))]
        (found,) = plans.with_limits(settings, {"example.com": place, "example.net": place}, [zone], sources)
        return getattr(found, "limits", None)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    return Api(monkeypatch)


def claim(**more: Any) -> Claim:  # noqa: ANN401 - a claim's fields
    key = ObjectKey("", "Ingress", "shop", "web")
    return Claim("a.example.com", "A", Known(("192.0.2.1",)), key, "", **more)


def test_a_small_zone_that_asks_for_nothing_special_costs_no_call(api: Api) -> None:
    assert api.look(make_settings("www", comment="ours"), claim(ttl=60, comment="mine")) == NOT_KNOWN
    assert api.calls == 0


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"ttl": 30}, {}),
        ({"comment": "c" * 101}, {}),
        ({"marks": "comment", "comment": "c" * 30}, {}),
        ({"comment_limit": 500}, {}),
        ({"tag_limit": 3}, {}),
        ({}, {"ttl": 10}),
        ({}, {"comment": "c" * 130}),
        ({}, {"tags": ("a",)}),
        ({"names": [f"n{number}" for number in range(60)]}, {}),
    ],
)
def test_what_not_every_plan_keeps_makes_it_ask_once(api: Api, changes: dict[str, Any], more: dict[str, Any]) -> None:
    settings = make_settings(*changes.pop("names", ()), **changes)
    assert api.look(settings, claim(**more)) == api.look(settings, claim(**more)) == PRO
    assert api.calls == 1


def test_a_zone_with_many_records_is_asked_about(api: Api) -> None:
    records = tuple(LiveRecord(str(number), a_record(f"n{number}", "192.0.2.1")) for number in range(200))
    assert api.look(make_settings(), zone=replace(ZONE, records=records)) == PRO


def test_while_the_api_cannot_be_asked_what_was_said_last_counts_and_else_what_is_stored_stays(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.answer = None
    assert api.look(make_settings(ttl=30)) == LARGEST
    api.answer = PRO
    assert api.look(make_settings(ttl=30)) == PRO
    monkeypatch.setattr(plans, "FRESH", -1.0)
    api.answer = None
    assert api.look(make_settings(ttl=30)) == api.look(make_settings()) == PRO


def test_of_an_unread_zone_and_of_one_without_plans_nothing_is_asked(api: Api) -> None:
    assert api.look(make_settings(ttl=30), zone=UnreadZone("example.com", "down")) is None
    settings = make_settings(zones=[NET], ttl=300)
    assert api.look(settings, zone=ZoneSnapshot("example.net", "example.net", ())) == NOT_KNOWN
    assert api.calls == 0
