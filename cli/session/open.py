"""Open a session: find and check everything that a run needs, before anything is touched."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cli.session.backend import backend_url, mend_sidecars
from cli.session.project import find_project, settings_path
from cli.session.session import Session
from cli.session.state_store import StateStore
from cli.state.registries import registry_of_estate
from cli.state.store import store
from stacks import extras
from stacks.model.errors import ObservationError, UserError
from stacks.model.observation import Registry
from stacks.model.shards import estate_of, label_of
from stacks.observe.project import PROJECT_FILE
from stacks.settings.credentials import Credentials, credentials, own_tokens, plugin_environment, upstreams
from stacks.settings.files import from_file
from stacks.settings.secrets.children import ENGINE, needed
from stacks.settings.secrets.files import PASSPHRASE, PASSPHRASE_FILE, PULUMI_TOKEN, read_secret

API_PROXY_VARIABLES = ("TRUENORTH_API_PROXY", "TRUENORTH_BRIDGE")
"""Where the first of these that is set says off, the provider plugins ask the APIs directly: one call a record."""


def open_session(
    stack: str,
    settings_file: Path | None,
    environment: Mapping[str, str],
    state_url: str = "",
    folder: Path | None = None,
) -> Session:
    """Find and check everything a run needs before anything is touched. Raises UserError.

    state_url: the URL of the state; "" for the one of the environment or the settings. folder: that of the project, or
    one in it; None for the working directory.
    """
    from cli.engine.install.install import engine_environment, install  # noqa: PLC0415 - slow to import, needed from here on
    from cli.engine.install.progress import shown_on  # noqa: PLC0415 - likewise

    project = find_project(folder)
    estate = estate_of(stack)
    file = settings_file or settings_path(project, estate)
    settings = from_file(file, environment, estate)
    if settings.geo:
        extras.require("geo", f"{file}: truenorth:geo")
    found = credentials(settings, environment)
    with shown_on(sys.stderr) as progress:
        engine = install(environment, progress)
    url = backend_url(project.folder / PROJECT_FILE, settings.backend, environment, state_url)
    state = store(url, project.name, stack, settings, environment, engine=engine, project_folder=project.folder)
    backend = state.backend
    mend_sidecars(backend)
    return Session(
        project,
        stack,
        file,
        settings,
        found,
        engine,
        backend,
        _engine_variables(environment, needed(ENGINE, engine_environment(engine, environment)), found, state),
        state=state,
        variables=environment,
        upstreams=upstreams(found) if _uses_api_proxy(environment) else {},
    )


def with_found_zones(session: Session) -> Session:
    """Return the session with the zones that the entries `auto` of its settings stand for, by one listing.

    State that cannot be read now is recovered later, and no record is deleted until it is. Raises as `find_zones`.
    """
    if not session.settings.finding:
        return session
    from stacks.observe.zone.found import find_zones  # noqa: PLC0415 - an HTTP client, which few commands need here

    try:
        registry = registry_of_estate(session)
    except ObservationError:
        registry = Registry()
    settings = find_zones(session.settings, session.credentials, registry)
    return replace(session, settings=settings, credentials=credentials(settings, session.variables))


def _engine_variables(
    environment: Mapping[str, str],
    chosen: Mapping[str, str],
    signed: Mapping[str, Credentials],
    state: StateStore,
) -> dict[str, str]:
    """Return the environment of the engine: what it needs of ours, the tokens of its plugins, and where state is.

    chosen: what it needs of our environment, in which it and its plugins are found.
    """
    found = {
        **chosen,
        **plugin_environment(signed),
        **own_tokens(signed),
        **({PULUMI_TOKEN: token} if (token := read_secret(environment, PULUMI_TOKEN)) else {}),
        **({"PULUMI_BACKEND_URL": state.backend} if state.backend else {}),
        **state.variables,
    }
    if not {PASSPHRASE, PASSPHRASE_FILE} & environment.keys():
        # No setting is a secret, so there is nothing to protect; Pulumi asks for one all the same.
        found[PASSPHRASE] = ""
    return found


def _uses_api_proxy(environment: Mapping[str, str]) -> bool:
    said = next(filter(None, (environment.get(name) for name in API_PROXY_VARIABLES)), "")
    return said != "off"


def require_estate(session: Session) -> None:
    """Raise UserError for the session of a shard: what is planned is planned for the whole estate."""
    if label_of(session.stack):
        estate = estate_of(session.stack)
        raise UserError(
            f"{session.stack} is a shard of the estate {estate}, which is only run as a whole",
            f"--stack {session.stack}",
            f"say --stack {estate}; for this one alone there is a plain: pulumi up --stack {session.stack}",
        )


def keeping(opened: Session, before: Session) -> Session:
    """Return a newly opened session with the state store, the API proxy and the plugins of the session before it.

    Each is kept as far as it fits: the state at the same URL, the proxy for the same APIs.
    """
    api_proxy = before.api_proxy if opened.upstreams == before.upstreams else None
    opened = replace(opened, api_proxy=api_proxy, plugins=before.plugins, new_instance=before.new_instance)
    if opened.state.url != before.state.url:
        return opened
    url = {"PULUMI_BACKEND_URL": before.backend} if before.backend else {}
    environment = {**opened.environment, **url}
    return replace(opened, state=before.state, backend=before.backend, environment=environment)


def purging(session: Session, purge: bool | None) -> Session:  # noqa: FBT001 - an option of three values
    """Return the session with policy sync (True) or upsert-only (False) for all zones; unchanged for None."""
    if purge is None:
        return session
    policy = {"policy": "sync" if purge else "upsert-only"}
    zones = tuple(zone.model_copy(update=policy) for zone in session.settings.zones)
    return replace(session, settings=session.settings.model_copy(update={**policy, "zones": zones}))
