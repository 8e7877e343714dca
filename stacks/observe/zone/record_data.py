"""The contents of records in a comparable form: settings, APIs and name servers write them differently."""

from __future__ import annotations

from collections.abc import Iterable

import dns.exception
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT

from components.records.canonical_content import LONGEST_CONTENT

Data = dns.rdata.Rdata | bytes
"""A record's data; that of a TXT record is its strings put together."""
_LONGEST_SHOWN = 60


def data(record_type: dns.rdatatype.RdataType, content: str) -> Data:
    """Return the data of a content in presentation form.

    Host names are absolute, with or without the final dot. A TXT content is quoted strings, or a bare text.
    Raises `dns.exception.DNSException` for a content that the type cannot have.
    """
    if len(content) > LONGEST_CONTENT:
        raise dns.exception.TooBig
    if record_type == dns.rdatatype.TXT and not content.startswith('"'):
        return content.encode()
    return _comparable(dns.rdata.from_text(dns.rdataclass.IN, record_type, content, dns.name.root, relativize=False))


def answered(response: dns.message.Message, name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> set[Data]:
    """Return the data of this name and type in a response; data at the target of an alias is not the name's own."""
    return _in(response.answer, name, record_type)


def referred(response: dns.message.Message, name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> set[Data]:
    """Return the data of this name and type in a referral: that of a delegation, or of its glue (RFC 1034, 4.3.2)."""
    return _in([*response.authority, *response.additional], name, record_type)


def _in(section: Iterable[dns.rrset.RRset], name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> set[Data]:
    return {
        _comparable(record)
        for records in section
        if records.name == name and records.rdtype == record_type
        for record in records
    }


def shown(contents: Iterable[Data]) -> str:
    """Return the contents for a message, sorted, each cut to a readable length."""
    texts = sorted(repr(one.decode("utf-8", "replace")) if isinstance(one, bytes) else str(one) for one in contents)
    return ", ".join(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..." for text in texts)


def _comparable(record: dns.rdata.Rdata) -> Data:
    return b"".join(record.strings) if isinstance(record, TXT) else record
