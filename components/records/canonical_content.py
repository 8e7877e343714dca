"""Canonical contents of records, in zone file form, so that declared, read and registered ones compare equal.

Names in a content are absolute, in lower case and without the final dot, as Cloudflare gives them back.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.rdtypes.ANY.TXT import TXT

from components.plain_text import LONGEST_QUOTE, check_plain, cut, quoted
from components.records import canonical, hosts, international

ADDRESSES = frozenset({"A", "AAAA"})
_AS_IN_DNS = {"ALIAS": "CNAME"}
"""The types of providers' own, by the type of the DNS that is written like them."""
LONGEST_STRING = 255
LONGEST_CONTENT = 8192
"""Characters, escapes among them; no provider takes as many."""
_PLAIN = re.compile(r'"?[ !#-\[\]-~]{1,255}"?')
"""One text in which nothing is escaped, quoted or not."""
_RELATIVE = dns.name.Name((b"\0", b""))
"""Stands where a host is relative to its zone: a label that no name has."""
_END_OF_RELATIVE = _RELATIVE.to_text()
SEPARATOR = "\n"
"""Between the values of a whole record set in one content."""
_DIGEST = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"
EXAMPLES = {
    "CNAME": "host.example.net",
    "TXT": "v=spf1 -all",
    "MX": "10 mail.example.com",
    "SRV": "10 5 5060 sip.example.com",
    "CAA": '0 issue "letsencrypt.org"',
    "NS": "ns1.example.net",
    "PTR": "host.example.com",
    "HTTPS": '1 . alpn="h3,h2"',
    "SVCB": '1 svc.example.com port="8443"',
    "TLSA": f"3 1 1 {_DIGEST}",
    "SSHFP": f"4 2 {_DIGEST}",
    "DS": f"2371 13 2 {_DIGEST}",
    "NAPTR": '100 10 "S" "SIP+D2U" "" _sip._udp.example.com',
    "LOC": "52 22 23.000 N 4 53 32.000 E -2.00m",
    "URI": '10 1 "https://www.example.com/"',
}
_DIGITS_AT = {"TLSA": 3, "DS": 3, "SSHFP": 2}
"""The position of the hexadecimal digits in a content, by type: to the end, and in groups as people like."""


def content(record_type: str, text: str, zone: str = "") -> str:
    """Return the canonical form of a content. Raises ValueError, with a reason for the user, where it does not fit.

    A TXT content that is not quoted is one text, spaces and all; what is not printable is escaped (RFC 1035, 5.1).
    zone: completes hosts that a person has written (`hosts`); "" where each host is in full, as APIs give them back.
    """
    if len(text) > LONGEST_CONTENT:
        raise ValueError(f"the content {quoted(text)} is longer than {LONGEST_CONTENT:,} characters")
    bare = text.strip()
    if record_type in ADDRESSES:
        return canonical.address(bare, record_type)
    if record_type == "TXT":
        return _txt(text if not bare.startswith('"') else bare)
    international.check_visible(text)
    bare = hosts.in_ascii(record_type, bare)
    check_plain(bare)
    return _written(record_type, bare, text, zone)


@lru_cache(maxsize=1024)
def _written(record_type: str, bare: str, text: str, zone: str) -> str:
    """Return a content as dnspython writes it. Thousands of aliases lead to few hosts: these are parsed once.

    text: as it was given, for the message of the ValueError.
    """
    origin = _RELATIVE if zone else dns.name.root
    try:
        kind = dns.rdatatype.from_text(_AS_IN_DNS.get(record_type, record_type))
        parsed = dns.rdata.from_text(dns.rdataclass.IN, kind, bare, origin, relativize=False)
    except (dns.exception.DNSException, ValueError) as error:
        reason = cut(str(error), LONGEST_QUOTE).rstrip(".") or type(error).__name__
        raise ValueError(
            f"{quoted(text)} is no content of a record of type {record_type} ({reason}), "
            f"e.g. {EXAMPLES.get(record_type, '')}"
        ) from None
    written = parsed.to_text().replace(" -0.00m", " 0.00m")  # an altitude of zero
    if record_type in _DIGITS_AT:
        words = written.split(" ")
        position = _DIGITS_AT[record_type]
        return " ".join([*words[:position], "".join(words[position:])])
    return hosts.changed(record_type, written, lambda host: _host(host, zone))


def lenient(record_type: str, text: str) -> str:
    """Return the canonical form of a content that somebody else has stored; as it is where it does not fit its type."""
    try:
        return content(record_type, text)
    except ValueError:
        return text


def joined(values: tuple[str, ...]) -> str:
    """Return the values of a whole record set as one content."""
    return SEPARATOR.join(sorted(values))


def split(text: str) -> tuple[str, ...]:
    """Return the values in a content that may hold those of a whole record set."""
    return tuple(text.split(SEPARATOR))


def _txt(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.startswith('"') == text.endswith('"'):
        # Most are, above all our marks: to parse one takes a hundred times as long.
        return text if text.startswith('"') else f'"{text}"'
    if text.startswith('"'):
        parsed = None
        with suppress(dns.exception.DNSException, ValueError):
            # Of several lines the parser would read the first one, and leave out the others.
            parsed = None if "\n" in text else dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, text)
        if parsed is None:
            raise ValueError(f"{quoted(text)} is no TXT content: what begins with a quote has to end with one")
        data = b"".join(parsed.strings) if isinstance(parsed, TXT) else b""
    else:
        try:
            data = text.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{quoted(text)} is no TXT content: it is no text in Unicode") from None
    chunks = [data[start : start + LONGEST_STRING] for start in range(0, len(data), LONGEST_STRING)] or [b""]
    return TXT(dns.rdataclass.IN, dns.rdatatype.TXT, chunks).to_text()


def _host(word: str, zone: str) -> str:
    if zone and word.endswith(_END_OF_RELATIVE):
        return hosts.completed(word.removesuffix(_END_OF_RELATIVE).rstrip(".").lower(), zone)
    return word.rstrip(".").lower() or "."
