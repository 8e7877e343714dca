"""The dyndns2 endpoint: routers tell their addresses at `/nic/update`, as they would tell a service on the Internet.

https://help.dyn.com/remote-access-api/. A line for each host name is answered:

| answer             | when                                                                                     |
|--------------------|------------------------------------------------------------------------------------------|
| `good`, `nochg`    | the address is written down, or was already; the records follow within seconds           |
| `nohost`           | no name of the settings has its address from this user                                   |
| `notfqdn`          | it is no full name, or none is given                                                     |
| `numhost`          | more than 20 names                                                                       |
| `dnserr`           | there is no address, or one that nobody on the Internet can reach: the log says which    |
| `badauth`          | the user or the password is wrong                                                        |
| `abuse`            | too many wrong passwords from there, or too many updates of this user                    |
| `911`              | the address cannot be written down: the log says why                                     |
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cli.dyndns.pushers import Pusher, PushRefusedError
from cli.web.connection import site
from components.records import canonical
from stacks.model.values import Address

WHERE = "truenorth:watch.dyndns.listen, or --dyndns"
PATHS = ("/nic/update", "/v3/update")
MOST_HOSTS = 20
"""Host names of one update, as the protocol has it."""
MOST_WRONG, MOST_UPDATES = 10, 60
"""Wrong passwords of one peer, and updates of one user, within `SPAN`."""
SPAN = 300.0
"""Seconds."""
_MOST_PEERS = 4096
"""Peers whose wrong passwords are remembered."""
_HEADERS = {"cache-control": "no-store"}
_ASKING = {"www-authenticate": 'Basic realm="TrueNorth", charset="UTF-8"'}
Note = Callable[[str], None]
"""Takes a sentence for the log. Raises nothing."""


class PeerLimit:
    """A limit of the events of each peer or user within `SPAN`. clock: seconds that never go back."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most, self._clock = most, clock
        self._events: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def note(self, whom: str) -> None:
        """Note an event. From any thread."""
        with self._lock:
            events = self._events.pop(whom, None) or deque(maxlen=self._most)
            events.append(self._clock())
            self._events[whom] = events
            if len(self._events) > _MOST_PEERS:
                del self._events[next(iter(self._events))]

    def is_reached(self, whom: str) -> bool:
        """Return whether there were as many events as there may be. From any thread."""
        with self._lock:
            events = self._events.get(whom)
            return events is not None and len(events) == self._most and self._clock() - events[0] < SPAN


class Dyndns:
    """The endpoint without its server. pushers: by user. note: takes what a person should know."""

    def __init__(self, pushers: Mapping[str, Pusher], note: Note, clock: Callable[[], float] = time.monotonic) -> None:
        self._pushers, self._note = pushers, note
        self._told: Mapping[str, Iterable[Address]] = {}
        """What users have told any replica, those of no settings yet among them."""
        self._wrong, self._updates = PeerLimit(MOST_WRONG, clock), PeerLimit(MOST_UPDATES, clock)

    def renew(self, pushers: Mapping[str, Pusher]) -> None:
        """Take the users of settings that were read anew. From any thread."""
        self._pushers = pushers
        self.take(self._told)

    def take(self, told: Mapping[str, Iterable[Address]]) -> None:
        """Write down what users have told other replicas. A user of no settings is left out. From any thread."""
        self._told = told
        for user, addresses in told.items():
            if pusher := self._pushers.get(user):
                try:
                    pusher.take(addresses)
                except (PushRefusedError, OSError) as error:
                    self._note(f"what {user} has told another replica is not used: {error}")

    def answer(self, peer: str, authorization: str, given: Mapping[str, str]) -> Response:
        """Return the answer to an update. peer: the address that it comes from; given: the parameters."""
        whence = site(peer)
        if self._wrong.is_reached(whence):
            return _said("abuse", status=429)
        # Each user is tried, so that the time tells nothing of who there is.
        found = [one for one in self._pushers.values() if one.sign_in.allows(authorization)]
        if not found:
            self._wrong.note(whence)
            if self._wrong.is_reached(whence):
                self._note(f"{peer} has given a wrong user or password {MOST_WRONG} times, and is kept out for a while")
            return _said("badauth", status=401, headers=_ASKING)
        (pusher,) = found
        if self._updates.is_reached(pusher.user):
            return _said("abuse", status=429)
        self._updates.note(pusher.user)
        return _said(*self._lines(pusher, peer, given))

    def _lines(self, pusher: Pusher, peer: str, given: Mapping[str, str]) -> Sequence[str]:
        hosts = [one for one in given.get("hostname", "").split(",") if one.strip()]
        if not hosts or len(hosts) > MOST_HOSTS:
            return ["numhost" if hosts else "notfqdn"]
        wrong = [_fault(host, pusher) for host in hosts]
        if all(wrong):
            return wrong
        told = [one.strip() for key in ("myip", "myipv6") for one in given.get(key, "").split(",") if one.strip()]
        try:
            addresses, is_new = pusher.push(told or [peer])
        except PushRefusedError as error:
            self._note(f"{pusher.user} tells no address to be used: {error}")
            return ["dnserr"] * len(hosts)
        except OSError as error:
            self._note(f"the address of {pusher.user} cannot be written down: {error.strerror}")
            return ["911"] * len(hosts)
        said = ",".join(map(str, addresses))
        if is_new:
            self._note(f"{pusher.user} is at {said}, as it has told")
        return [one or f"{'good' if is_new else 'nochg'} {said}" for one in wrong]


def dyndns_application(endpoint: Dyndns) -> Starlette:
    """Return the application that serves the endpoint, and nothing else."""

    async def update(request: Request) -> Response:
        peer = request.client.host if request.client else ""
        # A full disk may make the writing slow: other routers are answered meanwhile.
        return await run_in_threadpool(
            endpoint.answer, peer, request.headers.get("authorization", ""), dict(request.query_params)
        )

    return Starlette(routes=[Route(path, update, methods=["GET", "POST"]) for path in PATHS])


def _fault(host: str, pusher: Pusher) -> str:
    """Return the answer about a host name that this user may not tell an address of; "" where it may."""
    try:
        name = canonical.ascii_name(host).rstrip(".")
    except ValueError:
        return "notfqdn"
    if "." not in name:
        return "notfqdn"
    return "" if name in pusher.names else "nohost"


def _said(*lines: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse("".join(f"{line}\n" for line in lines), status, {**_HEADERS, **(headers or {})})
