"""Keep the changes that providers have refused in a file, for every command to know until they are mended.

The file lies beside the state where that is a folder; elsewhere in the user's folder, for the commands of this machine.
Those of others have it from the state itself, whose outputs lack nothing but deletions: they come last in a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec

from cli.reconcile.look import ConvergenceOptions
from cli.session.backend import state_folder
from cli.session.files import write_whole
from cli.session.session import Session
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.shards import estate_of
from stacks.model.values import Rejected
from stacks.plan.safety.rejected import still_wanted, without
from stacks.settings.environment import state_home

_DECODER = msgspec.json.Decoder(tuple[Rejected, ...])


def remember(session: Session, refused: Sequence[Rejected]) -> None:
    """Write down the changes refused now. If the file cannot be written, the next run finds them out anew."""
    file = _place(session)
    if recalled(session) == tuple(refused):
        return
    with suppress(OSError):
        if not refused:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(file, msgspec.json.encode(list(refused)))


def recalled(session: Session) -> tuple[Rejected, ...]:
    """Return the changes refused last; none if the file is missing or unreadable."""
    try:
        return _DECODER.decode(_place(session).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return ()


def with_refused(session: Session, options: ConvergenceOptions, *, left_out: bool) -> ConvergenceOptions:
    """Return options for a plan to name refused changes that are still wanted. left_out: leave them out of the plan."""

    def amended(plan: Plan, observation: Observation) -> Plan:
        plan = options.amend(plan, observation)
        known = (*recalled(session), *observation.registry.refused)
        refused = still_wanted(plan, known, observation)
        return without(plan, refused, observation) if left_out else replace(plan, rejected=refused)

    return replace(options, amend=amended)


def _place(session: Session) -> Path:
    is_copy = session.state.url != session.state.backend  # which goes with its process
    folder = None if is_copy else state_folder(session.backend)
    if folder is None:
        folder = state_home(session.variables) / "refused" / sha256(session.state.url.encode()).hexdigest()[:16]
    return folder / session.project.name / f"{estate_of(session.stack)}.refused.json"
