from __future__ import annotations

from typing import Any

import pytest

from stacks.model.errors import UserError
from stacks.settings.stack import parse
from stacks.settings.watch import WatchSettings


def watch(environment: dict[str, str] | None = None, **values: Any) -> WatchSettings:  # noqa: ANN401 - any setting
    return parse({"zone": "example.com", "watch": values}, environment or {}, stack="home", where="a file").watch


def test_the_defaults_are_those_of_kubernetes_own_elections() -> None:
    election = watch().election
    assert (election.lease_duration, election.renew_deadline, election.retry_period) == (15, 10, 2)
    assert (watch().settle, watch().settle_most, watch().drift) == (0.5, 5, 300)


def test_durations_may_have_units() -> None:
    assert watch(drift="5m", election={"lease_duration": "30s", "retry_period": "500ms"}).drift == 300


def test_the_environment_wins() -> None:
    assert watch({"TRUENORTH_WATCH": "{drift: 60}"}, drift=600).drift == 60


@pytest.mark.parametrize("listen", ["", ":8080", "127.0.0.1:0", "[::1]:8080", "localhost:80"])
def test_a_page_is_served_at_a_host_and_port(listen: str) -> None:
    assert watch(web={"listen": listen}).web.listen == listen


@pytest.mark.parametrize("listen", ["", "127.0.0.1:8888", "127.1.2.3:0", "[::1]:8888", "localhost:8888"])
def test_external_dns_is_answered_at_home(listen: str) -> None:
    assert watch(webhook={"listen": listen}).webhook.listen == listen


@pytest.mark.parametrize("listen", [":8888", "192.0.2.1:8888", "[::]:8888"])
def test_external_dns_is_answered_elsewhere_where_that_is_asked_for(listen: str) -> None:
    assert watch(webhook={"listen": listen, "from_anywhere": True}).webhook.listen == listen


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"drift": 1}, "watch.drift"),
        ({"settle": 9}, "settle is longer than settle_most"),
        ({"web": {"listen": "8080"}}, "'8080' is no HOST:PORT"),
        ({"web": {"listen": "::1:8080"}}, "watch.web.listen"),
        ({"election": {"lease_duration": 10, "renew_deadline": 10}}, "two could lead at once"),
        ({"election": {"lock_name": "No_Name"}}, "watch.election.lock_name"),
        ({"cache": {"name": ""}}, "watch.cache.name"),
        ({"notifications": {"of": ["everything"]}}, "watch.notifications.of"),
        ({"dyndns": {"listen": ":8245"}}, "routers need a user and a password"),
        ({"dyndns": {"users": {"../x": "X"}}}, "watch.dyndns.users"),
        ({"dyndns": {"users": {"x": "A B"}}}, "watch.dyndns.users"),
        ({"webhook": {"listen": ":8888"}}, "other machines reach :8888"),
        ({"webhook": {"listen": "192.0.2.1:8888"}}, "other machines reach 192.0.2.1:8888"),
        ({"webhook": {"listen": "example.com:8888"}}, "other machines reach example.com:8888"),
        ({"webhook": {"listen": "8888"}}, "watch.webhook.listen"),
        ({"webhook": {"listen": "127.0.0.1:8888", "retired": True}}, "external-dns is retired, and listened to"),
        ({"lease": {}}, "there is no setting 'watch.lease'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(values: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as refused:
        watch(**values)
    assert said in str(refused.value)
    assert "a file" in str(refused.value)
