"""The ownership marks of external-dns: the names and contents of its TXT registry.

Names: external-dns' docs/registry/txt.md and registry/mapper/mapper.go. Contents: endpoint/labels.go and crypto.go.
Checked against external-dns 0.22.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from dataclasses import dataclass

from components.marks import labels
from components.marks.marked import MarkedSet
from components.records import canonical

HERITAGE = "external-dns"
DEFAULT_OWNER = "default"
TEMPLATE = "%{record_type}"
RECORD_TYPES = ("A", "AAAA", "CNAME", "NS", "MX", "PTR", "SRV", "NAPTR", "TXT", "DNAME")
"""The types of which it keeps marks, in any of its versions."""
LONGEST_LABEL = 63

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
SHORTEST_SEALED = NONCE_BYTES + TAG_BYTES + len(f"heritage={HERITAGE}") + 18
"""Bytes; the shortest text cannot be compressed, and gzip frames it with 18 bytes."""
LONGEST_TEXT = 1 << 16
"""Bytes; no TXT record holds more (RFC 1035, 3.2.1: the length of its data has 16 bits)."""
HEXADECIMAL = re.compile(r"[0-9a-f]+|[0-9A-F]+")
GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Affix:
    """The options of an external-dns for names of marks: `--txt-prefix`, `--txt-suffix`, `--txt-wildcard-replacement`.

    Raises ValueError where both prefix and suffix are given, which external-dns refuses, or the replacement has a dot.
    """

    prefix: str = ""
    suffix: str = ""
    wildcard: str = ""

    def __post_init__(self) -> None:
        if self.prefix and self.suffix:
            raise ValueError("the marks of external-dns have a prefix or a suffix, never both: leave one of them out")
        if "." in self.wildcard:
            raise ValueError(f"the wildcard replacement {self.wildcard!r} must be one label, without dots")


@dataclass(frozen=True, slots=True)
class Labels:
    """The content of a mark. resource: `<kind>/<namespace>/<name>`, "" for none; others: further keys and values."""

    owner: str = DEFAULT_OWNER
    resource: str = ""
    others: tuple[tuple[str, str], ...] = ()
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted mark, or a text that looks like one, with an unknown owner."""


def mark_name(name: str, record_type: str, affix: Affix) -> str:
    """Return the name of the TXT mark of a record set.

    The affix goes around the first label, which bears the type in front (`a-www`) unless the affix holds it.
    Raises ValueError where no such name can exist: a label above 63 bytes, or a name above 253.
    """
    kind = record_type.lower()
    prefix, suffix = _spelled(affix, kind)
    host, dot, rest = name.lower().partition(".")
    if host == "*" and affix.wildcard:
        host = affix.wildcard.lower()
    if not _typed(affix):
        host = f"{kind}-{host}"
    mark = f"{prefix}{host}{suffix}{dot}{rest}"
    for label in mark.split("."):
        if len(label.encode()) > LONGEST_LABEL:
            raise ValueError(
                f"the mark of {name} {record_type} would be {mark}, whose label {label!r} is longer than "
                f"{LONGEST_LABEL} bytes: use a shorter prefix or suffix, or a prefix that ends in a dot"
            )
    if len(mark.encode()) > canonical.MAXIMUM_NAME:
        raise ValueError(
            f"the mark of {name} {record_type} would be {mark}, which is longer than {canonical.MAXIMUM_NAME} bytes"
        )
    return mark


def marked(mark_name: str, affix: Affix) -> tuple[MarkedSet, ...]:
    """Return the record sets that a TXT of this name may mark; none where it lacks the affix.

    Sets with a type come first. Before 0.12 a mark had no type in its name, until 0.18 one without was written too:
    `a-www.example.com` is the mark of A www.example.com, or of whatever stands at a-www.example.com.
    """
    name = mark_name.lower()
    bare: list[MarkedSet] = []
    if _typed(affix):
        bare += [MarkedSet(_without(name, affix, record_type.lower()), record_type) for record_type in RECORD_TYPES]
    legacy = _without(name, affix, "")
    for record_type in RECORD_TYPES:
        kind = f"{record_type.lower()}-"
        if legacy.startswith(kind):
            bare.append(MarkedSet(legacy.removeprefix(kind), record_type))
    bare.append(MarkedSet(legacy, None))
    keys = [MarkedSet(host, key.type) for key in bare for host in _hosts(key.name, affix)]
    return tuple(key for key in keys if all(key.name.split(".")))


def affixes(affix: Affix) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the prefixes of its marks' names, and the suffixes of their first labels; none for an empty affix."""
    spelled = [_spelled(affix, kind.lower()) for kind in RECORD_TYPES]
    return (
        tuple(dict.fromkeys(prefix for prefix, _ in spelled if prefix)),
        tuple(dict.fromkeys(suffix for _, suffix in spelled if suffix)),
    )


def aes_key(text: str) -> bytes:
    """Return the key of `--txt-encrypt-aes-key`: 32 bytes as they are, or in base64. Raises ValueError for others."""
    key = text.encode()
    if len(key) != KEY_BYTES:
        try:
            key = base64.b64decode(key, validate=True)
        except binascii.Error:
            key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"the AES key of external-dns must be {KEY_BYTES} bytes long, as plain text or in base64")
    return key


def encode(said: Labels) -> str:
    """Return the plain TXT content of a mark. Raises ValueError where it could not be read back."""
    pairs = dict(said.others) | {"owner": said.owner}
    if said.resource:
        pairs["resource"] = said.resource
    return labels.encode(HERITAGE, pairs)


def parse(content: str, key: bytes | None) -> Labels | Sealed | None:
    """Return the content of a mark, plain or encrypted. key: of `aes_key`; None for none. None for any other text."""
    text = labels.unquoted(content)
    data = _base64(text)
    opened = _open(data, key) if key else None
    pairs = labels.parse(text if opened is None else opened, HERITAGE)
    if pairs is not None:
        others = tuple(sorted((name, value) for name, value in pairs.items() if name not in {"owner", "resource"}))
        encrypted = opened is not None
        return Labels(pairs.get("owner", DEFAULT_OWNER), pairs.get("resource", ""), others, encrypted)
    # A digest in hexadecimal, as many services ask for one, is base64 too.
    sealed = opened is None and len(data) >= SHORTEST_SEALED and not HEXADECIMAL.fullmatch(text)
    return Sealed() if sealed else None


def _typed(affix: Affix) -> bool:
    """Whether the affix itself holds the record type."""
    return TEMPLATE in (affix.prefix + affix.suffix).lower()


def _spelled(affix: Affix, kind: str) -> tuple[str, str]:
    """Return prefix and suffix for a type in lower case; "" for marks without a type."""
    return affix.prefix.lower().replace(TEMPLATE, kind), affix.suffix.lower().replace(TEMPLATE, kind)


def _without(mark_name: str, affix: Affix, kind: str) -> str:
    """Return a mark's name without the affix; "" where it lacks the affix."""
    prefix, suffix = _spelled(affix, kind)
    labels = mark_name.split(".")
    length = 1 + suffix.count(".")
    host, rest = ".".join(labels[:length]), labels[length:]
    if not (mark_name.startswith(prefix) and host.endswith(suffix)):
        return ""
    return ".".join([host.removesuffix(suffix), *rest]).removeprefix(prefix)


def _hosts(bare: str, affix: Affix) -> tuple[str, ...]:
    """Return the names behind a mark's name without affix and type: a wildcard shares its mark with a name."""
    host, dot, rest = bare.partition(".")
    return (f"*{dot}{rest}", bare) if affix.wildcard and host == affix.wildcard.lower() else (bare,)


def _base64(text: str) -> bytes:
    """Return the bytes of a text in base64; none for any other text."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # characters beyond ASCII, or binascii.Error
        return b""


def _open(data: bytes, key: bytes) -> str | None:
    """Return the text in nonce | AES-256-GCM(gzip(text)) | tag; None for other data, or another key."""
    if len(data) < SHORTEST_SEALED:
        return None
    # Imported here: 6 MB of every process, for marks that few have.
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - likewise

    try:
        packed = AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None)
        return zlib.decompressobj(GZIP).decompress(packed, LONGEST_TEXT).decode(errors="replace")
    except (InvalidTag, zlib.error):
        return None
