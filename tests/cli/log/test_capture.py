"""What libraries say, and what nobody has caught, is one entry of the log each."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from cli.log.capture import capturing, of_loop
from cli.log.entries import Level
from cli.log.log import Log
from cli.session.redactor import Redactor


class Said:
    """The documents of a log."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.log = Log(Console(file=io.StringIO()), "json", self._stream, Redactor(["ossifrage"]))

    def __call__(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._stream.getvalue().splitlines()]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[Said]:
    found = Said()
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back even where a block has ended by an exception
    with capturing(found.log):
        yield found


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    found = asyncio.new_event_loop()
    yield found
    found.close()


class TestLibraries:
    def test_are_heard_from_warnings_on(self, said: Said) -> None:
        logging.getLogger("uvicorn.error").info("started")
        logging.getLogger("uvicorn.error").warning("port %d is\nbusy: ossifrage", 80)
        (one,) = said()
        assert (one["level"], one["event"], one["logger"]) == ("warning", "log", "uvicorn.error")
        assert one["message"] == "uvicorn.error: port 80 is busy: ***"

    def test_have_their_exceptions_in_one_entry(self, said: Said) -> None:
        try:
            int("seven")
        except ValueError:
            logging.getLogger("grpc").exception("a call failed")
        (one,) = said()
        assert (one["level"], one["message"]) == (
            "error",
            "grpc: a call failed: invalid literal for int() with base 10: 'seven'",
        )
        assert "test_capture" in one["traceback"]

    def test_that_log_badly_are_heard_all_the_same(self, said: Said) -> None:
        record = logging.makeLogRecord({"name": "httpx", "levelno": logging.ERROR, "msg": "%d of them", "args": ("x",)})
        (ours,) = (one for one in logging.getLogger().handlers if type(one).__module__ == "cli.log.capture")
        ours.handle(record)
        assert said()[0]["message"] == "httpx: %d of them"

    def test_that_warn_are_heard(self, said: Said) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(capture=False)
            logging.captureWarnings(capture=True)  # what pytest has put in its place hears them else
            warnings.warn("this will go", DeprecationWarning, stacklevel=1)
            logging.captureWarnings(capture=False)
        assert "DeprecationWarning: this will go" in said()[0]["message"]


class TestWhatNobodyHasCaught:
    def test_of_a_thread(self, said: Said) -> None:
        thread = threading.Thread(target=lambda: int("ossifrage"), name="confirm")
        thread.start()
        thread.join()
        (one,) = said()
        assert (one["level"], one["event"], one["exception"]) == ("error", "fault", "ValueError")
        assert one["message"].startswith(
            "fault in thread confirm: ValueError: invalid literal for int() with base 10: '***'; this is a fault of"
        )
        assert "Traceback" in one["traceback"]
        assert "ossifrage" not in one["traceback"]

    def test_of_a_thread_is_made_known(self) -> None:
        broken = threading.Event()
        with capturing(Said().log, broken.set):
            thread = threading.Thread(target=lambda: int("seven"))
            thread.start()
            thread.join()
        assert broken.is_set()

    def test_of_the_main_thread(self, said: Said) -> None:
        error = ValueError("seven")
        sys.excepthook(ValueError, error, None)
        assert said()[0]["where"] == "the main thread"

    def test_of_an_event_loop(self, said: Said, loop: asyncio.AbstractEventLoop) -> None:
        async def fail() -> None:
            raise ValueError("seven")

        loop.set_exception_handler(of_loop(said.log))
        loop.run_until_complete(asyncio.wait([loop.create_task(fail())]))
        gc.collect()  # what nobody has asked for is told when nobody can any more
        loop.call_exception_handler({"message": "a bare word"})
        assert [one["message"].partition(";")[0] for one in said()] == [
            "fault in the event loop (Task exception was never retrieved): ValueError: seven",
            "fault in the event loop: a bare word",
        ]

    def test_of_a_destructor(self, said: Said) -> None:
        class Bad:
            def __del__(self) -> None:
                raise ValueError("seven")

        Bad()
        assert said()[0]["exception"] == "ValueError"

    def test_is_heard_when_it_ends_the_block(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "excepthook", sys.excepthook)
        found = Said()
        error = ValueError("seven")
        with pytest.raises(ValueError, match="seven"), capturing(found.log):
            raise error
        sys.excepthook(ValueError, error, None)  # as the interpreter does then
        assert found()[0]["exception"] == "ValueError"

    def test_ctrl_c_is_no_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        passed: list[type[BaseException]] = []
        monkeypatch.setattr(sys, "excepthook", lambda kind, *_: passed.append(kind))
        found = Said()
        with capturing(found.log):
            sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        assert (passed, found()) == ([KeyboardInterrupt], [])


def test_afterwards_all_is_as_before() -> None:
    found = Said()
    before = sys.excepthook, threading.excepthook, sys.unraisablehook, logging.getLogger().handlers[:]
    with capturing(found.log):
        pass
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook, logging.getLogger().handlers[:]) == before


def test_a_traceback_is_shown_to_people_who_ask_for_it(loop: asyncio.AbstractEventLoop) -> None:
    shown: dict[Level, io.StringIO] = {"info": io.StringIO(), "debug": io.StringIO()}
    for least, file in shown.items():
        handle = of_loop(Log(Console(file=file), "console", io.StringIO(), Redactor(), least=least))
        handle(loop, {"message": "task failed", "exception": ValueError("seven")})
    assert ["ValueError: seven\n" in file.getvalue() for file in shown.values()] == [False, True]
