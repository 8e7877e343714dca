"""Where a cluster's API is and how one is let in: the pod's service account, or a context of a kubeconfig.

Sources: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ and
https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from lightkube.config.kubeconfig import SERVICE_ACCOUNT, SingleConfig
from lightkube.config.models import Cluster, Context, User

from stacks.kube.exec_plugin import for_lightkube
from stacks.kube.kubeconfig import Kubeconfig, load
from stacks.model.errors import UserError
from stacks.settings.cluster import ClusterSettings
from stacks.settings.watch import IN_POD

T = TypeVar("T")

_CHOOSE = "give a kubeconfig and a context that it has: `kubectl config get-contexts` names them"


@dataclass(frozen=True, slots=True)
class Access:
    """The way to one cluster. Its repr names the server and no secret."""

    server: str
    config: SingleConfig = field(repr=False)
    proxy: str | None = field(default=None, repr=False)
    """The URL of an HTTP or SOCKS proxy (`proxy-url`); None: what the environment says."""


def access(
    settings: ClusterSettings, environment: Mapping[str, str], service_account: Path = Path(SERVICE_ACCOUNT)
) -> Access:
    """The way to the cluster that the settings mean.

    In a pod, unless a kubeconfig or a context is asked for, that is the pod's service account. Else the context of the
    settings, or the current one, of the kubeconfig of the settings, of KUBECONFIG (several files: a colon between
    them, and the first that says something counts), or of ~/.kube/config.
    Raises UserError where there is none, or it does not say enough.
    """
    chosen = settings.kubeconfig or environment.get("KUBECONFIG", "")
    host = environment.get(IN_POD, "")
    if host and not chosen and not settings.context and (service_account / "token").exists():
        return _of_pod(host, environment.get("KUBERNETES_SERVICE_PORT", "443"), service_account)
    return _of_context(load(settings.kubeconfig, environment), settings.context)


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
    return for_lightkube(user, entry.file)


def _part(kind: type[T], fields: Mapping[str, Any], what: str, where: str) -> T:
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:  # which says a field and two types, no value
        raise UserError(f"{what} of the kubeconfig is not as it should be: {error}", where, _CHOOSE) from error
