from __future__ import annotations

import errno
import socket
import struct
import threading
import time

import pytest
import stun as pystun3  # type: ignore[import-untyped] # ships no types
from aioice import stun as aioice

from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun

ID = bytes(range(12))
REQUEST = bytes(aioice.Message(aioice.Method.BINDING, aioice.Class.REQUEST, ID))


def port_of(place: str) -> int:
    return int(place.rpartition(":")[2])


def over_udp(place: str, data: bytes = REQUEST, seconds: float = 60) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(seconds)
        sock.sendto(data, ("127.0.0.1", port_of(place)))
        return sock.recv(2048)


def over_tcp(place: str, *chunks: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port_of(place)), timeout=60) as sock:
        for chunk in chunks:
            sock.sendall(chunk)
        return sock.recv(2048)


def ended(connection: socket.socket) -> bool:
    """Whether the server has ended the connection, in whichever way."""
    try:
        return connection.recv(10) == b""
    except ConnectionResetError:
        return True


def mapped(response: bytes) -> str:
    message = aioice.parse_message(response)
    assert message.message_class == aioice.Class.RESPONSE
    assert message.transaction_id == ID
    return str(message.attributes["XOR-MAPPED-ADDRESS"][0])


class TestAnswers:
    def test_udp_and_tcp_on_one_port_give_the_worlds_address(self) -> None:
        with serve_stun(Addresses(ipv4="203.0.113.7")) as place:
            assert mapped(over_udp(place)) == "203.0.113.7"
            assert mapped(over_tcp(place, REQUEST)) == "203.0.113.7"

    def test_a_changed_world_is_answered_from_then_on(self) -> None:
        world = Addresses(ipv4="203.0.113.7")
        with serve_stun(world) as place:
            assert mapped(over_udp(place)) == "203.0.113.7"
            world.ipv4 = "203.0.113.8"
            assert mapped(over_udp(place)) == "203.0.113.8"

    @pytest.mark.usefixtures("ipv6_loopback")
    def test_over_ipv6_the_ipv6_address(self) -> None:
        with serve_stun(Addresses(ipv6="2001:db8::7"), "::1") as place:
            assert place.startswith("[::1]:")
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
                sock.settimeout(60)
                sock.sendto(REQUEST, ("::1", port_of(place)))
                assert mapped(sock.recv(2048)) == "2001:db8::7"

    def test_the_port_is_the_clients(self) -> None:
        with serve_stun(Addresses()) as place, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(60)
            sock.sendto(REQUEST, ("127.0.0.1", port_of(place)))
            attributes = aioice.parse_message(sock.recv(2048)).attributes
            assert attributes["XOR-MAPPED-ADDRESS"][1] == sock.getsockname()[1]

    def test_a_fingerprint_is_there_unless_switched_off(self) -> None:
        behaviour = StunBehaviour()
        with serve_stun(Addresses(), behaviour=behaviour) as place:
            assert "FINGERPRINT" in aioice.parse_message(over_udp(place)).attributes
            behaviour.fingerprint = False
            assert "FINGERPRINT" not in aioice.parse_message(over_udp(place)).attributes

    def test_a_request_over_tcp_may_come_in_pieces_and_two_in_one(self) -> None:
        with serve_stun(Addresses()) as place:
            assert mapped(over_tcp(place, REQUEST[:5], REQUEST[5:])) == "203.0.113.7"
            with socket.create_connection(("127.0.0.1", port_of(place)), timeout=60) as sock:
                sock.sendall(REQUEST + REQUEST)
                received = b""
                while len(received) < 2 * 40:
                    received += sock.recv(2048)
                assert received[:40] == received[40:]

    def test_a_request_with_attributes_is_understood(self) -> None:
        request = aioice.Message(aioice.Method.BINDING, aioice.Class.REQUEST, ID, {"SOFTWARE": "a client"})
        request.add_fingerprint()
        with serve_stun(Addresses()) as place:
            assert mapped(over_udp(place, bytes(request))) == "203.0.113.7"


class TestClassicRequests:
    """Of RFC 3489, as pystun3 sends them."""

    @staticmethod
    def ask(place: str, change: str = "", seconds: float = 60) -> tuple[dict[str, object], int]:
        """What pystun3 reads in the answer, and the port that it asked from. It asks four times, so long each."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(seconds)
            sock.bind(("127.0.0.1", 0))
            pystun3._initialize()  # noqa: SLF001 - `stun_test` needs it
            return pystun3.stun_test(sock, "127.0.0.1", port_of(place), "", 0, change), sock.getsockname()[1]

    def test_are_answered_with_the_address_as_it_is(self) -> None:
        with serve_stun(Addresses(ipv4="203.0.113.7")) as place:
            answer, port = self.ask(place)
        assert (answer["ExternalIP"], answer["ExternalPort"], answer["ChangedIP"]) == ("203.0.113.7", port, None)

    def test_are_told_of_the_second_address_where_there_is_one(self) -> None:
        with serve_stun(Addresses(), behaviour=StunBehaviour(changed=("198.51.100.1", 3479))) as place:
            answer, _ = self.ask(place)
        assert (answer["ChangedIP"], answer["ChangedPort"]) == ("198.51.100.1", 3479)

    def test_for_an_answer_from_elsewhere_are_answered_where_no_nat_would_filter_it(self) -> None:
        with serve_stun(Addresses(), behaviour=StunBehaviour(changes=frozenset({2}))) as place:
            assert self.ask(place, "0003000400000002")[0]["Resp"] is True
            assert self.ask(place, "0003000400000006", seconds=0.2)[0]["Resp"] is False

    def test_are_not_answered_by_a_server_of_today(self) -> None:
        with serve_stun(Addresses(), behaviour=StunBehaviour(classic=False)) as place:
            assert self.ask(place, seconds=0.2)[0]["Resp"] is False
            assert mapped(over_udp(place)) == "203.0.113.7"

    def test_with_an_error_get_one_of_their_own(self) -> None:
        request = bytes.fromhex("00010000") + bytes(range(16))
        with serve_stun(Addresses(), behaviour=StunBehaviour(error=420)) as place:
            answer = over_udp(place, request)
        assert (answer[:2], answer[4:20]) == (bytes.fromhex("0111"), bytes(range(16)))


class TestMisbehaviour:
    def test_silence(self) -> None:
        asked = threading.Event()
        behaviour = StunBehaviour(silent=True, on_silence=asked.set)
        with serve_stun(Addresses(), behaviour=behaviour) as place:
            with pytest.raises(TimeoutError):
                over_udp(place, seconds=0.1)
            assert asked.wait(60)
            assert behaviour.requests == 1

    def test_a_family_that_the_world_lacks_is_silence(self) -> None:
        with serve_stun(Addresses(ipv4=None)) as place, pytest.raises(TimeoutError):
            over_udp(place, seconds=0.1)

    def test_delayed_answers_do_not_wait_for_each_other(self) -> None:
        with (
            serve_stun(Addresses(), behaviour=StunBehaviour(delay=0.5)) as place,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
        ):
            sock.settimeout(60)
            started = time.monotonic()
            for _ in range(100):
                sock.sendto(REQUEST, ("127.0.0.1", port_of(place)))
            for _ in range(100):
                assert mapped(sock.recv(2048)) == "203.0.113.7"
            assert 0.49 < time.monotonic() - started < 45, "one after the other they would take 50 s"

    def test_a_lie(self) -> None:
        with serve_stun(Addresses(), behaviour=StunBehaviour(lie="198.51.100.66")) as place:
            assert mapped(over_udp(place)) == "198.51.100.66"

    def test_a_malformed_answer(self) -> None:
        with (
            serve_stun(Addresses(), behaviour=StunBehaviour(malformed=True)) as place,
            pytest.raises(ValueError, match="length does not match"),
        ):
            aioice.parse_message(over_udp(place))

    def test_an_answer_to_somebody_else(self) -> None:
        with serve_stun(Addresses(), behaviour=StunBehaviour(foreign=True)) as place:
            assert aioice.parse_message(over_udp(place)).transaction_id != ID

    def test_an_error(self) -> None:
        with serve_stun(Addresses(), behaviour=StunBehaviour(error=420)) as place:
            message = aioice.parse_message(over_udp(place))
            assert message.message_class == aioice.Class.ERROR
            assert message.attributes["ERROR-CODE"] == (420, "Unknown Attribute")

    def test_try_alternate(self) -> None:
        behaviour = StunBehaviour(error=300, alternate=("192.0.2.5", 3478))
        with serve_stun(Addresses(), behaviour=behaviour) as place:
            response = over_udp(place)
        assert aioice.parse_message(response).attributes["ERROR-CODE"] == (300, "Try Alternate")
        assert struct.pack("!HHBBH4B", 0x8023, 8, 0, 1, 3478, 192, 0, 2, 5) in response

    def test_lost_requests(self) -> None:
        behaviour = StunBehaviour(ignore=1)
        with serve_stun(Addresses(), behaviour=behaviour) as place:
            with pytest.raises(TimeoutError):
                over_udp(place, seconds=0.1)
            assert mapped(over_udp(place)) == "203.0.113.7"
            assert behaviour.requests == 2


class TestWhatIsNoRequest:
    @pytest.mark.parametrize("data", [b"", b"junk", bytes(20), REQUEST + b"1234", b"\x01\x01" + REQUEST[2:]])
    def test_over_udp_is_ignored(self, data: bytes) -> None:
        behaviour = StunBehaviour()
        with serve_stun(Addresses(), behaviour=behaviour) as place:
            with pytest.raises(TimeoutError):
                over_udp(place, data, seconds=0.05)
            assert mapped(over_udp(place)) == "203.0.113.7"
            assert behaviour.requests == 1

    def test_over_tcp_ends_the_connection(self) -> None:
        with serve_stun(Addresses()) as place:
            assert over_tcp(place, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""


def test_a_port_in_use_is_an_error_that_names_it() -> None:
    with serve_stun(Addresses()) as place:
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1 port {port_of(place)}") as caught:
            serve_stun(Addresses(), port=port_of(place)).__enter__()
        assert caught.value.errno == errno.EADDRINUSE


def test_the_port_is_free_again_afterwards() -> None:
    with serve_stun(Addresses()) as place:
        port = port_of(place)
        over_tcp(place, REQUEST)
    with serve_stun(Addresses(), port=port) as again:
        assert port_of(again) == port


def test_open_connections_and_due_answers_do_not_hold_up_the_end() -> None:
    started = time.monotonic()
    with serve_stun(Addresses(), behaviour=StunBehaviour(delay=60)) as place:
        connection = socket.create_connection(("127.0.0.1", port_of(place)), timeout=60)
        connection.sendall(REQUEST)
    with connection:
        assert ended(connection)
    assert time.monotonic() - started < 30, "the answer was due after 60 s"
