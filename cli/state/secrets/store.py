"""Keeps a stack's state in Secrets. The engine works on a local copy, which is filled from them and written back.

The shards of an estate have Secrets of their own beside those of its own stack, and one folder of local copies.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from cli.engine.failure import RunFailed
from cli.engine.hold import Hold
from cli.lease.record import Place
from cli.state.checkpoint_cache import glance
from cli.state.secrets import layout, shard_heads
from cli.state.secrets.client import Asking
from cli.state.secrets.layout import Damaged, Index
from cli.state.secrets.local_copy import LocalCopy
from cli.state.secrets.lock import Lock
from cli.state.secrets.secrets import Head, Lost, Moved, Secrets, Written
from cli.state.secrets.shard_heads import Seen
from cli.state.secrets.shared import Estate
from cli.state.secrets.uploader import following
from stacks.kube.api import ApiError
from stacks.model.errors import NotNow, ObservationError, UserError
from stacks.model.shards import estate_of

AT_ONCE = 8
"""Shards whose state is read side by side."""


class KubernetesState:
    """One stack's state in the Secrets of a namespace. From any thread; whoever writes keeps the others waiting."""

    def __init__(self, asking: Asking, lock: Lock, told: Callable[[str], None], estate: Estate | None = None) -> None:
        """told: hears what was put right. estate: that of the other stacks; None where this is the estate's own stack.

        Raises NotNow where there is no room for the local copy.
        """
        self.asking, self._lock = asking, lock
        self._estate = estate or Estate(lock, told)
        self._local = LocalCopy(self._estate.folder, asking.project, asking.stack)
        self._guard = threading.RLock()
        self._head: Head | None = None
        """What the local copy is a copy of; None before the first look."""
        self._is_unwritten = False
        """Whether the local copy has what could not be written back."""
        self._has_swept = False
        self._estate.states[asking.stack] = self

    @property
    def url(self) -> str:
        """The Secret, and how its cluster is reached."""
        return f"{self.asking.url}?{self.asking.url.context}&{self.asking.url.kubeconfig}"

    @property
    def backend(self) -> str:
        """The URL of the local copy."""
        return self._estate.folder.backend

    @property
    def variables(self) -> Mapping[str, str]:
        """The checkpoint is in plain JSON: it is compressed here."""
        return {"PULUMI_DIY_BACKEND_GZIP": "false", "PULUMI_DIY_BACKEND_ZSTD": "false"}

    def tell(self, told: Callable[[str], None]) -> None:
        """Tell this one from now on what was put right."""
        self._estate.told = told

    def led_by(self, place: Place, server: str, may_write: Callable[[], bool]) -> None:
        """Write while may_write says yes, and take no lock, where the lease of this election is the lock."""
        self._estate.led_by(place, server, may_write)

    def of(self, stack: str) -> KubernetesState:
        """The state of another stack of the estate: the same one each time."""
        with self._estate.making:
            there = self._estate.states.get(stack)
            return there or KubernetesState(self.base.asking.of(stack), self._lock, self._estate.told, self._estate)

    def shards(self) -> tuple[str, ...]:
        """The shards that have Secrets here, by one question; those that have changed are read. Raises as `pull`.

        Without the right to list Secrets there can be one stack only.
        """
        try:
            seen = self.base.asking.told(shard_heads.of_shards)
        except NotNow:
            own = glance(self._estate.folder.pulumi, self.base.asking.stack)
            if own is None or not own.registry.layout.is_spread:
                return ()
            raise
        known = {stack for stack, state in self._estate.states.items() if state is not self.base and state.is_known}
        there = sorted(seen.keys() | known)
        with ThreadPoolExecutor(AT_ONCE, "state of shards") as pool:
            # One whose head is gone is put right by the copy of this process.
            list(pool.map(lambda stack: self.of(stack).have(seen.get(stack, (Head(), ""))), there))
        return tuple(there)

    def close(self) -> None:
        """Close the connection to the cluster; the next use opens it anew."""
        self.asking.connection.close()

    def pull(self) -> None:
        """Have the local copy as the Secrets are: one question where it is so already.

        Raises ObservationError where the API does not answer, NotNow where it refuses, UserError where no version of
        the state is whole, or it is another stack's.
        """
        self.have()

    @property
    def is_known(self) -> bool:
        """Whether there has been state when it was last looked at."""
        return self._head is not None and bool(self._head.version or self._head.index)

    @property
    def base(self) -> KubernetesState:
        """The state of the estate's own stack."""
        return self._estate.states[estate_of(self.asking.stack)]

    def have(self, seen: Seen | None = None) -> None:
        """Have the local copy as the Secrets are. seen: the head, where it was just read."""
        with self._guard:
            if not self._is_unwritten or not self._estate.may_write:
                self._pull(seen)
                return
            # What this process could not write comes first, unless somebody has written since.
            try:
                with self._estate.kept_apart(self.asking, Hold()):
                    self._pull()
                    self._begin()
            except UserError as error:
                raise ObservationError(f"the state of the last run could not be written yet: {error}") from error

    @contextmanager
    def writing(self, hold: Hold) -> Iterator[None]:
        """Let the engine work on the local copy within the block, and write it back: each second, and in the end.

        hold: the engine. Raises as `pull`; NotNow where another process writes; ObservationError where one has written
        since the last pull: nothing was done; RunFailed in the end where what the engine did could not be written.
        """
        with self._guard:
            if not self._estate.may_write:
                yield  # the hold does not let the engine start
                return
            with self._estate.kept_apart(self.asking, hold):
                if self._pull():
                    raise self._changed(self._head.by if self._head else "")
                self._begin()
                try:
                    with following(self._local.checkpoint, self._upload, pause=self.asking.patience.upload):
                        yield
                except BaseException as failure:
                    try:
                        self._finish(succeeded=False)
                    except RunFailed as problem:
                        raise RunFailed(f"{failure}\n{problem}") from failure
                    raise
                self._finish(succeeded=True)

    def versions(self) -> Index | None:
        """The versions that are kept; None where there is no state. Raises as `pull`."""
        self.pull()
        return self._head.index if self._head else None

    def restore(self, generation: int, hold: Hold) -> None:
        """Make a former version the newest one.

        Raises as `writing`, and UserError where there is no such version, or it is not whole.
        """
        with self._guard, self._estate.kept_apart(self.asking, hold):
            self._pull()
            index = self._head.index if self._head else None
            there = {one.generation: one for one in (index.versions if index else ())}
            if generation not in there:
                kept = ", ".join(map(str, there)) or "none"
                raise self.asking.problem(f"there is no version {generation}; there are: {kept}", "choose one of them")
            try:
                content = self.asking.told(lambda secrets: secrets.content(there[generation]))
            except Damaged as damage:
                raise self.asking.problem(str(damage), "choose another: truenorth state versions") from damage
            self._local.fill(content, layout.UNKNOWN)
            self._finish(succeeded=False)

    def _pull(self, seen: Seen | None = None) -> bool:
        """Have the local copy as the Secrets are; whether it had been a copy of something else."""
        now, problem = seen or self.asking.told(Secrets.head)
        before = self._head
        if before is not None and now.version == before.version:
            return False
        if before is not None and before.version and not now.version and self._local.content() is not None:
            self._estate.told(f"the {self.asking.where} is gone; it will be made again from the copy of this process")
            self._head = Head(index=before.index, highest=before.highest, is_sound=False)
            return False
        if self._is_unwritten:
            self._estate.told(
                f"{now.by or 'somebody'} has written the state since; what could not be written here is dropped"
            )
        try:
            found = self.asking.told(lambda secrets: secrets.read(now, problem))
        except Lost as lost:
            delete, name = f"kubectl -n {self.asking.url.namespace} delete secret", self.asking.url.name
            raise self.asking.problem(
                f"no version of the state is whole: {lost}",
                "bring the Secrets back from a backup of the cluster; or begin anew from the marks in the zone: "
                f"{delete} {name}; {delete} -l {layout.STATE_LABEL}={name}; truenorth up",
            ) from lost
        self._local.fill(found.content, found.head.unfinished or (layout.UNKNOWN if found.note else b""))
        self._note_written()
        self._head = found.head
        if found.note:
            self._estate.told(found.note)
        return before is not None

    def _begin(self) -> None:
        """Say in the head that a run begins; what was mended in the local copy is written with it."""
        content, head = self._local.content(), self._head
        if content is None or head is None:
            return  # the first run: that there is no state says enough
        was_finished = head.index is None or head.index.current.finished
        written = self._written(finished=was_finished, unfinished=self._local.begun() or layout.UNKNOWN)
        try:
            self._head = self.asking.told(lambda secrets: secrets.write(head, content, written), "written to")
        except Moved as moved:
            self._head = None
            raise self._changed(moved.by) from moved
        self._note_written()

    def _upload(self, content: bytes) -> bool:
        """Write what the engine has done so far."""
        head = self._head
        if head is None or not self._estate.may_write:
            return False
        written = self._written(finished=False, unfinished=head.unfinished or layout.UNKNOWN)
        try:
            self._head = self.asking.once(lambda secrets: secrets.write(head, content, written))
        except (ApiError, Moved, UserError):
            return False  # the end of the run tries again, and tells
        return True

    def _finish(self, *, succeeded: bool) -> None:
        """Write what the engine has left. Raises RunFailed where that cannot be done.

        The local copy is kept then, unless somebody else was first.
        """
        content, head = self._local.content(), self._head or Head()
        if content is None:
            return
        written = self._written(finished=True, unfinished=b"" if succeeded else self._local.begun() or layout.UNKNOWN)
        asking, patience = self.asking, self.asking.patience.written
        self._local.keep()  # until it is written: whoever ends this process now leaves it on the disk
        try:
            self._head = asking.insist(
                lambda secrets: secrets.write(head, content, written), patience, lambda: self._estate.may_write
            )
        except Moved as moved:
            self._head = None
            self._local.release()
            raise RunFailed(
                f"what the run did could not be written to the {asking.where}: {moved.by or 'somebody'} has written "
                "there meanwhile. The next run finds it again by the marks in the zone"
            ) from moved
        except (ApiError, UserError) as error:
            self._is_unwritten = True
            raise RunFailed(
                f"what the run did could not be written to the {asking.where}: {error}\n"
                f"The state is in {self._local.checkpoint}. A next run of this process writes it first; else do it by "
                f"hand: truenorth state push {self._local.checkpoint} --stack {self.asking.stack}"
            ) from error
        self._note_written()
        self._sweep()

    def _written(self, *, finished: bool, unfinished: bytes) -> Written:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Written(self._estate.holder, now, finished, layout.bounded(unfinished))

    def _note_written(self) -> None:
        self._is_unwritten = False
        self._local.release()

    def _sweep(self) -> None:
        """Delete what no version needs, once a process and where something could not be deleted."""
        head = self._head
        if head is None or (self._has_swept and head.is_tidy):
            return
        self._has_swept = True
        try:
            self.asking.once(lambda secrets: secrets.sweep(head))
            self._head = replace(head, is_tidy=True)
        except ApiError as error:
            if not head.is_tidy:
                self._estate.told(f"Secrets that are not needed any more stay beside the {self.asking.where}: {error}")

    def _changed(self, by: str) -> ObservationError:
        return ObservationError(
            f"the state of stack {self.asking.stack} was changed since it was read, by {by or 'somebody'}: nothing "
            "was done, try again"
        )
