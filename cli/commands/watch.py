"""`truenorth watch`: keep the names pointing here, for as long as it runs."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from cli.commands.shared import watch_options
from cli.commands.shared.options import Json, ProjectFolder, Purge, SettingsFile, Stack, State

if TYPE_CHECKING:
    from cli.session.session import Session


def watch(  # noqa: PLR0913 - the options of the command
    stack: Stack = "",
    settings: SettingsFile = None,
    *,
    state: State = "",
    project: ProjectFolder = None,
    as_json: Json = False,
    purge: Purge = None,
    listen: watch_options.Listen = None,
    dyndns: watch_options.Dyndns = None,
    webhook: watch_options.Webhook = None,
    election: watch_options.Election = None,
    election_lock_name: watch_options.LockName = None,
    election_lock_namespace: watch_options.LockNamespace = None,
    election_lease_duration: watch_options.LeaseDuration = None,
    election_renew_deadline: watch_options.RenewDeadline = None,
    election_retry_period: watch_options.RetryPeriod = None,
    cleanup_on_stop: watch_options.CleanupOnStop = None,
    verbose: watch_options.Verbose = False,
) -> None:
    """Look at the address every few seconds and run `up` when it has changed; do nothing otherwise.

    Runs for as long as it is left to: changes of addresses, of clusters' objects and of the settings are carried out
    within seconds, drift is corrected, failures are tried again. Of several replicas one leads. Ends at Ctrl-C or
    SIGTERM; a run of the engine that is under way then ends gracefully first.

    Example: `truenorth watch --stack home --listen :8080`
    """
    from cli.daemon.process import run
    from cli.session.open import keeping, open_session, purging, with_found_zones

    override = partial(
        watch_options.overriding,
        log="json" if as_json else None,
        log_level="debug" if verbose else None,
        web_listen=listen,
        dyndns_listen=dyndns,
        webhook_listen=webhook,
        election_enabled={True: "on", False: "off", None: None}[election],
        election_lock_name=election_lock_name,
        election_lock_namespace=election_lock_namespace,
        election_lease_duration=election_lease_duration,
        election_renew_deadline=election_renew_deadline,
        election_retry_period=election_retry_period,
        cleanup_on_stop=cleanup_on_stop,
    )

    def opened(before: Session | None = None) -> Session:
        session = purging(open_session(stack, settings, os.environ, state, project), purge)
        session = with_found_zones(replace(keeping(session, before), hold=before.hold) if before else session)
        update = {"watch": override(session.settings.watch)}
        return replace(session, settings=session.settings.model_copy(update=update))

    run(opened(), opened, os.environ)
