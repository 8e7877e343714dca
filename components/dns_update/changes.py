"""Reads and changes one record set at its server, sparing what others have written there.

Each change has prerequisites (RFC 2136, 2.4), which the server checks in one step with the change: a set is made only
where there is none, and changed only where it is as it was known. That makes it safe to send a change again whose
answer was lost. A set that is ours is removed as it is: an edit of it is one of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from components.zone_set import SetChange, ZoneSet

_CNAME, _DS = "CNAME", "DS"
_ALWAYS_KEPT = frozenset({"A", "AAAA", "TXT"})
"""Types that no rule lets a server leave out once the prerequisites are met (RFC 2136, 3.4.2.2)."""
_TRIES = 2


class Foreign(DnsFault):
    """A change that would overwrite records of somebody else."""


class DoubtfulChange(DnsFault):
    """A change without an answer: the server does not say whether it is made."""


def doubtful(about: ZoneSet, why: str) -> DoubtfulChange:
    """Return the fault of a change of a set that may be made. why: in words."""
    return DoubtfulChange(f"could not confirm the change of {about.said}: {why}; the next run looks what is there")


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
    """Make a set where there is none. Raises Foreign where its name is taken, DnsFault."""
    carry_out(server, SetChange(None, wanted))


def replace(server: DnsServer, known: ZoneSet, wanted: ZoneSet) -> None:
    """Change the values and TTL of a set that is as it was known. Raises Foreign where it is not, DnsFault."""
    carry_out(server, SetChange(known, wanted))


def remove(server: DnsServer, known: ZoneSet) -> None:
    """Remove a set; one that is gone is gone. Raises DnsFault."""
    carry_out(server, SetChange(known, None))


def request(changes: Sequence[SetChange]) -> dns.update.UpdateMessage:
    """Return the message of changes in one zone: the server makes all, or none where a prerequisite fails."""
    update = dns.update.UpdateMessage(changes[0].about.origin)
    for one in changes:
        _add(update, one)
    return update


def _add(update: dns.update.UpdateMessage, change: SetChange) -> None:
    """Add a change with its prerequisites to a message.

    A CNAME stands alone at its name: beside other records, or others beside it, a server would leave it out without a
    word (RFC 2136, 3.4.2.2).
    """
    known, wanted = change.known, change.wanted
    if wanted is None:
        update.delete(change.about.owner, change.about.kind)
        return
    if known is not None:
        update.present(known.owner, *known.rdataset())
        update.replace(wanted.owner, wanted.rdataset())
        return
    if wanted.type == _CNAME:
        update.absent(wanted.owner)
    else:
        update.absent(wanted.owner, wanted.kind)
        update.absent(wanted.owner, _CNAME)
    update.add(wanted.owner, wanted.rdataset())


def carry_out(server: DnsServer, change: SetChange, *, was_lost: str = "") -> None:
    """Send a change until its answer has come, or the zone shows its result. Raises Foreign, DnsFault.

    was_lost: why a message with the change has no answer yet; "" for a change that was not sent.
    """
    about, result = change.known or change.about, change.wanted
    is_ours = None not in (change.known, change.wanted)  # a set that is as wished already may be taken for it
    if was_lost and _has_landed(server, about, result, was_lost):
        return
    update = request([change])
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
            check_kept(server, result)
            return
        if answer.rcode() not in {dns.rcode.YXDOMAIN, dns.rcode.YXRRSET, dns.rcode.NXRRSET}:
            raise server.refusal(answer, f"change {about.said}")
        there = look(server, about)
        if (is_ours or was_lost) and _is(result, there):
            return
        raise Foreign(_taken(about, there))
    raise doubtful(about, was_lost)


def check_kept(server: DnsServer, result: ZoneSet | None) -> None:
    """Raise DnsFault where a server has taken a change and left it out."""
    if result and result.type not in _ALWAYS_KEPT and _was_left_out(server, result):
        raise DnsFault(_left_out(server, result))


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
    """Return whether a change without an answer is in the zone. Raises DoubtfulChange where that cannot be known."""
    try:
        return _is(result, look(server, about))
    except DnsFault as fault:
        raise doubtful(about, f"{why}; then {fault}") from None


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
