from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.model.addresses import expression
from tests.profiles import examples

PAGE = '<tr><td>WAN IP:</td>\n<td class="v">203.0.113.7</td></tr><tr><td>Gateway</td><td>203.0.113.1</td></tr>'
PIECE = st.sampled_from(
    [
        *(
            "a",
            "b",
            "ab",
            ".",
            "[ab]",
            "[^a]",
            r"\d",
            r"\W",
            "^",
            "$",
            "(?:a|b)",
            "(?:ab|a|)",
            "a*",
            "b+?",
            "a??",
            "b{2}",
        ),
        *("(?:a*b)*", "a{1,3}?", "(?:b|)+", r"\.", "[a-c1]", "(?:a*)*", "c{0,2}"),
    ]
)
PATTERN = st.tuples(st.lists(PIECE, max_size=3), st.lists(PIECE, max_size=3), st.lists(PIECE, max_size=3)).map(
    lambda parts: f"{''.join(parts[0])}({''.join(parts[1])}){''.join(parts[2])}"
)


class TestAnExpression:
    @pytest.mark.parametrize(
        ("pattern", "text", "found"),
        [
            (r'"ip": ?"([^"]+)"', '{"name": "x", "ip": "203.0.113.7"}', "203.0.113.7"),
            (r"WAN IP:</td>\s*<td[^>]*>([0-9.]+)<", PAGE, "203.0.113.7"),
            (r"ip=([0-9a-fA-F:.]+)$", "fl=1\nip=2001:db8::7", "2001:db8::7"),
            (r"(\d{1,3}(?:\.\d{1,3}){3})", "now at 203.0.113.7.", "203.0.113.7"),
            (r"^(.+?),", "203.0.113.7,x,y", "203.0.113.7"),
            (r"WAN: (\S+)|Internet: \S+", "Internet: 203.0.113.7", ""),
            (r"ip=(x)", "ip=y", None),
            (r"(é+)", "caféé", "éé"),
        ],
    )
    def test_finds_the_group_of_the_first_place(self, pattern: str, text: str, found: str | None) -> None:
        assert expression.find(pattern, text) == found

    @pytest.mark.parametrize(
        ("pattern", "why"),
        [
            ("ip", "it has no groups in parentheses, and the address is the one group"),
            ("(a)(b)", "it has 2 groups in parentheses, and the address is the one group"),
            ("(a", "a group is not closed"),
            ("a)", "')' cannot stand there"),
            ("(*)", "'*)' cannot stand there"),
            ("([a-", "a class is not closed"),
            ("([])", "a class is empty"),
            ("([z-a])", "'z-a' is no range"),
            (r"(\1)", r"\1 has no meaning"),
            ("(a){", "braces have one or two numbers up to 99, such as {1,3}"),
            ("(a){100}", "braces have one or two numbers up to 99, such as {1,3}"),
            ("(a){3,2}", "3,2 has its bounds exchanged"),
            ("(?=a)", "'?=a)' cannot stand there"),
            ("(?P<x>a)", "'?P<x>a)' cannot stand there"),
            ("((((((a))))))", "it has more than 5 groups within each other"),
            ("((?:(?:a{90}){90}){90})", "its repetitions are too many"),
            ("(" + "a" * 200, "it has 201 characters, and may have 200"),
        ],
    )
    def test_that_is_refused_is_told_why(self, pattern: str, why: str) -> None:
        with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is compared
            expression.compiled(pattern)
        assert str(refused.value) == why

    @settings(max_examples=examples(600))
    @given(PATTERN, st.text("abc1.\n", max_size=12))
    def test_finds_what_the_librarys_finds(self, pattern: str, text: str) -> None:
        theirs = re.search(pattern.replace("$", r"\Z"), text)
        ours = expression.find(pattern, text)
        assert (ours is None) == (theirs is None)
        if theirs is not None and "*)" not in pattern and "|)" not in pattern:  # empty repetitions differ
            assert ours == (theirs[1] or "")

    @pytest.mark.parametrize("pattern", ["(a*)*b", "(?:a|a)*(b)", "(?:(?:a*)*)*(b)", "(?:a?){80}(b)", "(?:.*){90}(b)"])
    def test_takes_no_longer_than_its_bound_for_any_text(self, pattern: str) -> None:
        began = time.process_time()
        try:
            assert expression.find(pattern, "a" * 16_384) is None
        except ValueError as error:
            assert str(error) == "the search takes too long"  # noqa: PT017 - either is right
        assert time.process_time() - began < 60
