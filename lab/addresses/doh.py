"""Answers of a DNS over HTTPS service (RFC 8484) about the address of whoever asks."""

from __future__ import annotations

import dns.exception
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

MEDIA_TYPE = "application/dns-message"
PATH = "/dns-query"
LONGEST = 4096
"""Bytes of a question that are read."""


def answer(wire: bytes, address: str) -> bytes | None:
    """Return the answer to a question on the wire; None for what is no question.

    `whoami.cloudflare` CH TXT is the address, as with Cloudflare; `myip.opendns.com` A or AAAA, as with OpenDNS.
    """
    try:
        query = dns.message.from_wire(wire)
        (question,) = query.question
    except (dns.exception.DNSException, ValueError):
        return None
    response = dns.message.make_response(query)
    name, family = question.name.to_text().lower(), dns.rdatatype.AAAA if ":" in address else dns.rdatatype.A
    if (name, question.rdclass, question.rdtype) == ("whoami.cloudflare.", dns.rdataclass.CH, dns.rdatatype.TXT):
        response.answer = [dns.rrset.from_text(question.name, 0, question.rdclass, question.rdtype, f'"{address}"')]
    elif (name, question.rdclass, question.rdtype) == ("myip.opendns.com.", dns.rdataclass.IN, family):
        response.answer = [dns.rrset.from_text(question.name, 0, question.rdclass, question.rdtype, address)]
    else:
        response.set_rcode(dns.rcode.REFUSED)
    return response.to_wire()
