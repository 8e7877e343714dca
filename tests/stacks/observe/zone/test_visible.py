"""What tokens are let see, by the lab and by a server that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.api.serving import listening
from lab.cloudflare.model import Permission
from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from stacks.model.errors import ObservationError, UserError
from stacks.observe.zone.cloudflare import token_state
from stacks.observe.zone.providers import visible_zones
from stacks.observe.zone.visible import DNS_EDIT, VisibleZone
from stacks.settings.credentials import Credentials

TOKEN = "visible-0123456789abcdefghijklmnopqrstuvwx"


@dataclass
class Api:
    """Answers each path with a status and a body; of lists, the page that is asked for."""

    answers: dict[str, tuple[int, Any]]
    pages: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        status, body = self.answers[request.url.path]
        page, size = int(request.query_params.get("page", 1)), int(request.query_params.get("per_page", 1))
        self.pages.append(request.url.query)
        if isinstance(body, list):
            body = body[(page - 1) * size : page * size]
        return JSONResponse(body, status)


@contextmanager
def serving(answers: dict[str, tuple[int, Any]]) -> Iterator[tuple[Api, Credentials]]:
    api = Api(answers)
    with listening(Starlette(routes=[Route("/{path:path}", api.answer)])) as port:
        yield api, Credentials(token=TOKEN, base_url=f"http://127.0.0.1:{port}")


class TestCloudflare:
    def test_shows_every_zone_with_what_the_token_may_do(self) -> None:
        cloudflare = Cloudflare()
        ids = [cloudflare.add_zone(f"n{number:03}.example", "free").id for number in range(120)]
        cloudflare.add_token(TOKEN, ids, [Permission.ZONE_READ])
        with serve(cloudflare) as url:
            found = visible_zones("cloudflare", Credentials(token=TOKEN, base_url=url))
        assert [zone.name for zone in found] == [f"n{number:03}.example" for number in range(120)]
        first = found[0]
        assert (first.id, first.plan, first.status) == (ids[0], "free", "active")
        assert (first.permissions, first.may(DNS_EDIT)) == (frozenset({"#zone:read"}), False)
        assert first.name_servers == ("lola.ns.cloudflare.com", "rob.ns.cloudflare.com")

    @pytest.mark.parametrize("said", [{}, {"permissions": None}, {"permissions": []}])
    def test_that_does_not_tell_permissions_is_trusted(self, said: dict[str, object]) -> None:
        body = {"success": True, "result": [{"id": "1", "name": "example.com", **said}]}
        with serving({"/zones": (200, body)}) as (_, credentials):
            (zone,) = visible_zones("cloudflare", credentials)
        assert zone == VisibleZone("cloudflare", "example.com", "1", status="")
        assert zone.may(DNS_EDIT)

    @pytest.mark.parametrize(
        ("status", "error", "said"),
        [
            (403, UserError, "Cloudflare refuses the credentials: bad token"),
            (429, ObservationError, "Cloudflare's rate limit is used up"),
            (418, ObservationError, "Cloudflare answered 418: bad token"),
        ],
    )
    def test_that_refuses_says_why(self, status: int, error: type[Exception], said: str) -> None:
        body = {"success": False, "errors": [{"code": 9109, "message": "bad token"}]}
        with serving({"/zones": (status, body)}) as (_, credentials), pytest.raises(error, match=said):
            visible_zones("cloudflare", credentials)


class TestOneZone:
    def test_is_asked_for_by_its_name(self) -> None:
        cloudflare = Cloudflare()
        cloudflare.add_zone("a.example")
        cloudflare.add_zone("b.example")
        cloudflare.add_token(TOKEN)
        with serve(cloudflare) as url:
            found = visible_zones("cloudflare", Credentials(token=TOKEN, base_url=url), "b.example")
            assert visible_zones("cloudflare", Credentials(token=TOKEN, base_url=url), "c.example") == ()
        assert [zone.name for zone in found] == ["b.example"]
        assert [call.query for call in cloudflare.requests] == [
            f"page=1&per_page=50&name={name}.example" for name in ("b", "c")
        ]

    def test_of_gandi_is_found_among_all(self) -> None:
        domains = [{"fqdn": "a.example"}, {"fqdn": "b.example"}]
        with serving({"/v5/livedns/domains": (200, domains)}) as (_, credentials):
            assert [zone.name for zone in visible_zones("gandi", credentials, "b.example")] == ["b.example"]


class TestATokenItself:
    def test_has_an_end_or_none(self) -> None:
        body = {"success": True, "result": {"status": "active", "expires_on": "2026-03-01T00:00:00Z"}}
        with serving({"/user/tokens/verify": (200, body)}) as (_, credentials):
            state = token_state(credentials)
        assert state
        assert (state.status, state.expires) == ("active", datetime(2026, 3, 1, tzinfo=UTC))
        cloudflare = Cloudflare()
        cloudflare.add_token(TOKEN)
        with serve(cloudflare) as url:
            lasting = token_state(Credentials(token=TOKEN, base_url=url))
        assert lasting
        assert (lasting.status, lasting.expires) == ("active", None)

    def test_of_an_account_is_not_known_to_the_user(self) -> None:
        body = {"success": False, "errors": [{"code": 1000, "message": "Invalid API Token"}]}
        with serving({"/user/tokens/verify": (401, body)}) as (_, credentials):
            assert token_state(credentials) is None

    def test_is_not_asked_about_for_a_key(self) -> None:
        assert token_state(Credentials(key="k", email="a@example.com", base_url="http://127.0.0.1:9")) is None


class TestGandi:
    def test_shows_every_domain(self) -> None:
        domains = [{"fqdn": f"n{number:03}.example"} for number in range(205)]
        with serving({"/v5/livedns/domains": (200, domains)}) as (api, credentials):
            found = visible_zones("gandi", credentials)
        assert [zone.name for zone in found] == [one["fqdn"] for one in domains]
        assert len(api.pages) == 3
        assert found[0].may(DNS_EDIT)

    @pytest.mark.parametrize(
        ("status", "error", "said"),
        [
            (401, UserError, "Gandi refuses the credentials: who are you"),
            (429, ObservationError, "Gandi's rate limit is used up"),
            (404, ObservationError, "Gandi answered 404: who are you"),
        ],
    )
    def test_that_refuses_says_why(self, status: int, error: type[Exception], said: str) -> None:
        answers = {"/v5/livedns/domains": (status, {"message": "who are you"})}
        with serving(answers) as (_, credentials), pytest.raises(error, match=said):
            visible_zones("gandi", credentials)
