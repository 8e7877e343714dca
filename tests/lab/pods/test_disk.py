from __future__ import annotations

import errno
from pathlib import Path

import pytest

from lab.pods.disk import small_disk


def test_a_full_disk_takes_nothing_until_there_is_room_again(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    with small_disk(folder, 1) as disk:
        if disk is None:
            pytest.skip("no file system can be mounted here")
        (folder / "there").write_text("it", encoding="utf-8")
        disk.fill()
        with pytest.raises(OSError, match="No space left") as full:
            (folder / "more").write_text("one byte", encoding="utf-8")
        assert full.value.errno == errno.ENOSPC
        disk.free()
        (folder / "more").write_text("one byte", encoding="utf-8")
        assert (folder / "there").read_text(encoding="utf-8") == "it"
    assert list(folder.iterdir()) == []
