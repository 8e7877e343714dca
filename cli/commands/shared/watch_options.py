"""The options of `truenorth watch`, and how they override the settings `watch`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stacks.model.errors import UserError

if TYPE_CHECKING:
    from stacks.settings.watch import WatchSettings

Listen = Annotated[
    str | None,
    typer.Option(
        "--listen", metavar="HOST:PORT", help="Serve the page, /metrics and the probes here; :8080 for all addresses."
    ),
]
Dyndns = Annotated[
    str | None,
    typer.Option("--dyndns", metavar="HOST:PORT", help="Let routers tell their addresses here (/nic/update); :8245."),
]
Webhook = Annotated[
    str | None,
    typer.Option(
        "--webhook", metavar="HOST:PORT", help="Be external-dns's provider here: 127.0.0.1:8888 for its own default."
    ),
]
Election = Annotated[
    bool | None,
    typer.Option(
        "--election/--no-election",
        show_default=False,
        help="Take part in the election of a leader, or not; without either: in a pod, or where a lock is named.",
    ),
]
LockName = Annotated[
    str | None, typer.Option("--election-lock-name", help="The Lease of the election; truenorth-<stack> otherwise.")
]
LockNamespace = Annotated[
    str | None, typer.Option("--election-lock-namespace", help="Its namespace; our own otherwise.")
]
LeaseDuration = Annotated[
    str | None,
    typer.Option("--election-lease-duration", help="How long nobody else leads after the leader was last heard of."),
]
RenewDeadline = Annotated[
    str | None, typer.Option("--election-renew-deadline", help="When a leader that cannot renew its lease stops.")
]
RetryPeriod = Annotated[
    str | None, typer.Option("--election-retry-period", help="How often the lease is renewed, or asked for.")
]
CleanupOnStop = Annotated[
    bool | None,
    typer.Option(
        "--cleanup-on-stop/--no-cleanup-on-stop",
        show_default=False,
        help="Delete all that is ours when told to end. For estates that come and go.",
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more: each turn that begins, and tracebacks.")]


def overriding(settings: WatchSettings, **options: object) -> WatchSettings:
    """Return settings with the given options in place; `election_lock_name` is `election.lock_name`, and so on.

    Raises UserError with all faults.
    """
    # What checks settings is imported when a command runs: `truenorth --help` stays light.
    from pydantic import ValidationError

    from stacks.settings.problems import problems_of
    from stacks.settings.watch import WatchSettings

    given = {key: value for key, value in options.items() if value is not None}
    if "election_lock_name" in given:
        given = {"election_enabled": "on", **given}
    merged: dict[str, Any] = settings.model_dump(exclude_unset=True)
    for key, value in given.items():
        part, _, rest = key.partition("_")
        if rest and part in {"dyndns", "election", "web", "webhook"}:
            merged[part] = {**merged.get(part, {}), rest: value}
        else:
            merged[key] = value
    try:
        return WatchSettings.model_validate(merged)
    except ValidationError as error:
        raise UserError.of(problems_of(error, WatchSettings, _option, "watch")) from None


def _option(path: str) -> str:
    names: Mapping[str, str] = {"web.listen": "--listen", "webhook.listen": "--webhook"}
    return f"the option {names.get(path) or '--' + path.replace('.', '-').replace('_', '-')}"
