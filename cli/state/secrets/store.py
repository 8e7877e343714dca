"""Keep a stack's state in Secrets. The engine works on a local copy, which is filled from them and written back.

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
from cli.lease.record import LeaseName
from cli.state.checkpoint_cache import summary_of
from cli.state.secrets import layout, shard_heads
from cli.state.secrets.client import SecretsClient
from cli.state.secrets.layout import Damaged, Index
from cli.state.secrets.local_copy import LocalCopy
from cli.state.secrets.secrets import Head, Moved, Secrets, StateLost, Written
from cli.state.secrets.shard_heads import HeadReading
from cli.state.secrets.shared import Estate
from cli.state.secrets.uploader import following
from stacks.kube.api import ApiError
from stacks.model.errors import NotNow, ObservationError, UserError

AT_ONCE = 8
"""Shards whose state is read side by side."""


class KubernetesState:
    """The state of one stack in the Secrets of a namespace. Threads may share it; its writers wait for each other."""

    def __init__(self, client: SecretsClient, estate: Estate, base: KubernetesState | None = None) -> None:
        """base: the state of the estate's own stack; None where this is that one."""
        self.client, self._estate, self._base = client, estate, base or self
        self.siblings: dict[str, KubernetesState] = base.siblings if base else {}
        """The states of the estate's stacks that were used so far, by stack; the estate's `making` guards them."""
        self._local = LocalCopy(self._estate.folder, client.project, client.stack)
        self._guard = threading.RLock()
        self._head: Head | None = None
        """The head that the local copy corresponds to; None before the first look."""
        self._is_unwritten = False
        """Whether the local copy holds changes that could not be written back."""
        self._has_swept = False
        self.siblings[client.stack] = self

    @property
    def url(self) -> str:
        """The Secret, and the way to its cluster."""
        return f"{self.client.url}?{self.client.url.context}&{self.client.url.kubeconfig}"

    @property
    def backend(self) -> str:
        """The URL of the local copy."""
        return self._estate.folder.backend

    @property
    def variables(self) -> Mapping[str, str]:
        """The engine's variables for a checkpoint in plain JSON: it is compressed here."""
        return {"PULUMI_DIY_BACKEND_GZIP": "false", "PULUMI_DIY_BACKEND_ZSTD": "false"}

    def report_to(self, report: Callable[[str], None]) -> None:
        """Call `report` with each repair from now on."""
        self._estate.report = report

    def led_by(self, name: LeaseName, server: str, may_write: Callable[[], bool]) -> None:
        """Write while may_write returns True, and take no lock, if the Lease of this election is the lock."""
        self._estate.led_by(name, server, may_write)

    def instance(self) -> str:
        """Return the id that follows from the cluster and the estate's Secret; "" where the cluster does not tell."""
        return self._base.client.instance()

    def of(self, stack: str) -> KubernetesState:
        """Return the state of another stack of the estate: the same object each time."""
        with self._estate.making:
            known = self.siblings.get(stack)
            return known or KubernetesState(self._base.client.of(stack), self._estate, self._base)

    def shards(self) -> tuple[str, ...]:
        """List the shards with Secrets here, and read the changed ones. Raises as `pull`.

        Without the right to list Secrets there can be one stack only.
        """
        try:
            seen = self._base.client.request(shard_heads.of_shards)
        except NotNow:
            own = summary_of(self._estate.folder.pulumi, self._base.client.project, self._base.client.stack)
            if own is None or not own.registry.layout.is_spread:
                return ()
            raise
        known = {stack for stack, state in tuple(self.siblings.items()) if state is not self._base and state.is_known}
        there = sorted(seen.keys() | known)
        with ThreadPoolExecutor(AT_ONCE, "state of shards") as pool:
            # One whose head is gone is put right by the copy of this process.
            list(pool.map(lambda stack: self.of(stack).have(seen.get(stack, (Head(), ""))), there))
        return tuple(there)

    def close(self) -> None:
        """Close the connection to the cluster; the next use opens it anew."""
        self.client.connection.close()

    def pull(self) -> None:
        """Make the local copy equal to the Secrets; one question where it is so already.

        Raises ObservationError where the API does not answer, NotNow where it refuses, UserError where no version of
        the state is whole, or it is another stack's.
        """
        self.have()

    @property
    def is_known(self) -> bool:
        """Whether there was state at the last look."""
        return self._head is not None and bool(self._head.version or self._head.index)

    def have(self, seen: HeadReading | None = None) -> None:
        """Make the local copy equal to the Secrets. seen: the head, where it was just read; None to read it."""
        with self._guard:
            if not self._is_unwritten or not self._estate.may_write:
                self._pull(seen)
                return
            # The changes that this process could not write come first, unless somebody has written since.
            try:
                with self._estate.kept_apart(self.client, Hold()):
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
            with self._estate.kept_apart(self.client, hold):
                if self._pull():
                    raise self._changed(self._head.by if self._head else "")
                self._begin()
                try:
                    with following(self._local.checkpoint, self._upload, pause=self.client.patience.upload):
                        yield
                except BaseException as failure:
                    try:
                        self._finish(succeeded=False)
                    except RunFailed as problem:
                        raise RunFailed(f"{failure}\n{problem}") from failure
                    raise
                self._finish(succeeded=True)

    def versions(self) -> Index | None:
        """Return the versions that are kept; None where there is no state. Raises as `pull`."""
        self.pull()
        return self._head.index if self._head else None

    def restore(self, generation: int, hold: Hold) -> None:
        """Make a former version the newest.

        Raises as `writing`, and UserError where there is no such version, or it is not whole.
        """
        with self._guard, self._estate.kept_apart(self.client, hold):
            self._pull()
            index = self._head.index if self._head else None
            there = {one.generation: one for one in (index.versions if index else ())}
            if generation not in there:
                kept = ", ".join(map(str, there)) or "none"
                raise self.client.problem(f"there is no version {generation}; there are: {kept}", "choose one of them")
            try:
                content = self.client.request(lambda secrets: secrets.content(there[generation]))
            except Damaged as damage:
                raise self.client.problem(str(damage), "choose another: truenorth state versions") from damage
            self._local.fill(content, layout.UNKNOWN)
            self._finish(succeeded=False)

    def _pull(self, seen: HeadReading | None = None) -> bool:
        """Make the local copy equal to the Secrets. Return whether it was a copy of another state before."""
        now, problem = seen or self.client.request(Secrets.head)
        before = self._head
        if before is not None and now.version == before.version:
            return False
        if before is not None and before.version and not now.version and self._local.content() is not None:
            self._estate.report(f"the {self.client.where} is gone; it will be made again from the copy of this process")
            self._head = Head(index=before.index, highest=before.highest, is_sound=False)
            return False
        if self._is_unwritten:
            self._estate.report(
                f"{now.by or 'somebody'} has written the state since; what could not be written here is dropped"
            )
        try:
            found = self.client.request(lambda secrets: secrets.read(now, problem))
        except StateLost as lost:
            delete, name = f"kubectl -n {self.client.url.namespace} delete secret", self.client.url.name
            raise self.client.problem(
                f"no version of the state is whole: {lost}",
                "bring the Secrets back from a backup of the cluster; or begin anew from the marks in the zone: "
                f"{delete} {name}; {delete} -l {layout.STATE_LABEL}={name}; truenorth up",
            ) from lost
        self._local.fill(found.content, found.head.unfinished or (layout.UNKNOWN if found.note else b""))
        self._note_written()
        self._head = found.head
        if found.note:
            self._estate.report(found.note)
        return before is not None

    def _begin(self) -> None:
        """Note the beginning of a run in the head, and write the repairs in the local copy."""
        content, head = self._local.content(), self._head
        if content is None or head is None:
            return  # the first run: that there is no state says enough
        was_finished = head.index is None or head.index.current.finished
        written = self._written(finished=was_finished, unfinished=self._local.begun() or layout.UNKNOWN)
        try:
            self._head = self.client.request(lambda secrets: secrets.write(head, content, written), "written to")
        except Moved as moved:
            self._head = None
            raise self._changed(moved.by) from moved
        self._note_written()

    def _upload(self, content: bytes) -> bool:
        """Write the checkpoint in the midst of a run. Return whether that succeeded."""
        head = self._head
        if head is None or not self._estate.may_write:
            return False
        written = self._written(finished=False, unfinished=head.unfinished or layout.UNKNOWN)
        try:
            self._head = self.client.attempt(lambda secrets: secrets.write(head, content, written))
        except (ApiError, Moved, UserError):
            return False  # the end of the run tries again, and tells
        return True

    def _finish(self, *, succeeded: bool) -> None:
        """Write the checkpoint at the end of a run. Raises RunFailed where that cannot be done.

        The local copy is kept then, unless somebody else was first.
        """
        content, head = self._local.content(), self._head or Head()
        if content is None:
            return
        written = self._written(finished=True, unfinished=b"" if succeeded else self._local.begun() or layout.UNKNOWN)
        client, patience = self.client, self.client.patience.written
        self._local.keep()  # until it is written: whoever ends this process now leaves it on the disk
        try:
            self._head = client.repeat(
                lambda secrets: secrets.write(head, content, written), patience, lambda: self._estate.may_write
            )
        except Moved as moved:
            self._head = None
            self._local.release()
            raise RunFailed(
                f"what the run did could not be written to the {client.where}: {moved.by or 'somebody'} has written "
                "there meanwhile. The next run finds it again by the marks in the zone"
            ) from moved
        except (ApiError, UserError) as error:
            self._is_unwritten = True
            raise RunFailed(
                f"what the run did could not be written to the {client.where}: {error}\n"
                f"The state is in {self._local.checkpoint}. A next run of this process writes it first; else do it by "
                f"hand: truenorth state push {self._local.checkpoint} --stack {self.client.stack}"
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
        """Delete pieces that no version needs: once in a process, and again after a failure."""
        head = self._head
        if head is None or (self._has_swept and head.is_tidy):
            return
        self._has_swept = True
        try:
            self.client.attempt(lambda secrets: secrets.sweep(head))
            self._head = replace(head, is_tidy=True)
        except ApiError as error:
            if not head.is_tidy:
                self._estate.report(
                    f"Secrets that are not needed any more stay beside the {self.client.where}: {error}"
                )

    def _changed(self, by: str) -> ObservationError:
        return ObservationError(
            f"the state of stack {self.client.stack} was changed since it was read, by {by or 'somebody'}: nothing "
            "was done, try again"
        )
