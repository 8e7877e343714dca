from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from lab.plugin.cloudflare.api import Api, ApiError
from tests.lab.plugin.recording_api import ZONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.plugin.recording_api import RecordingApi

PATH = f"zones/{ZONE}/dns_records"
BODY = {"name": "www.example.com", "type": "A", "content": "192.0.2.1", "ttl": 300}


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the client slept."""
    return []


@pytest.fixture
def client(api: RecordingApi, waits: list[float]) -> Iterator[Api]:
    client = Api(api.url, {"Authorization": "Bearer the-token"}, waits.append)
    yield client
    client.close()


class TestRetries:
    @pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 520])
    def test_a_passing_failure_is_tried_again(self, client: Api, api: RecordingApi, status: int) -> None:
        api.instead.extend([(status, {}, "{}")] * 2)
        assert client.call("POST", PATH, BODY)["content"] == "192.0.2.1"
        assert [request.headers["X-Stainless-Retry-Count"] for request in api.requests] == ["0", "1", "2"]
        assert [request.body for request in api.requests] == [BODY] * 3

    def test_the_eleventh_failure_is_the_answer_after_minutes(
        self, client: Api, api: RecordingApi, waits: list[float]
    ) -> None:
        api.instead.extend([(503, {}, '{"success":false}')] * 11)
        with pytest.raises(ApiError, match=r'503 Service Unavailable \{"success":false\}') as failed:
            client.call("GET", PATH)
        assert (failed.value.status, len(api.requests)) == (503, 11)
        assert 0.75 * 180 <= sum(waits) <= 180 + 30

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 412])
    def test_a_refusal_is_not_tried_again(self, client: Api, api: RecordingApi, status: int) -> None:
        api.instead.append((status, {}, "{}"))
        with pytest.raises(ApiError):
            client.call("POST", PATH, BODY)
        assert len(api.requests) == 1

    def test_a_lost_answer_is_asked_for_again(self, client: Api, api: RecordingApi) -> None:
        api.dropped = 2
        assert client.call("POST", PATH, BODY)["content"] == "192.0.2.1"
        assert len(api.requests) == 3

    def test_the_wait_grows_from_two_seconds_to_thirty_less_up_to_a_quarter(
        self, client: Api, api: RecordingApi, waits: list[float]
    ) -> None:
        api.instead.extend([(500, {}, "{}")] * 6)
        client.call("POST", PATH, BODY)
        for waited, longest in zip(waits, (2, 4, 8, 16, 30, 30), strict=True):
            assert 0.75 * longest <= waited <= longest

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [({"Retry-After": "7"}, 7.0), ({"Retry-After-Ms": "250", "Retry-After": "7"}, 0.25)],
    )
    def test_the_api_says_how_long_to_wait(
        self, client: Api, api: RecordingApi, waits: list[float], headers: dict[str, str], seconds: float
    ) -> None:
        api.instead.append((429, headers, "{}"))
        client.call("POST", PATH, BODY)
        assert waits == [seconds]

    @pytest.mark.parametrize("asked", ["60", "300", "-1", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"])
    def test_a_wait_out_of_reason_is_not_kept(
        self, client: Api, api: RecordingApi, waits: list[float], asked: str
    ) -> None:
        api.instead.append((429, {"Retry-After": asked}, "{}"))
        client.call("POST", PATH, BODY)
        assert 1.5 <= waits[0] <= 2

    @pytest.mark.parametrize(("status", "asked", "requests"), [(404, "true", 11), (500, "false", 1), (429, "false", 1)])
    def test_the_api_may_say_whether_to_retry(
        self, client: Api, api: RecordingApi, status: int, asked: str, requests: int
    ) -> None:
        api.instead.extend([(status, {"x-should-retry": asked}, "{}")] * 11)
        with pytest.raises(ApiError):
            client.call("GET", PATH)
        assert len(api.requests) == requests


class TestErrorTexts:
    def test_an_answer_is_shown_with_its_request(self, client: Api, api: RecordingApi) -> None:
        with pytest.raises(ApiError) as failed:
            client.call("GET", f"{PATH}/0")
        assert failed.value.summary == "failed to make http request"
        assert failed.value.detail.startswith(f'GET "{api.url}/{PATH}/0": 404 Not Found {{"result": null')
        assert str(failed.value) == f"failed to make http request: {failed.value.detail}"

    def test_an_error_page_is_not_shown(self, client: Api, api: RecordingApi) -> None:
        api.instead.extend([(502, {"Content-Type": "text/html"}, "<html>Bad gateway</html>")] * 11)
        with pytest.raises(ApiError) as failed:
            client.call("GET", PATH)
        assert failed.value.detail == "expected JSON object"

    def test_a_dropped_connection_is_an_end_of_file(self, client: Api, api: RecordingApi) -> None:
        api.dropped = 11
        with pytest.raises(ApiError) as failed:
            client.call("POST", PATH, BODY)
        assert failed.value.detail == f'Post "{api.url}/{PATH}": EOF'

    def test_a_refused_connection_names_the_address(self, waits: list[float]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        client = Api(f"http://127.0.0.1:{port}/client/v4/", {}, waits.append)
        with pytest.raises(ApiError) as failed:
            client.call("DELETE", PATH)
        url = f"http://127.0.0.1:{port}/client/v4/{PATH}"
        assert failed.value.detail == f'Delete "{url}": dial tcp 127.0.0.1:{port}: connect: connection refused'
        assert len(waits) == 10
        client.close()

    def test_an_answer_that_is_no_json_cannot_be_read(self, client: Api, api: RecordingApi) -> None:
        api.instead.append((200, {}, "<html>"))
        with pytest.raises(ApiError) as failed:
            client.call("GET", PATH)
        assert failed.value.summary == "failed to deserialize http request"
