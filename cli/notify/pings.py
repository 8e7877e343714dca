"""Pings of watchdogs, which raise an alarm when pings end or report a failure.

Sources: https://healthchecks.io/docs/http_api/ and the push monitors of Uptime Kuma
(https://github.com/louislam/uptime-kuma, server/routers/api-router.js).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from cli.notify.courier import Complain
from cli.notify.pulse import Pulse, Signal
from cli.reconcile.events import Dispatch, Subscriber
from cli.session.redactor import INSTEAD, PING_VARIABLES, Redactor, addresses
from stacks.model.errors import UserError
from stacks.settings.secrets.files import given_in, read_secret
from stacks.settings.watch import NotificationSettings

Beating = Callable[[], bool]
"""Whether the loop is alive."""
Asked = tuple[str, str, str]
"""The method, the URL and the body of a request."""
TIMEOUT = (5.0, 10.0)
"""Seconds for a connection, and for the answer."""
PAUSES = (1.0, 3.0)
"""Seconds before each further try."""
LAST_SECONDS = 5.0
LONGEST_MESSAGE = 250
"""Characters of a reason in a URL."""
LONGEST_BODY = 10_000
"""Characters of a reason in a body; healthchecks.io keeps 100 kB, an instance of one's own 10 kB."""


def healthchecks(url: SplitResult, signal: Signal) -> Asked | None:
    """The request to healthchecks.io."""
    ending = {"start": "/start", "up": "", "down": "/fail"}[signal.kind]
    place = url._replace(path=url.path.rstrip("/") + ending).geturl()
    return ("POST", place, signal.message[:LONGEST_BODY]) if signal.kind == "down" else ("GET", place, "")


def uptime_kuma(url: SplitResult, signal: Signal) -> Asked | None:
    """The request to Uptime Kuma; None for the start, which it does not know."""
    if signal.kind == "start":
        return None
    kept = [(key, value) for key, value in parse_qsl(url.query) if key not in {"status", "msg", "ping"}]
    said = [("status", signal.kind), ("msg", signal.message[:LONGEST_MESSAGE]), ("ping", f"{signal.milliseconds:.0f}")]
    return "GET", url._replace(query=urlencode(kept + said)).geturl(), ""


KINDS: Mapping[str, Callable[[SplitResult, Signal], Asked | None]] = dict(
    zip(PING_VARIABLES, (healthchecks, uptime_kuma), strict=True)
)


@contextmanager
def pinging(
    settings: NotificationSettings,
    environment: Mapping[str, str],
    redactor: Redactor,
    complain: Complain,
    beating: Beating,
) -> Iterator[Subscriber]:
    """Yield a subscriber that pings each watchdog of the environment. Raises UserError for a bad URL.

    Only a process that leads pings. It does so every `ping_every` seconds while the last convergence succeeded and the
    loop beats, and says so when it has failed for `failures_from` seconds.
    """
    watchdogs = [
        (partial(request, url), f"the watchdog at {url.hostname}")
        for variable, request in KINDS.items()
        for url in _urls(given_in(environment, variable), read_secret(environment, variable))
    ]
    with ExitStack() as stack:
        pingers = [Pinger(settings, name, request, redactor, complain, beating) for request, name in watchdogs]
        for pinger in pingers:
            stack.callback(pinger.close)

        def on_event(dispatch: Dispatch) -> None:
            for pinger in pingers:
                pinger.on_event(dispatch)

        yield on_event


def _urls(where: str, text: str) -> Iterator[SplitResult]:
    for position, url in enumerate(addresses(text), start=1):
        try:
            parts = urlsplit(url)
            usable = parts.scheme in {"http", "https"} and parts.hostname and parts.path.strip("/")
        except ValueError:
            usable = False
        if not usable:
            raise UserError(
                f"the address of a watchdog {INSTEAD} is no URL that can be pinged",
                f"{where}, address {position}",
                "copy it whole from the watchdog, e.g. https://hc-ping.com/<uuid> or "
                "https://<uptime-kuma>/api/push/<token>",
            )
        yield parts


class Pinger:
    """A watchdog that is pinged from a thread of its own."""

    def __init__(
        self,
        settings: NotificationSettings,
        name: str,
        request: Callable[[Signal], Asked | None],
        redactor: Redactor,
        complain: Complain,
        beating: Beating,
    ) -> None:
        self._name, self._request, self._redactor, self._complain = name, request, redactor, complain
        self._every, self._beating = settings.ping_every, beating
        self._pulse = Pulse(settings.failures_from)
        self._unwell = False
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="ping", daemon=True)
        self._thread.start()

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event in; returns at once."""
        with self._changed:
            self._pulse.on_event(dispatch)
            self._changed.notify_all()

    def close(self) -> None:
        """Say the last that is to be said, and end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(LAST_SECONDS)

    def _run(self) -> None:
        last, again = "", 0.0
        while True:
            now = time.monotonic()
            with self._changed:
                closed, signal, due = self._closed, self._pulse.signal(now), self._pulse.due
            if signal and signal.kind == "up" and not self._beating():
                signal, again = None, now + self._every
            if signal and (signal.kind != last or (now >= again and not closed)):
                self._ping(signal)
                last, again = signal.kind, time.monotonic() + self._every
            if closed:
                return
            until = min(again if again > now else math.inf, due if due > now else math.inf)
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closed or self._pulse.changed,
                    None if until == math.inf else max(0.0, until - time.monotonic()),
                )
                self._pulse.changed = False

    def _ping(self, signal: Signal) -> None:
        asked = self._request(signal.redacted(self._redactor.text))
        if asked is None:
            return
        reason = _sent(*asked)
        for pause in PAUSES:
            if not reason or self._ended_within(pause):
                break
            reason = _sent(*asked)
        if reason and not self._unwell:
            self._complain(f"{self._name} cannot be pinged, and will raise the alarm: {reason}")
        elif not reason and self._unwell:
            self._complain(f"{self._name} can be pinged again")
        self._unwell = bool(reason)

    def _ended_within(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._closed, seconds)


def _sent(method: str, url: str, body: str) -> str:
    """Send a request: why it failed, "" where it did not. The reason holds no URL, which is a secret."""
    import requests  # noqa: PLC0415 - only where there is a watchdog

    from components.http_login import without_netrc  # noqa: PLC0415 - likewise

    parts = urlsplit(url)
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else without_netrc
    try:
        answer = requests.request(
            method, url, auth=login, data=body.encode() or None, timeout=TIMEOUT, allow_redirects=False
        )
    except requests.RequestException as error:
        return type(error).__name__
    return "" if answer.ok and not answer.is_redirect else f"HTTP {answer.status_code}"
