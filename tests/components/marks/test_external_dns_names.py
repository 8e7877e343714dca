from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marks.external_dns import RECORD_TYPES, TEMPLATE, Affix, mark_name, marked
from components.marks.marked import MarkedSet, covers

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
NAMES = st.builds(
    lambda first, rest: ".".join([*first, *rest]),
    st.one_of(st.just(["*"]), st.lists(LABELS, max_size=3)),
    st.lists(LABELS, min_size=2, max_size=2),
)
PIECES = st.lists(st.sampled_from([TEMPLATE, "edns", "X", "a", "-", "_"]), min_size=1, max_size=3).map("".join)
WILDCARDS = st.sampled_from(["", "any", "Wild-1"])
AFFIXES = st.one_of(
    st.builds(Affix, wildcard=WILDCARDS),
    st.builds(
        lambda piece, dot, wildcard: Affix(prefix=piece + dot, wildcard=wildcard),
        PIECES,
        st.sampled_from(["", "."]),
        WILDCARDS,
    ),
    st.builds(
        lambda dot, piece, wildcard: Affix(suffix=dot + piece, wildcard=wildcard),
        st.sampled_from(["", "."]),
        PIECES,
        WILDCARDS,
    ),
)

# As external-dns 0.21.0 names them; the affixes are from its docs/registry/txt.md and registry/mapper/mapper_test.go.
CORPUS = [
    (Affix(), "www.ex.com", "A", "a-www.ex.com"),
    (Affix(), "www.ex.com", "AAAA", "aaaa-www.ex.com"),
    (Affix(), "foo.example.com", "NAPTR", "naptr-foo.example.com"),
    (Affix(), "ex.com", "A", "a-ex.com"),
    (Affix(), "*.ex.com", "A", "a-*.ex.com"),
    (Affix(prefix="edns."), "www.ex.com", "A", "edns.a-www.ex.com"),
    (Affix(prefix="EDNS."), "www.ex.com", "A", "edns.a-www.ex.com"),
    (Affix(prefix="edns-%{record_type}."), "ex.com", "CNAME", "edns-cname.ex.com"),
    (Affix(suffix="-%{record_type}"), "www.ex.com", "A", "www-a.ex.com"),
    (Affix(prefix="%{record_type}-abc-."), "ex.com", "CNAME", "cname-abc-.ex.com"),
    (Affix(prefix="%{record_type}-abc-."), "www.ex.com", "CNAME", "cname-abc-.www.ex.com"),
    (Affix(suffix="-.%{record_type}"), "www.ex.com", "CNAME", "www-.cname.ex.com"),
    (Affix(suffix="-.%{record_type}"), "ex.com", "A", "ex-.a.com"),
    (Affix(prefix="txt-", wildcard="wild"), "*.example.com", "A", "txt-a-wild.example.com"),
    (Affix(prefix="txt-", wildcard="Wild"), "*.example.com", "MX", "txt-mx-wild.example.com"),
    (Affix(prefix="foo"), "example.com", "A", "fooa-example.com"),
    (Affix(suffix="foo"), "example.com", "AAAA", "aaaa-examplefoo.com"),
    (Affix(prefix="foo-"), "example.com", "A", "foo-a-example.com"),
    (Affix(suffix="-foo"), "example.com", "CNAME", "cname-example-foo.com"),
    (Affix(suffix=".foo"), "example.com", "CNAME", "cname-example.foo.com"),
    (Affix(prefix="foo.bar."), "example.com", "CNAME", "foo.bar.cname-example.com"),
    (Affix(suffix=".foo.bar.test"), "example.com", "CNAME", "cname-example.foo.bar.test.com"),
    (Affix(prefix="%{record_type}-foo"), "example.com", "A", "a-fooexample.com"),
    (Affix(suffix="foo-%{record_type}"), "example.com", "A", "examplefoo-a.com"),
    (Affix(prefix="%{record_type}foo."), "example.com", "CNAME", "cnamefoo.example.com"),
    (Affix(suffix=".foo%{record_type}"), "example.com", "A", "example.fooa.com"),
    (Affix(prefix="bar.%{record_type}.foo."), "example.com", "CNAME", "bar.cname.foo.example.com"),
    (Affix(suffix=".foo%{record_type}.bar"), "example.com", "A", "example.fooa.bar.com"),
]


@pytest.mark.parametrize(("affix", "name", "record_type", "mark"), CORPUS)
def test_a_mark_is_named_as_external_dns_names_it(affix: Affix, name: str, record_type: str, mark: str) -> None:
    assert mark_name(name, record_type, affix) == mark
    assert marked(mark, affix)[0] == MarkedSet(name, record_type)


# As external-dns 0.21.0 reads them (registry/mapper/mapper_test.go); None: a mark from before 0.12, without a type.
@pytest.mark.parametrize(
    ("affix", "mark", "key"),
    [
        (Affix(), "www.ex.com", MarkedSet("www.ex.com", None)),
        (Affix(), "A-WWW.ex.com", MarkedSet("www.ex.com", "A")),
        (Affix(prefix="edns."), "edns.www.ex.com", MarkedSet("www.ex.com", None)),
        (Affix(suffix="-edns"), "www-edns.ex.com", MarkedSet("www.ex.com", None)),
        (Affix(prefix="foo-%{record_type}-"), "foo-cname-test.example.com", MarkedSet("test.example.com", "CNAME")),
        (Affix(prefix="foo-%{record_type}-"), "foo--test.example.com", MarkedSet("test.example.com", None)),
        (Affix(prefix="foo-%{record_type}-"), "foo--a-test.example.com", MarkedSet("test.example.com", "A")),
        (Affix(suffix="-%{record_type}-foo"), "test-a-foo.example.com", MarkedSet("test.example.com", "A")),
        (Affix(suffix="-%{record_type}-foo"), "test--foo.example.com", MarkedSet("test.example.com", None)),
        (Affix(), "ptr-zone.example.com", MarkedSet("zone.example.com", "PTR")),
    ],
)
def test_a_mark_in_a_format_of_former_versions_is_read(affix: Affix, mark: str, key: MarkedSet) -> None:
    assert marked(mark, affix)[0] == key


def test_a_name_that_may_be_read_in_two_ways_gives_both() -> None:
    assert marked("a-www.ex.com", Affix()) == (MarkedSet("www.ex.com", "A"), MarkedSet("a-www.ex.com", None))
    assert marked("mx-a-www.ex.com", Affix()) == (MarkedSet("a-www.ex.com", "MX"), MarkedSet("mx-a-www.ex.com", None))


def test_the_replacement_of_a_wildcard_may_also_be_a_host_of_that_name() -> None:
    assert marked("a-any.ex.com", Affix(wildcard="any")) == (
        MarkedSet("*.ex.com", "A"),
        MarkedSet("any.ex.com", "A"),
        MarkedSet("a-any.ex.com", None),
    )


@pytest.mark.parametrize(
    ("affix", "name"),
    [
        (Affix(prefix="edns."), "www.ex.com"),
        (Affix(prefix="edns."), "edns."),
        (Affix(prefix="edns-%{record_type}."), "edns-a."),
        (Affix(suffix="-edns"), "www.ex.com"),
        (Affix(suffix=".a.b.c"), "www.a"),
        (Affix(suffix="-edns"), "-edns.ex.com"),
        (Affix(), ""),
        (Affix(), "a-.ex.com"),
    ],
)
def test_a_name_without_the_affix_or_without_a_host_marks_no_record_of_a_type(affix: Affix, name: str) -> None:
    assert [key for key in marked(name, affix) if key.type] == []


@given(name=NAMES, record_type=st.sampled_from(RECORD_TYPES), affix=AFFIXES)
def test_the_record_is_found_from_the_name_of_its_mark(name: str, record_type: str, affix: Affix) -> None:
    keys = marked(mark_name(name, record_type, affix), affix)
    assert MarkedSet(name, record_type) in keys
    assert len(set(keys)) == len(keys)
    assert covers(keys, name, record_type)


@given(name=st.text(max_size=80), affix=AFFIXES)
def test_no_name_makes_the_reader_fail_and_none_leads_to_a_name_with_an_empty_label(name: str, affix: Affix) -> None:
    assert all(all(key.name.split(".")) for key in marked(name, affix))


def test_a_label_has_63_bytes_at_most() -> None:
    assert mark_name(f"{'w' * 61}.ex.com", "A", Affix()) == f"a-{'w' * 61}.ex.com"
    with pytest.raises(
        ValueError, match=r"the mark of w+\.ex\.com AAAA would be .* longer than 63 bytes: use a shorter"
    ):
        mark_name(f"{'w' * 61}.ex.com", "AAAA", Affix())
    assert mark_name(f"{'w' * 63}.ex.com", "AAAA", Affix(prefix="%{record_type}.")) == f"aaaa.{'w' * 63}.ex.com"


def test_a_name_has_253_bytes_at_most() -> None:
    long = ".".join(["w" * 50, *["w" * 60] * 3, "w" * 9, "ex.com"])
    assert len(mark_name(long, "A", Affix(prefix="x"))) == 253
    with pytest.raises(ValueError, match="which is longer than 253 bytes"):
        mark_name(long, "A", Affix(prefix="xy"))


def test_an_affix_that_external_dns_refuses_is_refused() -> None:
    with pytest.raises(ValueError, match="never both"):
        Affix(prefix="a", suffix="b")
    with pytest.raises(ValueError, match="must be one label"):
        Affix(wildcard="any.where")
