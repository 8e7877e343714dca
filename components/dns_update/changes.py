"""Reads and changes one record set at its server, sparing what others have written there.

Each change has prerequisites (RFC 2136, 2.4), which the server checks in one step with the change: a set is made only
where there is none, and changed only where it is as it was known. That makes it safe to send a change again whose
answer was lost. A set that is ours is removed as it is: an edit of it is one of ours.
"""

from __future__ import annotations

from dataclasses import replace as replaced

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.update

from components.dns_update.server import DnsFault, DnsServer, NoAnswer
from components.dns_update.transfer import listing
from components.plain_text import cut
from components.zone_set import ZoneSet

_CNAME, _DS = "CNAME", "DS"
_TRIES = 2


class Foreign(DnsFault):
    """A change that would overwrite records of somebody else."""


def look(server: DnsServer, wanted: ZoneSet) -> dns.rdataset.Rdataset | None:
    """Return the records of a set's name and type as they are at the server now; None where there are none.

    Whether there are some a prerequisite asks, because to a question a wildcard would answer for the name, too. Raises
    DnsFault where the server does not say so.
    """
    asking = dns.update.UpdateMessage(wanted.origin)
    asking.present(wanted.owner, wanted.kind)
    question = dns.message.make_query(wanted.owner, wanted.kind)
    question.flags &= ~dns.flags.RD
    with server.connected() as line:
        answer = line.ask(asking)
        if answer.rcode() == dns.rcode.NXRRSET:
            return None
        if answer.rcode() != dns.rcode.NOERROR:
            raise server.refusal(answer, f"say whether there is {wanted.said}")
        answer = line.ask(question)
    if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        raise server.refusal(answer, f"answer for {wanted.said}")
    if not answer.flags & dns.flags.AA:
        return _at_a_cut(server, wanted)
    return answer.get_rrset(answer.answer, wanted.owner, dns.rdataclass.IN, wanted.kind)


def _at_a_cut(server: DnsServer, wanted: ZoneSet) -> dns.rdataset.Rdataset | None:
    """Return the records at or below a name that the zone hands to other servers: questions are referred to these."""
    name = wanted.owner.to_text(omit_final_dot=True).lower()
    there = [one for one in listing(server, wanted.zone) if (one.name, one.type) == (name, wanted.type)]
    return replaced(wanted, ttl=there[0].ttl, values=there[0].values).rdataset() if there else None


def create(server: DnsServer, wanted: ZoneSet) -> None:
    """Make a set where there is none. Raises Foreign where its name is taken, DnsFault.

    A CNAME stands alone at its name: beside other records, or others beside it, a server would leave it out without a
    word (RFC 2136, 3.4.2.2).
    """
    update = dns.update.UpdateMessage(wanted.origin)
    if wanted.type == _CNAME:
        update.absent(wanted.owner)
    else:
        update.absent(wanted.owner, wanted.kind)
        update.absent(wanted.owner, _CNAME)
    update.add(wanted.owner, wanted.rdataset())
    _carry_out(server, update, wanted, wanted)


def replace(server: DnsServer, known: ZoneSet, wanted: ZoneSet) -> None:
    """Change the values and TTL of a set that is as it was known. Raises Foreign where it is not, DnsFault."""
    update = dns.update.UpdateMessage(wanted.origin)
    update.present(known.owner, *known.rdataset())
    update.replace(wanted.owner, wanted.rdataset())
    _carry_out(server, update, known, wanted, is_ours=True)


def remove(server: DnsServer, known: ZoneSet) -> None:
    """Remove a set; one that is gone is gone. Raises DnsFault."""
    update = dns.update.UpdateMessage(known.origin)
    update.delete(known.owner, known.kind)
    _carry_out(server, update, known, None)


def _carry_out(
    server: DnsServer,
    update: dns.update.UpdateMessage,
    about: ZoneSet,
    result: ZoneSet | None,
    *,
    is_ours: bool = False,
) -> None:
    """Send a change until its answer has come, or the zone shows its result.

    result: what the change leaves. is_ours: whether a set that is so already may be taken for it.
    """
    was_lost = ""
    for _ in range(_TRIES):
        try:
            answer = server.ask(update)
        except NoAnswer as fault:
            if not fault.was_sent:
                raise
            was_lost = str(fault)
            if _has_landed(server, about, result, was_lost):
                return
            continue
        if answer.rcode() == dns.rcode.NOERROR:
            if result and _was_left_out(server, result):
                raise DnsFault(_left_out(server, result))
            return
        if answer.rcode() not in {dns.rcode.YXDOMAIN, dns.rcode.YXRRSET, dns.rcode.NXRRSET}:
            raise server.refusal(answer, f"change {about.said}")
        there = look(server, about)
        if (is_ours or was_lost) and _is(result, there):
            return
        raise Foreign(_taken(about, there))
    raise DnsFault(f"could not confirm the change of {about.said}: {was_lost}; the next run looks what is there")


def _was_left_out(server: DnsServer, result: ZoneSet) -> bool:
    """Return whether the zone is without a change that the server has taken; not where that cannot be known.

    Servers leave out without a word what would not be right in the zone, such as a DS without the NS of its name.
    """
    asking = dns.update.UpdateMessage(result.origin)
    asking.present(result.owner, *result.rdataset())
    try:
        return server.ask(asking).rcode() != dns.rcode.NOERROR and not result.same_values(look(server, result))
    except DnsFault:
        return False


def _left_out(server: DnsServer, result: ZoneSet) -> str:
    needed = ": a DS needs the NS of its name" if result.type == _DS else ""
    return f"{server.named} has taken the change of {result.said} and left it out{needed}; see its log"


def _has_landed(server: DnsServer, about: ZoneSet, result: ZoneSet | None, why: str) -> bool:
    """Return whether a change without an answer is in the zone. Raises DnsFault where that cannot be known."""
    try:
        return _is(result, look(server, about))
    except DnsFault as fault:
        raise DnsFault(
            f"could not confirm the change of {about.said}: {why}; then {fault}; the next run looks what is there"
        ) from None


def _is(result: ZoneSet | None, there: dns.rdataset.Rdataset | None) -> bool:
    if result is None or there is None:
        return result is None and there is None
    return result.same_values(there) and there.ttl == result.ttl


def _taken(about: ZoneSet, there: dns.rdataset.Rdataset | None) -> str:
    """Return in words why a change would overwrite something."""
    if there is None:
        return f"{about.said} is not there as it was known, or other records stand at its name: nothing was changed"
    values = ", ".join(cut(one.to_text(), 80) for one in list(there)[:3])
    return f"{about.said} is now {values} (ttl {there.ttl}), which somebody else has written: nothing was changed"
