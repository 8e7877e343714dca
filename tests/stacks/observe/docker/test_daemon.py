"""What a daemon that answers strangely comes to: a reason in words, in its time and without memory for all of it."""

from __future__ import annotations

import asyncio
import contextlib
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stacks.model.errors import UserError
from stacks.model.values import Unknown
from stacks.observe.docker import daemon
from stacks.observe.docker.daemon import DockerApi
from stacks.observe.docker.following import read
from stacks.settings.cluster import ClusterDefaults
from stacks.settings.neighbours.docker import DockerSettings

PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Length: 0\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def answer(body: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body)


@contextmanager
def answering(folder: Path, *answers: bytes, timeout: float = 60.0) -> Iterator[tuple[DockerSettings, list[str]]]:
    """Give one answer after the other on a socket, and the last for ever; yield the first lines of the requests."""
    asked: list[str] = []
    left = list(answers)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                while first := self.rfile.readline():
                    asked.append(first.decode().strip())
                    while self.rfile.readline().strip():
                        pass
                    self._say(left.pop(0) if len(left) > 1 else left[0])

        def _say(self, one: bytes) -> None:
            self.wfile.write(one)
            while one == ENDLESS:
                self.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            if not one:
                raise OSError("nothing is said")

    with socketserver.ThreadingUnixStreamServer(str(folder / "api.sock"), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield DockerSettings(host=f"unix://{folder}/api.sock", timeout=timeout), asked
        server.shutdown()
        thread.join()


def reason(settings: DockerSettings) -> str:
    (one,) = read((settings,), ClusterDefaults())
    assert isinstance(one.found, Unknown)
    assert one.found.reason.startswith(f"the Docker API at {settings.host}: ")
    return one.found.reason.removeprefix(f"the Docker API at {settings.host}: ")


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ((PING, answer(b"{}")), "the answer is no list of containers"),
        ((PING, answer(b"no", "403 Forbidden")), "GET /containers/json: status 403"),
        ((PING, answer(b"", "301 Moved")), "GET /containers/json: status 301"),
        ((answer(b""),), "what answers is no Docker API: it names no version"),
        ((PING.replace(b"1.51", b"1/../x"),), "what answers is no Docker API: it names no version"),
        ((b"",), "disconnected without"),
        ((b"SSH-2.0-OpenSSH\r\n\r\n",), ""),
        ((PING, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[]"), "no answer within 2 s"),
    ],
)
def test_its_containers_are_unknown_and_the_reason_is_told(
    answers: tuple[bytes, ...], why: str, tmp_path: Path
) -> None:
    with answering(tmp_path, *answers, timeout=2.0 if "2 s" in why else 60.0) as (settings, _):
        assert why in reason(settings)


def test_an_answer_without_end_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon, "MOST_BYTES", 1_000_000)
    with answering(tmp_path, PING, ENDLESS) as (settings, _):
        assert reason(settings) == "its answer has more than 1,000,000 bytes"


def test_only_questions_are_asked_of_the_version_that_the_daemon_has(tmp_path: Path) -> None:
    with answering(tmp_path, PING, answer(b"[]"), answer(b'{"ID":"a"}')) as (settings, asked):
        read((settings,), ClusterDefaults())
    assert [one.removesuffix(" HTTP/1.1") for one in asked] == [
        "HEAD /_ping",
        "GET /v1.51/containers/json?all=true",
        "GET /v1.51/info",
        "GET /v1.51/info",
    ]


@pytest.mark.parametrize(("lines", "changes"), [
    (b'{"Type":"container","Action":"create"}\n', 1),
    (b'{"status":"remove"}\n', 1),
    (b'{"Action":"exec_start: /bin/true"}\n{"Action":"health_status: healthy"}\n\n', 0),
    (b"no json\n", 1),
    (b"x" * 70_000, 1),
])  # fmt: skip
def test_what_happens_is_told_where_it_may_change_names(lines: bytes, changes: int, tmp_path: Path) -> None:
    told: list[str] = []

    async def listen(settings: DockerSettings) -> None:
        one = DockerApi(settings)
        await one.listen(lambda: told.append("opened"), lambda: told.append("changed"))
        await one.close()

    with answering(tmp_path, PING, answer(lines)) as (settings, _):
        asyncio.run(listen(settings))
    assert told[0] == "opened"
    assert bool(told[1:]) is bool(changes)


@pytest.mark.parametrize(
    ("infos", "uid"), [((b'{"ID":"a"}', b'{"ID":"a"}'), "a"), ((b'{"ID":"a"}', b'{"ID":"b"}'), "")]
)
def test_an_identity_counts_where_it_is_the_same_twice(infos: tuple[bytes, ...], uid: str, tmp_path: Path) -> None:
    with answering(tmp_path, PING, answer(b"[]"), *map(answer, infos)) as (settings, _):
        (one,) = read((settings,), ClusterDefaults())
    assert one.uid == uid


def test_certificates_that_cannot_be_read_are_bad_input(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"put ca\.pem, cert\.pem and key\.pem there"):
        DockerApi(DockerSettings(host="tcp://127.0.0.1:2376", certificates=str(tmp_path)))
