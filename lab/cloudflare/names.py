"""Names as the API takes them and gives them back: lower-case, without the final dot, in Punycode."""

from __future__ import annotations

import re
from ipaddress import ip_address

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_MAXIMUM_LENGTH = 253


def hostname(text: str) -> str | None:
    """Put `text` into canonical form; None if it cannot name a host. An address cannot; underscores are allowed."""
    name = in_ascii(text)
    if name is None or len(name) > _MAXIMUM_LENGTH or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return None
    try:
        ip_address(name)
    except ValueError:
        return name
    return None


def fully_qualified(text: str, zone: str) -> str | None:
    """Make the FQDN of a record named `text` in `zone`; None if it cannot be one.

    `@` is the zone itself; a name outside the zone is taken as relative to it, as the API does.
    """
    name = zone if text.strip() == "@" else in_ascii(text)
    if name is None:
        return None
    if name != zone and not name.endswith(f".{zone}"):
        name = f"{name}.{zone}"
    body = name.removeprefix("*.")
    return name if len(name) <= _MAXIMUM_LENGTH and hostname(body) == body else None


def in_unicode(name: str) -> str:
    """Write a zone's name as `/zones` has it, in Unicode; records' names stay in Punycode.

    https://github.com/cloudflare/terraform-provider-cloudflare/issues/1310, `name=` likewise:
    https://github.com/cloudflare/cloudflare-go/issues/347
    """
    return ".".join(_label_in_unicode(label) for label in name.split("."))


def _label_in_unicode(label: str) -> str:
    try:
        return label.removeprefix("xn--").encode().decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def in_ascii(text: str) -> str | None:
    """Put `text` into lower case and Punycode, without the final dot; None where it cannot be."""
    name = text.strip().lower().removesuffix(".")
    if name.isascii():
        return name or None
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return None
