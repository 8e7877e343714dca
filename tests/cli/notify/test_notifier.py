"""Notifications as they go out: to whom, in which form, and what happens where nobody takes them."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_string
from pathlib import Path

import pytest
from apprise import URLBase

from cli.events import Failure
from cli.notify import notifier
from cli.notify.courier import LONGEST_QUEUE, PAUSES, Courier
from cli.notify.message import Message
from cli.notify.notifier import notifying
from cli.reconcile.events import Subscriber
from cli.session.redactor import redactor
from stacks.model.errors import UserError
from stacks.settings.watch import NotificationSettings
from tests.cli.happenings import change, convergence, dispatch
from tests.cli.notify.conftest import DEADLINE, Hook

# apprise imports a module that a later Python is without, which it knows.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

NEWS = convergence(change("www", "203.0.113.7", "203.0.113.8"))
LINE = "203.0.113.7 -> 203.0.113.8"
TITLE = "TrueNorth home: www.example.com A was updated"
MESSAGE = Message("change", "info", TITLE, LINE)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine has its time to answer, and to send what is left at the end; a test of haste sets its own."""
    monkeypatch.setattr(notifier, "LAST_SECONDS", DEADLINE)
    monkeypatch.setattr(URLBase, "socket_read_timeout", 2 * DEADLINE)


@contextmanager
def telling(
    complaints: list[str] | None = None, settings: NotificationSettings | None = None, **environment: str
) -> Iterator[Subscriber]:
    """Notifications to the addresses of this environment."""
    complain = (lambda _: None) if complaints is None else complaints.append
    with notifying(
        settings or NotificationSettings(), environment, "home", redactor(environment), complain
    ) as on_event:
        yield on_event


class TestAMessage:
    def test_reaches_a_webhook(self, hook: Hook) -> None:
        with telling(TRUENORTH_NOTIFY=f"json://me:ossifrage@127.0.0.1:{hook.port}/notify") as on_event:
            on_event(dispatch(NEWS))
            got = hook.next()
        assert (got.method, got.path) == ("POST", "/notify")
        assert (got.document["title"], got.document["message"]) == (TITLE, LINE)
        assert got.document["type"] == "info"

    def test_reaches_ntfy(self, hook: Hook) -> None:
        with telling(TRUENORTH_NOTIFY=f"ntfy://127.0.0.1:{hook.port}/alerts") as on_event:
            on_event(dispatch(NEWS))
            got = hook.next()
        assert (got.document["topic"], got.document["title"]) == ("alerts", TITLE)
        assert LINE in got.document["message"]

    def test_reaches_each_address_of_the_environment(self, hook: Hook) -> None:
        place = f"json://127.0.0.1:{hook.port}"
        with telling(TRUENORTH_NOTIFY=f"{place}/a, {place}/b") as on_event:
            on_event(dispatch(NEWS))
            assert {hook.next().path for _ in range(2)} == {"/a", "/b"}

    def test_reaches_each_address_of_the_file(self, hook: Hook, tmp_path: Path) -> None:
        place = f"json://127.0.0.1:{hook.port}"
        file = tmp_path / "addresses"
        file.write_text(f"# mail\n{place}/a\n{place}/b\n")
        with telling(TRUENORTH_NOTIFY_FILE=str(file)) as on_event:
            on_event(dispatch(NEWS))
            assert {hook.next().path for _ in range(2)} == {"/a", "/b"}

    def test_reaches_a_mailbox(self) -> None:
        with mailbox() as (port, received):
            url = f"mailto://127.0.0.1:{port}?from=truenorth@example.com&to=admin@example.com&format=text"
            with telling(TRUENORTH_NOTIFY=url) as on_event:
                on_event(dispatch(NEWS))
            mail = message_from_string(received())
        assert mail["Subject"] == TITLE
        assert LINE in str(mail)

    def test_holds_no_secret(self, hook: Hook) -> None:
        secrets = {"CLOUDFLARE_API_TOKEN": "squeamish"}
        patient = NotificationSettings(failures_from=0)
        with telling(None, patient, TRUENORTH_NOTIFY=f"json://127.0.0.1:{hook.port}", **secrets) as on_event:
            on_event(dispatch(Failure("squeamish is refused", 1.0), time.monotonic()))
            assert hook.next().document["message"].startswith("*** is refused")

    def test_that_waits_is_sent_at_the_end(self, hook: Hook) -> None:
        with telling(TRUENORTH_NOTIFY=f"json://127.0.0.1:{hook.port}") as on_event:
            on_event(dispatch(NEWS))
            hook.next()
            on_event(dispatch(convergence(change("www", "203.0.113.8", "203.0.113.9"))))
        assert hook.next().document["message"] == "203.0.113.8 -> 203.0.113.9"

    def test_that_is_due_without_further_news_is_sent(self, hook: Hook) -> None:
        soon = NotificationSettings(failures_from=0.2)
        with telling(None, soon, TRUENORTH_NOTIFY=f"json://127.0.0.1:{hook.port}") as on_event:
            on_event(dispatch(Failure("HTTP 503", 60.0), time.monotonic()))
            assert "HTTP 503" in hook.next().document["message"]


class TestNobodyWhoTakesThem:
    def test_delays_neither_the_loop_nor_anybody_else_and_is_told(self, hook: Hook) -> None:
        complaints: list[str] = []
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))  # where nobody listens
            dead = f"json://me:ossifrage@127.0.0.1:{closed.getsockname()[1]}"
            with telling(complaints, TRUENORTH_NOTIFY=f"{dead} json://127.0.0.1:{hook.port}") as on_event:
                on_event(dispatch(NEWS))
                hook.next()
                assert complaints == [], "it is still being tried again"
                began = time.monotonic()
            assert time.monotonic() - began < sum(PAUSES) - 1, "which the end does not wait for"
        (complaint,) = complaints
        assert complaint.startswith(f"JSON (address 1): the notification '{TITLE}' was not sent: ")
        assert "ossifrage" not in complaint

    def test_holds_up_the_end_for_seconds_only(self, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(notifier, "LAST_SECONDS", 0.2)
        complaints: list[str] = []
        hook.answering.clear()
        with telling(complaints, TRUENORTH_NOTIFY=f"json://127.0.0.1:{hook.port}") as on_event:
            on_event(dispatch(NEWS))
            hook.next()
            began = time.monotonic()
        assert time.monotonic() - began < DEADLINE / 2
        assert complaints == ["JSON (address 1): not all notifications were sent before the end"]
        hook.answering.set()
        _joined("notify JSON (address 1)")

    def test_is_tried_again(self) -> None:
        sent = _Sending("failed", "sent")
        courier = Courier("JSON", sent, pytest.fail, pauses=(0.01,))
        courier.post(MESSAGE)
        sent.done.wait(DEADLINE)
        courier.close(time.monotonic() + DEADLINE)
        assert sent.times == 2

    def test_is_given_up_with_the_reason(self) -> None:
        complaints: list[str] = []
        sent = _Sending("failed", "failed", "failed")
        courier = Courier("Slack", sent, complaints.append, pauses=(0.01, 0.01))
        courier.post(MESSAGE)
        sent.done.wait(DEADLINE)
        courier.close(time.monotonic() + DEADLINE)
        assert complaints == [f"Slack: the notification '{TITLE}' was not sent: it gives no reason"]

    def test_has_a_bounded_queue(self) -> None:
        going, complaints, sent = threading.Event(), list[str](), list[str]()

        def send(message: Message) -> bool:
            going.wait(DEADLINE)
            sent.append(message.title)
            return True

        courier = Courier("Slack", send, complaints.append)
        for number in range(LONGEST_QUEUE + 50):
            courier.post(Message("change", "info", str(number), ""))
        going.set()
        courier.close(time.monotonic() + DEADLINE)
        assert len(sent) in {LONGEST_QUEUE, LONGEST_QUEUE + 1}  # one may have been on its way
        assert sent[-1] == str(LONGEST_QUEUE + 49)
        assert complaints[0].endswith("notifications were dropped, because none went through")


class TestAddresses:
    @pytest.mark.parametrize("url", ["nonsense://me:ossifrage@host/", "slack://ossifrage", "ossifrage"])
    def test_that_cannot_be_understood_are_refused_without_their_secrets(self, url: str) -> None:
        with pytest.raises(UserError) as refused, telling(TRUENORTH_NOTIFY=f"json://host/ {url}"):
            pass
        (problem,) = refused.value.problems
        assert problem.where == "environment: TRUENORTH_NOTIFY, address 2"
        assert "apprise/wiki" in problem.do
        assert "ossifrage" not in str(refused.value)

    def test_in_a_file_that_is_not_there_are_refused(self, tmp_path: Path) -> None:
        with (
            pytest.raises(UserError, match="No such file or directory"),
            telling(TRUENORTH_NOTIFY_FILE=str(tmp_path / "none")),
        ):
            pass

    def test_that_are_not_there_cost_no_thread_and_no_import(self) -> None:
        before = set(threading.enumerate())  # of which any may end
        with telling() as on_event:
            on_event(dispatch(NEWS))
            assert set(threading.enumerate()) <= before


class _Sending:
    """Sends as it is told to, one outcome after the other."""

    def __init__(self, *outcomes: str) -> None:
        self._outcomes = list(outcomes)
        self.times = 0
        self.done = threading.Event()

    def __call__(self, _: Message) -> bool:
        self.times += 1
        outcome = self._outcomes.pop(0)
        if not self._outcomes:
            self.done.set()
        return outcome == "sent"


def _joined(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(DEADLINE)


@contextmanager
def mailbox() -> Iterator[tuple[int, Callable[[], str]]]:
    """A mail server that takes one mail (RFC 5321): its port, and what gives the mail."""
    received: list[str] = []
    done = threading.Event()
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        await say("220 mail.example.com")
        while line := (await reader.readline()).decode().strip():
            word = line.upper().split(":")[0].split()[0]
            if word == "DATA":
                await say("354 go on")
                received.append((await reader.readuntil(b"\r\n.\r\n")).decode().replace("\r\n", "\n"))
                done.set()
            await say("221 bye" if word == "QUIT" else "250 OK")
            if word == "QUIT":
                break
        writer.close()
        await writer.wait_closed()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def mail() -> str:
        assert done.wait(DEADLINE)
        return received[0]

    try:
        yield server.sockets[0].getsockname()[1], mail
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(server.wait_closed(), loop).result(DEADLINE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
