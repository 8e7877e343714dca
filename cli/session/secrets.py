"""Collect the secrets of a session from all their sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from cli.session.redactor import Redactor, environment_secrets, redactor
from stacks.kube.kubeconfig import load
from stacks.model.errors import UserError
from stacks.model.observation import Registry
from stacks.settings.credentials import of_provider
from stacks.settings.detection.header_secrets import header_secrets
from stacks.settings.secrets.files import readable

if TYPE_CHECKING:
    from cli.session.session import Session

_FIELDS = ("token", "password", "client-key-data")
"""Fields of a user in a kubeconfig. Files named there are not read, and tokens of plugins are not known beforehand."""


def session_redactor(session: Session, environment: Mapping[str, str]) -> Redactor:
    """Return a redactor for the credentials of the environment, of zones with their own, and of the kubeconfigs."""
    return redactor(environment, _of_session(session, environment))


def learn_secrets(known: Redactor, session: Session, environment: Mapping[str, str]) -> None:
    """Have a redactor know also the secrets of a session that was opened anew."""
    known.learn({*environment_secrets(environment), *_of_session(session, environment)})


def signing_for(session: Session, registry: Registry) -> Session:
    """Return the session whose engine can sign for all providers in state, those of dropped zones included."""
    more = [of_provider(provider, variable, session.variables) for provider, variable in registry.signers]
    environment = {name: value for found in more for name, value in found.items()}
    return replace(session, environment={**environment, **session.environment})


def _of_session(session: Session, environment: Mapping[str, str]) -> Iterator[str]:
    for one in session.credentials.values():
        yield from (one.token, one.key)
    yield from header_secrets(session.settings.wan)
    yield from readable(environment, session.settings.watch.dyndns.users.values())
    kubeconfigs = {
        session.settings.cluster.kubeconfig,
        *(one.kubeconfig for one in session.settings.each_cluster()),
        *(one.coredns.kubeconfig for one in session.settings.each_zone() if one.coredns),
    }
    for file in sorted(kubeconfigs):
        with suppress(UserError):  # there is none, which is no fault unless somebody needs it
            for user in load(file, environment).users.values():
                yield from (str(user.fields[name]) for name in _FIELDS if user.fields.get(name))
