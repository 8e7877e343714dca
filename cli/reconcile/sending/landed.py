"""Tell that the zones are as wished, while the engines go on noting what has landed."""

from __future__ import annotations

from dataclasses import replace

from cli.apiproxy.intent import NO_LISTS, Intent
from cli.engine.events import Diagnostic
from cli.engine.run import Listener
from cli.reconcile.sending.checkpoints import MANY
from cli.reconcile.writes import FORESEEN
from stacks.settings.stack import Settings


def tell_when_right(intent: Intent, settings: Settings, listener: Listener) -> Intent:
    """Return the intent that tells a listener once its writes have landed, if only the engines' notes are left then.

    Few writes are noted as soon as they have landed: of them nothing is told.
    """
    is_all = intent.lists == NO_LISTS and not intent.balances
    are_foreseen = all(zone.provider in FORESEEN for zone in settings.each_zone())
    if not (is_all and are_foreseen and len(intent.foreseen) >= MANY):
        return intent

    zones = len({write.zone_id for write in intent.foreseen})
    return replace(intent, landed=lambda: tell(listener, len(intent.foreseen), zones))


def tell(listener: Listener, writes: int, zones: int) -> None:
    """Tell a listener that all planned writes have landed. writes, zones: how many there are."""
    are = "zone is" if zones == 1 else "zones are"
    text = f"the {are} as wished: all {writes:,} writes have landed; the engine goes on noting them"
    listener(Diagnostic("note", text))
