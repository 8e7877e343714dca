"""Questions that are asked again where the cluster is away."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cli.state.secrets.client import Patience, SecretsClient
from cli.state.secrets.connection import ClusterConnection
from cli.state.secrets.secrets import Secrets
from cli.state.secrets.url import StateUrl
from stacks.kube.api import ApiError, ClusterUnreachable, Gone, NotFound, Overloaded, RequestRejected
from stacks.model.errors import NotNow, ObservationError

AWAY = [ClusterUnreachable("no answer"), Overloaded("429"), Overloaded("503", 0.02), Gone("410")]
DECIDED = [RequestRejected("forbidden", 403), NotFound("no namespace")]


class _Connection:
    """Says these, one after the other, and then "done"."""

    server = "https://kube"

    def __init__(self, *errors: ApiError) -> None:
        self.errors = list(errors)
        self.asked = 0

    def ask(self, _work: Callable[..., Any]) -> str:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def client(connection: _Connection) -> SecretsClient:
    patience = Patience(read=0.2, first_retry=0.001, longest_retry=0.002)
    return SecretsClient(cast("ClusterConnection", connection), StateUrl("ns", "state"), "truenorth", "home", patience)


async def _work(_: Secrets) -> str:
    raise AssertionError


@pytest.mark.parametrize("error", AWAY, ids=str)
def test_requests_are_repeated_until_there_is_an_answer(error: ApiError) -> None:
    connection = _Connection(error, error, error)
    assert client(connection).repeat(_work, 60) == "done"
    assert connection.asked == 4


@pytest.mark.parametrize("error", AWAY, ids=str)
def test_requests_are_given_up_at_last(error: ApiError, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    clock = SimpleNamespace(monotonic=lambda: sum(waits), sleep=waits.append)
    monkeypatch.setattr("cli.state.secrets.client.time", clock)
    connection = _Connection(*[error] * 10_000)
    with pytest.raises(type(error)):
        client(connection).repeat(_work, 0.05)
    assert connection.asked == len(waits) + 1 > 1
    assert 0.02 <= sum(waits) <= 0.05


@pytest.mark.parametrize("error", DECIDED, ids=str)
def test_requests_that_are_refused_are_not_repeated(error: ApiError) -> None:
    connection = _Connection(error)
    with pytest.raises(type(error)):
        client(connection).repeat(_work, 5)
    assert connection.asked == 1


def test_requests_are_not_repeated_where_that_is_of_no_use() -> None:
    connection = _Connection(ClusterUnreachable("no answer"))
    with pytest.raises(ClusterUnreachable):
        client(connection).repeat(_work, 5, lambda: False)
    assert connection.asked == 1


def test_requests_are_not_repeated_sooner_than_the_server_wants() -> None:
    connection = _Connection(Overloaded("429", retry_after=60))
    with pytest.raises(Overloaded):
        client(connection).repeat(_work, 5)
    assert connection.asked == 1


def test_requests_that_are_refused_say_what_is_to_be_allowed() -> None:
    with pytest.raises(NotNow) as told:
        client(_Connection(RequestRejected("cannot get secrets: forbidden", 403))).request(_work)
    [problem] = told.value.problems
    assert problem.what == "the state of stack home cannot be read from Secrets: cannot get secrets: forbidden"
    assert problem.where == "Secret kubernetes://ns/state at https://kube"
    assert problem.do.startswith("allow get, list, create, update and delete of secrets")


def test_requests_without_an_answer_say_which_state_is_away() -> None:
    with pytest.raises(
        ObservationError, match=r"home could not be written to the Secret kubernetes://ns/state at https"
    ):
        client(_Connection(*[ClusterUnreachable("no answer")] * 10_000)).request(_work, "written to")
