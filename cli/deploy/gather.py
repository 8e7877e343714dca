"""Gathers the arguments of a deployment from the settings file, the environment and the project's files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from cli.session.project import find_project, settings_path
from cli.state.secrets.factory import lock_name
from cli.state.secrets.url import is_kubernetes, parse
from components.operator.args import ObjectName, OperatorArgs
from stacks.deploy.inputs import operator_args, secrets_of, variables_of
from stacks.deploy.policy import policy
from stacks.model.errors import UserError
from stacks.observe.project import Project
from stacks.observe.zone.found import found_by_token
from stacks.settings.files import from_file
from stacks.settings.stack import Settings

RULES = Path("deploy/prometheus/rules.yaml")
DASHBOARD = Path("deploy/grafana/truenorth.json")


@dataclass(frozen=True, slots=True)
class Deployment:
    """The operator of a stack, ready to be deployed or rendered."""

    project: Project
    stack: str
    settings_file: Path
    settings: Settings
    args: OperatorArgs


def gather(
    stack: str,
    settings_file: Path | None,
    environment: Mapping[str, str],
    *,
    with_secrets: bool,
    folder: Path | None = None,
) -> Deployment:
    """Return the operator of a stack. with_secrets: with credentials, unless the settings name a Secret.

    folder: that of the project, or one in it; None for the working directory.

    Raises UserError where the settings or the credentials are not what a pod needs.
    """
    project = find_project(folder)
    file = settings_file or settings_path(project, stack)
    settings = from_file(file, environment, stack)
    if given := settings.deploy.variables:  # which the pods read, too
        settings = from_file(file, {**environment, **given}, stack)
    if settings.finding and policy(settings):  # which names the zones
        settings = found_by_token(settings, environment)
    deploy = settings.deploy
    state, head = _state(settings, file)
    has_secret = bool(deploy.credentials_secret) or not with_secrets
    args = operator_args(
        settings,
        stack,
        file.read_text(encoding="utf-8"),
        lock_name=lock_name(stack),
        state=state,
        head=head,
        secrets=None if has_secret else secrets_of(settings, environment),
        variables=variables_of(settings, environment),
        rules=yaml.safe_load(_read(project.folder / RULES)) if deploy.alerts else {},
        dashboard=_read(project.folder / DASHBOARD) if deploy.dashboard else "",
    )
    return Deployment(project, stack, file, settings, args)


def _state(settings: Settings, file: Path) -> tuple[str, ObjectName | None]:
    """Return the URL and the Secret of the operator's state, in its own namespace unless `backend` says otherwise.

    The URL is "" for what the setting says. The Secret is that of the state where it is in the operator's own cluster.
    """
    deploy = settings.deploy
    if not settings.backend:
        head = ObjectName(deploy.namespace, f"{deploy.name}-state")
        return f"kubernetes://{head.namespace}/{head.name}", head
    if settings.backend.startswith("file:"):
        raise UserError(
            "the state would be lost with the pod: a folder of it is as short-lived as it is",
            f"{file}: truenorth:backend",
            "leave backend out, so that state is kept in Secrets of the cluster; or name a backend that pods share: "
            "kubernetes://, s3://, gs://, azblob://, postgres://, https://",
        )
    if not is_kubernetes(settings.backend):
        return "", None
    url = parse(settings.backend)
    return "", None if url.context or url.kubeconfig else ObjectName(url.namespace, url.name)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"a file of TrueNorth cannot be read: {error.strerror}", str(file), "run it in a checkout of TrueNorth"
        ) from None
