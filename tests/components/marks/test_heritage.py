from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marks import cloudflare_ddns, external_dns, ownership
from components.marks.external_dns import Affix, Labels
from components.marks.heritage import HeritageMark, Readers, described, holders, read
from components.marks.marked import MarkedSet

READERS = Readers(external_dns=(Affix(), Affix(prefix="edns-%{record_type}.")))
HOME = external_dns.encode(Labels("home", "ingress/web/shop"))
# Made by EncryptText of external-dns 0.21.0 with this key, of the text of HOME.
KEY = b"passphrasewhichneedstobe32bytes!"
SEALED = (
    '"bm9uY2UtdHdlbHZlNi0j1uUQU6Ov6yVBs5ylWTt/LR8R0qKNyvynDNAjvQwk1PmLgLV5b3lL2paXltO2OzLs8Gis7TOw0v32hHEBkoV9Ex0tZ1Jc'
    'fEEr4ZHbOKO6rkyX7abwVUuVbwMIrndYEf3EtJdQzcQ/"'
)


@pytest.mark.parametrize("name", ["www.ex.com", "ex.com", "*.ex.com"])
@pytest.mark.parametrize("record_type", ["A", "AAAA"])
def test_our_own_mark_is_read(name: str, record_type: str) -> None:
    content = ownership.encode(ownership.Mark("truenorth", "home", "settings/names/www"))
    found = read(ownership.mark_name(name, record_type), content, READERS)
    assert found == HeritageMark("truenorth", "home", "settings/names/www", (MarkedSet(name, record_type),))


def test_our_own_mark_is_read_in_several_character_strings() -> None:
    content = '"heritage=truenorth,truenorth/own" "er=home"'
    found = read("_truenorth-a.www.ex.com", content, READERS)
    assert found == HeritageMark("truenorth", "home", "", (MarkedSet("www.ex.com", "A"),))


def test_our_mark_without_the_type_in_its_name_speaks_of_all_types_that_we_mark() -> None:
    content = ownership.encode(ownership.Mark("truenorth", "home"))
    found = read("_tn.www.ex.com", content, Readers(truenorth_prefix="_tn.", truenorth_types=("A", "AAAA", "CNAME")))
    assert found
    assert found.marks == (
        MarkedSet("www.ex.com", "A"),
        MarkedSet("www.ex.com", "AAAA"),
        MarkedSet("www.ex.com", "CNAME"),
    )


def test_our_mark_with_another_prefix_is_ours_and_speaks_of_no_record_set_we_know() -> None:
    content = ownership.encode(ownership.Mark("truenorth", "home"))
    assert read("_tn.www.ex.com", content, READERS) == HeritageMark("truenorth", "home", "", ())


def test_the_mark_of_cloudflare_ddns_is_read() -> None:
    found = read("www.ex.com", cloudflare_ddns.encode("pod-1"), READERS)
    assert found == HeritageMark(
        "cloudflare-ddns", "pod-1", "", (MarkedSet("www.ex.com", "A"), MarkedSet("www.ex.com", "AAAA"))
    )


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("a-www.ex.com", (MarkedSet("www.ex.com", "A"), MarkedSet("a-www.ex.com", None))),
        ("edns-cname.ex.com", (MarkedSet("edns-cname.ex.com", None), MarkedSet("ex.com", "CNAME"))),
        ("www.ex.com", (MarkedSet("www.ex.com", None),)),
    ],
)
def test_the_mark_of_external_dns_is_read_with_every_affix(name: str, marks: tuple[MarkedSet, ...]) -> None:
    assert read(name, HOME, READERS) == HeritageMark("external-dns", "home", "ingress/web/shop", marks)


def test_an_encrypted_mark_is_read_with_the_key_and_its_name_has_a_type() -> None:
    found = read("a-www.ex.com", SEALED, Readers(key=KEY))
    assert found == HeritageMark("external-dns", "home", "ingress/web/shop", (MarkedSet("www.ex.com", "A"),))


@pytest.mark.parametrize("key", [None, bytes(32)])
def test_an_encrypted_mark_that_cannot_be_read_is_still_somebodys(key: bytes | None) -> None:
    found = read("a-www.ex.com", SEALED, Readers(key=key))
    assert found == HeritageMark("external-dns", "", "", (MarkedSet("www.ex.com", "A"),), sealed=True)


def test_what_looks_encrypted_at_a_name_without_a_type_is_no_mark() -> None:
    assert read("www.ex.com", SEALED, READERS) is None


@pytest.mark.parametrize(
    "content", ["", '"v=spf1 -all"', '"heritage=mate,mate/owner=x"', '"heritage=external-dns,heritage=mate"']
)
def test_other_texts_are_no_marks(content: str) -> None:
    assert read("a-www.ex.com", content, READERS) is None


@given(name=st.text(max_size=60), content=st.text(max_size=200))
def test_no_text_makes_the_reader_fail(name: str, content: str) -> None:
    found = read(name, content, READERS)
    assert found is None or "heritage=" in content


def found_of(*texts: tuple[str, str]) -> list[HeritageMark]:
    return [found for name, content in texts if (found := read(name, content, READERS))]


def test_the_holders_of_a_record_set_are_those_whose_marks_speak_of_it_the_surest_first() -> None:
    legacy, typed, ddns, other = found = found_of(
        ("www.ex.com", external_dns.encode(Labels("legacy"))),
        ("a-www.ex.com", external_dns.encode(Labels("typed"))),
        ("www.ex.com", cloudflare_ddns.encode("pod-1")),
        ("api.ex.com", cloudflare_ddns.encode("pod-1")),
    )
    assert holders("www.ex.com", "A", found) == (typed, ddns, legacy)
    assert holders("www.ex.com", "CNAME", found) == (legacy,)
    assert holders("api.ex.com", "AAAA", found) == (other,)
    assert holders("ex.com", "A", found) == ()


def test_a_mark_with_one_reading_is_surer_than_one_with_several() -> None:
    ambiguous, plain = found = found_of(
        ("a-www.ex.com", external_dns.encode(Labels("ambiguous"))), ("a-www.ex.com", cloudflare_ddns.encode("pod-1"))
    )
    assert holders("a-www.ex.com", "A", found) == (plain, ambiguous)
    unsure, sure = found = [
        HeritageMark("external-dns", "unsure", "", (MarkedSet("www.ex.com", None), MarkedSet("ex.com", "A"))),
        HeritageMark("external-dns", "sure", "", (MarkedSet("www.ex.com", None),)),
    ]
    assert holders("www.ex.com", "A", found) == (sure, unsure)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (HeritageMark("truenorth", "home", "settings/names/www", ()), "truenorth owner home (settings/names/www)"),
        (
            HeritageMark("external-dns", "default", "ingress/web/shop", ()),
            "external-dns owner default (ingress/web/shop)",
        ),
        (HeritageMark("cloudflare-ddns", "pod-1", "", ()), "cloudflare-ddns owner pod-1"),
        (HeritageMark("cloudflare-ddns", "", "", ()), "cloudflare-ddns"),
        (
            HeritageMark("external-dns", "", "", (), sealed=True),
            "external-dns (its mark is encrypted, the owner unknown)",
        ),
    ],
)
def test_a_mark_is_described_in_words(found: HeritageMark, words: str) -> None:
    assert described(found) == words
