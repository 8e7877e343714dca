"""The operator in a cluster: `truenorth watch` with all that it needs, as official pulumi_kubernetes resources."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes

from components.operator.args import TYPE, OperatorArgs
from components.operator.credentials import OUTPUT
from components.operator.manifest import Manifest
from components.operator.manifests import manifests

WORKLOADS = {"Deployment", "DaemonSet"}
Make = Callable[..., pulumi.Resource]
PutCredentials = Callable[[], Awaitable[None]]

CLASSES: Mapping[tuple[str, str], Make] = {
    ("v1", "Namespace"): kubernetes.core.v1.Namespace,
    ("v1", "ServiceAccount"): kubernetes.core.v1.ServiceAccount,
    ("v1", "ConfigMap"): kubernetes.core.v1.ConfigMap,
    ("v1", "Service"): kubernetes.core.v1.Service,
    ("apps/v1", "Deployment"): kubernetes.apps.v1.Deployment,
    ("apps/v1", "DaemonSet"): kubernetes.apps.v1.DaemonSet,
    ("policy/v1", "PodDisruptionBudget"): kubernetes.policy.v1.PodDisruptionBudget,
    ("networking.k8s.io/v1", "NetworkPolicy"): kubernetes.networking.v1.NetworkPolicy,
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"): (
        kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy
    ),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"): (
        kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding
    ),
    ("rbac.authorization.k8s.io/v1", "Role"): kubernetes.rbac.v1.Role,
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): kubernetes.rbac.v1.RoleBinding,
    ("rbac.authorization.k8s.io/v1", "ClusterRole"): kubernetes.rbac.v1.ClusterRole,
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): kubernetes.rbac.v1.ClusterRoleBinding,
}
"""The resource of each kind; a kind that is not here is a custom resource."""
_OURS = {"pulumi.com/patchForce": "true"}
"""Take back changes made by hand instead of reporting a conflict (pulumi_kubernetes, server-side apply)."""
_ARGUMENTS = {
    "roleRef": "role_ref",
}
"""The SDK's names of top-level fields of a manifest that have others in Python."""


class Operator(pulumi.ComponentResource):
    """An operator. Its objects are made in order: the namespace first, the workload after everything it mounts."""

    def __init__(
        self,
        name: str,
        args: OperatorArgs,
        opts: pulumi.ResourceOptions | None = None,
        put_credentials: PutCredentials | None = None,
    ) -> None:
        """Declare the objects. put_credentials: makes the Secret of the credentials, once there is a place for it."""
        super().__init__(TYPE, name, None, opts)
        self.namespace = args.namespace
        before: list[pulumi.Resource] = []
        for each in manifests(args):
            awaited: list[pulumi.Input[pulumi.Resource]] = list(before)
            if each["kind"] in WORKLOADS and put_credentials and not pulumi.runtime.is_dry_run():
                awaited.append(_after(before, put_credentials))
            made = declare(each, pulumi.ResourceOptions(parent=self, depends_on=awaited))
            if each["kind"] in {"Namespace", "ServiceAccount", "ConfigMap"} or "Role" in each["kind"]:
                before.append(made)
        self.register_outputs({"namespace": args.namespace, "name": args.name, OUTPUT: args.secret_of_ours})


def _after(before: Sequence[pulumi.Resource], put_credentials: PutCredentials) -> pulumi.Output[pulumi.Resource]:
    """Return the last of these resources, once all are made and the Secret is there."""

    async def put(_: object) -> pulumi.Resource:
        await put_credentials()
        return before[-1]

    made: pulumi.Output[pulumi.Resource] = pulumi.Output.all(*(one.urn for one in before)).apply(put)
    return made


def provider(name: str, *, kubeconfig: str, context: str) -> pulumi.ProviderResource:
    """Declare the provider of a cluster. kubeconfig: a file; context: one of its contexts; "" for the defaults.

    Settings that change are changed in place: to replace them would leave the pods without for a moment.
    """
    made: pulumi.ProviderResource = kubernetes.Provider(
        name,
        kubeconfig=kubeconfig or None,
        context=context or None,
        enable_config_map_mutable=True,
    )
    return made


def declare(manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Declare a manifest as a resource, named after its kind and name."""
    metadata, kind = manifest["metadata"], manifest["kind"]
    logical = "/".join(filter(None, (kind, metadata.get("namespace", ""), metadata["name"])))
    content = {_ARGUMENTS.get(key, key): value for key, value in manifest.items()}
    content["metadata"] = {**metadata, "annotations": {**metadata.get("annotations", {}), **_OURS}}
    content.pop("kind")
    api_version = content.pop("apiVersion")
    make = CLASSES.get((api_version, kind))
    if make is None:
        made: pulumi.Resource = kubernetes.apiextensions.CustomResource(
            logical, api_version=api_version, kind=kind, opts=opts, **content
        )
        return made
    return make(logical, opts=opts, **content)
