"""Lists of public STUN servers, from a file or a URL: one `HOST:PORT` a line, `#` begins a comment."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources import web
from stacks.settings.wan_source import parse

if TYPE_CHECKING:
    from stacks.model.values import Family
    from stacks.observe.wan.sources.deadline import Deadline
    from stacks.settings.wan_source import Spec

LIMIT = 256 * 1024
"""Bytes; the known lists have some 10 KiB."""
FRESH = 3600.0
"""Seconds for which a list from the web is not fetched again."""


@dataclass(frozen=True, slots=True)
class _Fetched:
    text: str
    moment: float


_fetched: dict[str, _Fetched] = {}
_lock = threading.Lock()


def choose(place: str, kind: str, count: int, family: Family, deadline: Deadline) -> tuple[Spec, ...]:
    """Return at most `count` servers of the list at `place` (a path, or an http or https URL), chosen at random.

    kind: `stun` or `stun-tcp`. Lines without a server are left out: the lists are other people's. A list from the web
    that cannot be fetched again stays as it was. Raises `NoAnswerError` where there is no list.
    """
    text = _from_web(place, family, deadline) if place.startswith(("http://", "https://")) else _from_file(place)
    specs = {spec.name: spec for line in text.splitlines() for spec in _server(line, kind)}
    if not specs:
        raise NoAnswerError("the list names no STUN server")
    return tuple(secrets.SystemRandom().sample(list(specs.values()), min(count, len(specs))))


def _server(line: str, kind: str) -> tuple[Spec, ...]:
    host = line.partition("#")[0].strip()
    try:
        return (parse(f"{kind}:{host}"),) if host else ()
    except ValueError:
        return ()


def _from_file(place: str) -> str:
    try:
        with Path(place).open(encoding="utf-8", errors="replace") as file:
            return file.read(LIMIT)
    except OSError as error:
        raise NoAnswerError(f"the list cannot be read: {error}") from error


def _from_web(place: str, family: Family, deadline: Deadline) -> str:
    with _lock:
        known = _fetched.get(place)
    if known is not None and time.monotonic() - known.moment < FRESH:
        return known.text
    try:
        text = web.fetch(place, family, deadline, LIMIT).decode("utf-8", "replace")
    except NoAnswerError:
        if known is None:
            raise
        return known.text
    with _lock:
        _fetched[place] = _Fetched(text, time.monotonic())
    return text
