"""The confirmation of an update: a zone's name servers are asked until all of them answer with the written records.

A provider's API accepts a record before its name servers have it; clients get the name servers' answers.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.zone.name_servers import NameServer, name_servers
from stacks.observe.zone.record_data import Data, answered, data, referred, shown

FIRST_PAUSE = 0.25
"""Seconds until a server without the update is asked again; each pause doubles."""
LONGEST_PAUSE = 2.0
ANSWER_TIMEOUT = 1.5
"""Seconds for one answer of a server; then it is asked again, at its next address if it has more."""
AT_ONCE = 32
"""Names for which one server is asked at a time; more only when it has some of them."""
PAYLOAD = 1232
"""Bytes of the longest answer over UDP (DNS flag day 2020); a longer one comes over TCP."""
SILENCE = "does not answer"


@dataclass(frozen=True, slots=True)
class Expectation:
    """The expected records of a name and type. contents: in presentation form; none for a deleted record set."""

    name: str
    type: str
    contents: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Question:
    number: int
    """The index of its expectation."""
    name: dns.name.Name
    type: dns.rdatatype.RdataType
    expected: frozenset[Data]


def confirm(
    zone: str, expectations: Sequence[Expectation], servers: Sequence[str], seconds: float | Deadline
) -> tuple[Confirmed | Unconfirmed, ...]:
    """Ask the name servers of a zone until they answer as expected or the time is over.

    servers: HOST or HOST:PORT; none: those of the zone's NS records. seconds: the time, or a deadline that can be
    cancelled from elsewhere. Returns one result for each expectation, in their order; the network raises nothing. Not
    to be called where an event loop runs. Leave out the names that never answer with the written records: those that a
    provider proxies or flattens (an alias at the apex), and deleted names under a wildcard.
    """
    if not expectations:
        return ()
    deadline = seconds if isinstance(seconds, Deadline) else Deadline(seconds)
    return asyncio.run(_Confirmation(expectations, deadline).run(zone, servers))


class _Confirmation:
    """The results so far for each expectation."""

    def __init__(self, expectations: Sequence[Expectation], deadline: Deadline) -> None:
        self._expectations = expectations
        self._deadline = deadline
        self._started = time.monotonic()
        self._confirmed: dict[int, float] = {}
        self._said: list[dict[str, str]] = [{} for _ in expectations]
        """By expectation and server, the difference until it has the update; under "" the faults of all servers."""

    async def run(self, zone: str, servers: Sequence[str]) -> tuple[Confirmed | Unconfirmed, ...]:
        """Ask until all expectations are confirmed, the deadline has passed, or it was cancelled."""
        loop = asyncio.get_running_loop()
        cancelled = asyncio.Event()
        work = asyncio.create_task(self._ask_all(zone, servers))
        end = asyncio.create_task(cancelled.wait())

        def wake() -> None:
            loop.call_soon_threadsafe(cancelled.set)

        with self._deadline.waking(wake):
            await asyncio.wait({work, end}, timeout=self._deadline.remaining(), return_when=asyncio.FIRST_COMPLETED)
        work.cancel()
        end.cancel()
        await asyncio.wait({work, end})
        if not work.cancelled():
            work.result()
        return tuple(map(self._result, range(len(self._expectations))))

    def _result(self, number: int) -> Confirmed | Unconfirmed:
        expectation = self._expectations[number]
        if number in self._confirmed:
            return Confirmed(expectation.name, expectation.type, self._confirmed[number])
        said = "; ".join(f"{server} {text}".strip() for server, text in self._said[number].items())
        return Unconfirmed(expectation.name, expectation.type, said or "the name servers were not found in time")

    async def _ask_all(self, zone: str, given: Sequence[str]) -> None:
        try:
            servers = await name_servers(zone, given, self._deadline)
        except NoAnswerError as error:
            for said in self._said:
                said[""] = str(error)
            return
        questions = [question for number in range(len(self._said)) if (question := self._question(number))]
        for question in questions:
            self._said[question.number] = {one.name: one.problem or "was not asked in time" for one in servers}
        async with asyncio.TaskGroup() as tasks:
            for server in servers:
                if server.addresses:
                    tasks.create_task(self._follow(server, questions))

    def _question(self, number: int) -> _Question | None:
        expectation = self._expectations[number]
        try:
            record_type = dns.rdatatype.from_text(expectation.type)
            expected = frozenset(data(record_type, content) for content in expectation.contents)
            return _Question(number, dns.name.from_text(expectation.name), record_type, expected)
        except dns.exception.DNSException as error:
            self._said[number][""] = f"it cannot be asked for: {error}"
            return None

    async def _follow(self, server: NameServer, questions: Sequence[_Question]) -> None:
        """Ask one server until it has all updates, some names at a time, each in its turn."""
        addresses = deque(server.addresses)
        pending = deque(questions)
        pause = FIRST_PAUSE
        # The time is looked at, too: wait_for of Python 3.11, under dnspython, may swallow a cancellation.
        while pending and self._deadline.remaining():
            asked = [pending.popleft() for _ in range(min(AT_ONCE, len(pending)))]
            answers = await asyncio.gather(*(_ask(addresses[0], server.port, question) for question in asked))
            for question, said in zip(asked, answers, strict=True):
                self._note(server, question, said)
            refused = [question for question, said in zip(asked, answers, strict=True) if said]
            pending.extend(refused)
            if set(answers) == {SILENCE}:
                addresses.rotate(-1)
            if len(refused) == len(asked):
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE

    def _note(self, server: NameServer, question: _Question, said: str) -> None:
        if said:
            self._said[question.number][server.name] = said
            return
        del self._said[question.number][server.name]
        if not self._said[question.number]:
            self._confirmed[question.number] = time.monotonic() - self._started


async def _ask(address: str, port: int, question: _Question) -> str:
    """Return the difference between the server's answer and the expected one; "" where there is none."""
    query = dns.message.make_query(question.name, question.type, use_edns=0, payload=PAYLOAD, flags=0)
    try:
        response, _ = await dns.asyncquery.udp_with_fallback(
            query, address, ANSWER_TIMEOUT, port, ignore_unexpected=True, ignore_errors=True
        )
    except (OSError, EOFError, dns.exception.DNSException):
        return SILENCE
    return _difference(response, question)


def _difference(response: dns.message.Message, question: _Question) -> str:
    rcode = response.rcode()
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return f"answers {dns.rcode.to_text(rcode)}"
    if not response.flags & dns.flags.AA:
        if question.expected and referred(response, question.name, question.type) == question.expected:
            return ""
        return "answers without authority (another server's answer, or the name is delegated)"
    found = answered(response, question.name, question.type)
    if found == question.expected:
        return ""
    if found:
        return f"still answers {shown(found)}"
    aliases = answered(response, question.name, dns.rdatatype.CNAME)
    return f"still answers an alias of {shown(aliases)}" if aliases else "still answers that there is none"
