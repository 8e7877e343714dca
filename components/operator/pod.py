"""The pod of the operator, without any privilege, as the Pod Security Standard `restricted` wants it.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/.
"""

from __future__ import annotations

from typing import Any

from components.operator.args import ExternalDnsArgs, OperatorArgs, ResourceArgs
from components.operator.credentials import ANNOTATION, digest
from components.operator.manifest import labels, selector

USER = 1000
SETTINGS_FOLDER = "/etc/truenorth"
KUBECONFIG_FOLDER = "/etc/truenorth-kubeconfig"
CREDENTIALS_FOLDER = "/etc/truenorth-credentials"
"""The Secret's variables as files, which follow the Secret; the variables stay as they were at the start."""
HOME = "/var/lib/truenorth"
PORT_NAME = "http"
DYNDNS_NAME = "dyndns"
GRACE = 60
"""Seconds that a run of the engine under way has to end when a pod is told to."""


def template(args: OperatorArgs) -> dict[str, Any]:
    """Return the template of the pods."""
    annotations = dict(args.pods.annotations)
    if args.credentials is not None:
        annotations[ANNOTATION] = digest(args, args.credentials)
    noted = {"annotations": annotations} if annotations else {}
    return {"metadata": {"labels": labels(args), **noted}, "spec": _spec(args)}


def _spec(args: OperatorArgs) -> dict[str, Any]:
    pods = args.pods
    spec: dict[str, Any] = {
        "serviceAccountName": args.name,
        "terminationGracePeriodSeconds": GRACE,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(args)],
        "volumes": _volumes(args),
    }
    if pods.external_dns:
        spec["containers"].append(_external_dns(pods.external_dns, pods.image_pull_policy))
    if pods.kind == "daemonset":
        # The addresses of the node's own interfaces are then seen, and no NAT of the cluster is between.
        spec |= {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}
    else:
        spec["topologySpreadConstraints"] = [_spread(args, "kubernetes.io/hostname")]
    if pods.image_pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in pods.image_pull_secrets]
    if pods.priority_class:
        spec["priorityClassName"] = pods.priority_class
    if pods.node_selector:
        spec["nodeSelector"] = dict(pods.node_selector)
    if pods.tolerations:
        spec["tolerations"] = [dict(toleration) for toleration in pods.tolerations]
    return spec


def _spread(args: OperatorArgs, key: str) -> dict[str, Any]:
    """Return the constraint that puts replicas on several nodes where there are several."""
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector(args)},
    }


def _container(args: OperatorArgs) -> dict[str, Any]:
    return {
        "name": "truenorth",
        "image": args.image,
        "imagePullPolicy": args.pods.image_pull_policy,
        "args": arguments(args),
        "env": _variables(args),
        "envFrom": [{"secretRef": {"name": args.secret}}],
        "ports": [
            {"name": name, "containerPort": port, "protocol": "TCP"}
            for name, port in ((PORT_NAME, args.pods.port), (DYNDNS_NAME, args.pods.dyndns_port))
            if port
        ],
        "resources": _resources(args.pods.resources),
        "securityContext": _unprivileged(),
        # An engine that is unpacked on a slow disk takes a while; a standby is as ready as a leader.
        "startupProbe": {"httpGet": _probe("/livez"), "periodSeconds": 2, "failureThreshold": 60},
        "livenessProbe": {
            "httpGet": _probe("/livez"),
            "periodSeconds": 10,
            "timeoutSeconds": args.pods.probe_timeout,
            "failureThreshold": 6,
        },
        "readinessProbe": {
            "httpGet": _probe("/readyz"),
            "periodSeconds": 5,
            "timeoutSeconds": args.pods.probe_timeout,
            "failureThreshold": 3,
        },
        "volumeMounts": _mounts(args),
    }


def _external_dns(found: ExternalDnsArgs, pull_policy: str) -> dict[str, Any]:
    """Return the container of external-dns: it has none of the credentials, and none of the volumes."""
    return {
        "name": "external-dns",
        "image": found.image,
        "imagePullPolicy": pull_policy,
        "args": [
            "--provider=webhook",
            f"--webhook-provider-url=http://{found.webhook}",
            "--registry=noop",
            *found.arguments,
        ],
        "resources": _resources(found.resources),
        "securityContext": _unprivileged(),
    }


def _unprivileged() -> dict[str, Any]:
    """Return the security context of a container; each has one of its own, as YAML would name a shared one."""
    return {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def _resources(args: ResourceArgs) -> dict[str, Any]:
    return {"requests": {"cpu": args.cpu, "memory": args.memory}, "limits": {"memory": args.memory_limit}}


def arguments(args: OperatorArgs) -> list[str]:
    """Return the command's arguments. Settings that other commands need too (kubectl exec) are in the environment."""
    return ["watch", "--json", "--listen", f":{args.pods.port}"]


def _variables(args: OperatorArgs) -> list[dict[str, Any]]:
    of_ours = {
        "TRUENORTH_STACK": args.stack,
        "TRUENORTH_SETTINGS": f"{SETTINGS_FOLDER}/{args.settings_file}",
        **({"TRUENORTH_STATE": args.state} if args.state else {}),
        "HOME": HOME,
        "XDG_STATE_HOME": HOME,
        "PULUMI_HOME": f"{HOME}/pulumi",
        "CREDENTIALS_DIRECTORY": CREDENTIALS_FOLDER,
        **args.variables,
    }
    names = {"POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace", "NODE_NAME": "spec.nodeName"}
    return [
        *({"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}} for name, path in names.items()),
        *({"name": name, "value": value} for name, value in of_ours.items()),
    ]


def _probe(path: str) -> dict[str, Any]:
    return {"path": path, "port": PORT_NAME}


def _mounts(args: OperatorArgs) -> list[dict[str, Any]]:
    mounts: list[dict[str, Any]] = [
        {"name": "settings", "mountPath": SETTINGS_FOLDER, "readOnly": True},
        {"name": "credentials", "mountPath": CREDENTIALS_FOLDER, "readOnly": True},
        {"name": "home", "mountPath": HOME},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the container's own
    ]
    if args.kubeconfig_secret:
        mounts.append({"name": "kubeconfig", "mountPath": KUBECONFIG_FOLDER, "readOnly": True})
    return mounts


def _volumes(args: OperatorArgs) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = [
        {"name": "settings", "configMap": {"name": args.settings_name}},
        {"name": "credentials", "secret": {"secretName": args.secret, "defaultMode": 0o440}},
        {"name": "home", "emptyDir": {"sizeLimit": "1Gi"}},
        {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
    ]
    if args.kubeconfig_secret:
        volumes.append({"name": "kubeconfig", "secret": {"secretName": args.kubeconfig_secret, "defaultMode": 0o440}})
    return volumes
