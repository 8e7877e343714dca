"""Find the URL of a cluster's API and the credentials for it: a service account, or a context of a kubeconfig.

Sources: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ and
https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from lightkube.config.kubeconfig import SERVICE_ACCOUNT, SingleConfig
from lightkube.config.models import Cluster, Context, NameValue, User

from stacks.kube.kubeconfig import Kubeconfig, load
from stacks.model.errors import UserError
from stacks.settings.cluster import ClusterSettings
from stacks.settings.secrets.children import KUBECONFIG_PLUGIN, needed
from stacks.settings.watch import IN_POD

T = TypeVar("T")

_PLUGIN_OF_LIGHTKUBE = "client.authentication.k8s.io/v1beta1"
_STABLE_PLUGIN = "client.authentication.k8s.io/v1"
_CHOOSE = "give a kubeconfig and a context that it has: `kubectl config get-contexts` names them"


@dataclass(frozen=True, slots=True)
class Access:
    """The URL, certificates and credentials of a cluster. Its repr has no secret."""

    server: str
    config: SingleConfig = field(repr=False)
    proxy: str | None = field(default=None, repr=False)
    """The URL of an HTTP or SOCKS proxy (`proxy-url`); None: that of the environment."""
    command_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The variables of a command that gets a token."""


def access(
    settings: ClusterSettings, environment: Mapping[str, str], service_account: Path = Path(SERVICE_ACCOUNT)
) -> Access:
    """Return the access to the cluster of the settings.

    In a pod it is the pod's service account, unless a kubeconfig or context is set. Else it is the context of the
    settings, or the current one, in the kubeconfig of the settings, of KUBECONFIG (files with colons between; the first
    with an entry counts), or in ~/.kube/config.
    Raises UserError where there is none, or it is incomplete.
    """
    chosen = settings.kubeconfig or environment.get("KUBECONFIG", "")
    host = environment.get(IN_POD, "")
    if host and not chosen and not settings.context and (service_account / "token").exists():
        return _of_pod(host, environment.get("KUBERNETES_SERVICE_PORT", "443"), service_account)
    found = _of_context(load(settings.kubeconfig, environment), settings.context)
    return replace(found, command_environment=needed(KUBECONFIG_PLUGIN, environment))


def _of_pod(host: str, port: str, service_account: Path) -> Access:
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    cluster = Cluster(server=server, certificate_auth=str(service_account / "ca.crt"))
    user = User(token_file=str(service_account / "token"))  # it is rotated: the file is what lasts
    return Access(server, SingleConfig("pod", Context(cluster="pod", user="pod"), cluster, user))


def _of_context(kubeconfig: Kubeconfig, wanted: str) -> Access:
    where = kubeconfig.where
    name = wanted or kubeconfig.current_context
    if not name:
        raise UserError("the kubeconfig has no current context", where, _CHOOSE)
    if name not in kubeconfig.contexts:
        there = ", ".join(sorted(kubeconfig.contexts)) or "none"
        raise UserError(f"the kubeconfig has no context {name}; it has: {there}", where, _CHOOSE)
    context = _part(Context, kubeconfig.contexts[name].fields, f"the context {name}", where)
    if context.cluster not in kubeconfig.clusters:
        what = f"the context {name} means the cluster {context.cluster}, which the kubeconfig does not have"
        raise UserError(what, where, "mend the context: `kubectl config set-context`")
    if context.user and context.user not in kubeconfig.users:
        what = f"the context {name} means the user {context.user}, whom the kubeconfig does not have"
        raise UserError(what, where, "mend the context: `kubectl config set-context`")
    entry = kubeconfig.clusters[context.cluster]
    cluster = _part(Cluster, entry.fields, f"the cluster {context.cluster}", where)
    if not isinstance(entry.fields.get("server"), str):
        what = f"the cluster {context.cluster} of the kubeconfig has no server"
        raise UserError(what, where, "mend it: `kubectl config set-cluster`")
    user = _user(kubeconfig, context.user, where) if context.user else User()
    proxy = entry.fields.get("proxy-url")
    return Access(
        server=cluster.server.rstrip("/"),
        config=SingleConfig(name, context, cluster, user, entry.file),
        proxy=str(proxy) if proxy else None,
    )


def _user(kubeconfig: Kubeconfig, name: str, where: str) -> User:
    entry = kubeconfig.users[name]
    user = _part(User, entry.fields, f"the user {name}", where)
    if user.auth_provider:
        what = f"the user {name} of the kubeconfig has an auth-provider, which Kubernetes has given up"
        raise UserError(what, where, "use an exec plugin, a token or a client certificate instead")
    return _with_plugin(user, entry.file)


def _with_plugin(user: User, kubeconfig: Path) -> User:
    """Return a user with an exec plugin, if there is one, as lightkube can run it.

    lightkube knows the alpha and beta of the plugins' protocol only, and does not tell a plugin which one is meant. The
    stable version is the same for a plugin that gives a token. A relative path starts at the kubeconfig.
    Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins.
    """
    plugin = user.exec
    if plugin is None:
        return user
    request = {"apiVersion": plugin.apiVersion, "kind": "ExecCredential", "spec": {"interactive": False}}
    relative = "/" in plugin.command and not Path(plugin.command).is_absolute()
    changed = msgspec.structs.replace(
        plugin,
        apiVersion=_PLUGIN_OF_LIGHTKUBE if plugin.apiVersion == _STABLE_PLUGIN else plugin.apiVersion,
        command=str(kubeconfig.parent.absolute() / plugin.command) if relative else plugin.command,
        env=[*(plugin.env or ()), NameValue(name="KUBERNETES_EXEC_INFO", value=json.dumps(request))],
    )
    return msgspec.structs.replace(user, exec=changed)


def _part(kind: type[T], fields: Mapping[str, Any], what: str, where: str) -> T:
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:  # which says a field and two types, no value
        raise UserError(f"{what} of the kubeconfig is not as it should be: {error}", where, _CHOOSE) from error
