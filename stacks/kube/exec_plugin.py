"""Programs that give credentials (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).

lightkube runs them, but knows the alpha and beta of the protocol only, and does not say which one is spoken. The first
stable version is the same for a plugin that gives a token.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from lightkube.config.models import NameValue, User

_SPOKEN_BY_LIGHTKUBE = "client.authentication.k8s.io/v1beta1"
_STABLE = "client.authentication.k8s.io/v1"


def for_lightkube(user: User, kubeconfig: Path) -> User:
    """The user as lightkube can run their plugin, if they have one. A relative path starts at the kubeconfig."""
    plugin = user.exec
    if plugin is None:
        return user
    asked = {"apiVersion": plugin.apiVersion, "kind": "ExecCredential", "spec": {"interactive": False}}
    told = NameValue(name="KUBERNETES_EXEC_INFO", value=json.dumps(asked))
    relative = "/" in plugin.command and not Path(plugin.command).is_absolute()
    changed = msgspec.structs.replace(
        plugin,
        apiVersion=_SPOKEN_BY_LIGHTKUBE if plugin.apiVersion == _STABLE else plugin.apiVersion,
        command=str(kubeconfig.parent.absolute() / plugin.command) if relative else plugin.command,
        env=[*(plugin.env or ()), told],
    )
    return msgspec.structs.replace(user, exec=changed)
