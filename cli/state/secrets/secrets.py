"""Read and write a stack's state in the Secrets of a namespace.

Pieces are written first, then the head; surplus pieces are deleted last. A process that dies in between leaves the
former state or the new one. Of two that write at once the second gets an error: the head is replaced only while it is
the one that was read (compare and swap by resourceVersion).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cli.state.secrets import layout
from cli.state.secrets.layout import Damaged, Index, StateVersion
from stacks.kube.api import ApiError, Collection, ListPage, NotFound, RequestRejected, WriteConflict
from stacks.kube.object_api import SECRETS
from stacks.kube.objects import Manifest, Resource
from stacks.model.errors import UserError


class SecretsApi(Protocol):
    """The methods of `ObjectApi` that are used here. Every one may raise any ApiError."""

    async def get(self, resource: Resource, namespace: str, name: str) -> Manifest: ...

    async def create(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest: ...

    async def replace(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> Manifest: ...

    async def delete(self, resource: Resource, namespace: str, name: str, version: str = "") -> None: ...

    def list(self, collection: Collection) -> AsyncIterator[ListPage]: ...


@dataclass(frozen=True, slots=True)
class Head:
    """The head as it was read.

    version: its resourceVersion, "" where there is no head. index: None where it cannot be read. highest: the highest
    generation that is known. is_sound: whether the Secret has the same index as this value.
    """

    version: str = ""
    index: Index | None = None
    highest: int = 0
    by: str = ""
    """The last writer."""
    is_sound: bool = True
    unfinished: bytes = b""
    """The intent of a run that has not ended well, or is under way; b"" for none."""
    is_tidy: bool = True
    """Whether all surplus pieces could be deleted."""


@dataclass(frozen=True, slots=True)
class StoredState:
    """A state as it was read. content: the checkpoint, None where there is none yet. note: faults on the way, or ""."""

    head: Head
    content: bytes | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """The circumstances of a write. by: the process, under its own name. at: ISO 8601, UTC. unfinished: as in Head."""

    by: str
    at: str
    finished: bool
    unfinished: bytes = b""


class Moved(Exception):  # noqa: N818 - a state, not a fault
    """Another process has written the state since it was read. by: its name, "" where the head is gone."""

    def __init__(self, by: str) -> None:
        super().__init__(f"the state has been written by {by or 'somebody'} meanwhile")
        self.by = by


class StateLost(Exception):  # noqa: N818 - a state, not a fault of ours
    """There is state, and no version of it is whole. The text has the reasons, version by version."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The Secrets of one stack's state. All methods raise any ApiError, and UserError for Secrets of another stack.

    estate: for a shard, the name of the head of its estate's own stack; else "".
    """

    api: SecretsApi
    namespace: str
    name: str
    project: str
    stack: str
    estate: str = ""

    async def head(self) -> tuple[Head, str]:
        """Read the head. Return it, and the reason why one that is there cannot be used: "" for none."""
        try:
            manifest = await self.api.get(SECRETS, self.namespace, self.name)
        except NotFound:
            return Head(), ""
        return self.head_in(manifest)

    def head_in(self, manifest: Manifest) -> tuple[Head, str]:
        """Decode a head. Return it, and the reason why it cannot be used: "" for none. Raises UserError."""
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

    async def read(self, head: Head, problem: str) -> StoredState:
        """Read the newest whole state. head, problem: as `head` returns them. Raises StateLost where none is whole."""
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
                return StoredState(head, content)
            index = replace(head.index, current=version, previous=head.index.versions[number + 1 :])
            found = replace(head, index=index, is_sound=False, is_tidy=False)
            return StoredState(found, content, layout.in_use(version, problems))
        raise StateLost("; ".join(problems))

    async def content(self, version: StateVersion) -> bytes:
        """Read the checkpoint of a version. Raises Damaged where it is not whole."""
        found = []
        for name in layout.piece_names(self.name, version):
            try:
                found.append(await self.api.get(SECRETS, self.namespace, name))
            except NotFound as error:
                raise Damaged(f"version {version.generation} has lost its Secret {name}") from error
        return layout.joined(version, found)

    async def write(self, head: Head, content: bytes, written: Written) -> Head:
        """Write a checkpoint as the newest version, and return the new head.

        Content that is there already is not written again. Raises Moved where another process was first.
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
        """Delete pieces without a version, as a crash leaves them. Pieces of a write under way stay."""
        if head.index is None:
            return
        needed = {name for version in head.index.versions for name in layout.piece_names(self.name, version)}
        for piece in await self._pieces():
            written = layout.index_in_piece(piece)
            is_past = written is not None and written.current.generation <= head.highest
            if is_past and piece["metadata"]["name"] not in needed:
                with suppress(NotFound):
                    await self.api.delete(SECRETS, self.namespace, piece["metadata"]["name"])

    def _next(self, head: Head, content: bytes, written: Written) -> tuple[Index, tuple[dict[str, Any], ...]]:
        """Return the index with this checkpoint, and its pieces; none for the checkpoint of the current version."""
        digest = layout.sha256(content)
        if head.index and head.is_sound and head.index.current.sha256 == digest:
            now = head.index.current
            return layout.after(head.index, replace(now, finished=now.finished or written.finished)), ()
        stored = layout.compressed(content)
        version = StateVersion(
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

    async def _from_pieces(self, head: Head, problem: str) -> StoredState:
        """Read the state without a head: none, or the newest from the pieces of a lost head."""
        try:
            pieces = await self._pieces()
        except RequestRejected as error:
            if problem:
                raise StateLost(f"{problem}; whether its pieces are there cannot be seen: {error}") from error
            note = f"whether the Secrets of an older state are left cannot be seen: {error}"
            return StoredState(head, None, note)
        indexes = {one.current: one for one in map(layout.index_in_piece, pieces) if one is not None}
        if not indexes:
            if problem or pieces:
                raise StateLost(problem or f"the Secret {self.name} is gone, and its pieces do not say what they are")
            return StoredState(head, None)
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
            return StoredState(
                replace(found, is_sound=False, is_tidy=False), content, layout.in_use(index.current, problems)
            )
        if not problem and newest[0].current.generation == 1:
            # The very first write was cut off: it had no head yet.
            return StoredState(
                replace(head, highest=1, is_tidy=False), None, f"{'; '.join(problems)}: there is no state yet"
            )
        raise StateLost("; ".join(problems))

    async def _pieces(self) -> list[Manifest]:
        collection = Collection(SECRETS, SECRETS.version, self.namespace, f"{layout.STATE_LABEL}={self.name}")
        return [one async for page in self.api.list(collection) for one in page.items]

    async def _put(self, piece: Mapping[str, Any]) -> None:
        """Make a piece, in place of one with the same name: a leftover of a crash, or of a request without answer."""
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
        """Replace the index in the head; return its resourceVersion. Raises Moved where another process was first."""
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

    async def _drop(self, versions: tuple[StateVersion, ...], index: Index | None) -> bool:
        """Delete the pieces of versions, except those in the index. Return whether that succeeded."""
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
            place = f"{self.namespace}/{self.name}"
            what = f"the Secret holds the state of another stack: {index.stack} of project {index.project}"
            do = f"give each stack a Secret of its own: --state kubernetes://{place}-{self.stack}"
            raise UserError(what, f"Secret {place}", do)
