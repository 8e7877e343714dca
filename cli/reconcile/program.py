"""The program of the engine's runs, imported late: the SDKs behind it take a second, and not every run needs one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cli.engine.run import Program
from cli.reconcile.result import Convergence
from cli.session.session import Session
from cli.shards.parts import Part
from stacks.model.values import Observation, Plan
from stacks.settings.stack import Settings


def declare(session: Session, seen: Convergence, part: Part) -> Program:
    """Return the program of a run, with the settings and the observation that its changes were computed from."""

    def declared() -> None:
        import_program()(seen.observation, session.settings, part.plan)  # imported while the engine starts

    return declared


def import_program(providers: Iterable[str] = ()) -> Callable[[Observation, Settings, Plan], None]:
    """Import and return the program. providers: those whose SDK is to be imported now, too."""
    from components.records.owned_record import component_of  # noqa: PLC0415 - see above
    from stacks.program import program  # noqa: PLC0415 - likewise

    for provider in providers:
        component_of(provider)
    return program
