"""The API of a Docker daemon, by its socket or TCP: its containers, and that something has happened to them.

Source: https://docs.docker.com/reference/api/engine/. Podman has the same (`podman system service`).
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import msgspec

from components.plain_text import LONGEST_QUOTE, cut
from stacks.model.errors import UserError
from stacks.observe.docker.containers import Container, UnreadableListError, parse
from stacks.settings.neighbours.docker import TCP, UNIX, DockerSettings

MOST_BYTES = 32 * 1024 * 1024
"""Of an answer."""
LONGEST_EVENT = 64 * 1024
"""Bytes. A longer one is taken for a change."""
_VERSION = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\Z")
_IDENTITY = re.compile(r"[A-Za-z0-9:_-]{1,128}\Z")
_EVENTS = '{"type":["container"]}'
_QUIET = ("exec_", "health_status", "top", "resize", "attach", "detach")
"""The beginnings of what happens to containers and changes neither their labels nor whether they run."""


class DaemonError(Exception):
    """A request without success. Its text is the reason."""


class _Happened(msgspec.Struct):
    """An event. What has happened is its action, and of old daemons its status alone."""

    action: str = msgspec.field(name="Action", default="")
    status: str = ""


class _Info(msgspec.Struct):
    identity: str = msgspec.field(name="ID", default="")


class DockerApi:
    """A daemon. Each method raises DaemonError."""

    def __init__(self, settings: DockerSettings) -> None:
        """Raise UserError where its certificates cannot be read. No request is sent yet."""
        self._settings = settings
        is_unix = settings.host.startswith(UNIX)
        uds = settings.host.removeprefix(UNIX) if is_unix else None
        tls = _tls(settings.certificates) if settings.certificates else None
        scheme, place = ("https" if tls else "http"), "docker" if is_unix else settings.host.removeprefix(TCP)
        self._client = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=uds, verify=tls or False),
            base_url=f"{scheme}://{place}",
            headers={"Accept-Encoding": "identity"},  # so that what is counted is what comes
            timeout=httpx2.Timeout(settings.timeout),
            trust_env=False,
        )
        self._prefix = ""

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def containers(self) -> list[Container]:
        """Return all containers, those that do not run too."""
        body = await self._get("/containers/json", {"all": "true"})
        try:
            return parse(body)
        except UnreadableListError as error:
            raise DaemonError(str(error)) from None

    async def identity(self) -> str:
        """Return the identity of the daemon; "" where it does not tell, or says something else each time, as Podman."""
        try:
            first, second = [msgspec.json.decode(await self._get("/info"), type=_Info).identity for _ in range(2)]
        except (DaemonError, msgspec.MsgspecError, UnicodeDecodeError):
            return ""
        return first if first == second and _IDENTITY.match(first) else ""

    async def listen(self, opened: Callable[[], object], changed: Callable[[], object]) -> None:
        """Call `opened` when the daemon has begun to tell, and `changed` whenever something has happened; then end."""
        async with self._opened("/events", {"filters": _EVENTS}, silence=None) as response:
            opened()
            rest = b""
            async for chunk in _chunks(response):
                *lines, rest = (rest + chunk).split(b"\n")
                if len(rest) > LONGEST_EVENT:
                    lines, rest = [*lines, rest], b""
                if any(map(_is_change, lines)):
                    changed()

    async def _get(self, path: str, query: dict[str, str] | None = None) -> bytes:
        """Return an answer, within the timeout of the settings."""
        try:
            async with asyncio.timeout(self._settings.timeout):
                async with self._opened(path, query or {}, silence=self._settings.timeout) as response:
                    body = bytearray()
                    async for chunk in _chunks(response):
                        body += chunk
                        if len(body) > MOST_BYTES:
                            raise DaemonError(f"its answer has more than {MOST_BYTES:,} bytes")
                    return bytes(body)
        except TimeoutError:
            raise DaemonError(f"no answer within {self._settings.timeout:g} s") from None

    @asynccontextmanager
    async def _opened(self, path: str, query: dict[str, str], silence: float | None) -> AsyncIterator[httpx2.Response]:
        """Yield the beginning of an answer. silence: seconds for which nothing may come; None for any."""
        version = await self._version()
        timeout = httpx2.Timeout(self._settings.timeout, read=silence)
        request = self._client.build_request("GET", f"{version}{path}", params=query, timeout=timeout)
        try:
            response = await self._client.send(request, stream=True)
        except (httpx2.RequestError, OSError) as error:
            raise DaemonError(_reason(error)) from error
        try:
            if response.status_code != httpx2.codes.OK:
                self._prefix = ""  # it may be another version by now
                raise DaemonError(f"GET {path}: status {response.status_code}")
            yield response
        finally:
            await response.aclose()

    async def _version(self) -> str:
        """Return the beginning of paths, with the newest version of the API that the daemon has, asked for once."""
        if not self._prefix:
            try:
                answer = await self._client.head("/_ping")
            except (httpx2.RequestError, OSError) as error:
                raise DaemonError(_reason(error)) from error
            version = answer.headers.get("Api-Version", "")
            if not _VERSION.match(version):
                raise DaemonError("what answers is no Docker API: it names no version")
            self._prefix = f"/v{version}"
        return self._prefix


async def _chunks(response: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.aiter_raw():
            yield chunk
    except (httpx2.RequestError, OSError) as error:
        raise DaemonError(_reason(error)) from error


def _is_change(line: bytes) -> bool:
    if not line.strip():
        return False
    try:
        event = msgspec.json.decode(line, type=_Happened)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return True
    return not (event.action or event.status).startswith(_QUIET)


def _tls(folder: str) -> ssl.SSLContext:
    """Return what proves who we are, by the files of `DOCKER_CERT_PATH`. Raises UserError."""
    place = Path(folder).expanduser()
    try:
        context = ssl.create_default_context(cafile=str(place / "ca.pem"))
        context.load_cert_chain(place / "cert.pem", place / "key.pem")
    except OSError as error:
        do = "put ca.pem, cert.pem and key.pem there, as `docker --tlsverify` has them"
        raise UserError(f"the certificates of a Docker daemon cannot be used: {error}", folder, do) from None
    return context


def _reason(error: Exception) -> str:
    """Return why there is no answer, in one line."""
    if isinstance(error, httpx2.TimeoutException):
        return "it does not answer in time"
    known: BaseException | None = error
    while known is not None:
        if isinstance(known, OSError) and known.strerror:
            return known.strerror
        known = known.__cause__ or known.__context__
    return cut(" ".join(str(error).split()), LONGEST_QUOTE) or type(error).__name__
