from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.geo.marks import LIMIT, PoolMark, encode, parse, text

OWNERS = st.from_regex(r"[A-Za-z0-9._/-]{1,63}", fullmatch=True)
LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
HOSTS = st.one_of(
    st.lists(LABELS, min_size=2, max_size=4).map(".".join),
    st.lists(LABELS, min_size=2, max_size=4).map(lambda labels: "*." + ".".join(labels)),
)
MARKS = st.builds(
    PoolMark,
    owner=OWNERS,
    hosts=st.one_of(st.none(), st.lists(HOSTS, max_size=8).map(lambda hosts: tuple(sorted(set(hosts))))),
    leaving=st.booleans(),
)


@given(description=st.text(max_size=60), mark=MARKS)
@example(description="", mark=PoolMark("home", ()))
@example(description="[truenorth owner=other hosts=]", mark=PoolMark("home", ("a.example.com",), leaving=True))
def test_a_mark_reads_back_as_it_was_written(description: str, mark: PoolMark) -> None:
    assert parse(encode(description, mark)) == mark


def test_the_mark_follows_what_a_person_reads() -> None:
    mark = PoolMark("home", ("b.example.com", "a.example.com"))
    written = "TrueNorth: home in eu [truenorth owner=home hosts=a.example.com,b.example.com]"
    assert encode(text("home", "eu"), mark) == written
    leaving = "[truenorth owner=home hosts=a.example.com leaving]"
    assert encode("", PoolMark("home", ("a.example.com",), leaving=True)) == leaving


@pytest.mark.parametrize(
    "description",
    [
        "",
        "primary data centre",
        "[truenorth owner=home]",
        "[truenorth owner= hosts=]",
        "[truenorth owner=home hosts=app]",
        "[truenorth owner=home hosts=a.example.com,]",
        "[truenorth owner=home hosts=A.example.com]",
        "[truenorth owner=home hosts=a.example.com] of old",
        "[truenorth owner=home hosts=a.example.com left]",
    ],
)
def test_another_description_bears_no_mark(description: str) -> None:
    assert parse(description) is None


@given(st.text(max_size=200))
def test_no_text_makes_the_parser_fail(description: str) -> None:
    assert parse(description) is None


def test_space_behind_the_mark_does_not_hide_it() -> None:
    assert parse("[truenorth owner=home hosts=] \n") == PoolMark("home", ())


def test_host_names_that_do_not_fit_are_left_out() -> None:
    hosts = tuple(f"host-{number:03}.example.com" for number in range(100))
    written = encode(text("home", "eu"), PoolMark("home", hosts))
    assert len(written) <= LIMIT
    assert parse(written) == PoolMark("home", None)


def test_a_mark_that_does_not_fit_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="use a shorter description"):
        encode("x" * LIMIT, PoolMark("home", ()))


@pytest.mark.parametrize("owner", ["", "a b", "a]", "ü", "x" * 64])
def test_an_owner_that_could_not_be_read_back_is_refused(owner: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in a mark"):
        encode("", PoolMark(owner, ()))


@pytest.mark.parametrize("host", ["", "app", "App.example.com", "a,b.example.com", "a b.example.com"])
def test_what_is_no_host_name_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="no host name"):
        encode("", PoolMark("home", (host,)))


def test_a_pool_wants_its_host_names_until_it_leaves() -> None:
    hosts = ("a.example.com",)
    assert PoolMark("home", hosts).wants("a.example.com")
    assert not PoolMark("home", hosts).wants("b.example.com")
    assert not PoolMark("home", hosts, leaving=True).wants("a.example.com")
    assert not PoolMark("home", None).wants("a.example.com")
