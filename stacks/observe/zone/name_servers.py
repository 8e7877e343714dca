"""The authoritative name servers of a zone, with their addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import dns.asyncresolver
import dns.exception

from components.host_port import parse_host
from stacks.model.values import Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.wan.sources.resolve import resolve

PORT = 53


@dataclass(frozen=True, slots=True)
class NameServer:
    """A name server. name: in messages. addresses: to be tried in their order; none where `problem` says why."""

    name: str
    addresses: tuple[str, ...]
    port: int = PORT
    problem: str = ""


async def name_servers(
    zone: str, servers: Sequence[str], deadline: Deadline, resolver: dns.asyncresolver.Resolver | None = None
) -> tuple[NameServer, ...]:
    """Return the given servers (HOST or HOST:PORT), else those of the zone's NS records.

    resolver: for the NS records and their addresses; None: the system's, as it is configured now. Raises
    `NoAnswerError` where the zone has no name servers.
    """
    if servers:
        return tuple(await asyncio.gather(*(_given(server, deadline) for server in dict.fromkeys(servers))))
    try:
        resolver = resolver or dns.asyncresolver.Resolver()
        hosts = await _of_zone(zone, resolver, deadline)
    except (dns.exception.DNSException, OSError) as error:
        raise NoAnswerError(f"the name servers of {zone} were not found: {error}") from error
    return tuple(await asyncio.gather(*(_of_host(host, resolver, deadline) for host in hosts)))


async def _given(server: str, deadline: Deadline) -> NameServer:
    try:
        host, port = parse_host(server, PORT)
    except ValueError as error:
        return NameServer(server, (), problem=str(error))
    answers = await asyncio.gather(
        *(asyncio.to_thread(resolve, host, family, deadline) for family in Family), return_exceptions=True
    )
    addresses = [address for answer in answers if not isinstance(answer, BaseException) for address in answer]
    problems = [str(answer) for answer in answers if isinstance(answer, NoAnswerError)]
    return NameServer(server, tuple(addresses), port, "" if addresses else "; ".join(problems))


async def _of_zone(zone: str, resolver: dns.asyncresolver.Resolver, deadline: Deadline) -> list[str]:
    answer = await resolver.resolve(zone + ".", "NS", lifetime=deadline.remaining())
    return sorted(record.target.to_text(omit_final_dot=True) for record in answer)


async def _of_host(host: str, resolver: dns.asyncresolver.Resolver, deadline: Deadline) -> NameServer:
    try:
        answers = await resolver.resolve_name(host + ".", lifetime=deadline.remaining())
    except (dns.exception.DNSException, OSError) as error:
        return NameServer(host, (), problem=f"its address was not found: {error}")
    return NameServer(host, tuple(sorted(answers.addresses(), key=lambda address: ":" in address)))  # IPv4 first
