"""The file that is uploaded whenever it has changed."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import SimpleQueue

from cli.state.secrets.uploader import following

SOON = 60
"""Seconds for which a busy machine may take; nothing is slower for it elsewhere."""


def test_each_change_is_uploaded(tmp_path: Path) -> None:
    file, seen = tmp_path / "state", SimpleQueue[bytes]()
    file.write_bytes(b"before")

    def upload(content: bytes) -> bool:
        seen.put(content)
        return True

    with following(file, upload, look=0.01, pause=0):
        for content in (b"one", b"two and more"):
            _replace(file, content)
            assert seen.get(timeout=SOON) == content
    assert seen.empty()


def test_one_upload_at_a_time_and_the_last_content_next(tmp_path: Path) -> None:
    file, begun, go_on, seen = tmp_path / "state", threading.Event(), threading.Event(), SimpleQueue[bytes]()

    def upload(content: bytes) -> bool:
        seen.put(content)
        begun.set()
        return go_on.wait(SOON)

    with following(file, upload, look=0.01, pause=0):
        _replace(file, b"1")
        assert begun.wait(SOON)
        for content in (b"2", b"3", b"4"):
            _replace(file, content)
        go_on.set()
        assert [seen.get(timeout=SOON), seen.get(timeout=SOON)] == [b"1", b"4"]


def test_one_that_failed_is_tried_again(tmp_path: Path) -> None:
    file, outcomes, done = tmp_path / "state", [False, False, True], threading.Event()

    def upload(_: bytes) -> bool:
        outcome = outcomes.pop(0)
        if outcome:
            done.set()
        return outcome

    with following(file, upload, look=0.01, pause=0.01):
        _replace(file, b"1")
        assert done.wait(SOON)
    assert outcomes == []


def test_the_uploader_ends_with_the_block(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with following(tmp_path / "there is none", lambda _: False):
        assert len(set(threading.enumerate()) - before) == 1
    assert set(threading.enumerate()) <= before


def _replace(file: Path, content: bytes) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(file)
