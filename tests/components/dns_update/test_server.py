"""The place of a server, its key, and messages that it signs."""

from __future__ import annotations

import re
from pathlib import Path

import dns.tsig
import pytest

from components.dns_update.changes import create
from components.dns_update.connection import ALGORITHMS, Connection, secret_fault
from components.dns_update.server import DnsServer
from components.dns_update.transfer import listing
from components.zone_set import ZoneSet
from tests.bind import KEY, SECRET, ZONE, running


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_signs_updates_and_transfers_of_a_real_server(algorithm: str, tmp_path: Path) -> None:
    made = ZoneSet(ZONE, "www", "A", 300, ("192.0.2.1",))
    with running(tmp_path, algorithm=algorithm) as bind:
        server = DnsServer(Connection(bind.server, KEY, algorithm), SECRET)
        create(server, made)
        assert (f"www.{ZONE}", made.values) in [(one.name, one.values) for one in listing(server, ZONE)]


def test_no_algorithm_of_the_library_is_left_out_but_the_truncated_ones() -> None:
    whole = {text for name, text in vars(dns.tsig).items() if re.fullmatch(r"HMAC_[A-Z]+[0-9]+", name)}
    named = {name.to_text(omit_final_dot=True).lower().removesuffix(".sig-alg.reg.int") for name in whole}
    assert named == set(ALGORITHMS)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("ns1.example.com:5353", ("ns1.example.com", 5353)),
        ("[2001:db8::53]", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_a_server_is_a_host_with_or_without_a_port(text: str, place: tuple[str, int]) -> None:
    assert Connection(text, KEY).faults() == {}
    assert Connection(text, KEY).place == place


@pytest.mark.parametrize(
    "text", ["", "2001:db8::53", "host:", "host:0", "host:65536", "ho st", "a/b", "a..b", "x" * 254]
)
def test_what_is_no_server_is_said(text: str) -> None:
    assert "is no HOST" in Connection(text, KEY).faults()["server"]


def test_a_key_and_its_algorithm_are_checked() -> None:
    assert Connection("host", "a." * 130).faults().keys() == {"key"}
    assert Connection("host", "a key", "md5").faults().keys() == {"key", "algorithm"}


@pytest.mark.parametrize(
    ("secret", "fault"), [(SECRET, ""), ("no!", "Base64"), ("", "empty"), ("A" * 8000, "too long")]
)
def test_a_secret_is_checked_and_never_quoted(secret: str, fault: str) -> None:
    found = secret_fault(secret)
    assert fault in found
    assert not secret or secret not in found


def test_no_secret_is_printed() -> None:
    assert SECRET not in repr(DnsServer(Connection("host", KEY), SECRET))
