"""Ask DNS for the addresses of host names: all that are due at the same time, and again when their TTL is over.

A name has to have an answer about both families: one that cannot be had leaves all of its addresses unknown, as does a
name that does not exist or has no address. Nobody can tell that from an outage of DNS.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.resolver

from components.host_port import parse_host
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.hosts import HostAnswer, Hosts

PORT = 53
LIFETIME = 5.0
"""Seconds for which a round of questions lasts, however many there are."""
SOON = 10.0
"""Seconds until a name is asked again that did not resolve, and at least until any other is."""
AT_ONCE = 64
"""Names that are asked at the same time, of each both families."""


async def keep(hosts: Hosts, longest: float, changed: Callable[[], None]) -> NoReturn:
    """Ask for each name when it is wanted and whenever it is due. changed: called after each change of addresses.

    longest: seconds after which a name is asked again whatever its TTL is.
    """
    while True:
        due = hosts.next_due
        with suppress(TimeoutError):
            async with asyncio.timeout(None if due == math.inf else max(due - time.monotonic(), 0)):
                await hosts.asked.wait()
        if await look(hosts, longest):
            changed()


async def look(hosts: Hosts, longest: float) -> bool:
    """Ask for the names that are due, and return whether one has other addresses. longest: as of `keep`."""
    hosts.asked.clear()
    names = hosts.due(time.monotonic())
    if not names:
        return False
    slots = asyncio.Semaphore(AT_ONCE)
    try:
        resolver = _resolver(hosts.servers)
    except (dns.exception.DNSException, OSError):  # there is no resolv.conf
        missing = Unknown("no name server is configured to resolve host names with")
        return hosts.note(dict.fromkeys(names, HostAnswer(missing, time.monotonic() + min(SOON, longest))))
    answers = await asyncio.gather(*(_answer(name, resolver, slots, longest) for name in names))
    return hosts.note(dict(zip(names, answers, strict=True)))


def _resolver(servers: tuple[str, ...]) -> dns.asyncresolver.Resolver:
    """Return a resolver that asks these servers (ADDRESS or ADDRESS:PORT); none: those that the system has now."""
    if not servers:
        return dns.asyncresolver.Resolver()
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [dns.nameserver.Do53Nameserver(*parse_host(one, PORT)) for one in servers]
    return resolver


async def _answer(
    host: str, resolver: dns.asyncresolver.Resolver, slots: asyncio.Semaphore, longest: float
) -> HostAnswer:
    async def ask(kind: str) -> dns.resolver.Answer:
        return await resolver.resolve(f"{host}.", kind, raise_on_no_answer=False, lifetime=LIFETIME)

    try:
        async with asyncio.timeout(LIFETIME), slots:
            answers = (await ask("A"), await ask("AAAA"))
    except (dns.exception.DNSException, OSError, TimeoutError) as error:
        return HostAnswer(Unknown(f"the host name {host} does not resolve: {_why(error)}"), _in(SOON, longest))
    found = sorted({str(record) for answer in answers for record in answer.rrset or ()})
    if not found:
        return HostAnswer(Unknown(f"the host name {host} does not resolve: it has no address"), _in(SOON, longest))
    ttl = min(answer.expiration for answer in answers) - time.time()
    return HostAnswer(Known(tuple(found)), _in(max(ttl, SOON), longest))


def _in(seconds: float, longest: float) -> float:
    return time.monotonic() + min(seconds, longest)


def _why(error: Exception) -> str:
    """Return a reason that is the same at each try: every other one would be told as news."""
    match error:
        case dns.resolver.NXDOMAIN():
            return "there is no such name"
        case dns.resolver.NoNameservers():
            return "the name servers refuse to answer, or fail to"
        case dns.exception.Timeout() | TimeoutError():
            return "no name server answers in time"
    return f"it cannot be asked ({type(error).__name__})"
