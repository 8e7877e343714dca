from __future__ import annotations

import os
import resource
import stat
from pathlib import Path

import pytest

from cli.session.files import write_whole


def test_a_new_file_has_the_content_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "state", b"content")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("state", b"content")]


def test_a_file_that_is_there_is_replaced_by_another_one(tmp_path: Path) -> None:
    file = tmp_path / "state"
    file.write_bytes(b"before")
    with file.open("rb") as reader:
        write_whole(file, b"after", durable=False)
        assert reader.read() == b"before"
    assert file.read_bytes() == b"after"


def test_a_file_that_is_there_stays_where_it_may_not_be_replaced(tmp_path: Path) -> None:
    file = tmp_path / "state"
    file.write_bytes(b"before")
    with pytest.raises(FileExistsError):
        write_whole(file, b"after", overwrite=False)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("state", b"before")]


def test_the_mode_is_that_of_the_file(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "secret", b"", mode=0o600)
        write_whole(tmp_path / "public", b"")
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("secret", "public")] == [0o600, 0o644]


def test_a_disk_that_is_full_leaves_the_old_content_and_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "state"
    file.write_bytes(b"before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))  # Python ignores SIGXFSZ
    try:
        with pytest.raises(OSError, match="File too large"):
            write_whole(file, b"more than ten bytes")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("state", b"before")]
