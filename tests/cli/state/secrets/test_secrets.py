"""The layout of state in Secrets: whatever happens between two calls of the API, a whole state can be read."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.state.secrets import layout
from cli.state.secrets.secrets import Head, Moved, Secrets, StateLost, StoredState, Written
from stacks.kube.api import ClusterUnreachable, RequestRejected
from stacks.model.errors import UserError
from tests.cli.state.fake_api import Crash, FakeApi, done, killed_at, unanswered

_TIMES = count()


def secrets(api: FakeApi, stack: str = "home") -> Secrets:
    return Secrets(api, "ns", "state", "truenorth", stack)


def by(who: str = "me", *, finished: bool = True, unfinished: bytes = b"") -> Written:
    return Written(who, f"2026-01-01T00:00:{next(_TIMES):02}Z", finished, unfinished)


async def _read(api: FakeApi) -> StoredState:
    return await secrets(api).read(*await secrets(api).head())


def read(api: FakeApi) -> StoredState:
    return done(_read(api))


def write(api: FakeApi, content: bytes, written: Written | None = None, head: Head | None = None) -> Head:
    """Write what a process writes that has read before."""
    return done(secrets(api).write(head or read(api).head, content, written or by()))


def filled(*contents: bytes) -> FakeApi:
    api = FakeApi()
    for content in contents:
        write(api, content)
    return api


def pieces_of(api: FakeApi, generation: int) -> list[str]:
    return sorted(name for name in api.objects if name.startswith(f"state-g{generation}-"))


def needed(api: FakeApi) -> set[str]:
    """The names of the Secrets that there have to be."""
    index = read(api).head.index
    assert index is not None
    return {"state", *(name for version in index.versions for name in layout.piece_names("state", version))}


def damage(api: FakeApi, name: str, kind: str) -> None:
    """Damage a Secret as this kind says."""
    secret = api.objects[name]
    key = next(iter(secret["data"]))
    match kind:
        case "gone":
            del api.objects[name]
        case "empty":
            secret["data"] = {}
        case "no base64":
            secret["data"][key] = "%%%"
        case "garbage":
            secret["data"][key] = base64.b64encode(b"garbage").decode()
        case "half":
            half = base64.b64decode(secret["data"][key])
            secret["data"][key] = base64.b64encode(half[: len(half) // 2]).decode()
        case "another's":
            secret["data"][key] = base64.b64encode(layout.compressed(b"another")).decode()


DAMAGES = ["gone", "empty", "no base64", "garbage", "half", "another's"]


class TestWhatWasWritten:
    @given(contents=st.lists(st.binary(max_size=300), min_size=1, max_size=9))
    def test_is_read_again(self, contents: list[bytes]) -> None:
        with patch.object(layout, "PIECE", 20):
            api = filled(*contents)
            assert read(api).content == contents[-1]
            assert read(api).note == ""
            assert set(api.objects) == needed(api)

    def test_is_nothing_before_the_first_time(self) -> None:
        assert read(FakeApi()) == StoredState(Head(), None)

    def test_is_kept_with_five_former_versions(self) -> None:
        api = filled(*(b"%d" % number for number in range(9)))
        index = read(api).head.index
        assert index is not None
        assert [one.generation for one in index.versions] == [9, 8, 7, 6, 5, 4]
        assert done(secrets(api).content(index.previous[-1])) == b"3"

    def test_in_the_midst_of_a_run_gives_way_to_the_next(self) -> None:
        api = filled(b"a", b"b")
        for content in (b"c", b"d", b"e"):
            write(api, content, by(finished=False))
        write(api, b"f")
        index = read(api).head.index
        assert index is not None
        assert [done(secrets(api).content(one)) for one in index.versions] == [b"f", b"b", b"a"]
        assert set(api.objects) == needed(api)

    def test_is_not_written_twice(self) -> None:
        api = filled(b"a")
        before, calls = set(api.objects), api.calls
        head = read(api).head
        assert write(api, b"a", head=head) == head
        assert (set(api.objects), api.calls) == (before, calls + 2)

    def test_in_the_midst_of_a_run_is_finished_without_a_new_version(self) -> None:
        api = filled(b"a")
        write(api, b"b", by(finished=False))
        write(api, b"b")
        index = read(api).head.index
        assert index is not None
        assert [(one.generation, one.finished) for one in index.versions] == [(2, True), (1, True)]

    def test_of_a_run_that_has_not_ended_well_says_so(self) -> None:
        api = filled(b"a")
        write(api, b"a", by(unfinished=b'{"wanted": true}'))
        assert read(api).head.unfinished == b'{"wanted": true}'
        write(api, b"b")
        assert read(api).head.unfinished == b""

    def test_takes_as_many_secrets_as_it_needs(self) -> None:
        assert [layout.count_pieces(size) for size in (0, 1, layout.PIECE, layout.PIECE + 1)] == [1, 1, 1, 2]


class TestACrash:
    @given(
        contents=st.lists(st.binary(min_size=1, max_size=120), min_size=2, max_size=4, unique=True),
        call=st.integers(1, 40),
        moment=st.sampled_from(["before", "after"]),
        finished=st.booleans(),
    )
    def test_leaves_the_state_before_or_after_it(
        self, *, contents: list[bytes], call: int, moment: str, finished: bool
    ) -> None:
        with patch.object(layout, "PIECE", 30):
            api = filled(*contents[:-1])
            head = read(api).head
            api.fails = killed_at(api.calls + call, moment)
            with suppress(Crash):
                write(api, contents[-1], by(finished=finished), head)
            api.fails = lambda *_: None
            found = read(api)
            assert found.content in contents[-2:]
            assert found.note == ""
            after = write(api, b"what comes next", by("another"))
            assert read(api).content == b"what comes next"
            done(secrets(api).sweep(after))
            assert set(api.objects) == needed(api)

    @given(call=st.integers(1, 12), moment=st.sampled_from(["before", "after"]))
    def test_of_the_very_first_write_leaves_nothing_or_all(self, call: int, moment: str) -> None:
        with patch.object(layout, "PIECE", 20):
            api = FakeApi(killed_at(call + 2, moment))
            content = bytes(range(100))
            with suppress(Crash):
                write(api, content)
            api.fails = lambda *_: None
            found = read(api)
            assert found.content in (None, content)
            after = write(api, b"what comes next", by("another"), found.head)
            assert read(api).content == b"what comes next"
            done(secrets(api).sweep(after))
            assert set(api.objects) == needed(api)


class TestALostAnswer:
    @given(lost=st.sets(st.integers(1, 12)))
    def test_is_no_conflict_with_oneself(self, lost: set[int]) -> None:
        with patch.object(layout, "PIECE", 30):
            api = filled(b"a" * 90, b"b")
            head = read(api).head
            api.fails = unanswered(*(api.calls + number for number in lost))
            content, written = bytes(range(100)), by()
            for _ in range(14):
                with suppress(ClusterUnreachable):
                    written_head = write(api, content, written, head)
                    break
            api.fails = lambda *_: None
            assert read(api).content == content
            done(secrets(api).sweep(written_head))
            assert set(api.objects) == needed(api)

    def test_to_a_write_is_no_conflict_for_the_next_content(self) -> None:
        api = filled(b"a")
        head = read(api).head
        api.fails = unanswered(api.calls + 2)  # that of the head
        with pytest.raises(ClusterUnreachable):
            write(api, b"b", by(), head)
        api.fails = lambda *_: None
        write(api, b"c", by(), head)
        assert read(api).content == b"c"
        assert set(api.objects) == needed(api)


class TestTwoWriters:
    @given(order=st.permutations(["one", "two"]), same=st.booleans())
    def test_the_second_is_told(self, *, order: list[str], same: bool) -> None:
        api = filled(b"a")
        head = read(api).head
        write(api, b"x", by(order[0]), head)
        with pytest.raises(Moved, match=f"written by {order[0]} meanwhile"):
            write(api, b"x" if same else b"y", by(order[1]), head)
        assert read(api).content == b"x"
        assert set(api.objects) == needed(api)

    def test_at_the_same_moment_one_wins(self) -> None:
        api = filled(b"a")
        head = read(api).head

        async def race() -> list[Head | BaseException]:
            tries = [secrets(api).write(head, name.encode(), by(name)) for name in ("one", "two", "three")]
            return await asyncio.gather(*tries, return_exceptions=True)

        outcomes = done(race())
        assert sorted(type(one).__name__ for one in outcomes) == ["Head", "Moved", "Moved"]
        winner = next(one.index for one in outcomes if isinstance(one, Head))
        assert winner is not None
        assert read(api).content == winner.current.written_by.encode()
        assert set(api.objects) == needed(api)

    def test_a_run_that_has_begun_is_a_write(self) -> None:
        api = filled(b"a")
        head = read(api).head
        write(api, b"a", by("other", unfinished=b"{}"), head)
        with pytest.raises(Moved, match="other"):
            write(api, b"b", by("me"), head)


class TestDamage:
    @pytest.mark.parametrize("kind", DAMAGES)
    def test_of_the_newest_version_leads_to_the_one_before(self, kind: str) -> None:
        api = filled(b"a", b"b", b"c")
        damage(api, pieces_of(api, 3)[0], kind)
        found = read(api)
        assert found.content == b"b"
        assert "version 2" in found.note
        after = write(api, b"d")
        assert not after.is_tidy
        assert read(api) == replace(read(api), content=b"d", note="")
        done(secrets(api).sweep(after))
        assert set(api.objects) == needed(api)

    @pytest.mark.parametrize("kind", DAMAGES)
    def test_of_the_head_is_mended_from_the_pieces(self, kind: str) -> None:
        api = filled(b"a", b"b", b"c")
        damage(api, "state", kind)
        found = read(api)
        assert found.content == b"c"
        assert "version 3" in found.note
        write(api, b"d")
        after = read(api)
        assert (after.content, after.note) == (b"d", "")
        assert after.head.index is not None
        assert [one.generation for one in after.head.index.versions] == [4, 3, 2, 1]

    def test_of_all_versions_is_never_an_empty_state(self) -> None:
        api = filled(b"a", b"b")
        for name in (*pieces_of(api, 1), *pieces_of(api, 2)):
            damage(api, name, "garbage")
        with pytest.raises(StateLost, match=r"version 2 .*version 1 "):
            read(api)
        damage(api, "state", "gone")
        with pytest.raises(StateLost, match=r"is gone; version 2 .*version 1 "):
            read(api)

    def test_of_a_head_without_pieces_is_never_an_empty_state(self) -> None:
        api = filled(b"a")
        damage(api, pieces_of(api, 1)[0], "gone")
        damage(api, "state", "garbage")
        with pytest.raises(StateLost, match=r"index\.json cannot be read"):
            read(api)

    @given(content=st.binary(max_size=60) | st.sampled_from([b"{}", b"null", b"[]", b'{"format": 1}']))
    def test_of_any_kind_to_an_index_is_seen(self, content: bytes) -> None:
        api = filled(b"a")
        api.objects["state"]["data"] = {"index.json": base64.b64encode(content).decode()}
        assert read(api).content == b"a"

    @given(note=st.text(max_size=30))
    def test_of_what_a_piece_says_of_itself_hides_no_other(self, note: str) -> None:
        api = filled(b"a", b"b")
        api.objects[pieces_of(api, 2)[0]]["metadata"]["annotations"] = {"truenorth/state-version": note}
        damage(api, "state", "gone")
        assert read(api).content == b"a"

    def test_of_what_a_run_was_about_to_make_still_says_that_there_was_one(self) -> None:
        api = filled(b"a")
        write(api, b"a", by(unfinished=b"{}"))
        api.objects["state"]["data"]["unfinished.json.gz"] = "AAAA"
        assert read(api).head.unfinished == layout.UNKNOWN

    def test_too_large_to_be_true_does_not_fill_the_memory(self) -> None:
        api = filled(b"a")
        bomb = layout.compressed(bytes(50_000_000))
        api.objects[pieces_of(api, 1)[0]]["data"]["checkpoint.json.gz"] = base64.b64encode(bomb).decode()
        with pytest.raises(StateLost, match="checksum differs"):
            read(api)


class TestAHeadThatIsGone:
    def test_is_made_again_by_who_writes(self) -> None:
        api = filled(b"a", b"b")
        head = read(api).head
        damage(api, "state", "gone")
        write(api, b"c", by(), head)
        found = read(api)
        assert (found.content, found.note) == (b"c", "")
        assert found.head.index is not None
        assert len(found.head.index.versions) == 3

    def test_is_not_taken_for_a_new_stack_where_secrets_cannot_be_listed(self) -> None:
        api = filled(b"a")
        damage(api, "state", "gone")
        _forbid_lists(api)
        found = read(api)
        assert found.content is None
        assert "whether the Secrets of an older state are left cannot be seen" in found.note

    def test_damaged_is_an_error_where_secrets_cannot_be_listed(self) -> None:
        api = filled(b"a")
        damage(api, "state", "garbage")
        _forbid_lists(api)
        with pytest.raises(StateLost, match="cannot be seen"):
            read(api)


class TestWhatIsSomebodyElses:
    def test_another_stacks_state_is_refused(self) -> None:
        api = filled(b"a")
        with pytest.raises(UserError, match="the state of another stack: home of project truenorth"):
            done(secrets(api, "other").head())

    def test_another_stacks_pieces_are_refused(self) -> None:
        api = filled(b"a")
        damage(api, "state", "gone")
        with pytest.raises(UserError, match="the state of another stack"):
            done(secrets(api, "other").read(Head(), ""))

    def test_a_secret_of_another_kind_is_refused(self) -> None:
        api = FakeApi()
        api.objects["state"] = {"type": "Opaque", "metadata": {"name": "state", "resourceVersion": "1", "labels": {}}}
        with pytest.raises(UserError, match="holds something else\n  where: Secret ns/state, of type Opaque"):
            read(api)

    def test_a_newer_programs_state_is_left_alone(self) -> None:
        api = filled(b"a")
        api.objects["state"]["data"]["index.json"] = base64.b64encode(b'{"format": 2, "what": "ever"}').decode()
        with pytest.raises(UserError, match=r"a newer TrueNorth has written this state \(format 2"):
            read(api)

    def test_what_another_one_is_just_writing_is_not_swept_out(self) -> None:
        api = filled(b"a")
        head = read(api).head
        api.fails = killed_at(api.calls + 1, "after")  # its piece is there, its head not yet
        with suppress(Crash):
            write(api, b"b", by("other"), head)
        api.fails = lambda *_: None
        done(secrets(api).sweep(head))
        assert len(pieces_of(api, 2)) == 1


def _forbid_lists(api: FakeApi) -> None:
    async def refused(*_: Any) -> Any:  # noqa: ANN401 - as list
        raise RequestRejected("secrets is forbidden", 403)
        yield

    api.list = refused  # type: ignore[method-assign, assignment]
