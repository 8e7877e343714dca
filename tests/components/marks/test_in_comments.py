from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.marks.in_comments import encode, parse

OWNERS = st.from_regex(r"[A-Za-z0-9._/-]{1,63}", fullmatch=True)


@given(comment=st.text(max_size=60), owner=OWNERS)
@example(comment="", owner="home")
@example(comment=" ", owner="home")
@example(comment="two\nlines", owner="home")
@example(comment="[truenorth owner=other]", owner="home")
@example(comment="x [truenorth owner=other] ", owner="home")
def test_the_users_comment_and_the_owner_read_back_as_they_were_written(comment: str, owner: str) -> None:
    assert parse(encode(comment, owner, 500)) == (comment, owner)


def test_the_mark_follows_the_users_comment() -> None:
    assert encode("the front door", "home", 100) == "the front door [truenorth owner=home]"
    assert encode("", "home", 100) == "[truenorth owner=home]"


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "the front door",
        "[truenorth owner=]",
        "x[truenorth owner=home]",
        "[truenorth owner=home] x",
        "[truenorth owner=a b]",
        f"[truenorth owner={'x' * 64}]",
        "[truenorth owner=home]\n",
        " [truenorth owner=home]",
    ],
)
def test_another_comment_bears_no_mark(comment: str) -> None:
    assert parse(comment) == (comment, None)


@given(st.text(max_size=200))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    assert parse(text) == (text, None)


def test_both_fit_exactly_or_are_refused_with_the_room_that_is_left() -> None:
    room = 100 - len(" [truenorth owner=home]")
    assert len(encode("x" * room, "home", 100)) == 100
    with pytest.raises(ValueError, match=rf"longer than 100 characters together: use at most {room} characters"):
        encode("x" * (room + 1), "home", 100)


def test_an_owner_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="use a shorter owner"):
        encode("", "home", 10)


@pytest.mark.parametrize(
    ("room", "advice"), [(-1, "use a shorter owner"), (0, "use a shorter owner"), (1, "use at most 1 characters")]
)
def test_the_advice_names_the_room_that_a_comment_has_beside_the_mark(room: int, advice: str) -> None:
    limit = len(" [truenorth owner=home]") + room
    with pytest.raises(ValueError, match=rf": {advice}$"):
        encode("xx", "home", limit)


@pytest.mark.parametrize("owner", ["", "a b", "a]", "ü", "x" * 64, "home\n"])
def test_an_owner_that_could_not_be_read_back_is_refused(owner: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in a comment"):
        encode("", owner, 100)
