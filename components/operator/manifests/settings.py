"""What the operator is told: its settings, and its credentials."""

from __future__ import annotations

from components.operator.args import OperatorArgs
from components.operator.manifests.labels import Manifest, manifest


def settings_name(args: OperatorArgs) -> str:
    """The ConfigMap that has the settings."""
    return f"{args.name}-settings"


def settings_file(stack: str) -> str:
    """The file's name there."""
    return f"Pulumi.{stack}.yaml"


def settings(args: OperatorArgs) -> list[Manifest]:
    """The ConfigMap; the operator notices when it is changed, and need not be started anew."""
    data = {settings_file(args.stack): args.settings}
    return [manifest(args, "v1", "ConfigMap", settings_name(args), data=data)]


def credentials(args: OperatorArgs) -> list[Manifest]:
    """The Secret, where it is ours to make."""
    if args.credentials is None:
        return []
    return [manifest(args, "v1", "Secret", args.secret, type="Opaque", stringData=dict(args.credentials))]
