"""Run the command of a kubeconfig's user that gets a token (`exec`), with the variables that such a program needs.

lightkube gives it the whole environment of this process, tokens for DNS providers included. What else it needs stands
in the kubeconfig, under `env` of the command
(https://kubernetes.io/docs/reference/access-authn-authz/authentication/#configuration).
"""

from __future__ import annotations

from collections.abc import Mapping

import httpx2
from lightkube.config.client_adapter import ExecAuth, user_auth
from lightkube.config.models import User, UserExec

from stacks.kube.access import Access


class _CommandAuth(ExecAuth):
    """lightkube's own, but for the environment of the command."""

    def __init__(self, command: UserExec, environment: Mapping[str, str]) -> None:
        super().__init__(command)
        self._environment = environment

    def _prepare(self) -> tuple[list[str], dict[str, str]]:
        command, _ = super()._prepare()
        own = {one.name: one.value for one in self._exec.env or ()}
        return command, {**self._environment, **own}


def authentication(access: Access) -> httpx2.Auth | None:
    """Return what signs the requests to a cluster; None where certificates do, or nothing does."""
    user = access.config.user or User()
    if user.exec and user.token is None and user.token_file is None:
        return _CommandAuth(user.exec, access.command_environment)
    return user_auth(user)
