"""The services that notifications go to: apprise's, by URL (https://github.com/caronc/apprise/wiki)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.notify.courier import LOGGER, Send
from cli.notify.message import Message
from cli.session.redactor import INSTEAD, NOTIFY_VARIABLE, addresses
from stacks.model.errors import Problem, UserError
from stacks.settings.secrets.files import given_in, read_secret

if TYPE_CHECKING:
    from apprise import Apprise

_HOW = "write it as https://github.com/caronc/apprise/wiki says, e.g. json://host/path, slack://..., mailtos://..."


@dataclass(frozen=True, slots=True)
class Service:
    """name: in words that hold no secret."""

    name: str
    send: Send


def services(environment: Mapping[str, str]) -> list[Service]:
    """Return the services of the environment. Raises UserError with all bad addresses."""
    found: list[Service] = []
    problems: list[Problem] = []
    where = given_in(environment, NOTIFY_VARIABLE)
    for position, url in enumerate(addresses(read_secret(environment, NOTIFY_VARIABLE)), start=1):
        service = _service(url, len(found) + 1)
        if service:
            found.append(service)
        else:
            scheme = url.partition("://")[0] if "://" in url else ""
            shown = f"{scheme}://{INSTEAD}" if scheme else INSTEAD
            what = f"the address of notifications {shown} is none of a service that is known"
            problems.append(Problem(what, f"{where}, address {position}", _HOW))
    if problems:
        raise UserError.of(problems)
    return found


def _service(url: str, number: int) -> Service | None:
    import apprise  # noqa: PLC0415 - 0.2 s and 10 MB, only where somebody is to be told

    asset = apprise.AppriseAsset(
        app_id="TrueNorth",
        app_desc="DNS that always points at your clusters",
        async_mode=False,
        storage_mode="memory",
        pgp_autogen=False,
        pem_autogen=False,
    )
    service = apprise.Apprise(asset=asset)
    with _silenced():
        known = service.add(url)
    if not known:
        return None
    (plugin,) = service
    return Service(f"{plugin.service_name} (address {number})", lambda message: _send(service, message))


def _send(service: Apprise, message: Message) -> bool:
    return bool(
        service.notify(title=message.title, body=message.body, notify_type=message.severity, body_format="text")
    )


@contextmanager
def _silenced() -> Iterator[None]:
    """Silence apprise about a URL within the block, because our own error reports it."""
    logger = logging.getLogger(LOGGER)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
