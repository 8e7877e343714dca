"""The writes of a plan go out once an engine of ours has the lock of its stack, and nobody else one of the estate's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from cli.reconcile.result import Convergence
from cli.reconcile.sending.at_once import AtOnce, at_once
from cli.reconcile.sending.checkpoints import keeps_checkpoints
from cli.recovery import intent_log
from cli.session.session import Session
from cli.shards.parts import StackPart, parts
from cli.state.store import PulumiBackend
from components.dns_update.sent_ahead import VARIABLE
from stacks.observe.project import Project
from stacks.plan.changes import Action
from stacks.plan.geo.changes import GeoAction, GeoChange
from stacks.settings.credentials import Credentials
from stacks.settings.stack import GuardSettings, Settings
from tests.bind import KEY, SECRET
from tests.cli.reconcile.sending.test_name_servers import at_name_server
from tests.cli.reconcile.test_writes import seen, settings
from tests.stacks.plan.worlds import make_settings

LOCKED = {"username": "root", "timestamp": "2026-12-01T12:00:00Z"}


class Proxy:
    """Stands for the API proxy, which is only told to send."""

    def send(self, signers: object) -> None:
        del signers


@pytest.fixture
def session(tmp_path: Path, pulumi: Callable[[str], Path]) -> Session:
    """A session with its state in a folder, behind an API proxy."""
    stack_settings = make_settings("www")
    return Session(
        Project(tmp_path, "truenorth", tmp_path),
        "home",
        tmp_path / "settings.yaml",
        stack_settings,
        {},
        Engine(pulumi("exit 1"), tmp_path, "3.256.0", "folder", ""),
        f"{tmp_path.as_uri()}?metadata=skip",
        {},
        PulumiBackend(f"{tmp_path.as_uri()}?metadata=skip", "truenorth", "home"),
        upstreams={"CLOUDFLARE_BASE_URL": "http://127.0.0.1:1"},
        api_proxy=Proxy(),  # type: ignore[arg-type] # all that is asked of it
    )


@pytest.fixture
def engine(session: Session) -> Iterator[int]:
    """The id of an engine that runs."""
    start = lambda: subprocess.Popen(["sleep", "600"], text=True)  # noqa: E731
    with session.hold.running(start) as child:
        yield child.pid
        child.kill()


def lock(session: Session, pid: int, host: str = socket.gethostname(), stack: str = "home") -> Path:
    """A lock of a stack, as an engine writes it."""
    file = state_of(session) / "locks" / "organization" / "truenorth" / stack / f"{pid}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**LOCKED, "pid": pid, "hostname": host}))
    return file


def state_of(session: Session) -> Path:
    return session.project.folder / ".pulumi"


class Sent:
    """Counts how often is sent, and can be awaited."""

    def __init__(self) -> None:
        self.times = 0
        self.now = threading.Event()

    def __call__(self) -> None:
        self.times += 1
        self.now.set()


class TestTheWrites:
    def test_go_out_once_our_engine_has_the_lock(self, session: Session, engine: int) -> None:
        sent = Sent()
        ahead = AtOnce([session], sent)
        with ahead.once_locked(session):
            assert not sent.now.wait(0.05)
            lock(session, engine)
            assert sent.now.wait(30)

    def test_go_out_a_single_time(self, session: Session, engine: int) -> None:
        sent = Sent()
        ahead = AtOnce([session, session.at("home-shard-1")], sent)
        lock(session, engine)
        lock(session, engine, stack="home-shard-1")
        for place in (session, session.at("home-shard-1"), session):
            with ahead.once_locked(place):
                assert sent.now.wait(30)
        assert sent.times == 1

    @pytest.mark.parametrize("stack", ["home", "home-shard-1"])
    @pytest.mark.parametrize("whose", ["another process", "another host", "unreadable"])
    def test_wait_while_somebody_else_has_a_lock_of_the_estate(
        self, session: Session, engine: int, whose: str, stack: str
    ) -> None:
        sent = Sent()
        pid, host = {"another host": (engine, "elsewhere")}.get(whose, (os.getpid(), socket.gethostname()))
        other = lock(session, pid, host, stack)
        if whose == "unreadable":
            other.write_text("{")
        other = other.rename(other.with_name("other.json"))
        lock(session, engine)
        ahead = AtOnce([session, session.at("home-shard-1")], sent)
        with ahead.once_locked(session):
            assert not sent.now.wait(0.1)
            other.unlink()
            assert sent.now.wait(30)

    def test_do_not_go_out_for_an_engine_that_was_asked_to_end(self, session: Session, engine: int) -> None:
        sent = Sent()
        session.hold.interrupt("SIGTERM")
        lock(session, engine)
        with AtOnce([session], sent).once_locked(session):
            assert not sent.now.wait(0.1)


def todo(found: Convergence) -> tuple[StackPart, ...]:
    """The runs of a convergence."""
    return parts(GuardSettings(), found.plan, found.observation, found.changes, found.geo_changes, "home")


def is_ahead(session: Session, found: Convergence, runs: Sequence[StackPart]) -> bool:
    """Whether the writes of a convergence go out before an engine asks for the first."""
    with at_once(session, found, runs, lambda _: None) as (_, ahead):
        return ahead is not None


class TestAConvergence:
    @pytest.fixture
    def found(self) -> Convergence:
        return seen(settings("www"))

    def test_sends_at_once_unless_the_settings_say_otherwise(self, session: Session, found: Convergence) -> None:
        assert is_ahead(session, found, todo(found))
        as_before = session.settings.model_copy(update={"send": "engine"})
        assert not is_ahead(replace(session, settings=as_before), found, todo(found))

    def test_waits_where_there_is_no_proxy_or_no_journal(self, session: Session, found: Convergence) -> None:
        assert not is_ahead(replace(session, api_proxy=None), found, todo(found))
        assert not is_ahead(replace(session, backend="s3://bucket"), found, todo(found))

    def test_waits_while_an_earlier_one_is_not_settled(self, session: Session, found: Convergence) -> None:
        journal = intent_log.journal_path(session)
        assert journal is not None
        journal.parent.mkdir(parents=True)
        journal.touch()
        assert not is_ahead(session, found, todo(found))
        intent_log.forget(session)
        assert is_ahead(session, found, todo(found))
        intent_log.begin(session, found.changes)
        assert not is_ahead(session, found, todo(found))

    def test_waits_where_state_says_that_a_run_was_cut_off(self, session: Session, found: Convergence) -> None:
        cut_off = tuple(replace(part, interrupted=True) for part in todo(found))
        assert not is_ahead(session, found, cut_off)

    def test_waits_where_records_are_taken_over(self, session: Session, found: Convergence) -> None:
        taking = replace(found, changes=tuple(replace(one, action=Action.ADOPT) for one in found.changes))
        assert not is_ahead(session, taking, todo(found))

    def test_waits_where_the_engine_keeps_checkpoints(self, session: Session, found: Convergence) -> None:
        geo = (GeoChange(GeoAction.CREATE, "pool", "home-eu"),)
        balancing = tuple(replace(part, geo_changes=geo) for part in todo(found))
        assert keeps_checkpoints(session, found.observation.registry, balancing[0])
        assert not is_ahead(session, found, balancing)


class TestAConvergenceAtANameServer:
    @pytest.fixture
    def wish(self) -> Settings:
        return settings("www", provider="rfc2136", rfc2136={"server": "127.0.0.1", "key": KEY})

    @pytest.fixture
    def found(self, wish: Settings) -> Convergence:
        return at_name_server(wish)

    @pytest.fixture
    def house(self, session: Session, wish: Settings) -> Session:
        credentials = {"example.com": Credentials(token=SECRET, place=("127.0.0.1", KEY, "hmac-sha256"))}
        return replace(session, settings=wish, credentials=credentials, upstreams={}, api_proxy=None)

    def test_is_sent_at_once_and_the_plugins_are_told(self, house: Session, found: Convergence) -> None:
        with at_once(house, found, todo(found), lambda _: None) as (place, ahead):
            assert ahead is not None
            assert Path(place.environment[VARIABLE]).is_dir()
        assert not Path(place.environment[VARIABLE]).exists()

    def test_waits_where_the_settings_say_so(self, house: Session, found: Convergence) -> None:
        as_before = replace(house, settings=house.settings.model_copy(update={"send": "engine"}))
        assert not is_ahead(as_before, found, todo(found))

    def test_waits_where_no_mark_would_lead_to_what_has_landed(self, house: Session, found: Convergence) -> None:
        unmarked = replace(house, settings=house.settings.model_copy(update={"marks": "none"}))
        assert not is_ahead(unmarked, found, todo(found))

    def test_waits_where_the_id_in_the_marks_is_written_down_nowhere(self, house: Session, found: Convergence) -> None:
        assert not is_ahead(replace(house, backend="s3://bucket"), found, todo(found))

    def test_waits_while_an_earlier_one_is_not_settled(self, house: Session, found: Convergence) -> None:
        intent_log.begin(house, found.changes)
        assert not is_ahead(house, found, todo(found))

    def test_that_changes_nothing_there_has_nothing_to_send(self, house: Session, wish: Settings) -> None:
        found = at_name_server(wish, wish)
        assert not is_ahead(house, found, todo(found))
