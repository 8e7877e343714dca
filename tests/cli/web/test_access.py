from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cli.web.access import PASSWORD, PROBES, USER, PageAccess, SignIn, sign_in
from cli.web.app import HEADERS, application
from cli.web.health import Health
from stacks.model.errors import UserError
from tests.cli.web.conftest import METRICS
from tests.cli.web.sample import board

PATHS = ("/", "/raw", "/events", "/metrics", "/script.js", "/nowhere")


def client(access: PageAccess, base_url: str = "http://localhost") -> TestClient:
    return TestClient(application(board(datetime.now(UTC)), Health(), lambda _: METRICS, access=access), base_url)


class TestTheHost:
    @pytest.mark.parametrize(
        "host",
        [
            *("127.0.0.1:8080", "localhost:8080", "localhost", "[::1]:8080", "10.1.2.3:8080", "203.0.113.7", "nas"),
            *(
                "truenorth.dns.svc",
                "truenorth.dns.svc.cluster.local:80",
                "a.localhost",
                "dns.example.com",
                "DNS.Example.com.",
            ),
        ],
    )
    def test_may_be_one_that_nobody_else_can_give_away(self, host: str) -> None:
        known = client(PageAccess(frozenset({"dns.example.com"})))
        assert known.get("/livez", headers={"host": host}).status_code == 200

    @pytest.mark.parametrize(
        "host", ["evil.example.net", "127.0.0.1.evil.net:8080", "a.svc.evil.net", "x.local", "evil.dns.example.com"]
    )
    @pytest.mark.parametrize("path", [*PATHS, *sorted(PROBES)])
    def test_of_another_origin_gets_nothing(self, host: str, path: str) -> None:
        found = client(PageAccess(frozenset({"dns.example.com"}))).get(path, headers={"host": host})
        assert found.status_code == 421
        assert "watch.web.hosts" in found.text
        assert {key: found.headers[key] for key in HEADERS} == HEADERS


class TestSigningIn:
    ACCESS = PageAccess(sign_in=SignIn.of("reader", "søk:ret"))

    @pytest.mark.parametrize("path", PATHS)
    def test_is_needed_for_all_but_the_probes(self, path: str) -> None:
        found = client(self.ACCESS).get(path)
        assert found.status_code == 401
        assert found.headers["www-authenticate"] == 'Basic realm="TrueNorth", charset="UTF-8"'

    @pytest.mark.parametrize("path", sorted(PROBES))
    def test_is_not_needed_for_a_probe(self, path: str) -> None:
        assert client(self.ACCESS).get(path).status_code in {200, 503}

    def test_takes_the_user_and_the_password(self) -> None:
        given = base64.b64encode("reader:søk:ret".encode()).decode()
        for scheme in ("Basic", "basic"):
            assert client(self.ACCESS).get("/raw", headers={"authorization": f"{scheme} {given}"}).status_code == 200

    @pytest.mark.parametrize("given", ["", "Basic", "Basic !", "Basic " + "A" * 9000, "Bearer x", "Basic cmVhZGVyOg=="])
    def test_takes_nothing_else(self, given: str) -> None:
        assert client(self.ACCESS).get("/raw", headers={"authorization": given}).status_code == 401

    def test_does_not_show_the_password(self) -> None:
        assert "ret" not in repr(SignIn.of("reader", "søk:ret"))


class TestTheEnvironment:
    def test_has_no_sign_in_where_it_says_nothing(self) -> None:
        assert sign_in({}) is None

    def test_has_a_user_and_a_password_or_a_file_of_it(self, tmp_path: Path) -> None:
        file = tmp_path / "password"
        file.write_text("secret\n", encoding="utf-8")
        wanted = SignIn.of("reader", "secret")
        assert sign_in({USER: "reader", PASSWORD: "secret"}) == wanted
        assert sign_in({USER: "reader", f"{PASSWORD}_FILE": str(file)}) == wanted

    @pytest.mark.parametrize(
        "environment",
        [
            {USER: "reader"},
            {PASSWORD: "secret"},
            {USER: "a:b", PASSWORD: "c"},
        ],
    )
    def test_is_refused_where_it_has_half_of_one(self, environment: dict[str, str]) -> None:
        with pytest.raises(UserError, match="the page"):
            sign_in(environment)

    def test_is_refused_where_the_file_of_the_password_is_of_no_use(self) -> None:
        with pytest.raises(UserError, match="/nowhere"):
            sign_in({USER: "a", f"{PASSWORD}_FILE": "/nowhere"})
