"""Reads and writes a stack's state in the Secrets of a namespace: pieces first, then the head, then what is too many.

Whoever dies in between leaves the former state or the new one. Two who write at once: the head is replaced only if it
is still the one that was read (compare and swap by resourceVersion), and the second is told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cli.state.secrets import layout
from cli.state.secrets.layout import Damaged, Index, Version
from stacks.kube.api import ApiError, Collection, ListPage, NotFound, RequestRejected, WriteConflict
from stacks.kube.object_api import SECRETS
from stacks.kube.objects import Manifest, Resource
from stacks.model.errors import UserError


class Api(Protocol):
    """What is needed of the API (`ObjectApi`). Every method may raise each ApiError."""

    async def get(self, resource: Resource, namespace: str, name: str) -> Manifest: ...

    async def create(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest: ...

    async def replace(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest: ...

    async def delete(self, resource: Resource, namespace: str, name: str, version: str = "") -> None: ...

    def list(self, collection: Collection) -> AsyncIterator[ListPage]: ...


@dataclass(frozen=True, slots=True)
class Head:
    """The head as it was read. version: its resourceVersion, "" where there is none. index: None where none can be had.

    highest: no version above this generation is known. is_sound: the Secret says the same as the index here.
    """

    version: str = ""
    index: Index | None = None
    highest: int = 0
    by: str = ""
    """Who has written it last."""
    is_sound: bool = True
    unfinished: bytes = b""
    """What a run was about to make that has not ended well, or is under way."""
    is_tidy: bool = True
    """Whether all that is not needed any more could be deleted."""


@dataclass(frozen=True, slots=True)
class Found:
    """A state that was read: the checkpoint, None where there is none yet. note: what was wrong on the way, or ""."""

    head: Head
    content: bytes | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """How a checkpoint comes to be written. by: the process, which no other is called; at: ISO 8601, UTC.

    unfinished: as in Head, b"" once a run has ended well.
    """

    by: str
    at: str
    finished: bool
    unfinished: bytes = b""


class Moved(Exception):  # noqa: N818 - a state, not a fault
    """Somebody else has written the state since it was read. by: who, "" where the head is gone."""

    def __init__(self, by: str) -> None:
        super().__init__(f"the state has been written by {by or 'somebody'} meanwhile")
        self.by = by


class Lost(Exception):  # noqa: N818 - a state, not a fault of ours
    """There is state, and no version of it is whole. Its text says why, version by version."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The Secrets of one stack's state. All methods raise each ApiError, and UserError where they are another's.

    estate: of a shard, the name of the head of its estate's own stack.
    """

    api: Api
    namespace: str
    name: str
    project: str
    stack: str
    estate: str = ""

    async def head(self) -> tuple[Head, str]:
        """The head as it is now, and why it says nothing although it is there: "" where it does."""
        try:
            manifest = await self.api.get(SECRETS, self.namespace, self.name)
        except NotFound:
            return Head(), ""
        return self.head_in(manifest)

    def head_in(self, manifest: Manifest) -> tuple[Head, str]:
        """What a head says that was read, and why it says nothing: "" where it does. Raises UserError."""
        version = str(manifest["metadata"]["resourceVersion"])
        if manifest.get("type") != layout.HEAD_TYPE:
            raise UserError(
                "the Secret that is to hold the state is there already, and holds something else",
                f"Secret {self.namespace}/{self.name}, of type {manifest.get('type')}",
                "name another one: --state kubernetes://NAMESPACE/NAME",
            )
        try:
            index = layout.index_of(manifest)
        except Damaged as damage:
            return Head(
                version, by=layout.writer_of(manifest), is_sound=False
            ), f"the Secret {self.name} is damaged: {damage}"
        self._check_owner(index)
        highest = max(one.generation for one in index.versions)
        by, unfinished = layout.writer_of(manifest), layout.unfinished_of(manifest)
        return Head(version, index, highest, by, unfinished=unfinished), ""

    async def read(self, head: Head, problem: str) -> Found:
        """The newest whole state. head, problem: as `head` gives them. Raises Lost where nothing there is whole."""
        if head.index is None:
            return await self._from_pieces(head, problem)
        problems: list[str] = []
        for number, version in enumerate(head.index.versions):
            try:
                content = await self.content(version)
            except Damaged as damage:
                problems.append(str(damage))
                continue
            if not problems:
                return Found(head, content)
            index = replace(head.index, current=version, previous=head.index.versions[number + 1 :])
            return Found(replace(head, index=index, is_sound=False, is_tidy=False), content, _taken(version, problems))
        raise Lost("; ".join(problems))

    async def content(self, version: Version) -> bytes:
        """The checkpoint of a version. Raises Damaged where it is not whole."""
        found = []
        for name in layout.piece_names(self.name, version):
            try:
                found.append(await self.api.get(SECRETS, self.namespace, name))
            except NotFound as error:
                raise Damaged(f"version {version.generation} has lost its Secret {name}") from error
        return layout.joined(version, found)

    async def write(self, head: Head, content: bytes, written: Written) -> Head:
        """Write a checkpoint as the newest version; return the head as it is then.

        What is there already is not written again. Raises Moved where the head is not what it was.
        """
        index, pieces = self._next(head, content, written)
        if index == head.index and written.unfinished == head.unfinished and head.is_sound:
            return head
        for piece in pieces:
            await self._put(piece)
        try:
            made = await self._replace_head(head, index, written)
        except Moved as moved:
            now, _ = await self.head()
            is_tidy = await self._drop((index.current,), now.index)
            if moved.by != written.by or now.index is None:
                raise
            # It was us: the answer to an earlier try was lost, and there is more to write by now.
            return await self.write(replace(now, is_tidy=is_tidy), content, written)
        is_tidy = await self._drop(head.index.versions if head.index else (), index)
        after = Head(made, index, index.current.generation, written.by, unfinished=written.unfinished)
        return replace(after, is_tidy=head.is_tidy and is_tidy)

    async def sweep(self, head: Head) -> None:
        """Delete the pieces that no version needs, as a crash leaves them. Those that are just being written stay."""
        if head.index is None:
            return
        needed = {name for version in head.index.versions for name in layout.piece_names(self.name, version)}
        for piece in await self._pieces():
            told = layout.told_by(piece)
            is_past = told is not None and told.current.generation <= head.highest
            if is_past and piece["metadata"]["name"] not in needed:
                with suppress(NotFound):
                    await self.api.delete(SECRETS, self.namespace, piece["metadata"]["name"])

    def _next(self, head: Head, content: bytes, written: Written) -> tuple[Index, tuple[dict[str, Any], ...]]:
        """The index with this checkpoint, and the pieces that it takes: none where it is what counts already."""
        digest = layout.sha256(content)
        if head.index and head.is_sound and head.index.current.sha256 == digest:
            now = head.index.current
            return layout.after(head.index, replace(now, finished=now.finished or written.finished)), ()
        stored = layout.compressed(content)
        version = Version(
            generation=head.highest + 1,
            pieces=layout.count_pieces(len(stored)),
            size=len(content),
            stored=len(stored),
            sha256=digest,
            written_by=written.by,
            written_at=written.at,
            finished=written.finished,
        )
        index = layout.after(head.index, version) if head.index else Index(self.project, self.stack, version)
        return index, layout.pieces(self.namespace, self.name, index, stored)

    async def _from_pieces(self, head: Head, problem: str) -> Found:
        """The state without a head: none, or what the pieces of a lost head make."""
        try:
            pieces = await self._pieces()
        except RequestRejected as error:
            if problem:
                raise Lost(f"{problem}; whether its pieces are there cannot be seen: {error}") from error
            note = f"whether the Secrets of an older state are left cannot be seen: {error}"
            return Found(head, None, note)
        indexes = {one.current: one for one in map(layout.told_by, pieces) if one is not None}
        if not indexes:
            if problem or pieces:
                raise Lost(problem or f"the Secret {self.name} is gone, and its pieces do not say what they are")
            return Found(head, None)
        problems = [problem or f"the Secret {self.name} is gone"]
        newest = sorted(indexes.values(), key=lambda one: one.current.generation, reverse=True)
        for number, index in enumerate(newest):
            self._check_owner(index)
            try:
                content = await self.content(index.current)
            except Damaged as damage:
                problems.append(str(damage))
                continue
            kept = tuple(one.current for one in newest[number + 1 :] if one.current.finished)[: layout.KEPT]
            found = replace(head, index=replace(index, previous=kept), highest=newest[0].current.generation)
            return Found(replace(found, is_sound=False, is_tidy=False), content, _taken(index.current, problems))
        if not problem and newest[0].current.generation == 1:
            # The very first write was cut off: it had no head yet.
            return Found(replace(head, highest=1, is_tidy=False), None, f"{'; '.join(problems)}: there is no state yet")
        raise Lost("; ".join(problems))

    async def _pieces(self) -> list[Manifest]:
        collection = Collection(SECRETS, SECRETS.version, self.namespace, f"{layout.STATE_LABEL}={self.name}")
        return [one async for page in self.api.list(collection) for one in page.items]

    async def _put(self, piece: Mapping[str, Any]) -> None:
        """Make a piece. One of its name is what a crash has left, or an answer that was lost: of the same content."""
        try:
            await self.api.create(SECRETS, self.namespace, piece)
        except WriteConflict:
            name = piece["metadata"]["name"]
            with suppress(NotFound):
                if layout.same_piece(await self.api.get(SECRETS, self.namespace, name), piece):
                    return
                await self.api.delete(SECRETS, self.namespace, name)
            await self.api.create(SECRETS, self.namespace, piece)

    async def _replace_head(self, head: Head, index: Index, written: Written) -> str:
        """Put the index in place; its resourceVersion then. Raises Moved where the head is not what it was."""
        names, by = (self.namespace, self.name), written.by
        body = layout.head(*names, index, written.unfinished, by, head.version, estate=self.estate)
        try:
            put = self.api.replace if head.version else self.api.create
            made = await put(SECRETS, self.namespace, body)
        except (WriteConflict, NotFound) as error:
            if isinstance(error, NotFound) and not head.version:
                raise  # there is no such namespace
            found, _ = await self.head()
            if (found.index, found.unfinished, found.by) == (index, written.unfinished, written.by):
                return found.version  # it is ours: the answer to an earlier try was lost
            if isinstance(error, NotFound) and not found.version:
                # Somebody has deleted it. Whoever writes has all there is to know, and makes it anew.
                return await self._replace_head(replace(head, version=""), index, written)
            raise Moved(found.by) from error
        return str(made["metadata"]["resourceVersion"])

    async def _drop(self, versions: tuple[Version, ...], index: Index | None) -> bool:
        """Delete the pieces of versions, but for those that the index has. Whether that worked out."""
        needed = {name for one in (index.versions if index else ()) for name in layout.piece_names(self.name, one)}
        named = {name for one in versions for name in layout.piece_names(self.name, one)}
        try:
            for name in sorted(named - needed):
                with suppress(NotFound):
                    await self.api.delete(SECRETS, self.namespace, name)
        except ApiError:
            return False
        return True

    def _check_owner(self, index: Index) -> None:
        if (index.project, index.stack) != (self.project, self.stack):
            raise UserError(
                f"the Secret holds the state of another stack: {index.stack} of project {index.project}",
                f"Secret {self.namespace}/{self.name}",
                f"give each stack a Secret of its own: --state kubernetes://{self.namespace}/{self.name}-{self.stack}",
            )


def _taken(version: Version, problems: list[str]) -> str:
    kind = "" if version.finished else ", from the midst of a run"
    return (
        f"{'; '.join(problems)}: the state of {version.written_at} is used (version {version.generation}{kind}); what "
        "was done since is found again by the marks in the zone"
    )
