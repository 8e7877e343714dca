from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from cli.reconcile.look import DEFAULTS
from cli.reconcile.refused_before import recalled, remember, with_refused
from cli.session.session import Session
from components.records.record import Record
from stacks.model.values import Rejected
from tests.cli.reconcile.test_rejections import OBSERVATION, names_of, refused, seen


class _Project:
    name = "truenorth"


class _Place:
    """What is needed of a session."""

    project = _Project()
    stack = "home"

    def __init__(self, folder: Path | str) -> None:
        self.backend = folder.as_uri() if isinstance(folder, Path) else folder


def place(folder: Path | str) -> Session:
    return cast("Session", _Place(folder))


def test_another_process_knows_what_was_refused_until_it_is_taken(tmp_path: Path) -> None:
    there = place(tmp_path)
    found = refused(seen("www", {"name": "bad", "ttl": 30}))
    remember(there, found)
    assert recalled(there) == found
    remember(there, ())
    assert recalled(there) == ()
    assert list((tmp_path / ".pulumi" / "truenorth").iterdir()) == []


@given(words=st.text(st.characters(codec="utf-8")), asked=st.lists(st.text(st.characters(codec="utf-8"))))
def test_whatever_a_provider_says_is_kept(tmp_path_factory: object, words: str, asked: list[str]) -> None:
    folder = tmp_path_factory.mktemp("state")  # type: ignore[attr-defined]  # pytest's own
    record = Record("www.example.com", "A", "192.0.2.1", 300, proxied=False, comment="", tags=("a:b",))
    one = Rejected("example.com", "www.example.com/A", record, False, words, tuple(asked))  # noqa: FBT003 - a dataclass
    remember(place(folder), [one])
    assert recalled(place(folder)) == (one,)


def test_a_backend_that_is_no_folder_and_a_file_that_is_damaged_know_nothing(tmp_path: Path) -> None:
    found = refused(seen({"name": "bad", "ttl": 30}))
    remember(place("s3://bucket"), found)
    assert recalled(place("s3://bucket")) == ()
    remember(place(tmp_path), found)
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
