"""Users with few rights: service accounts, as a program in a cluster has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any

from lab.kube.client import Client
from lab.kube.kubeconfig import write_kubeconfig

Rule = Mapping[str, Sequence[str]]
"""A PolicyRule: apiGroups, resources, verbs, resourceNames (https://kubernetes.io/docs/reference/access-authn-authz/rbac/)."""
_TICK = 0.01
"""Seconds between two questions whether the API server's authorizer, which tells nobody, has taken note of a rule."""
_RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True)
class User:
    """A service account, its token, and a kubeconfig that holds it."""

    name: str
    namespace: str
    token: str = field(repr=False)
    kubeconfig: Path

    @property
    def full_name(self) -> str:
        """As the API server names it in its refusals."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"


def make_service_account(
    admin: Client, folder: Path, authority: Path, name: str, rules: Sequence[Rule], *, within: str = ""
) -> User:
    """Make a service account in `default` that may do what the rules say, in one namespace only if `within` names it.

    Returns when the API server knows the rules. Its token lasts an hour.
    """
    subject = {"kind": "ServiceAccount", "name": name, "namespace": "default"}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "default"}}
    role = "Role" if within else "ClusterRole"
    metadata = {"name": name, **({"namespace": within} if within else {})}
    reference = {"apiGroup": _RBAC, "kind": role, "name": name}
    admin.apply(account)
    admin.apply({"apiVersion": f"{_RBAC}/v1", "kind": role, "metadata": metadata, "rules": [dict(r) for r in rules]})
    binding = {"kind": f"{role}Binding", "metadata": metadata, "roleRef": reference, "subjects": [subject]}
    admin.apply({"apiVersion": f"{_RBAC}/v1", **binding})
    made = account_user(admin, folder, authority, "default", name)
    for rule in rules:
        _await_allowed(admin, made, rule, within)
    return made


def account_user(admin: Client, folder: Path, authority: Path, namespace: str, name: str) -> User:
    """A service account that is there, with a token for an hour and a kubeconfig, as a pod would have them."""
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    answer = admin.call("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token", request)
    token: str = answer["status"]["token"]
    file = folder / f"{namespace}-{name}.kubeconfig"
    return User(name, namespace, token, write_kubeconfig(file, admin.server, authority, name, token, namespace))


def _await_allowed(admin: Client, user: User, rule: Rule, namespace: str) -> None:
    attributes = [
        {"group": group, "resource": resource, "verb": verb, "namespace": namespace, "name": name}
        for group in rule.get("apiGroups", ())
        for resource in rule.get("resources", ())
        for verb in rule.get("verbs", ())
        for name in rule.get("resourceNames", ("",))
    ]
    for asked in attributes:
        while not _allowed(admin, user, asked):
            sleep(_TICK)


def _allowed(admin: Client, user: User, attributes: Mapping[str, Any]) -> bool:
    resource, _, subresource = attributes["resource"].partition("/")
    wanted = {**attributes, "resource": resource, "subresource": subresource}
    spec = {"user": user.full_name, "resourceAttributes": wanted}
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    answer = admin.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body)
    return bool(answer["status"]["allowed"])
