"""Whose a mark is: of our state, of another state of the same owner, or of somebody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marks import external_dns, heritage, in_comments, ownership
from components.marks.heritage import HeritageMark, Readers
from components.marks.writer import Writer

MINE = "1a2b3c4d"
WRITER = Writer("home", MINE)
OWNERS = st.from_regex(r"\A[A-Za-z0-9._/-]{1,63}\Z")
RESOURCES = st.text(st.characters(codec="ascii", min_codepoint=33, exclude_characters=',"\\='), max_size=130)


def mark(instance: str, owner: str = "home", tool: str = "truenorth") -> HeritageMark:
    return HeritageMark(tool, owner, "", (), instance=instance)  # type: ignore[arg-type] # one of the tools


@pytest.mark.parametrize(
    ("found", "is_ours", "is_namesake"),
    [
        (mark(MINE), True, False),
        (mark(""), True, False),
        (mark("5e6f7a8b"), False, True),
        (mark(MINE, owner="away"), False, False),
        (mark("", tool="external-dns"), False, False),
    ],
)
def test_a_mark_is_ours_a_namesakes_or_somebody_elses(found: HeritageMark, is_ours: bool, is_namesake: bool) -> None:  # noqa: FBT001 - a table
    assert (WRITER.has_written(found), WRITER.is_namesake_of(found)) == (is_ours, is_namesake)


def test_where_a_person_has_said_so_any_states_mark_is_ours() -> None:
    writer = Writer("home", MINE, takes_any=True)
    assert writer.has_written(mark("5e6f7a8b"))
    assert not writer.has_written(mark("5e6f7a8b", owner="away"))


@given(OWNERS, RESOURCES)
def test_the_id_stands_in_a_mark_as_far_as_it_fits_and_external_dns_takes_none_of_it(owner: str, resource: str) -> None:
    content = ownership.encode(ownership.Mark("truenorth", owner, resource, MINE))
    assert len(content) <= 255 + len('""')
    said = ownership.parse(content)
    assert said is not None
    assert (said.owner, said.resource) == (owner, resource)
    assert said.instance == MINE or len(content) + len(f"truenorth/instance={MINE},") > 257
    assert external_dns.parse(content, None) is None
    read = heritage.read("_truenorth-a.www.example.com", content, Readers())
    assert read is not None
    assert (read.heritage, read.owner, read.instance) == ("truenorth", owner, said.instance)


@given(st.text(max_size=60), OWNERS)
def test_in_a_comment_it_stands_behind_the_owner_as_far_as_it_fits(comment: str, owner: str) -> None:
    text = in_comments.encode(comment, owner, 150, MINE)
    if in_comments.parse(comment)[1] is None:
        assert in_comments.parse(text) == (comment, owner)
        assert in_comments.instance(text) in {MINE, ""}
    assert len(text) <= 150
    assert in_comments.instance(in_comments.encode("", "home", 100, MINE)) == MINE
    assert in_comments.instance(in_comments.encode("x" * 70, "home", 100, MINE)) == ""
