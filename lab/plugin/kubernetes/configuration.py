"""Which cluster the provider is for: a kubeconfig, by its path or as a text, and a context."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import httpx2
from lightkube import ConfigError, KubeConfig
from lightkube.config.client_adapter import ConnectionParams
from lightkube.config.kubeconfig import SingleConfig

from lab.plugin.kubernetes.api import TIMEOUT, Api
from lab.plugin.package import OperationFailed
from lab.plugin.properties import Value

_USUAL = "~/.kube/config"


def connect(inputs: Mapping[str, Value], environment: Mapping[str, str]) -> Api:
    """The API of the cluster that the provider's inputs mean, else KUBECONFIG, else the usual file."""
    kubeconfig, context = inputs.get("kubeconfig"), inputs.get("context")
    try:
        chosen = _load(kubeconfig if isinstance(kubeconfig, str) else "", environment)
        config = _context(chosen, context if isinstance(context, str) else "")
        parameters = ConnectionParams(timeout=httpx2.Timeout(TIMEOUT), proxy=None, trust_env=False)
        return Api(httpx2.Client(**parameters.httpx_params(config)))
    except (ConfigError, OSError, ValueError) as error:
        raise OperationFailed(f"the kubeconfig cannot be used: {error}") from error


def _context(kubeconfig: KubeConfig, name: str) -> SingleConfig:
    found = kubeconfig.get(name or None)
    if found is None:
        raise ConfigError("it has no current context")
    return found


def _load(kubeconfig: str, environment: Mapping[str, str]) -> KubeConfig:
    if "\n" in kubeconfig:
        with tempfile.NamedTemporaryFile("w", suffix=".kubeconfig", encoding="utf-8") as file:
            file.write(kubeconfig)
            file.flush()
            return KubeConfig.from_file(file.name)
    first = environment.get("KUBECONFIG", "").split(os.pathsep)[0]
    return KubeConfig.from_file(Path(kubeconfig or first or _USUAL).expanduser())
