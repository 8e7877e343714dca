from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from stacks.model.values import Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.declared import of_family, read_file
from stacks.settings.wan_source import parse_addresses

if TYPE_CHECKING:
    from pathlib import Path

BOTH = (ip_address("203.0.113.1"), ip_address("2001:db8::1"))


def test_a_text_holds_addresses_separated_by_commas() -> None:
    assert parse_addresses("203.0.113.1, 2001:db8::1") == BOTH


def test_of_declared_addresses_only_those_of_the_family_count() -> None:
    assert of_family(BOTH, Family.IPV6) == BOTH[1:]
    with pytest.raises(NoAnswerError, match="no ipv6 address is declared"):
        of_family(BOTH[:1], Family.IPV6)


def test_a_file_holds_addresses_in_lines_with_comments(tmp_path: Path) -> None:
    file = tmp_path / "wan"
    file.write_text("# the office\n203.0.113.1 # fibre\n\n2001:db8::1\n")
    assert read_file(str(file)) == BOTH


def test_an_empty_file_declares_nothing(tmp_path: Path) -> None:
    file = tmp_path / "wan"
    file.write_text("# nothing yet\n")
    assert read_file(str(file)) == ()


@pytest.mark.parametrize(
    ("content", "why"), [(b"203.0.113.1\nexample.com\n", "'example.com'"), (b"\xff\xfe", "cannot be read")]
)
def test_a_file_with_anything_else_is_no_answer(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "wan"
    file.write_bytes(content)
    with pytest.raises(NoAnswerError, match=why):
        read_file(str(file))


def test_a_file_that_is_not_there_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(NoAnswerError, match=r"cannot be read: .*No such file"):
        read_file(str(tmp_path / "gone"))
