"""The secrets that a workplace uses, wherever they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from cli.log.secrets import Redactor, redactor
from stacks.errors import UserError
from stacks.observe.cluster.kubeconfig import load

if TYPE_CHECKING:
    from cli.workplace import Workplace

_FIELDS = ("token", "password", "client-key-data")
"""Of a user in a kubeconfig; files that it names are not read, and what a plugin gives is not known before it does."""


def workplace_redactor(workplace: Workplace, environment: Mapping[str, str]) -> Redactor:
    """One that knows the credentials of the environment, those that zones name themselves, and the kubeconfigs'."""
    return redactor(environment, _of_workplace(workplace, environment))


def _of_workplace(workplace: Workplace, environment: Mapping[str, str]) -> Iterator[str]:
    for one in workplace.credentials.values():
        yield from (one.token, one.key)
    kubeconfigs = {
        workplace.settings.cluster.kubeconfig,
        *(one.kubeconfig for one in workplace.settings.each_cluster()),
    }
    for file in sorted(kubeconfigs):
        with suppress(UserError):  # there is none, which is no fault unless somebody needs it
            for user in load(file, environment).users.values():
                yield from (str(user.fields[name]) for name in _FIELDS if user.fields.get(name))
