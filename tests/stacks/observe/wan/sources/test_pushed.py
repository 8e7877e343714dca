from __future__ import annotations

from pathlib import Path

import pytest

from stacks.model.values import Family, Known, Unknown
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.detect import detect
from stacks.observe.wan.sources.pushed import addresses, place
from stacks.settings.wan import WanSettings


def test_an_address_is_unknown_until_it_is_pushed_and_then_what_was_pushed_last(tmp_path: Path) -> None:
    settings = WanSettings(mode="list", sources=["pushed:cottage"], pushed=str(tmp_path), attempts=1)
    found = detect(settings).addresses[Family.IPV4]
    assert isinstance(found, Unknown)
    assert "cottage has not told an address yet" in found.reason
    for address in ("8.8.4.4", "8.8.8.8"):
        place(str(tmp_path), "cottage").write_text(f"# told\n{address}\n")
        found = detect(settings).addresses[Family.IPV4]
        assert isinstance(found, Known)
        assert [str(one) for one in found.value] == [address]


def test_a_private_address_in_the_file_is_refused_as_of_any_source(tmp_path: Path) -> None:
    place(str(tmp_path), "cottage").write_text("192.168.1.5\n")
    settings = WanSettings(mode="list", sources=["pushed:cottage"], pushed=str(tmp_path), attempts=1)
    assert isinstance(detect(settings).addresses[Family.IPV4], Unknown)


def test_a_damaged_file_is_no_answer(tmp_path: Path) -> None:
    place(str(tmp_path), "cottage").write_text("x")
    with pytest.raises(NoAnswerError, match="no address"):
        addresses(str(tmp_path), "cottage")
