"""From a record's content to the data of a DNS message."""

from __future__ import annotations

import re

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.rdtypes.ANY.TXT import TXT

from lab.dns.record import ZoneRecord

_QUOTED = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"\s*)+', re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(rb"\\(\d{3}|.)", re.DOTALL)
_LONGEST = 255
_LARGEST_BYTE = 255


def rdata(record: ZoneRecord) -> dns.rdata.Rdata:
    """The record's data. Raises `dns.exception.DNSException` where the content is none of its type."""
    record_type = dns.rdatatype.from_text(record.type)
    if record_type is dns.rdatatype.TXT:
        return TXT(dns.rdataclass.IN, record_type, strings(record.content))
    text = record.content.removeprefix("IN LOC ")
    text = text if record.priority is None else f"{record.priority} {text}"
    return dns.rdata.from_text(dns.rdataclass.IN, record_type, text, dns.name.root, relativize=False)


def strings(content: str) -> list[bytes]:
    """The character-strings of a TXT content, each of at most 255 bytes: those in quotation marks, or the bare text."""
    texts = _STRING.findall(content) if _QUOTED.fullmatch(content) else None
    parts = [content.encode()] if texts is None else [_ESCAPE.sub(_unescaped, text.encode()) for text in texts]
    return [piece for part in parts for piece in _pieces(part)]


def _pieces(part: bytes) -> list[bytes]:
    return [part[start : start + _LONGEST] for start in range(0, len(part), _LONGEST)] or [b""]


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    if len(code) == 1 or int(code) > _LARGEST_BYTE:
        return code
    return bytes([int(code)])
