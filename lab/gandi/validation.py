"""From what a client sends about a record set to what the API stores, or to a refusal that lists all that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from lab.gandi import txt
from lab.gandi.errors import Problem, invalid
from lab.gandi.model import RecordSet

RECORD_TYPES = (
    *("A", "AAAA", "ALIAS", "CAA", "CDS", "CNAME", "DNAME", "DS", "HTTPS", "KEY", "LOC", "MX", "NAPTR", "NS"),
    *("OPENPGPKEY", "PTR", "RP", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "WKS"),
)
SINGLE_VALUED = frozenset({"ALIAS", "CNAME", "DNAME"})
_TEXTS = frozenset({"SPF", "TXT"})
LEAST_TTL, LARGEST_TTL, DEFAULT_TTL = 300, 2_592_000, 10_800  # seconds
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"@|\*|(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")


def record_set(body: Mapping[str, object], name: str | None = None, record_type: str | None = None) -> RecordSet:
    """Find what is stored for `body`; name and type are those of the path where it has them. Raises ApiError (400)."""
    problems: list[Problem] = []
    name = _name(body.get("rrset_name") if name is None else name, problems)
    record_type = _type(body.get("rrset_type") if record_type is None else record_type, problems)
    ttl = _ttl(body.get("rrset_ttl"), problems)
    values = _values(body.get("rrset_values"), record_type, problems)
    if record_type == "CNAME" and name == "@":
        problems.append(Problem("rrset_type", "A CNAME record is not allowed at the apex of the zone"))
    if record_type == "ALIAS" and name != "@":  # https://github.com/octodns/octodns/pull/619, DNSControl/dnscontrol#673
        problems.append(Problem("rrset_type", "An ALIAS record is only allowed at the apex of the zone"))
    if problems:
        raise invalid(problems)
    return RecordSet(name, record_type, ttl, values)


def check_neighbours(sets: Sequence[RecordSet]) -> None:
    """Refuse (ApiError, 400) a CNAME record with others of its name (RFC 1034, 3.6.2); `sets` are those of one name."""
    if len(sets) > 1 and any(one.type == "CNAME" for one in sets):
        raise invalid([Problem("rrset_type", "A CNAME record cannot exist beside other records of the same name")])


def _name(given: object, problems: list[Problem]) -> str:
    name = given.lower() if isinstance(given, str) else ""
    if not _NAME.fullmatch(name):
        problems.append(Problem("rrset_name", f"{given!r} is no name relative to the zone"))
    return name


def _type(given: object, problems: list[Problem]) -> str:
    record_type = given.upper() if isinstance(given, str) else ""
    if record_type not in RECORD_TYPES:
        problems.append(Problem("rrset_type", f"{given!r} is not one of {', '.join(RECORD_TYPES)}"))
    return record_type


def _ttl(given: object, problems: list[Problem]) -> int:
    if given is None:
        return DEFAULT_TTL
    if isinstance(given, int) and not isinstance(given, bool) and LEAST_TTL <= given <= LARGEST_TTL:
        return given
    problems.append(Problem("rrset_ttl", f"{given!r} is not between {LEAST_TTL} and {LARGEST_TTL}"))
    return 0


def _values(given: object, record_type: str, problems: list[Problem]) -> tuple[str, ...]:
    if not isinstance(given, list) or not given:
        problems.append(Problem("rrset_values", "Required: a list of at least one value"))
        return ()
    if record_type in SINGLE_VALUED and len(given) > 1:
        problems.append(Problem("rrset_values", f"A {record_type} record has one value"))
    for index, value in enumerate(given):
        wrong = _wrong(value, record_type)
        if wrong:
            problems.append(Problem(f"rrset_values.{index}", wrong))
    texts = [value for value in given if isinstance(value, str)]
    if record_type in _TEXTS:
        texts = [txt.canonical(value) for value in texts]
    return tuple(dict.fromkeys(texts))  # a set holds no record twice (RFC 2181, 5)


def _wrong(value: object, record_type: str) -> str:
    if not isinstance(value, str) or not value.strip():
        return "A value is a text"
    if record_type in _TEXTS or record_type not in RECORD_TYPES:
        return ""
    written_as = "CNAME" if record_type == "ALIAS" else record_type  # Gandi's own type, a name like that one
    try:
        dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(written_as), value)
    except (dns.exception.DNSException, ValueError) as error:
        return f"{value!r} is no valid value of a {record_type} record: {error}"
    return ""
