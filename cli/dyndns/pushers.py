"""The users of the dyndns2 endpoint: routers with a password, and the names that have their addresses from them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Protocol

from cli.session.files import write_whole
from cli.web.access import SignIn
from components.plain_text import quoted
from components.views import bare
from stacks.model.errors import UserError
from stacks.model.values import WAN, Address, Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.agreement.verdict import Network, refusal, unmapped
from stacks.observe.wan.sources import pushed
from stacks.settings.secrets.files import read_secret

if TYPE_CHECKING:
    from stacks.settings.stack import Settings

_WHERE = "truenorth:watch.dyndns.users"


class PushRefusedError(Exception):
    """An address is refused. The message has it with the reason."""


class Shared(Protocol):
    """The addresses that users have told any of several replicas."""

    def update(self, user: str, told: tuple[Address, ...]) -> tuple[tuple[Address, ...], bool]:
        """Write down what a user has told, and return all its addresses and whether one is new. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Pusher:
    """A user. names: the full names of the settings that have their address from it. folder: of all users' files.

    shared: where replicas have the addresses from, too; None for one process alone.
    """

    user: str
    sign_in: SignIn
    names: frozenset[str]
    folder: str
    accept: tuple[Network, ...] = ()
    shared: Shared | None = None
    _writing: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    def push(self, texts: Iterable[str]) -> tuple[tuple[Address, ...], bool]:
        """Write addresses down, one a family at most, and return these and whether one is new.

        A family that is not among them stays as it was. Where replicas share them they are written down there first.
        Raises PushRefusedError, and OSError where nothing is written.
        """
        told = self._checked(texts)
        if self.shared is None:
            return told, self._keep(lambda before: merged(before, told)[0])
        now, is_new = self.shared.update(self.user, told)
        self._keep(lambda _: now)
        return told, is_new

    def take(self, addresses: Iterable[Address]) -> None:
        """Write down the addresses that this user has told another replica. Raises as `push` does."""
        told = self._checked(map(str, addresses))
        self._keep(lambda _: told)

    def _keep(self, change: Callable[[tuple[Address, ...]], tuple[Address, ...]]) -> bool:
        """Write a change of the addresses into the file, and return whether there is one. Raises OSError."""
        with self._writing:
            before: tuple[Address, ...] = ()
            with suppress(NoAnswerError):
                before = pushed.addresses(self.folder, self.user)
            if set(now := change(before)) == set(before):
                return False
            self._write(now)
        pushed.PUSHES.publish(self.user)
        return True

    def _checked(self, texts: Iterable[str]) -> tuple[Address, ...]:
        found: dict[int, Address] = {}
        for text in texts:
            try:
                address = unmapped(ip_address(text))
            except ValueError:
                raise PushRefusedError(f"{quoted(text)} is no address") from None
            if refused := refusal(address, Family.of(address), self.accept):
                raise PushRefusedError(refused)
            if found.setdefault(address.version, address) != address:
                raise PushRefusedError(f"{found[address.version]} and {address} are of one family")
        return tuple(found.values())

    def _write(self, addresses: Iterable[Address]) -> None:
        file = pushed.place(self.folder, self.user)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = [f"# told by {self.user} at {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", *map(str, addresses)]
        write_whole(file, ("\n".join(lines) + "\n").encode(), mode=0o600)


def merged(before: tuple[Address, ...], told: tuple[Address, ...]) -> tuple[tuple[Address, ...], bool]:
    """Return the addresses after these were told, and whether one is new; the other family stays as it was."""
    families = {one.version for one in told}
    now = (*told, *(one for one in before if one.version not in families))
    return now, set(now) != set(before)


def pushers(settings: Settings, environment: Mapping[str, str], shared: Shared | None = None) -> dict[str, Pusher]:
    """Return the users of the settings. shared: where replicas share what they tell.

    Raises UserError for one without a password.
    """
    found: dict[str, Pusher] = {}
    for user, variable in settings.watch.dyndns.users.items():
        password = read_secret(environment, variable)
        if not password:
            do = f"set {variable}, or {variable}_FILE to a file with it"
            raise UserError(f"there is no password for the router {user}", f"{_WHERE}: {variable}", do)
        links = {link for link in (WAN, *settings.wan.links) if user in settings.wan.of_link(link).pushers()}
        accept = tuple(network for link in sorted(links) for network in settings.wan.of_link(link).accept)
        folder = next((settings.wan.of_link(link).pushed for link in sorted(links)), "")
        found[user] = Pusher(
            user, SignIn.of(user, password), frozenset(_names(settings, links)), folder, accept, shared
        )
    return found


def _names(settings: Settings, links: Iterable[str]) -> Iterator[str]:
    """Yield the names of the settings that point at one of these links."""
    asked = frozenset(links)
    for zone in settings.each_zone():
        for entry in zone.names:
            if not entry.targets and asked & {*(entry.links or (WAN,))}:
                yield bare(zone.fqdn(entry))
