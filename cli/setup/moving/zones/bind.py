"""Reads zone files (RFC 1035, 5), Cloudflare's export among them, which has proxy and comment behind each record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import dns.exception
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.zonefile

from cli.setup.moving.draft import Draft
from cli.setup.moving.zones.records import WrittenSet, carry_zone
from stacks.model.errors import UserError

_DOMAIN = re.compile(r"^;;\s*Domain:\s*(\S+?)\.?\s*(?:\n|\Z)", re.MULTILINE)
_ORIGIN = re.compile(r"^\$ORIGIN\s+(\S+?)\.?\s*(?:\n|\Z)", re.MULTILINE)
_SOA = re.compile(r"^(\S+?)\.?\s+(?:(?:\d\w*|IN)\s+){0,2}SOA\s", re.MULTILINE)
_DIRECTIVES = ("$ORIGIN", "$TTL")
"""No $INCLUDE, which reads other files, and no $GENERATE, which makes any number of records."""
_TAGS = re.compile(r"\s*cf_tags=(\S+)")
_PROXIED = "cf-proxied:"
AUTOMATIC = 1


def read(draft: Draft, text: str, zone: str, name: str) -> None:
    """Put the records of a zone file into the settings.

    zone: the one that a person names; "" for the one that the file names, or is called after. name: that of the file.
    Raises UserError.
    """
    found = next((match[1] for one in (_DOMAIN, _ORIGIN, _SOA) if (match := one.search(text)) and "." in match[1]), "")
    stem = re.sub(r"^db\.|\.(zone|txt|db|hosts|bind)\Z", "", name)
    zone = zone or found or (stem if "." in stem else "")
    if not zone:
        raise UserError("the zone file does not say of which zone it is", draft.where, "give --zone example.com")
    # Cloudflare writes the zone itself without a dot at its end, as if it were a name within it.
    text = "\n".join(_with_dot(line, zone) for line in text.split("\n"))
    try:
        origin = dns.name.from_text(zone)
        manager = dns.zonefile.RRSetsReaderManager(origin, relativize=False)
        with manager.writer(replacement=True) as changes:  # type: ignore[no-untyped-call] # dnspython has no type here
            reader = dns.zonefile.Reader(
                dns.tokenizer.Tokenizer(text),
                dns.rdataclass.IN,
                changes,
                allow_directives=_DIRECTIVES,
                default_ttl=AUTOMATIC,
            )
            reader.zone_origin = dns.name.root  # it drops what lies outside of that without a word
            reader.read()
    except (dns.exception.DNSException, ValueError) as error:
        raise UserError(
            f"the zone file cannot be read: {error}", draft.where, "mend that line, or leave it out"
        ) from None
    carry_zone(draft, zone, _sets(draft, manager, origin))


def _with_dot(line: str, zone: str) -> str:
    rest = line.removeprefix(zone)
    return f"{zone}.{rest}" if rest != line and rest[:1].isspace() else line


def _sets(draft: Draft, manager: dns.zonefile.RRSetsReaderManager, origin: dns.name.Name) -> Iterator[WrittenSet]:
    for one in manager.rrsets:
        kind = dns.rdatatype.to_text(one.rdtype)
        if not one.name.is_subdomain(origin):
            draft.lost(f"{one.name.to_text(omit_final_dot=True)} {kind}", "the name lies outside of the zone")
            continue
        name = one.name.relativize(origin).to_unicode(omit_final_dot=True)
        more: dict[str, Any] = {} if one.ttl == AUTOMATIC else {"ttl": one.ttl}
        for comment in (data.rdcomment for data in one if data.rdcomment):
            more |= _behind(draft, f"{name} {kind}", comment)
        yield WrittenSet(name, kind, tuple(data.to_text(origin=origin, relativize=False) for data in one), more)


def _behind(draft: Draft, what: str, comment: str) -> dict[str, Any]:
    """Return the proxy and comment that Cloudflare writes behind a record."""
    said: dict[str, Any] = {}
    tags = _TAGS.search(comment)
    for tag in tags[1].split(",") if tags else ():
        if tag.startswith(_PROXIED):
            said |= {"proxied": True} if tag == f"{_PROXIED}true" else {}
        elif tag != "cf-flatten-cname:false" and not tag.startswith("cf-settings"):
            draft.lost(f"{what}: the tag {tag}", "tags are set on objects alone: the annotation cloudflare-tags")
    plain = _TAGS.sub("", comment).strip(" ;")
    return said | ({"comment": plain} if plain else {})
