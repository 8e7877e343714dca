from __future__ import annotations

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.plain_text import check_plain, visible
from components.records import canonical, international

LETTERS = st.characters(categories=["Ll", "Lo", "Nd"], max_codepoint=0x2FFFF)
LABEL = st.text(LETTERS, min_size=1, max_size=12)
PERSIAN = "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc"
EMOJI = st.sampled_from("🐱☃♥★😀🍕")


@pytest.mark.parametrize(
    ("written", "in_dns"),
    [
        ("bücher", "xn--bcher-kva"),
        ("BÜCHER.Example.com", "xn--bcher-kva.example.com"),
        ("bu\u0308cher", "xn--bcher-kva"),  # in two characters
        ("xn--bcher-kva", "xn--bcher-kva"),
        ("XN--BCHER-KVA", "xn--bcher-kva"),
        ("faß", "xn--fa-hia"),  # not fass, as before 2010
        ("straße.de", "xn--strae-oqa.de"),
        ("日本｡co｡jp", "xn--wgv71a.co.jp"),  # README of favonia/cloudflare-ddns
        ("\uff37\uff37\uff37.example.com", "www.example.com"),
        ("\u212a.example.com", "k.example.com"),  # the sign of kelvin
        ("🐱", "xn--5o8h"),
        ("I❤️NY.ws", "xn--iny-4r6a.ws"),
        ("*.bücher", "*.xn--bcher-kva"),
        ("_dmarc.bücher", "_dmarc.xn--bcher-kva"),
        ("נס.example", "xn--lebc.example"),
        (PERSIAN, "xn--mgba3gch31f060k"),  # RFC 5892, appendix A.1
        ("r3---sn-x", "r3---sn-x"),
        ("", ""),
    ],
)
def test_a_name_has_one_form_in_the_dns_however_it_is_written(written: str, in_dns: str) -> None:
    assert international.to_ascii(written) == in_dns
    assert international.to_ascii(in_dns) == in_dns


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("bü\u202echer", "right-to-left override"),
        ("b\u200bü", "zero width space"),
        ("bü\n", "a line break"),
        ("\u0301aü", "combining character"),
        ("1א", "directionality"),
        ("👨\u200d👩", "has no width, and does not belong"),
        ("xn--bücher", "letters and digits of ASCII only"),
        ("ü" * 60 + "x" * 4, "longer than 63"),
        ("ü" * 254, "longer than 253"),
        ("a\ud800", "U\\+D800"),
    ],
)
def test_what_is_no_international_name_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        international.to_ascii(written)


@given(labels=st.lists(LABEL | EMOJI, min_size=1, max_size=4))
def test_the_form_of_the_dns_stays_itself_and_can_be_read_and_written_again(labels: list[str]) -> None:
    try:
        once = international.to_ascii(".".join(labels))
    except ValueError:
        return
    assert once.isascii()
    assert international.to_ascii(once) == once
    read = international.to_unicode(once)
    assert international.to_ascii(read) == once
    check_plain(read)


@given(label=LABEL)
def test_what_idna_2008_takes_has_the_same_form_here_but_for_hidden_characters(label: str) -> None:
    try:
        strict = idna.encode(label, uts46=True).decode()
    except idna.IDNAError:
        return
    if visible(label) != label:
        with pytest.raises(ValueError, match="remove it"):
            international.to_ascii(label)
    else:
        assert international.to_ascii(label) == strict


@given(text=st.text(max_size=80))
def test_any_text_becomes_a_name_or_a_reason(text: str) -> None:
    try:
        found = international.to_ascii(text)
    except ValueError:
        return
    assert found.isascii()


@given(label=st.from_regex(r"xn--[a-z0-9-]{0,70}", fullmatch=True))
def test_whatever_punycode_is_read_says_the_same_or_stays_as_it_is(label: str) -> None:
    read = international.to_unicode(label)
    assert read == label or international.to_ascii(read) == label


def test_a_name_that_nobody_could_read_stays_in_punycode() -> None:
    for hidden in ("a\u202eb", "a\u200b", PERSIAN):
        punycode = "xn--" + hidden.encode("punycode").decode()
        assert international.to_unicode(punycode) == punycode


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("xn--bcher-kva.example.com A", "bücher.example.com (xn--bcher-kva.example.com) A"),
        ("see xn--bcher-kva.example.com.", "see bücher.example.com (xn--bcher-kva.example.com)."),
        ("*.xn--bcher-kva.de, x", "*.bücher.de (*.xn--bcher-kva.de), x"),
        ("settings/names/xn--bcher-kva", "settings/names/bücher (xn--bcher-kva)"),
        ("xn--a and www.example.com", "xn--a and www.example.com"),
        (
            "run `up --name xn--bcher-kva.de` for xn--bcher-kva.de",
            "run `up --name xn--bcher-kva.de` for bücher.de (xn--bcher-kva.de)",
        ),
        ("nothing", "nothing"),
    ],
)
def test_a_name_in_a_text_is_shown_in_both_forms_once(text: str, shown: str) -> None:
    assert international.in_both_forms(text) == shown
    assert international.in_both_forms(shown) == shown


def test_hidden_characters_are_written_out_beside_both_forms() -> None:
    assert international.readable("\x1b xn--bcher-kva\n", keep="\n") == "\\x1b bücher (xn--bcher-kva)\n"


@given(labels=st.lists(LABEL, min_size=1, max_size=2))
def test_a_name_in_full_is_one_whichever_labels_are_in_unicode(labels: list[str]) -> None:
    try:
        name = canonical.fqdn(".".join([*labels, "example.com"]), "example.com")
    except ValueError:
        return
    for form in (international.to_unicode(name), name.upper(), f"{international.to_unicode(name)}."):
        assert canonical.fqdn(form, "example.com") == name
