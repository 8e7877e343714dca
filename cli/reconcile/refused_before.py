"""What providers have refused until now, kept beside the state, so that every command knows it until it is mended."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
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

_DECODER = msgspec.json.Decoder(tuple[Rejected, ...])


def remember(session: Session, refused: Sequence[Rejected]) -> None:
    """Write down what is refused now. Where that cannot be done the next run finds it out anew."""
    file = _place(session)
    if file is None or recalled(session) == tuple(refused):
        return
    with suppress(OSError):
        if not refused:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(file, msgspec.json.encode(list(refused)))


def recalled(session: Session) -> tuple[Rejected, ...]:
    """Return what was refused last; nothing where that is written down nowhere, or cannot be read."""
    file = _place(session)
    try:
        return _DECODER.decode(file.read_bytes()) if file else ()
    except (OSError, msgspec.MsgspecError):
        return ()


def with_refused(session: Session, options: ConvergenceOptions, *, left_out: bool) -> ConvergenceOptions:
    """Return options by which a plan names what is refused and still wanted. left_out: it is not in the plan then."""

    def amended(plan: Plan, observation: Observation) -> Plan:
        plan = options.amend(plan, observation)
        refused = still_wanted(plan, recalled(session))
        return without(plan, refused, observation) if left_out else replace(plan, rejected=refused)

    return replace(options, amend=amended)


def _place(session: Session) -> Path | None:
    """Return the file; None where the backend is no folder."""
    folder = state_folder(session.backend)
    return folder / session.project.name / f"{estate_of(session.stack)}.refused.json" if folder else None
