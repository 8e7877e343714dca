"""Keeps a stack's state in Secrets. The engine works on a local copy, which is filled from them and written back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime

from cli.engine.failure import RunFailed
from cli.engine.hold import Hold
from cli.errors import UserError
from cli.lease.record import Place
from cli.state import layout
from cli.state.asking import Asking
from cli.state.following import following
from cli.state.layout import Damaged, Index
from cli.state.local_copy import LocalCopy
from cli.state.lock import Lock
from cli.state.secrets import Head, Lost, Moved, Secrets, Written
from stacks.errors import ObservationError
from stacks.observe.cluster.api import ApiError


class KubernetesState:
    """One stack's state in the Secrets of a namespace. From any thread; whoever writes keeps the others waiting."""

    def __init__(self, asking: Asking, lock: Lock, told: Callable[[str], None]) -> None:
        """told: hears what was put right. Raises NotNow where there is no room for the local copy."""
        self._asking, self._lock, self._told = asking, lock, told
        self._local = LocalCopy(asking.project, asking.stack)
        self._guard = threading.RLock()
        self._head: Head | None = None
        """What the local copy is a copy of; None before the first look."""
        self._is_unwritten = False
        """Whether the local copy has what could not be written back."""
        self._has_swept = False
        self._leads: Callable[[], bool] | None = None
        """Whether this process may write without a lock of its own; None where it is in no election by that lock."""

    @property
    def url(self) -> str:
        """The Secret, and how its cluster is reached."""
        return f"{self._asking.url}?{self._asking.url.context}&{self._asking.url.kubeconfig}"

    @property
    def backend(self) -> str:
        """The URL of the local copy."""
        return self._local.backend

    @property
    def variables(self) -> Mapping[str, str]:
        """The checkpoint is in plain JSON: it is compressed here."""
        return {"PULUMI_DIY_BACKEND_GZIP": "false", "PULUMI_DIY_BACKEND_ZSTD": "false"}

    def tell(self, told: Callable[[str], None]) -> None:
        """Tell this one from now on what was put right."""
        self._told = told

    def led_by(self, place: Place, server: str, may_write: Callable[[], bool]) -> None:
        """Write while may_write says yes, and take no lock, where the lease of this election is the lock."""
        if (place, server) == (self._lock.place, self._lock.home.access.server):
            self._leads = may_write

    def close(self) -> None:
        """Close the connection to the cluster; the next use opens it anew."""
        self._asking.connection.close()

    def pull(self) -> None:
        """Have the local copy as the Secrets are: one question where it is so already.

        Raises ObservationError where the API does not answer, NotNow where it refuses, UserError where no version of
        the state is whole, or it is another stack's.
        """
        with self._guard:
            if not self._is_unwritten or not self._may_go_on():
                self._pull()
                return
            # What this process could not write comes first, unless somebody has written since.
            try:
                with self._kept_apart(Hold()):
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
            if self._leads and not self._leads():
                yield  # the hold does not let the engine start
                return
            with self._kept_apart(hold):
                if self._pull():
                    raise self._changed(self._head.by if self._head else "")
                self._begin()
                try:
                    with following(self._local.checkpoint, self._upload, pause=self._asking.patience.upload):
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
        with self._guard, self._kept_apart(hold):
            self._pull()
            index = self._head.index if self._head else None
            there = {one.generation: one for one in (index.versions if index else ())}
            if generation not in there:
                kept = ", ".join(map(str, there)) or "none"
                raise self._asking.problem(f"there is no version {generation}; there are: {kept}", "choose one of them")
            try:
                content = self._asking.told(lambda secrets: secrets.content(there[generation]))
            except Damaged as damage:
                raise self._asking.problem(str(damage), "choose another: truenorth state versions") from damage
            self._local.fill(content, layout.UNKNOWN)
            self._finish(succeeded=False)

    def _pull(self) -> bool:
        """Have the local copy as the Secrets are; whether it had been a copy of something else."""
        now, problem = self._asking.told(Secrets.head)
        before = self._head
        if before is not None and now.version == before.version:
            return False
        if before is not None and before.version and not now.version and self._local.content() is not None:
            self._told(f"the {self._asking.where} is gone; it will be made again from the copy of this process")
            self._head = Head(index=before.index, highest=before.highest, is_sound=False)
            return False
        if self._is_unwritten:
            self._told(f"{now.by or 'somebody'} has written the state since; what could not be written here is dropped")
        try:
            found = self._asking.told(lambda secrets: secrets.read(now, problem))
        except Lost as lost:
            delete, name = f"kubectl -n {self._asking.url.namespace} delete secret", self._asking.url.name
            raise self._asking.problem(
                f"no version of the state is whole: {lost}",
                "bring the Secrets back from a backup of the cluster; or begin anew from the marks in the zone: "
                f"{delete} {name}; {delete} -l {layout.STATE_LABEL}={name}; truenorth up",
            ) from lost
        self._local.fill(found.content, found.head.unfinished or (layout.UNKNOWN if found.note else b""))
        self._note_written()
        self._head = found.head
        if found.note:
            self._told(found.note)
        return before is not None

    def _begin(self) -> None:
        """Say in the head that a run begins; what was mended in the local copy is written with it."""
        content, head = self._local.content(), self._head
        if content is None or head is None:
            return  # the first run: that there is no state says enough
        was_finished = head.index is None or head.index.current.finished
        written = self._written(finished=was_finished, unfinished=self._local.begun() or layout.UNKNOWN)
        try:
            self._head = self._asking.told(lambda secrets: secrets.write(head, content, written), "written to")
        except Moved as moved:
            self._head = None
            raise self._changed(moved.by) from moved
        self._note_written()

    def _upload(self, content: bytes) -> bool:
        """Write what the engine has done so far."""
        head = self._head
        if head is None or (self._leads and not self._leads()):
            return False
        written = self._written(finished=False, unfinished=head.unfinished or layout.UNKNOWN)
        try:
            self._head = self._asking.once(lambda secrets: secrets.write(head, content, written))
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
        asking, patience = self._asking, self._asking.patience.written
        self._local.keep()  # until it is written: whoever ends this process now leaves it on the disk
        try:
            self._head = asking.insist(lambda secrets: secrets.write(head, content, written), patience, self._may_go_on)
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
                f"hand: truenorth state push {self._local.checkpoint}"
            ) from error
        self._note_written()
        self._sweep()

    def _written(self, *, finished: bool, unfinished: bytes) -> Written:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Written(self._lock.holder, now, finished, layout.bounded(unfinished))

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
            self._asking.once(lambda secrets: secrets.sweep(head))
            self._head = replace(head, is_tidy=True)
        except ApiError as error:
            if not head.is_tidy:
                self._told(f"Secrets that are not needed any more stay beside the {self._asking.where}: {error}")

    def _kept_apart(self, hold: Hold) -> AbstractContextManager[None]:
        """Nobody else writes within the block."""
        if self._leads is not None:
            return nullcontext()
        return self._lock.held(self._asking.connection, hold, self._asking.patience.lock, self._told)

    def _may_go_on(self) -> bool:
        return self._leads is None or self._leads()

    def _changed(self, by: str) -> ObservationError:
        return ObservationError(
            f"the state of stack {self._asking.stack} was changed since it was read, by {by or 'somebody'}: nothing "
            "was done, try again"
        )
