"""The lines for resolvers in the document, in a real unbound and a real dnsmasq with the line to the world cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.name_servers.asking import Answer, ask
from lab.name_servers.resolvers import dnsmasq, unbound
from tests.bind import Bind, program, running
from tests.docs.blocks import blocks

PAGE = "docs/split-horizon.md"
INNER, APP = "192.168.7.10", "app.example.com"
FOUND, PRIVATE_LEFT_OUT = Answer("NOERROR", (INNER,)), Answer("NOERROR")
ANCHOR = "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
CUT_OFF = f"""
server:
    trust-anchor: ". DS {ANCHOR}"
    private-address: 192.168.0.0/16
forward-zone:
    name: "."
    forward-addr: 127.0.0.1@9
"""
CUT_OFF_DNSMASQ = f"""
dnssec
trust-anchor=.,{ANCHOR.replace(" ", ",")}
stop-dns-rebind
server=127.0.0.1#9
"""


@pytest.fixture
def bind(tmp_path: Path) -> Iterator[Bind]:
    """The server inside."""
    with running(tmp_path / "bind", records=f"app 600 IN A {INNER}\n", zones=("example.com", "house.example")) as made:
        yield made


def lines(word: str, server: str) -> str:
    """The block of the document with this word, and this server in place of its own."""
    (found,) = [block for block in blocks(PAGE, "text") if word in block]
    return found.replace("192.168.1.53", server)


class TestTheLinesForUnbound:
    @pytest.fixture
    def document(self, bind: Bind) -> str:
        program("unbound")
        return lines("stub-zone:", f"127.0.0.1@{bind.port}")

    def test_lead_to_the_server_inside_while_the_line_is_cut(self, document: str, tmp_path: Path) -> None:
        with unbound(tmp_path / "unbound", CUT_OFF + document) as resolver:
            assert resolver.ask(APP) == FOUND
            assert resolver.ask("nobody.example.com") == Answer("NXDOMAIN")

    def test_need_the_one_that_lets_private_addresses_in(self, document: str, tmp_path: Path) -> None:
        with unbound(tmp_path / "unbound", CUT_OFF + without(document, "private-domain")) as resolver:
            assert resolver.ask(APP) == PRIVATE_LEFT_OUT

    def test_need_the_one_that_asks_for_no_signatures(self, document: str, tmp_path: Path) -> None:
        with unbound(tmp_path / "unbound", CUT_OFF + without(document, "domain-insecure")) as resolver:
            assert ask(resolver.place, APP, patience=2).addresses == ()


class TestTheLinesForDnsmasq:
    @pytest.fixture
    def document(self, bind: Bind) -> str:
        program("dnsmasq")
        return lines("rebind-domain-ok=", f"127.0.0.1#{bind.port}")

    def test_lead_to_the_server_inside_while_the_line_is_cut(self, document: str, tmp_path: Path) -> None:
        with dnsmasq(tmp_path / "dnsmasq", CUT_OFF_DNSMASQ + document) as resolver:
            assert resolver.ask(APP) == FOUND
            assert resolver.ask("nobody.example.com") == Answer("NXDOMAIN")

    def test_need_the_one_that_lets_private_addresses_in(self, document: str, tmp_path: Path) -> None:
        with dnsmasq(tmp_path / "dnsmasq", CUT_OFF_DNSMASQ + without(document, "rebind")) as resolver:
            assert resolver.ask(APP).addresses == ()


def without(text: str, word: str) -> str:
    """The lines in which a word is not."""
    return "".join(line for line in text.splitlines(keepends=True) if word not in line)
