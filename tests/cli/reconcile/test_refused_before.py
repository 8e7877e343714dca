from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.reconcile.look import DEFAULTS
from cli.reconcile.refused_before import recalled, remember, with_refused
from cli.reconcile.result import Convergence
from cli.session.session import Session
from cli.state.registries import united
from components.records.record import Record
from stacks.model.memory import refused_before, refused_output
from stacks.model.observation import Observation, Registry
from stacks.model.values import LiveRecord, RegisteredRecord, Rejected, ZoneSnapshot
from stacks.observe.registry import parse_registry
from tests.cli.reconcile.test_rejections import OBSERVATION, names_of, refused, seen


@dataclass
class _Named:
    name: str = "truenorth"


@dataclass
class _State:
    url: str
    backend: str


@dataclass
class _Place:
    """What is needed of a session."""

    state: _State
    backend: str
    variables: dict[str, str]
    project: _Named = field(default_factory=_Named)
    stack: str = "home"


def place(folder: Path, url: str = "") -> Session:
    """A stack with its state in this folder, or at a URL."""
    backend = url or folder.as_uri()
    return cast("Session", _Place(_State(backend, backend), backend, {"XDG_STATE_HOME": str(folder / "own")}))


def test_another_process_knows_what_was_refused_until_it_is_taken(tmp_path: Path) -> None:
    there = place(tmp_path)
    found = refused(seen("www", {"name": "bad", "ttl": 30}))
    remember(there, found)
    assert recalled(there) == found
    remember(there, ())
    assert recalled(there) == ()
    assert list((tmp_path / ".pulumi" / "truenorth").iterdir()) == []


@given(words=st.text(st.characters(codec="utf-8")), asked=st.lists(st.text(st.characters(codec="utf-8"))))
def test_whatever_a_provider_says_is_kept(
    tmp_path_factory: pytest.TempPathFactory, words: str, asked: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("state")
    record = Record("www.example.com", "A", "192.0.2.1", 300, proxied=False, comment="", tags=("a:b",))
    one = Rejected("example.com", "www.example.com/A", record, False, words, tuple(asked))  # noqa: FBT003 - a dataclass
    remember(place(folder), [one])
    assert recalled(place(folder)) == (one,)


def test_where_state_lies_in_no_folder_the_commands_of_this_machine_know_it(tmp_path: Path) -> None:
    found = refused(seen({"name": "bad", "ttl": 30}))
    remember(place(tmp_path, "s3://bucket"), found)
    assert recalled(place(tmp_path, "s3://bucket")) == found
    assert recalled(place(tmp_path, "s3://other")) == recalled(place(tmp_path)) == ()


def test_a_copy_of_the_state_that_goes_with_its_process_is_not_the_place(tmp_path: Path) -> None:
    url, copies = "kubernetes://truenorth/state", [(tmp_path / one).as_uri() for one in "ab"]
    first, second = (
        cast("Session", _Place(_State(url, copy), copy, {"XDG_STATE_HOME": str(tmp_path / "own")})) for copy in copies
    )
    found = refused(seen({"name": "bad", "ttl": 30}))
    remember(first, found)
    assert recalled(second) == found


def test_a_file_that_is_damaged_knows_nothing(tmp_path: Path) -> None:
    remember(place(tmp_path), refused(seen({"name": "bad", "ttl": 30})))
    (file,) = (tmp_path / ".pulumi" / "truenorth").iterdir()
    file.write_bytes(b'[{"zone": 1}]')
    assert recalled(place(tmp_path)) == ()


def test_a_folder_that_cannot_be_written_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / ".pulumi").write_text("no folder")
    remember(place(tmp_path), refused(seen({"name": "bad", "ttl": 30})))
    assert recalled(place(tmp_path)) == ()


def test_a_plan_names_what_is_refused_as_long_as_it_is_asked_for_just_so(tmp_path: Path) -> None:
    there, now, mended = place(tmp_path), seen("www", {"name": "bad", "ttl": 30}), seen("www", "bad")
    remember(there, refused(now))
    amended = with_refused(there, DEFAULTS, left_out=True).amend(now.plan, OBSERVATION)
    assert (names_of(amended), amended.rejected) == (["www"], refused(now))
    foreseen = with_refused(there, DEFAULTS, left_out=False).amend(now.plan, OBSERVATION)
    assert (names_of(foreseen), foreseen.rejected) == (["www", "bad"], refused(now))
    assert with_refused(there, DEFAULTS, left_out=True).amend(mended.plan, OBSERVATION) == mended.plan


def known(*refused: Rejected, live: Record | None = None, words: str = "") -> Observation:
    """An observation whose state knows what was refused, words and all, and has this record as its own."""
    outputs = {"refused": refused_output(replace(one, words=words or one.words) for one in refused)}
    stack = {"urn": "urn:pulumi:home::truenorth::pulumi:pulumi:Stack::x", "type": "pulumi:pulumi:Stack"}
    registry = parse_registry({"deployment": {"resources": [stack | {"outputs": outputs}]}})
    if live is None:
        return replace(OBSERVATION, registry=registry)
    own = RegisteredRecord("urn:pulumi:home::truenorth::x::y", refused[0].logical_name, "r1", "z", live)
    zone = ZoneSnapshot("example.com", "z", (LiveRecord("r1", live),))
    return replace(OBSERVATION, zones=(zone,), registry=replace(registry, records=(own,)))


def shown(folder: Path, observation: Observation, now: Convergence) -> tuple[Rejected, ...]:
    """What a command says is refused, on a machine without a file of it."""
    return with_refused(place(folder), DEFAULTS, left_out=True).amend(now.plan, observation).rejected


class TestStateItself:
    """Knows it on every machine, wherever it lies."""

    def test_tells_what_was_refused_as_long_as_it_is_asked_for_just_so(self, tmp_path: Path) -> None:
        now = seen("www", {"name": "bad", "ttl": 30})
        assert shown(tmp_path, known(*refused(now)), now) == refused(now)
        assert shown(tmp_path, known(*refused(now)), seen("www", "bad")) == ()

    def test_says_nothing_of_what_another_machine_has_made_since(self, tmp_path: Path) -> None:
        now = seen("www", {"name": "bad", "ttl": 30})
        (one,) = refused(now)
        remember(place(tmp_path), [one])
        assert shown(tmp_path, known(one, live=replace(one.record, content="192.0.2.1")), now) == (one,)
        assert shown(tmp_path, known(one, live=one.record), now) == ()

    def test_says_nothing_of_a_deletion_that_another_machine_has_made_since(self, tmp_path: Path) -> None:
        now = seen("www")
        (made,) = refused(seen({"name": "bad", "ttl": 30}))
        one = replace(made, is_deletion=True)
        assert shown(tmp_path, known(one, live=one.record), now) == (one,)
        assert shown(tmp_path, known(one), now) == ()

    def test_gives_way_to_the_words_that_this_machine_has_heard(self, tmp_path: Path) -> None:
        now = seen("www", {"name": "bad", "ttl": 30})
        remember(place(tmp_path), refused(now))
        assert shown(tmp_path, known(*refused(now), words="Record quota exceeded. (81045)"), now) == refused(now)

    @pytest.mark.parametrize("output", [None, 1, "", "no JSON", '[{"zone": 1}]'])
    def test_knows_nothing_where_its_output_cannot_be_read(self, output: object) -> None:
        assert refused_before(output) == ()

    def test_keeps_no_output_where_nothing_is_refused(self) -> None:
        assert refused_output(()) is None

    def test_is_one_of_all_stacks_of_an_estate(self) -> None:
        (one,) = refused(seen({"name": "bad", "ttl": 30}))
        other = replace(one, logical_name="worse.example.com/A")
        stacks = {"home": Registry(refused=(one,)), "home-shard-1": Registry(refused=(one, other))}
        assert set(united(stacks).registry.refused) == {one, other}
        assert len(united(stacks).registry.refused) == 2


def test_what_else_amends_a_plan_still_does(tmp_path: Path) -> None:
    now = seen("www", "api")
    options = replace(DEFAULTS, amend=lambda plan, _: replace(plan, record_sets=plan.record_sets[:1]))
    assert names_of(with_refused(place(tmp_path), options, left_out=True).amend(now.plan, OBSERVATION)) == ["www"]
