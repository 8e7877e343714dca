"""Checks a zone: whether the token may read and edit it, and whether the world asks its name servers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dns.asyncquery
import dns.exception
import dns.message

from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding, failed, of_problem, ok, warning
from cli.doctor.plan_limits import beyond
from cli.doctor.serials import UNREACHED, Answer, compared, serial_in
from components.views import OUTSIDE
from stacks.model.errors import Problem
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.zone import rfc2136
from stacks.observe.zone.choice import chosen
from stacks.observe.zone.name_servers import NameServer, name_servers
from stacks.observe.zone.providers import READERS, visible_zones
from stacks.observe.zone.visible import ACTIVE, BALANCING_EDIT, DNS_EDIT, VisibleZone
from stacks.settings.credentials import READERS as CREDENTIALS
from stacks.settings.credentials import Credentials
from stacks.settings.zone import ZoneSettings

SOON = timedelta(days=14)
"""The time before a token's end from which on it is reported."""
DNS_SECONDS = 6.0
ANSWER_SECONDS = 2.0


def zone(examined: Examined, settings: ZoneSettings) -> Iterator[DoctorFinding]:
    """Check the token, the records and the plan of a zone. Raises UserError, ObservationError."""
    about = f"zone {settings.zone}"
    found = CREDENTIALS[settings.provider](settings, examined.environment)
    if isinstance(found, Problem):
        yield of_problem(about, found)
        return
    yield from _token(about, settings, found)
    named = visible_zones(settings.provider, found, settings.domain)
    if not named:
        seen = visible_zones(settings.provider, found)
        there = ", ".join(one.name for one in seen[:5]) or "none"
        yield failed(
            about,
            f"there is no zone {settings.domain} that this token can see; it sees: {there}",
            f"{found.base_url}, {_variable(settings)}",
            "check the spelling of truenorth:zone, and that the token has Zone:Read and DNS:Edit on it",
        )
        return
    visible = next((one for one in named if one.id == settings.zone_id), None) or chosen(settings.domain, named)
    yield from permissions(about, examined, settings, visible)
    there_now = READERS[settings.provider].snapshot(found, settings.domain, visible.id)
    plan = f", plan {visible.plan}" if visible.plan else ""
    yield ok(about, f"{len(there_now.records)} records{plan}", found.base_url)
    yield from beyond(about, settings, visible, there_now, examined.settings.wan.families)


def delegation(examined: Examined, settings: ZoneSettings) -> Iterator[DoctorFinding]:
    """Check that the zone's name servers are the provider's, and answer. Raises UserError, ObservationError."""
    about = f"name servers of {settings.zone}"
    if settings.view != OUTSIDE and not settings.asked_servers:
        do = "write name_servers: [HOST] with the servers that the clients of this view ask"
        yield warning(about, f"nobody is asked: those of the view {settings.view} are not known", "settings", do)
        return
    found = CREDENTIALS[settings.provider](settings, examined.environment)
    wanted: tuple[str, ...] = ()
    if isinstance(found, Credentials) and not settings.asked_servers and not settings.rfc2136:
        wanted = next((one.name_servers for one in visible_zones(settings.provider, found, settings.domain)), ())
    try:
        answers = asyncio.run(_asked(settings, found if isinstance(found, Credentials) else None))
    except NoAnswerError as error:
        yield warning(
            about,
            str(error),
            "the resolver of this machine",
            f"see that the registrar delegates {settings.domain} to {' and '.join(wanted) or 'the provider'}, and that "
            "this machine's resolver works",
        )
        return
    yield from delegated(about, settings.domain, wanted, tuple(answers))
    if settings.rfc2136 and len(answers) > 1:
        yield from compared(about, answers, settings.rfc2136.server[0])
        return
    silent = {name: said for name, said in answers.items() if isinstance(said, str)}
    for server, reason in silent.items():
        yield warning(about, f"{server} does not answer: {reason}", server, UNREACHED)
    if not silent:
        yield ok(about, f"{', '.join(answers)} answer")


def delegated(about: str, domain: str, wanted: tuple[str, ...], found: tuple[str, ...]) -> Iterator[DoctorFinding]:
    """Report the faults of a delegation. wanted: the provider's name servers, () where they are not known."""
    others = sorted({name.lower().rstrip(".") for name in found} - {name.lower().rstrip(".") for name in wanted})
    if wanted and others:
        yield failed(
            about,
            f"the zone is delegated to {', '.join(others)}, which do not have what is written at the provider",
            f"the NS records of {domain}",
            f"have the registrar delegate {domain} to {' and '.join(wanted)}",
        )


def permissions(
    about: str, examined: Examined, settings: ZoneSettings, visible: VisibleZone
) -> Iterator[DoctorFinding]:
    """Report the rights that the token lacks, and a zone without service."""
    where = f"the token in {_variable(settings)}"
    if not visible.may(DNS_EDIT):
        yield failed(about, "the token may not edit records", where, "add DNS:Edit to it; its value stays the same")
    geo = examined.settings.geo
    if geo and settings.provider == "cloudflare" and not visible.may(BALANCING_EDIT):
        do = "add Zone, Load Balancers:Edit and Account, Load Balancing: Monitors and Pools:Edit to it"
        yield failed(about, "the token may not edit load balancers, and truenorth:geo is set", where, do)
    if visible.status != ACTIVE:
        servers = " and ".join(visible.name_servers) or "the provider's name servers"
        yield failed(
            about,
            f"the zone is {visible.status}: nobody is answered from it",
            "the provider's word on the zone",
            f"have the registrar delegate {settings.domain} to {servers}",
        )


def _token(about: str, settings: ZoneSettings, found: Credentials) -> Iterator[DoctorFinding]:
    state = READERS[settings.provider].token_state(found)
    if state and state.expires and state.expires - datetime.now(UTC) < SOON:
        yield warning(
            about,
            f"the token expires at {state.expires:%Y-%m-%d %H:%M} UTC",
            _variable(settings),
            "make a new one, or give it a later end",
        )


def _variable(settings: ZoneSettings) -> str:
    return settings.token or settings.traits.token_variable


async def _asked(settings: ZoneSettings, credentials: Credentials | None) -> dict[str, Answer]:
    """Return what each name server has of the zone; those of `rfc2136`, which may answer nobody else, by the key."""
    own = settings.rfc2136.server if settings.rfc2136 and credentials else ()
    servers = await name_servers(settings.domain, settings.asked_servers, Deadline(DNS_SECONDS))
    others = [server for server in own if server not in {one.name for one in servers}]
    signed = [asyncio.to_thread(rfc2136.serial, credentials, one, settings.domain) for one in others if credentials]
    answers = await asyncio.gather(*signed, *(_serial(settings.domain, server) for server in servers))
    found = dict(zip((*others, *(server.name for server in servers)), answers, strict=True))
    return {name: found[name] for name in dict.fromkeys((*own, *found))}


async def _serial(domain: str, server: NameServer) -> Answer:
    """Return the serial that a server has of the zone, or why none of its addresses tells one."""
    fault = server.problem or "it has no address"
    for address in server.addresses:
        question = dns.message.make_query(f"{domain}.", "SOA")
        try:
            answer = await dns.asyncquery.udp(question, address, timeout=ANSWER_SECONDS, port=server.port)
        except (dns.exception.DNSException, OSError) as error:
            fault = str(error) or type(error).__name__
        else:
            return serial_in(answer)
    return fault
