"""The package `kubernetes`: its version, the kinds that the operator is made of, and how it reaches a cluster."""

from __future__ import annotations

from lab.plugin.kubernetes.api import Api
from lab.plugin.kubernetes.configuration import connect
from lab.plugin.kubernetes.resource import KubernetesObject
from lab.plugin.package import Package, sdk_version

RECORDED_VERSION = "4.34.2"
KINDS = (
    ("v1", "ConfigMap"),
    ("v1", "Namespace"),
    ("v1", "Secret"),
    ("v1", "Service"),
    ("v1", "ServiceAccount"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "Deployment"),
    ("monitoring.coreos.com/v1", "PrometheusRule"),
    ("monitoring.coreos.com/v1", "ServiceMonitor"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("policy/v1", "PodDisruptionBudget"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
)


def version() -> str:
    """Return the version to report."""
    return sdk_version("pulumi-kubernetes", RECORDED_VERSION)


def package() -> Package[Api]:
    """Make the package."""
    resources = [KubernetesObject(api_version, kind) for api_version, kind in KINDS]
    return Package("kubernetes", version(), {one.token: one for one in resources}, connect)
