from __future__ import annotations

import select
import socket
import threading
import time
from contextlib import suppress
from ipaddress import ip_address
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from lab.addresses import stun_message
from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun
from stacks.model.values import Address, Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources import deadline as deadline_module
from stacks.observe.wan.sources import stun_exchange
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.wan.sources.stun_exchange import Transport, binding
from tests.stacks.observe.wan.coturn import coturn_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack

RIGHT = ip_address("203.0.113.7")
TRANSPORTS: list[Transport] = ["udp", "tcp"]


def ask(place: str, transport: Transport, seconds: float = 60, family: Family = Family.IPV4) -> Address:
    host, _, port = place.rpartition(":")
    return binding(host.strip("[]"), int(port), family, transport, Deadline(seconds))


@pytest.mark.parametrize("transport", TRANSPORTS)
class TestOverEitherTransport:
    def test_the_address_is_what_the_server_sees(self, stun: Callable[..., str], transport: Transport) -> None:
        assert ask(stun(), transport) == RIGHT

    def test_ipv6(self, stun: Callable[..., str], transport: Transport, ipv6_loopback: str) -> None:
        assert ask(stun(ipv6_loopback), transport, family=Family.IPV6) == ip_address("2001:db8::7")

    def test_a_silent_server_gives_no_answer_at_the_deadline(
        self, stun: Callable[..., str], transport: Transport
    ) -> None:
        started = time.monotonic()
        with pytest.raises(NoAnswerError):
            ask(stun(silent=True), transport, seconds=0.3)
        assert 0.2 < time.monotonic() - started < 60

    @pytest.mark.parametrize("behaviour", [{"malformed": True}, {"foreign": True}])
    def test_what_is_no_response_to_us_is_ignored(
        self, stun: Callable[..., str], transport: Transport, behaviour: dict[str, bool]
    ) -> None:
        with pytest.raises(NoAnswerError):
            ask(stun(**behaviour), transport, seconds=0.2)

    def test_an_error_response_ends_the_question(self, stun: Callable[..., str], transport: Transport) -> None:
        with pytest.raises(NoAnswerError, match="error 420 Unknown Attribute"):
            ask(stun(error=420), transport)

    def test_another_server_is_asked_where_the_first_sends_us(
        self, stun: Callable[..., str], transport: Transport
    ) -> None:
        other = stun()
        assert ask(stun(error=300, alternate=("127.0.0.1", int(other.rpartition(":")[2]))), transport) == RIGHT

    def test_try_alternate_without_a_server_is_an_error(self, stun: Callable[..., str], transport: Transport) -> None:
        with pytest.raises(NoAnswerError, match="error 300"):
            ask(stun(error=300), transport)

    def test_servers_that_send_us_in_circles_are_left(
        self, world: Addresses, stack: ExitStack, transport: Transport
    ) -> None:
        behaviour = StunBehaviour(error=300)
        place = stack.enter_context(serve_stun(world, behaviour=behaviour))
        behaviour.alternate = ("127.0.0.1", int(place.rpartition(":")[2]))
        with pytest.raises(NoAnswerError, match="in circles"):
            ask(place, transport)
        assert behaviour.requests == 1

    def test_a_closed_port_is_known_at_once(self, transport: Transport) -> None:
        started = time.monotonic()
        with pytest.raises(NoAnswerError, match="reach"):
            ask("127.0.0.1:9", transport, seconds=120)
        assert time.monotonic() - started < 60

    def test_a_cancelled_deadline_ends_the_waiting(self, stun: Callable[..., str], transport: Transport) -> None:
        deadline = Deadline(120)
        port = int(stun(silent=True).rpartition(":")[2])
        timer = threading.Timer(0.1, deadline.cancel)
        timer.start()
        started = time.monotonic()
        with pytest.raises(NoAnswerError):
            binding("127.0.0.1", port, Family.IPV4, transport, deadline)
        assert time.monotonic() - started < 60
        timer.join()


class Waiting:
    """A clock that goes as far as is waited for datagrams, of which none comes. seconds: how long each time."""

    def __init__(self) -> None:
        self._now = 1000.0
        self.seconds: list[float] = []

    def monotonic(self) -> float:
        return self._now

    def register(self, *_: object) -> None: ...

    def poll(self, milliseconds: float) -> list[object]:
        self.seconds.append(milliseconds / 1000)
        self._now += milliseconds / 1000
        return []


class TestUdp:
    def test_lost_requests_are_sent_again_after_half_a_second(self, world: Addresses, stack: ExitStack) -> None:
        behaviour = StunBehaviour(ignore=1)
        place = stack.enter_context(serve_stun(world, behaviour=behaviour))
        started = time.monotonic()
        assert ask(place, "udp") == RIGHT
        assert time.monotonic() - started > 0.45
        assert behaviour.requests >= 2  # a slow answer costs one more

    def test_requests_go_out_at_0_and_half_a_second_and_one_and_a_half(self, monkeypatch: pytest.MonkeyPatch) -> None:
        waiting = Waiting()
        monkeypatch.setattr(stun_exchange, "select", SimpleNamespace(poll=lambda: waiting, POLLIN=select.POLLIN))
        for module in (stun_exchange, deadline_module):
            monkeypatch.setattr(module, "time", waiting)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            silent.setblocking(False)  # noqa: FBT003 - the standard library's signature
            with pytest.raises(NoAnswerError, match=r"no answer to 3 requests in 1\.8 s"):
                ask(f"127.0.0.1:{silent.getsockname()[1]}", "udp", seconds=1.75)
            requests = {silent.recv(100) for _ in range(3)}
            assert len(requests) == 1
            with pytest.raises(BlockingIOError):
                silent.recv(100)
        assert waiting.seconds == [0.5, 1.0, 0.25]

    def test_a_forgery_before_the_answer_changes_nothing(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 0))

            def serve() -> None:
                request, client = server.recvfrom(100)
                forged = stun_message.success(bytes(12), "198.51.100.66", 1)
                for datagram in (b"", b"junk", forged, request):
                    server.sendto(datagram, client)
                server.sendto(stun_message.success(request[8:20], str(RIGHT), 1), client)

            thread = threading.Thread(target=serve)
            thread.start()
            assert ask(f"127.0.0.1:{server.getsockname()[1]}", "udp") == RIGHT
            thread.join()

    def test_an_answer_from_elsewhere_does_not_count(self) -> None:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
        ):
            server.bind(("127.0.0.1", 0))
            other.bind(("127.0.0.1", 0))

            def serve() -> None:
                request, client = server.recvfrom(100)
                # The right transaction id, from the wrong port.
                other.sendto(stun_message.success(request[8:20], "198.51.100.66", 1), client)
                server.sendto(stun_message.success(request[8:20], str(RIGHT), 1), client)

            thread = threading.Thread(target=serve)
            thread.start()
            assert ask(f"127.0.0.1:{server.getsockname()[1]}", "udp") == RIGHT
            thread.join()


class TestTcp:
    @staticmethod
    def answer(stack: ExitStack, *chunks: bytes | Callable[[bytes], bytes]) -> str:
        """Serve one connection: read the request, send the chunks (functions of the transaction id), close."""
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                request = connection.recv(100)
                for chunk in chunks:
                    connection.sendall(chunk if isinstance(chunk, bytes) else chunk(request[8:20]))

        thread = threading.Thread(target=serve)
        thread.start()
        stack.callback(thread.join)
        return f"127.0.0.1:{listener.getsockname()[1]}"

    def test_a_response_may_come_in_pieces(self, stack: ExitStack) -> None:
        def piece(start: int, end: int) -> Callable[[bytes], bytes]:
            return lambda transaction: stun_message.success(transaction, str(RIGHT), 1)[start:end]

        assert ask(self.answer(stack, piece(0, 7), piece(7, 21), piece(21, 99)), "tcp") == RIGHT

    def test_a_foreign_message_before_ours_is_skipped(self, stack: ExitStack) -> None:
        foreign = stun_message.success(bytes(12), "198.51.100.66", 1)
        place = self.answer(stack, foreign, lambda transaction: stun_message.success(transaction, str(RIGHT), 1))
        assert ask(place, "tcp") == RIGHT

    def test_a_server_that_hangs_up_gives_no_answer(self, stack: ExitStack) -> None:
        with pytest.raises(NoAnswerError, match="closed the connection without an answer"):
            ask(self.answer(stack), "tcp")

    def test_a_server_of_another_protocol_gives_no_answer(self, stack: ExitStack) -> None:
        with pytest.raises(NoAnswerError, match="does not speak STUN"):
            ask(self.answer(stack, b"HTTP/1.1 400 Bad Request\r\n\r\n"), "tcp")


def has_ipv6_loopback() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1", 0))
        return True
    return False


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    hosts = ["127.0.0.1", "::1"] if has_ipv6_loopback() else ["127.0.0.1"]
    with coturn_on(hosts, tmp_path_factory.mktemp("coturn"), lambda _: ["--stun-only"]) as port:
        yield port


class TestARealServer:
    @pytest.mark.parametrize("transport", TRANSPORTS)
    def test_coturn_sees_our_loopback_address(self, coturn: int, transport: Transport) -> None:
        assert ask(f"127.0.0.1:{coturn}", transport) == ip_address("127.0.0.1")

    @pytest.mark.parametrize("transport", TRANSPORTS)
    def test_coturn_over_ipv6(self, coturn: int, transport: Transport, ipv6_loopback: str) -> None:
        assert ask(f"[{ipv6_loopback}]:{coturn}", transport, family=Family.IPV6) == ip_address("::1")
