"""An operator of its own for each test, on the shared cluster."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.deploy.gather import gather
from components.operator.manifests import manifests
from lab.kube.cluster import Cluster
from lab.kube.users import User

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Deployed:
    """An operator's objects in the cluster, but for its pods: nothing runs them there."""

    cluster: Cluster
    namespace: str
    objects: Sequence[Mapping[str, Any]]

    def user(self) -> User:
        """The service account, as its pods have it."""
        (account,) = (one["metadata"] for one in self.objects if one["kind"] == "ServiceAccount")
        return self.cluster.user(account["namespace"], account["name"])

    def named(self, resource: str, group: str = "api/v1") -> set[str]:
        """The names of the objects in its namespace."""
        listed = self.cluster.admin.call("GET", f"/{group}/namespaces/{self.namespace}/{resource}")
        return {one["metadata"]["name"] for one in listed["items"]}


@pytest.fixture
def operator_namespace() -> str:
    return f"operator-{next(_NUMBERS)}"


def deployed(cluster: Cluster, settings_file: Path, stack: str, environment: Mapping[str, str]) -> Deployed:
    """Put an operator's objects into the cluster."""
    deployment = gather(stack, settings_file, environment, with_secrets=True)
    objects = manifests(deployment.args)
    for one in objects:
        cluster.admin.apply(one)
    return Deployed(cluster, deployment.args.namespace, objects)


def stack_settings(file: Path, **settings: object) -> Path:
    """Write a stack's settings."""
    document = {"config": {f"truenorth:{key}": value for key, value in settings.items()}}
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return file
