from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.web_formats import read_address

TRACE = b"fl=1f1\nh=cloudflare.com\nip=%b\nts=1.0\nvisit_scheme=https\nuag=truenorth\ncolo=FRA\n"


@pytest.mark.parametrize("address", [b"203.0.113.7", b"2001:db8::7"])
@pytest.mark.parametrize(
    "form",
    [b"%b", b"%b\n", b"  %b\r\n", b'{"ip":"%b"}', b'{"origin": "%b"}\n', b'{"country": "XX", "ip_addr": "%b"}', TRACE],
)
def test_each_format_holds_the_address(form: bytes, address: bytes) -> None:
    assert read_address(form % address) == ip_address(address.decode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html><body>203.0.113.7</body></html>",
        b"203.0.113.7, 203.0.113.8",
        b"203.0.113.7\n203.0.113.8",
        b"203.0.113",
        b"203.0.113.07",
        b"203.0.113.0/24",
        b"\xff\xfe203.0.113.7",
        b"{",
        b"{}",
        b'{"ip": 3405803783}',
        b'{"ip": null}',
        b'{"ip": ["203.0.113.7"]}',
        b'{"origin": "203.0.113.7, 203.0.113.8"}',
        b'["203.0.113.7"]',
        b'{"a":' * 800,
        TRACE % b"",
        TRACE % b"203.0.113.7" + b"ip=203.0.113.8\n",
        b"1" * 4000,
    ],
)
def test_anything_else_is_no_answer(body: bytes) -> None:
    with pytest.raises(NoAnswerError, match="something that is no address"):
        read_address(body)


@given(st.binary(max_size=300))
def test_no_body_raises_anything_else(body: bytes) -> None:
    try:
        outcome = str(read_address(body))
    except NoAnswerError as error:
        outcome = str(error)
    assert outcome.isprintable()
