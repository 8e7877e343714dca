from __future__ import annotations

import base64
import gzip

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from components.marks.external_dns import Labels, Sealed, aes_key, encode, parse

KEY = b"passphrasewhichneedstobe32bytes!"
OTHER_KEY = b"01234567890123456789012345678901"
NONCE = b"nonce-twelve"
SAID = "heritage=external-dns,external-dns/owner=home,external-dns/resource=ingress/web/shop"

# Made by EncryptText of external-dns 0.21.0 with this key and nonce.
SEALED_SAID = (
    '"bm9uY2UtdHdlbHZlNi0j1uUQU6Ov6yVBs5ylWTt/LR8R0qKNyvynDNAjvQwk1PmLgLV5b3lL2paXltO2OzLs8Gis7TOw0v32hHEBkoV9Ex0tZ1Jc'
    'fEEr4ZHbOKO6rkyX7abwVUuVbwMIrndYEf3EtJdQzcQ/"'
)
SEALED_HERITAGE_ALONE = (
    '"bm9uY2UtdHdlbHZlNi0j1uUQU6Ov67vBX1sJMHs1SNeIZ0tjoEk7z/AnuQzjI9OziLgV0tKcH2SrNhF1SMuC7hafbpd8UjKymACAhDX6"'
)

VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters=',"\\'), max_size=60)
NAMES = st.text(st.characters(codec="ascii", categories=("L", "N"), include_characters="-"), min_size=1, max_size=12)
OTHERS = st.dictionaries(NAMES.filter(lambda name: name not in {"owner", "resource"}), VALUES, max_size=3).map(
    lambda pairs: tuple(sorted(pairs.items()))
)


def seal(text: bytes, key: bytes = KEY) -> str:
    return base64.b64encode(NONCE + AESGCM(key).encrypt(NONCE, text, None)).decode()


@given(owner=VALUES, resource=VALUES, others=OTHERS)
def test_a_mark_reads_back_as_it_was_written(owner: str, resource: str, others: tuple[tuple[str, str], ...]) -> None:
    said = Labels(owner, resource, others)
    assert parse(encode(said), None) == said


@given(owner=VALUES, resource=VALUES, others=OTHERS)
def test_an_encrypted_mark_reads_back_with_its_key_only(
    owner: str, resource: str, others: tuple[tuple[str, str], ...]
) -> None:
    said = Labels(owner, resource, others)
    content = seal(gzip.compress(encode(said).strip('"').encode()))
    assert parse(content, KEY) == Labels(owner, resource, others, encrypted=True)
    assert parse(f'"{content}"', OTHER_KEY) == parse(content, None) == Sealed()


def test_a_mark_is_written_as_external_dns_writes_it() -> None:
    assert encode(Labels("home", "ingress/web/shop")) == f'"{SAID}"'
    assert encode(Labels("home", "", (("zeta", "1"), ("alpha", "2")))) == (
        '"heritage=external-dns,external-dns/alpha=2,external-dns/owner=home,external-dns/zeta=1"'
    )


# Rows of external-dns' endpoint/labels_test.go, and the same read by 0.21.0.
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SAID, Labels("home", "ingress/web/shop")),
        (f'"{SAID}"', Labels("home", "ingress/web/shop")),
        (
            "heritage=external-dns,,external-dns/owner=bar,external-dns/new-key=new,random=stuff,no-equal-sign,,",
            Labels("bar", "", (("new-key", "new"),)),
        ),
        ('"external-dns/resource=i/d/f,external-dns/owner=o,heritage=external-dns"', Labels("o", "i/d/f")),
        ('"heritage=external-dns,external-dns/owner=first,external-dns/owner=last"', Labels("last")),
        ('"heritage=external-dns"', Labels("default")),
        ('"heritage=external-dns,external-dns/owner=team=platform"', Labels("team=platform")),
        (f'"{SAID[:40]}" "{SAID[40:]}"', Labels("home", "ingress/web/shop")),
        ("external-dns/owner=random-owner", None),
        ("heritage=mate,external-dns/owner=random-owner", None),
        ("heritage=mate,heritage=external-dns,external-dns/owner=random-owner", None),
        ("heritage=external-dns,heritage=mate,external-dns/owner=random-owner", None),
    ],
)
def test_a_plain_content_is_read_as_external_dns_reads_it(content: str, said: Labels | None) -> None:
    assert parse(content, None) == parse(content, KEY) == said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SEALED_SAID, Labels("home", "ingress/web/shop", encrypted=True)),
        (SEALED_SAID.strip('"'), Labels("home", "ingress/web/shop", encrypted=True)),
        (SEALED_HERITAGE_ALONE, Labels("default", encrypted=True)),
    ],
)
def test_a_content_that_external_dns_encrypted_is_read_with_its_key_only(content: str, said: Labels) -> None:
    assert parse(content, KEY) == said
    assert parse(content, None) == parse(content, OTHER_KEY) == Sealed()


def test_an_encrypted_content_that_was_tampered_with_stays_sealed() -> None:
    assert parse(SEALED_SAID.replace("NAjvQwk", "NAjvQwl"), KEY) == Sealed()


def test_what_the_key_opens_and_is_no_gzip_stays_sealed() -> None:
    assert parse(seal(SAID.encode()), KEY) == Sealed()


def test_what_the_key_opens_and_is_of_another_heritage_is_no_mark() -> None:
    assert parse(seal(gzip.compress(b"heritage=mate,external-dns/owner=random-owner")), KEY) is None


def test_of_a_content_that_unpacks_without_end_only_the_beginning_is_read() -> None:
    packed = seal(gzip.compress(f"{SAID},".encode() + bytes(1 << 22) + b",external-dns/owner=far-away"))
    assert parse(packed, KEY) == Labels("home", "ingress/web/shop", encrypted=True)


@pytest.mark.parametrize(
    "content",
    [
        "",
        '""',
        "203.0.113.7",
        '"v=spf1 include:_spf.example.com ~all"',
        '"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFC"',
        '"gfj9Xq-Rg85nM3Z_0ytQY8rBLkYfsTSnfQ1WR3nP0hE"',  # RFC 8555, 8.4: the ACME challenge
        '"google-site-verification=rXOxyZounnZasA8Z7oaD3c14JdjS9aKSWvsR1EbUSIQ"',
        '"' + "0123456789abcdef" * 8 + '"',
        '"' + "0123456789ABCDEF" * 8 + '"',
        '"' + base64.b64encode(bytes(66)).decode() + '"',
        '"ü"',
    ],
)
def test_other_texts_are_no_marks(content: str) -> None:
    assert parse(content, KEY) is None
    assert parse(content, None) is None


@given(text=st.one_of(st.text(max_size=300), st.binary(max_size=200).map(lambda data: base64.b64encode(data).decode())))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    assert parse(text, KEY) == parse(text, None)


@given(packed=st.binary(max_size=200))
def test_nothing_sealed_with_the_key_makes_the_parser_fail(packed: bytes) -> None:
    assert parse(seal(packed), KEY) in (Sealed(), None)


@pytest.mark.parametrize(
    ("owner", "resource"), [("a,b", ""), ('a"b', ""), ("a\\b", ""), ("ü", ""), ("a\nb", ""), ("home", "ingress/a,b/c")]
)
def test_what_could_not_be_read_back_is_not_written(owner: str, resource: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in an ownership mark"):
        encode(Labels(owner, resource))


def test_a_key_with_an_equals_sign_is_not_written() -> None:
    with pytest.raises(ValueError, match="cannot stand in an ownership mark"):
        encode(Labels("home", "", (("a=b", "c"),)))


# Rows of external-dns' registry/txt/encryption_test.go.
def test_the_key_is_taken_plain_or_in_base64() -> None:
    assert aes_key(KEY.decode()) == KEY
    assert aes_key("ZPitL0NGVQBZbTD6DwXJzD8RiStSazzYXQsdUowLURY=").hex() == (
        "64f8ad2f43465500596d30fa0f05c9cc3f11892b526b3cd85d0b1d528c0b5116"
    )


SPACED = "MDEyMzQ1Njc4OTAxMjM0NTY3 ODkwMTIzNDU2Nzg5MDE="
"""The base64 of 32 bytes, with a character that base64 does not have."""


@pytest.mark.parametrize(
    "text", ["", "short", "123456789012345678901234567890asdfasdfasdfasdfa12", "ü", "c2hvcnQ=", SPACED]
)
def test_a_key_of_another_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be 32 bytes long, as plain text or in base64"):
        aes_key(text)
