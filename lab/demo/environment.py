"""Makes the environment of the lab: its services, its own state, the plugin, and the engine on PATH."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cli.engine.install.install import engine_environment, install
from cli.session.backend import STATE_VARIABLE, without_sidecars
from components.records.providers import PROVIDERS
from lab.daemon import Lab
from lab.plugin.executable import CLOUDFLARE, GANDI, choose
from toolchain.progress import Progress

ELSEWHERE = ("CF_", "CLOUDFLARE_", "GANDI_", "KUBECONFIG", "KUBERNETES_", "PULUMI_", "TRUENORTH_")
PLUGINS = (CLOUDFLARE, GANDI)
KEPT = ("PULUMI_HOME", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "TRUENORTH_ENGINE_")


def without_elsewhere(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the settings, credentials and state of a person's own stacks."""
    return {
        name: value for name, value in environment.items() if not name.startswith(ELSEWHERE) or name.startswith(KEPT)
    }


def lab_environment(lab: Lab, environment: Mapping[str, str], progress: Progress | None = None) -> dict[str, str]:
    """Return the variables that make all programs of an environment run in the lab.

    The providers' real plugins are used where they can be had, else the lab's stand-ins. progress: of getting the
    engine, where there is none.
    """
    engine = install(environment, progress)
    plugins = [
        choose(environment, lab.folder / "plugin", engine.pulumi, PROVIDERS[kind.package].version, kind)
        for kind in PLUGINS
    ]
    folders = dict.fromkeys(str(plugin.folder) for plugin in plugins)
    on_path = engine_environment(engine, environment)
    state = lab.folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    variables = {
        **lab.places.environment(),
        "PATH": os.pathsep.join([*folders, on_path["PATH"]]),
        "PULUMI_BACKEND_URL": without_sidecars(state.as_uri()),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    if environment.get(STATE_VARIABLE):
        variables[STATE_VARIABLE] = ""  # it would win over the state of the lab
    if any(plugin.origin == "stand-in" for plugin in plugins):
        variables["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    return variables
