"""The address in a web service's answer: plain text, JSON or Cloudflare's trace. No I/O."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import TYPE_CHECKING

from stacks.model.addresses import expression
from stacks.observe.wan.agreement.answer import NoAnswerError

if TYPE_CHECKING:
    from stacks.model.values import Address

JSON_KEYS = ("ip", "origin", "ip_addr", "address")
"""api.ipify.org, httpbin.org, ifconfig.me, ..."""


def read_address(body: bytes) -> Address:
    """Return the address in the body. Raises `NoAnswerError` where there is none, or something beside it."""
    try:
        text = body.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise NoAnswerError(f"answered with something that is no address: {body[:40]!r}") from error
    found = _candidate(text)
    try:
        return ip_address(found)
    except ValueError as error:
        raise NoAnswerError(f"answered with something that is no address: {text[:40]!r}") from error


def find_address(body: bytes, pattern: str) -> Address:
    """Return the address that an expression finds in the body. Raises `NoAnswerError` where it finds none."""
    try:
        found = expression.find(pattern, body.decode("utf-8", "replace"))
    except ValueError as error:
        raise NoAnswerError(f"answered with something in which the pattern cannot be found: {error}") from error
    if found is None:
        raise NoAnswerError("answered with something in which the pattern is not found")
    try:
        return ip_address(found.strip())
    except ValueError as error:
        raise NoAnswerError(f"answered with something that is no address: {found[:40]!r}") from error


def _candidate(text: str) -> str:
    if text.startswith("{"):
        return _from_json(text)
    lines = [line.partition("=") for line in text.splitlines()]
    traced = [value for key, _, value in lines if key == "ip"]
    return traced[0] if len(traced) == 1 else text


def _from_json(text: str) -> str:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    values = [document[key] for key in JSON_KEYS if isinstance(document.get(key), str)]
    return str(values[0]) if values else text
