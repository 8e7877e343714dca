"""The API proxy: a server in a thread of its own, started with the first question for its address."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe
from typing import Self, TypeVar

from cli.apiproxy.counts import Counts
from cli.apiproxy.dialect import Signer
from cli.apiproxy.dialects import BY_VARIABLE, DIALECTS
from cli.apiproxy.intent import Intent
from cli.apiproxy.journal import Journal, look
from cli.apiproxy.outstanding import Outstanding
from cli.apiproxy.router import Router
from cli.apiproxy.scope import Scope
from cli.apiproxy.server import bound, serving
from stacks.settings.credentials import Credentials

_Result = TypeVar("_Result")


class ApiProxy:
    """The API proxy of a process.

    upstreams: the APIs' base URLs by the plugins' variables. A provider without a dialect is left out: its plugin asks
    the API itself. share: of the APIs' rate limits that it may use. may_write: called before each write is sent; it
    returns False once another process may write. Calls are signed as the plugin signs; those of kept plugins, which
    have no credentials, by the proxy.
    """

    def __init__(
        self, upstreams: Mapping[str, str], *, share: float = 0.25, may_write: Callable[[], bool] = lambda: True
    ) -> None:
        self._upstreams = {variable: url for variable, url in upstreams.items() if variable in BY_VARIABLE}
        self._share = share
        self._may_write = may_write
        self._secret = token_urlsafe(30)
        # Another one: the errors of a kept plugin, which answers to anybody on this host, have the path in them.
        self._token = token_urlsafe(30)  # 40 characters, the form of a token of Cloudflare's
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def environment(self) -> dict[str, str]:
        """The plugins' variables, with URLs on loopback; the same for the life of the proxy. They hold its secret."""
        running = self._start()
        return {variable: f"http://127.0.0.1:{running.port}/{self._secret}/{variable}" for variable in self._upstreams}

    @property
    def token(self) -> str:
        """The token for plugins that are kept, in place of the real credentials. It has the form of Cloudflare's."""
        return self._token

    def sign_with(self, credentials: Mapping[str, Credentials]) -> None:
        """Sign what a plugin has signed with `token` by the real credentials of its provider, from now on."""
        signed = {DIALECTS[name].variable: DIALECTS[name].sign(one) for name, one in credentials.items()}
        self._start().router.signatures = signed

    @contextmanager
    def carrying_out(self, intent: Intent, journal: Path | None) -> Iterator[Counts]:
        """Let the plugins write what the intent allows, within the block; one block at a time.

        journal: the file that takes note of each write; None where the engine keeps checkpoints. At the end the counts
        hold the foreseen writes that no engine requested. Raises RuntimeError where another block has not ended.
        """
        running = self._start()
        unanswered = look(journal).unanswered if journal else frozenset()
        with Journal.opened(journal) as kept:
            scope = Scope(intent, kept, unanswered=unanswered, outstanding=Outstanding(intent))
            running.wait_for(running.router.begin(scope))
            try:
                yield scope.counts
            finally:
                running.wait_for(running.router.end())

    def send(self, signers: Mapping[str, Signer]) -> None:
        """Begin to send the foreseen writes of these zones, by zone id, within a block of `carrying_out`.

        Each is noted, fenced and paced as if it had been requested; the engines' own requests get its answer.
        """
        running = self._start()
        running.wait_for(running.router.send(signers))

    def close(self) -> None:
        """End the server; requests that have no answer yet get none."""
        with self._lock:
            self._is_closed = True
            running, self._running = self._running, None
        if running is not None:
            running.stop()

    def _start(self) -> _Running:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the API proxy is closed")
            if self._running is None:
                router = Router(self._upstreams, self._share, self._may_write, self._secret, self._token)
                self._running = _Running(router)
            return self._running


class _Running:
    """The thread with its event loop and server."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self._listener = bound()
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="api-proxy", daemon=True)
        self._thread.start()
        self._is_up.wait()

    def wait_for(self, work: Coroutine[object, object, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        try:
            async with self.router, serving(self._listener, self.router.admits, self.router.handle):
                self._is_up.set()
                await self._stopping.wait()
        finally:
            self._is_up.set()
