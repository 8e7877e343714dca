from __future__ import annotations

import hashlib
import io
import platform
import subprocess
import sys
import tarfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.engine.install import download
from cli.engine.install.files import FILES, missing
from cli.engine.install.install import install
from cli.engine.install.versions import VERSION
from stacks.model.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.engine.conftest import Machine

_PROJECT = Path(__file__).parents[4]
_MEBIBYTE = 1 << 20
_PROCESSOR = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine().lower()]
_ARCHIVE = f"pulumi-v{VERSION}-{platform.system().lower()}-{_PROCESSOR}.tar.gz"
_TELLING = """
import os
from cli.engine.install.install import install
from toolchain.progress import Silent
class Telling(Silent):
    def detail(self, what):
        print(what, flush=True)
install(os.environ, Telling())
"""
_SUMS = f"pulumi-{VERSION}-checksums.txt"


def _archive(version: str = VERSION, files: tuple[str, ...] = FILES) -> bytes:
    """A release in Pulumi's layout, of about 3.5 MiB."""
    packed = io.BytesIO()
    filler = hashlib.shake_256(b"does not compress").digest(7 * _MEBIBYTE // 2)
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        for name, content in [
            ("pulumi-watch", filler),
            *((name, f"#!/bin/sh\necho v{version}\n".encode()) for name in files),
        ]:
            member = tarfile.TarInfo(f"pulumi/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


class _Release:
    """A folder of releases on loopback. Each value of `cuts` ends one answer of the archive after that many bytes."""

    def __init__(self) -> None:
        self.archive = _archive()
        self.sums = f"{'0' * 64}  another.tar.gz\n{hashlib.sha256(self.archive).hexdigest()}  {_ARCHIVE}\n"
        self.ranges = True
        self.cuts: list[int] = []
        self.hold: threading.Event | None = None
        self.requests: list[tuple[str, str]] = []
        self.url = ""
        self.leads_to = ""

    def archive_requests(self) -> list[str]:
        """The Range headers of the requests for the archive, in order."""
        return [asked for path, asked in self.requests if path.endswith(_ARCHIVE)]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range", "")
        self.requests.append((handler.path, asked))
        if self.leads_to and not handler.path.startswith("/sdk/elsewhere"):
            handler.send_response(302)
            handler.send_header("Location", self.leads_to)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        elif handler.path == f"/sdk/{_SUMS}":
            self._send(handler, 200, self.sums.encode())
        elif handler.path == f"/sdk/{_ARCHIVE}":
            self._send_archive(handler, asked if self.ranges else "")
        else:
            self._send(handler, 404, b"no such release")

    def _send_archive(self, handler: BaseHTTPRequestHandler, asked: str) -> None:
        start = int(asked.removeprefix("bytes=").removesuffix("-") or 0)
        if start >= len(self.archive):
            self._send(handler, 416, b"")
            return
        self._send(handler, 206 if start else 200, self.archive[start:], self.cuts.pop(0) if self.cuts else None)

    def _send(self, handler: BaseHTTPRequestHandler, status: int, body: bytes, cut: int | None = None) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:cut])
        if cut is not None and self.hold:
            self.hold.wait(60)


@contextmanager
def _serving(release: _Release) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            release.answer(self)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        release.url = f"http://127.0.0.1:{server.server_port}/sdk"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def release(machine: Machine) -> Iterator[_Release]:
    made = _Release()
    with _serving(made):
        machine.environment["TRUENORTH_ENGINE_DOWNLOAD_URL"] = made.url
        yield made


def _pin(monkeypatch: pytest.MonkeyPatch, folder: Path, total: str) -> None:
    """Have this checksum of the release in the repository."""
    (folder / "sums.txt").write_text(f"# of the release\n{total}  {_ARCHIVE}\n")
    monkeypatch.setattr(download, "CHECKSUMS", folder / "sums.txt")


def _partial(machine: Machine) -> Path:
    return machine.cached.parent / f".staging-{VERSION}" / "download" / f"{_ARCHIVE}.part"


def test_the_release_for_this_machine_is_downloaded(machine: Machine, release: _Release) -> None:
    engine = install(machine.environment)

    assert (engine.folder, engine.version, engine.origin) == (machine.cached, VERSION, "download")
    assert release.url in engine.why
    assert [path for path, _ in release.requests] == [f"/sdk/{_SUMS}", f"/sdk/{_ARCHIVE}"]


def test_a_release_is_held_against_the_checksum_in_the_repository(
    machine: Machine, release: _Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pin(monkeypatch, tmp_path, hashlib.sha256(release.archive).hexdigest())
    release.sums = ""

    assert install(machine.environment).origin == "download"


def test_the_checksums_in_the_repository_are_of_the_pinned_version() -> None:
    lines = [line.split() for line in download.CHECKSUMS.read_text().splitlines() if not line.startswith("#")]
    assert all(len(total) == 64 and name.startswith(f"pulumi-v{VERSION}-") for total, name in lines)


@pytest.mark.usefixtures("release")
def test_only_the_engine_s_files_are_kept(machine: Machine) -> None:
    install(machine.environment)

    assert missing(machine.cached) == ()
    assert sorted(path.name for path in machine.cached.iterdir()) == sorted([*FILES, "engine.json"])
    assert sorted(path.name for path in machine.cached.parent.iterdir()) == [VERSION, f"{VERSION}.lock"]


class TestResuming:
    def test_a_broken_connection_is_taken_up_where_it_broke(self, machine: Machine, release: _Release) -> None:
        release.cuts = [_MEBIBYTE * 5 // 2]

        install(machine.environment)

        assert release.archive_requests() == ["", f"bytes={2 * _MEBIBYTE}-"]

    def test_an_earlier_part_is_continued(self, machine: Machine, release: _Release) -> None:
        _partial(machine).parent.mkdir(parents=True)
        _partial(machine).write_bytes(release.archive[:1234567])

        install(machine.environment)

        assert release.archive_requests() == ["bytes=1234567-"]

    def test_a_whole_file_that_was_not_unpacked_is_used(self, machine: Machine, release: _Release) -> None:
        _partial(machine).parent.mkdir(parents=True)
        _partial(machine).write_bytes(release.archive)

        assert install(machine.environment).origin == "download"
        assert release.archive_requests() == [f"bytes={len(release.archive)}-"]

    def test_an_earlier_part_of_another_file_is_thrown_away(self, machine: Machine, release: _Release) -> None:
        _partial(machine).parent.mkdir(parents=True)
        _partial(machine).write_bytes(b"not this one")

        assert install(machine.environment).origin == "download"
        assert release.archive_requests() == ["bytes=12-", ""]

    def test_a_server_without_ranges_sends_the_whole(self, machine: Machine, release: _Release) -> None:
        release.ranges = False
        _partial(machine).parent.mkdir(parents=True)
        _partial(machine).write_bytes(release.archive[:1000])

        assert install(machine.environment).origin == "download"

    def test_a_connection_that_breaks_again_and_again_without_progress_is_given_up(
        self, machine: Machine, release: _Release
    ) -> None:
        machine.go()
        release.cuts = [0] * 9

        assert install(machine.environment).origin == "build"
        assert len(release.archive_requests()) == 1

    def test_a_killed_download_goes_on_where_it_was(self, machine: Machine, release: _Release) -> None:
        release.hold, release.cuts = threading.Event(), [_MEBIBYTE * 5 // 2]
        with subprocess.Popen(
            [sys.executable, "-c", _TELLING], cwd=_PROJECT, env=machine.environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            assert [process.stdout.readline() for _ in range(2)] == ["1 of 3 MiB\n", "2 of 3 MiB\n"]
            process.kill()
        release.hold.set()

        assert install(machine.environment).origin == "download"
        assert release.archive_requests() == ["", f"bytes={2 * _MEBIBYTE}-"]


class TestRefusal:
    def test_a_wrong_checksum_is_an_error_and_nothing_is_kept_or_built(
        self, machine: Machine, release: _Release
    ) -> None:
        machine.go()
        release.sums = f"{'a' * 64}  {_ARCHIVE}\n"

        with pytest.raises(UserError, match=f"expected is {'a' * 64}") as error:
            install(machine.environment)

        assert error.value.problems[0].where == f"{release.url}/{_ARCHIVE}"
        assert machine.built() == []
        assert not _partial(machine).exists()
        assert not machine.cached.exists()

    def test_a_release_that_its_server_vouches_for_and_the_repository_does_not_is_an_error(
        self, machine: Machine, release: _Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _pin(monkeypatch, tmp_path, "b" * 64)

        with pytest.raises(UserError, match=f"expected is {'b' * 64}"):
            install(machine.environment)

        assert f"/sdk/{_SUMS}" not in [path for path, _ in release.requests]
        assert not machine.cached.exists()

    @pytest.mark.parametrize(
        "url", ["http://192.0.2.1/sdk", "http://localhost.example.com/sdk", "ftp://127.0.0.1/sdk", "HTTP://mirror/sdk"]
    )
    def test_an_address_where_others_can_change_it_is_refused(self, machine: Machine, url: str) -> None:
        machine.go()
        machine.environment["TRUENORTH_ENGINE_DOWNLOAD_URL"] = url

        with pytest.raises(UserError, match="anybody on the way can change it"):
            install(machine.environment)

        assert machine.built() == []

    def test_a_redirect_to_such_an_address_is_refused(self, machine: Machine, release: _Release) -> None:
        release.leads_to = f"{release.url}/elsewhere".replace("127.0.0.1", "localhost")

        with pytest.raises(UserError, match="leads to http://localhost"):
            install(machine.environment)

    @pytest.mark.parametrize("sums", ["", "<html>Sign in to the network</html>", f"{'a' * 64}  another.tar.gz\n"])
    def test_without_a_checksum_it_is_built_instead(self, machine: Machine, release: _Release, sums: str) -> None:
        machine.go()
        release.sums = sums

        assert install(machine.environment).origin == "build"
        assert release.archive_requests() == []

    @pytest.mark.parametrize("content", [b"no archive at all", _archive(files=FILES[:2])])
    def test_what_is_no_release_is_not_used(self, machine: Machine, release: _Release, content: bytes) -> None:
        machine.go()
        release.archive = content
        release.sums = f"{hashlib.sha256(content).hexdigest()}  {_ARCHIVE}\n"

        assert install(machine.environment).origin == "build"

    def test_a_release_of_another_version_is_an_error(self, machine: Machine, release: _Release) -> None:
        release.archive = _archive("3.9.0")
        release.sums = f"{hashlib.sha256(release.archive).hexdigest()}  {_ARCHIVE}\n"

        with pytest.raises(UserError, match=r"says that it is 3\.9\.0"):
            install(machine.environment)

    def test_a_system_without_a_release_is_built_for(
        self, machine: Machine, release: _Release, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        machine.go()
        monkeypatch.setattr(platform, "machine", lambda: "riscv64")

        assert install(machine.environment).origin == "build"
        assert release.requests == []


@pytest.mark.usefixtures("release")
def test_a_full_disk_is_one_error_and_the_part_is_kept(machine: Machine) -> None:
    code = f"""
import os, resource
from cli.engine.install.install import install
from stacks.model.errors import UserError
resource.setrlimit(resource.RLIMIT_FSIZE, ({_MEBIBYTE}, {_MEBIBYTE}))
try:
    install(os.environ)
except UserError as error:
    print(error)
"""
    full = subprocess.run(
        [sys.executable, "-c", code], cwd=_PROJECT, env=machine.environment, capture_output=True, text=True, check=True
    )

    assert full.stdout.splitlines()[0] == "the engine cannot be installed: the disk is full"
    assert "free 3 GB" in full.stdout
    assert _partial(machine).stat().st_size == _MEBIBYTE
    assert install(machine.environment).origin == "download"
