from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Self

import pytest
import requests

from cli.events import Failure, Fatal
from cli.web import events
from cli.web.app import HEADERS
from tests.cli.web.conftest import METRICS, Site, serve
from tests.cli.web.sample import board, convergence, dispatch, record_set

PATHS = ("/", "/style.css", "/script.js", "/icon.svg", "/raw", "/metrics", "/healthz", "/health", "/livez", "/readyz")


@pytest.fixture(scope="module")
def shared() -> Iterator[Site]:
    """For what changes nothing."""
    with serve(board(datetime.now(UTC))) as served:
        served.health.on_event(dispatch(convergence()))
        yield served


def get(site: Site, path: str, **headers: str) -> requests.Response:
    return requests.get(
        site.url + path, headers={key.replace("_", "-"): one for key, one in headers.items()}, timeout=60
    )


class TestEveryAnswer:
    @pytest.mark.parametrize("path", [*PATHS, "/nowhere"])
    def test_keeps_the_browser_from_loading_anything_else(self, shared: Site, path: str) -> None:
        found = get(shared, path)
        assert {key: found.headers[key] for key in HEADERS} == HEADERS
        assert not any(name.lower().startswith("access-control") for name in found.headers)
        assert "server" not in found.headers

    @pytest.mark.parametrize("path", [*PATHS, "/events"])
    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
    def test_is_only_to_be_read(self, shared: Site, path: str, method: str) -> None:
        assert requests.request(method, shared.url + path, timeout=60).status_code == 405

    @pytest.mark.parametrize("path", [*PATHS, "/events"])
    def test_to_head_has_no_body(self, shared: Site, path: str) -> None:
        found = requests.head(shared.url + path, timeout=60)
        assert (found.status_code, found.content) == (200, b"")


class TestThePage:
    @pytest.mark.parametrize("path", ["/", "/style.css", "/script.js", "/names.js", "/icon.svg"])
    def test_names_no_other_place_and_has_nothing_inline(self, shared: Site, path: str) -> None:
        text = get(shared, path).text
        namespace = "http://www.w3.org/2000/svg"
        assert [url for url in re.findall(r"https?://[^\s\"'/]+[^\s\"']*", text) if not url.startswith(namespace)] == []
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|innerHTML", text)
        assert "@" not in re.sub(r"@(media|keyframes)", "", text)  # each placeholder was filled

    def test_is_found_by_paths_of_its_own_folder_only(self, shared: Site) -> None:
        """Behind an ingress it may stand under any path."""
        assert re.findall(r"(?:href|src)=\"(/[^\"]*)\"", get(shared, "/").text) == []


class TestRaw:
    def test_is_the_status(self, shared: Site) -> None:
        found = get(shared, "/raw")
        assert found.headers["content-type"] == "application/json"
        assert (found.json()["stack"], len(found.json()["records"])) == ("home", 14)

    def test_is_sent_again_only_where_it_has_changed(self, site: Site) -> None:
        first = get(site, "/raw")
        again = get(site, "/raw", If_None_Match=first.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
        site.board.on_event(dispatch(Failure("503", 1.0)))
        changed = get(site, "/raw", If_None_Match=first.headers["etag"])
        assert changed.status_code == 200
        assert changed.json()["status"] == "bad"

    def test_of_another_process_is_another_one(self, site: Site) -> None:
        """Replicas behind one service may have started at the same moment, and have heard as much."""
        with serve(site.board) as other:
            assert get(site, "/raw").headers["etag"] != get(other, "/raw").headers["etag"]

    @pytest.mark.parametrize("path", ["/raw", "/", "/style.css"])
    def test_is_compressed_for_who_takes_that(self, shared: Site, path: str) -> None:
        with requests.get(shared.url + path, headers={"accept-encoding": "gzip"}, timeout=60, stream=True) as found:
            compressed = found.raw.read()
        for refusing in ("identity", "gzip;q=0"):
            plain = get(shared, path, Accept_Encoding=refusing)
            assert "content-encoding" not in plain.headers
        assert gzip.decompress(compressed) == plain.content
        assert len(compressed) < len(plain.content) / 2

    def test_of_thousands_of_names_is_small_when_compressed(self) -> None:
        done = convergence([record_set(f"n{number}", "192.0.2.1") for number in range(5000)])
        now = datetime.now(UTC)
        with (
            serve(board(now, [dispatch(done, now=now)])) as site,
            requests.get(f"{site.url}/raw", timeout=60, stream=True) as found,
        ):
            assert len(found.raw.read()) < 150_000


class Listener:
    """Reads events in place of a page."""

    def __init__(self, site: Site, encoding: str = "gzip") -> None:
        self.answer = requests.get(f"{site.url}/events", headers={"accept-encoding": encoding}, timeout=60, stream=True)
        self._lines = self.answer.iter_lines(chunk_size=1, decode_unicode=True)

    def next(self, wanted: str = "status") -> Any:  # noqa: ANN401 - JSON
        name = ""
        for line in self._lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name == wanted:
                return json.loads(line.removeprefix("data: "))
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.answer.close()


class TestEvents:
    @pytest.mark.parametrize("encoding", ["gzip", "identity"])
    def test_tell_the_status_at_once_and_whenever_it_changes(self, site: Site, encoding: str) -> None:
        with Listener(site, encoding) as listener:
            assert listener.answer.headers["content-type"].startswith("text/event-stream")
            assert listener.next()["status"] == "warning"
            site.board.on_event(dispatch(Failure("503", 1.0)))
            assert listener.next()["status"] == "bad"

    def test_have_the_names_where_they_have_changed(self, site: Site) -> None:
        with Listener(site) as listener:
            assert len(listener.next("records")) == 14
            site.board.on_event(dispatch(Failure("503", 1.0)))
            site.board.on_event(dispatch(convergence([record_set("www", "192.0.2.1")])))
            assert [one["name"] for one in listener.next("records")] == ["www.example.com"]

    def test_tell_together_what_changes_fast(self, site: Site) -> None:
        with Listener(site) as listener:
            first = listener.next()
            began = time.monotonic()
            for number in range(50):
                site.board.on_event(dispatch(Failure(f"try {number}", 1.0)))
            heard: list[dict[str, Any]] = []
            while not heard or heard[-1]["version"] < first["version"] + 50:
                heard.append(listener.next())
            assert len(heard) <= 1 + (time.monotonic() - began) / events.PACE
            assert heard[-1]["problems"][0]["text"] == "try 49"

    def test_say_something_now_and_then(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(events, "SILENCE", 0.05)
        with Listener(site) as listener:
            assert any(line.startswith(":") for line in listener.answer.iter_lines(chunk_size=1, decode_unicode=True))

    def test_are_for_so_many_pages_and_the_probes_still_answer(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events, "MOST", 2)
        with Listener(site) as one, Listener(site) as other:
            assert one.next()
            assert other.next()
            full = requests.get(f"{site.url}/events", timeout=60)
            assert (full.status_code, full.headers["retry-after"]) == (503, "30")
            assert get(site, "/livez").text == "ok"
        site.board.on_event(dispatch(Failure("503", 1.0)))  # what has gone is noticed
        gone = threading.Event()
        while requests.head(f"{site.url}/events", timeout=60).status_code == 503:
            assert not gone.wait(0.05)


class TestMetrics:
    def test_are_what_the_exposition_gives_for_the_accept_header(self) -> None:
        asked: list[str] = []

        def exposition(accept: str) -> tuple[bytes, str]:
            asked.append(accept)
            return METRICS

        with serve(board(datetime.now(UTC)), exposition=exposition) as site:
            found = get(site, "/metrics", Accept="application/openmetrics-text")
        assert (found.content, found.headers["content-type"]) == METRICS
        assert asked == ["application/openmetrics-text"]


class TestProbes:
    def test_answer_ok_or_say_what_is_wrong(self, site: Site) -> None:
        for path in ("/livez", "/healthz", "/health"):
            found = get(site, path)
            assert (found.status_code, found.text) == (200, "ok")
        unready = get(site, "/readyz")
        assert unready.status_code == 503
        assert unready.text == "[-]convergence failed: not yet\nreadyz check failed\n"
        site.health.on_event(dispatch(convergence()))
        assert get(site, "/readyz").text == "ok"

    def test_say_all_when_asked(self, site: Site) -> None:
        site.health.beat("loop", 60)
        site.health.beat("cluster home", 60)
        found = get(site, "/livez?verbose")
        assert found.text == "[+]cluster home ok\n[+]loop ok\nlivez check passed\n"

    def test_fail_with_what_is_dead(self, site: Site) -> None:
        site.health.on_event(dispatch(Fatal("the token is refused", 2)))
        for path in ("livez", "healthz"):
            found = get(site, f"/{path}")
            assert found.status_code == 503
            assert found.text == f"[-]process failed: the token is refused\n{path} check failed\n"

    def test_are_never_cached(self, shared: Site) -> None:
        for path in ("/livez", "/readyz", "/metrics"):
            assert get(shared, path).headers["cache-control"] == "no-store"
