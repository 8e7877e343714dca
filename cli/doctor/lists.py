"""Checks that the token sees the account with the address lists."""

from __future__ import annotations

from collections.abc import Iterator

from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding, ok
from stacks.model.errors import ObservationError
from stacks.model.lists.lists import ListMemory
from stacks.model.values import Known, Unknown
from stacks.observe.lists.sight import observe_lists
from stacks.settings.credentials import credentials

ABOUT = "address lists"


def lists(examined: Examined) -> Iterator[DoctorFinding]:
    """Read the lists of the settings. Raises UserError, ObservationError."""
    settings = examined.settings
    seen = observe_lists(settings, credentials(settings, examined.environment), ListMemory())
    for one in seen:
        if isinstance(one.found, Unknown):
            raise ObservationError(one.found.reason)
    there = [one.key.name for one in seen if isinstance(one.found, Known) and one.found.value]
    new = [one.key.name for one in seen if one.key.name not in there]
    parts = [f"{', '.join(names)} {what}" for names, what in ((there, "there"), (new, "to be made")) if names]
    yield ok(ABOUT, "; ".join(parts))
