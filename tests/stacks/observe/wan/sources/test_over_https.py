from __future__ import annotations

from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests

from lab.addresses.http import HttpBehaviour, serve_http
from lab.addresses.settable import Addresses
from stacks.model.values import Address, Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources import over_https
from stacks.observe.wan.sources.deadline import Deadline

CERTIFICATE = Path(__file__).parent / "loopback.pem"
WORLD = Addresses(ipv4="203.0.113.7", ipv6="2001:db8::7")


@pytest.fixture(autouse=True)
def _trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(CERTIFICATE))


def ask(stack: ExitStack, name: str, path: str = "/dns-query", **behaviour: object) -> Address:
    """Ask a service of the lab for the IPv4 address."""
    made = HttpBehaviour(**behaviour)  # type: ignore[arg-type] # fields of the class that is made
    url = stack.enter_context(serve_http(WORLD, behaviour=made, certificate=CERTIFICATE))
    return over_https.ask(name, url + path, Family.IPV4, Deadline(60))


@pytest.mark.parametrize("name", ["whoami.cloudflare", "myip.opendns.com"])
def test_the_answer_is_the_address_of_whoever_asks(stack: ExitStack, name: str) -> None:
    assert ask(stack, name) == ip_address("203.0.113.7")


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        ({"html": True}, "something that is no DNS message: b'<!DOCTYPE html>"),
        ({"status": 503}, "HTTP status 503"),
        ({"path": "/elsewhere"}, "HTTP status 415"),
        ({"lie": "not an address"}, "something that is no address: 'not an address'"),
    ],
)
def test_a_service_that_misbehaves_gives_no_answer(stack: ExitStack, behaviour: dict[str, str], why: str) -> None:
    with pytest.raises(NoAnswerError, match=why):
        ask(stack, "whoami.cloudflare", **behaviour)


def test_a_refusal_is_no_address(stack: ExitStack) -> None:
    with pytest.raises(NoAnswerError, match="answered with 0 records where one is the address"):
        ask(stack, "nobody.knows.example")


def test_a_service_without_the_right_certificate_gives_no_answer(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    with pytest.raises(NoAnswerError, match="certificate"):
        ask(stack, "whoami.cloudflare")
