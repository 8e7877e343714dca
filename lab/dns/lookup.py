"""What an authoritative server answers to one question (RFC 1034, 4.3.2; negative answers as in RFC 2308)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import dns.exception
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from lab.dns.rdata import rdata
from lab.dns.record import ZoneRecord
from lab.dns.zone import Zone, key

NAME_SERVERS = ("ns1.lab.test.", "ns2.lab.test.")
EDGE = {"A": ("198.51.100.200", "198.51.100.201"), "AAAA": ("2001:db8:ed9e::200", "2001:db8:ed9e::201")}
"""What a proxied name answers in place of its content: the provider's own servers (documentation addresses)."""
AUTOMATIC_TTL = 300
"""Seconds; what a ttl of 1 is shown as, and what proxied names have."""
NEGATIVE_TTL = 1800
_LARGEST_CHAIN = 8
_ADDRESSES = (dns.rdatatype.A, dns.rdatatype.AAAA)


@dataclass(frozen=True, slots=True)
class Reply:
    """The sections of an answer."""

    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    authoritative: bool = True
    answer: list[dns.rrset.RRset] = field(default_factory=list)
    authority: list[dns.rrset.RRset] = field(default_factory=list)
    additional: list[dns.rrset.RRset] = field(default_factory=list)


def look_up(zones: Mapping[str, Zone], name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> Reply:
    """Answer a question of class IN. A record whose content is none of its type makes it SERVFAIL."""
    zone = _zone_of(zones, name)
    if zone is None or (dns.rdatatype.is_metatype(record_type) and record_type != dns.rdatatype.ANY):
        return Reply(dns.rcode.REFUSED, authoritative=False)
    try:
        return _in_zone(zone, name, record_type)
    except dns.exception.DNSException:
        return Reply(dns.rcode.SERVFAIL, authoritative=False)


def _zone_of(zones: Mapping[str, Zone], name: dns.name.Name) -> Zone | None:
    while name != dns.name.root:
        if zone := zones.get(key(name)):
            return zone
        name = name.parent()
    return None


def _in_zone(zone: Zone, name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> Reply:
    """Follow aliases within the zone; the answer to the last name is that of the whole chain (RFC 6604)."""
    chain: list[dns.rrset.RRset] = []
    while len(chain) < _LARGEST_CHAIN:
        reply = _at_name(zone, name, record_type)
        aliases = [rrset for rrset in reply.answer if rrset.rdtype == dns.rdatatype.CNAME]
        if not aliases or record_type in (dns.rdatatype.CNAME, dns.rdatatype.ANY):
            authoritative = reply.authoritative or bool(chain)
            return replace(reply, answer=[*chain, *reply.answer], authoritative=authoritative)
        chain += aliases
        name = aliases[0][0].target
        if not zone.holds(name) or any(rrset.name == name for rrset in chain):
            break
    return Reply(answer=chain)


def _at_name(zone: Zone, name: dns.name.Name, record_type: dns.rdatatype.RdataType) -> Reply:
    cut = zone.delegation(name)
    if cut and (name, record_type) != (cut[0], dns.rdatatype.DS):  # of which the parent knows (RFC 4035, 3.1.4.1)
        return _referral(zone, *cut)
    records = zone.at(name)
    if records is None:
        return Reply(dns.rcode.NXDOMAIN, authority=[_soa(zone)])
    if record_type == dns.rdatatype.ANY:
        return Reply(answer=[dns.rrset.from_text(name, AUTOMATIC_TTL, "IN", "HINFO", '"RFC8482" ""')])
    proxied = any(record.proxied for record in records)
    alias = [record for record in records if record.type == "CNAME"]
    if alias and key(name) == zone.name and not proxied:
        return _flattened(zone, name, alias[0], record_type)
    answer = _own(zone, name, records, record_type, proxied=proxied)
    return Reply(answer=[answer]) if answer else Reply(authority=[_soa(zone)])


def _referral(zone: Zone, owner: dns.name.Name, servers: Sequence[ZoneRecord]) -> Reply:
    """Refer to the name servers of a delegated name, with the addresses of those that lie below it."""
    found = _rrset(owner, servers)
    hosts = [one.target for one in found if one.target.is_subdomain(owner)]
    glue = [_rrset(host, alike) for host in hosts for kind in EDGE if (alike := zone.glue(host, kind))]
    return Reply(authoritative=False, authority=[found], additional=glue)


def _own(
    zone: Zone,
    name: dns.name.Name,
    records: Sequence[ZoneRecord],
    record_type: dns.rdatatype.RdataType,
    *,
    proxied: bool,
) -> dns.rrset.RRset | None:
    wanted = dns.rdatatype.to_text(record_type)
    if proxied:
        if wanted in EDGE:
            return dns.rrset.from_text_list(name, AUTOMATIC_TTL, "IN", wanted, EDGE[wanted])
        records = [record for record in records if record.type not in (*EDGE, "CNAME")]
    if found := [record for record in records if record.type == wanted]:
        return _rrset(name, found)
    if alias := [record for record in records if record.type == "CNAME"]:
        return _rrset(name, alias[:1])
    if key(name) == zone.name and wanted == "SOA":
        return _soa(zone)
    if key(name) == zone.name and wanted == "NS":
        return dns.rrset.from_text_list(name, AUTOMATIC_TTL, "IN", wanted, NAME_SERVERS)
    return None


def _flattened(zone: Zone, name: dns.name.Name, alias: ZoneRecord, record_type: dns.rdatatype.RdataType) -> Reply:
    """An alias at the apex is answered with the addresses of its target; those outside of the zone we cannot know."""
    if record_type not in _ADDRESSES:
        others = [record for record in zone.at(name) or () if record.type != "CNAME"]
        answer = _own(zone, name, others, record_type, proxied=False)
        return Reply(answer=[answer]) if answer else Reply(authority=[_soa(zone)])
    target = _rrset(name, [alias])[0].target
    if not zone.holds(target) or target == name:
        return Reply(dns.rcode.SERVFAIL, authoritative=False)
    found = [rrset for rrset in _in_zone(zone, target, record_type).answer if rrset.rdtype == record_type]
    if not found:
        return Reply(authority=[_soa(zone)])
    return Reply(answer=[dns.rrset.from_rdata_list(name, found[0].ttl, list(found[0]))])


def _rrset(name: dns.name.Name, records: Iterable[ZoneRecord]) -> dns.rrset.RRset:
    known = list(records)
    ttl = min(AUTOMATIC_TTL if record.ttl == 1 else record.ttl for record in known)
    return dns.rrset.from_rdata_list(name, ttl, [rdata(record) for record in known])


def _soa(zone: Zone) -> dns.rrset.RRset:
    text = f"{NAME_SERVERS[0]} dns.lab.test. {zone.serial} 10000 2400 604800 {NEGATIVE_TTL}"
    return dns.rrset.from_text(zone.name + ".", NEGATIVE_TTL, "IN", "SOA", text)
