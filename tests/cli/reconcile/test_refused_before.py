from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.reconcile.look import DEFAULTS
from cli.reconcile.refused_before import recalled, remember, with_refused
from cli.session.session import Session
from components.records.record import Record
from stacks.model.values import Rejected
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
    shown = with_refused(there, DEFAULTS, left_out=True).amend(now.plan, OBSERVATION)
    assert (names_of(shown), shown.rejected) == (["www"], refused(now))
    foreseen = with_refused(there, DEFAULTS, left_out=False).amend(now.plan, OBSERVATION)
    assert (names_of(foreseen), foreseen.rejected) == (["www", "bad"], refused(now))
    assert with_refused(there, DEFAULTS, left_out=True).amend(mended.plan, OBSERVATION) == mended.plan


def test_what_else_amends_a_plan_still_does(tmp_path: Path) -> None:
    now = seen("www", "api")
    options = replace(DEFAULTS, amend=lambda plan, _: replace(plan, record_sets=plan.record_sets[:1]))
    assert names_of(with_refused(place(tmp_path), options, left_out=True).amend(now.plan, OBSERVATION)) == ["www"]
