"""Converges after a crash: recovers first, and forgets the intents once nothing is open."""

from __future__ import annotations

from collections.abc import Callable

from cli.engine.failure import Locked
from cli.events import Mended
from cli.reconcile.result import Convergence
from cli.recovery import intent_log
from cli.recovery.recover import recover
from cli.session.session import Session
from stacks.plan.records.adoption import Takeover


def recovering(
    session: Session, told: Callable[[Mended], None], run: Callable[[Takeover | None], Convergence]
) -> Convergence:
    """Recover, and return the convergence that follows; run it once more where it met the lock of a dead process.

    Raises what `recover` and run raise.
    """
    takeover = recover(session, told)
    try:
        done = run(takeover)
    except Locked as locked:
        done = run(recover(session, told, after=locked))
    end(session, done)
    return done


def end(session: Session, done: Convergence) -> bool:
    """Forget the intents of all stacks of the estate, where a convergence has left nothing open.

    Return whether they were forgotten; otherwise the next convergence has to adopt again.
    """
    if done.unread or done.plan.frozen:
        return False
    intent_log.forget(session)
    return True
