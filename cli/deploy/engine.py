"""Deploys an operator by the Pulumi engine, as a stack of its own beside the operator's stack."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from cli.deploy.credentials import DECLARED, has_credentials, made_before, putting, remove, take_out
from cli.deploy.gather import Deployment
from cli.engine.events import QUIET_OPERATIONS
from cli.engine.failure import RunFailed
from cli.engine.install.find import Engine
from cli.engine.install.install import engine_environment, install
from cli.engine.install.progress import shown_on
from cli.engine.run import Listener, Program, Run
from cli.output.run_view import OBJECTS
from cli.session import stack
from cli.session.backend import STATE_VARIABLE, backend_url, mend_sidecars
from cli.session.session import Session
from cli.state.deployments import deployment_of
from cli.state.pruning import forget_copies
from cli.state.secrets.url import is_kubernetes
from cli.state.store import store
from components.operator.args import ObjectName
from stacks import extras
from stacks.kube.access import access
from stacks.observe.project import PROJECT_FILE
from stacks.observe.pulumi_cli import reports_missing_stack
from stacks.settings.cluster import ClusterSettings
from stacks.settings.environment import state_home
from stacks.settings.secrets.children import ENGINE, needed
from stacks.settings.secrets.files import PASSPHRASE, PASSPHRASE_FILE, PULUMI_TOKEN, read_secret

SUFFIX = "-deploy"
SDK = "pulumi-kubernetes"


@contextmanager
def session(deployment: Deployment, environment: Mapping[str, str], state_url: str) -> Iterator[Session]:
    """Give the block a session for the deployment, with an engine, the Kubernetes plugin and its own state.

    state_url: where that is kept; "" for what the environment and the settings say, and a folder of the user's where
    that is Secrets of the cluster: these go with what is deployed. Raises UserError.
    """
    name = deployment.stack + SUFFIX
    extras.require("deploy", "truenorth deploy")
    to = deployment.settings.deploy
    access(ClusterSettings(kubeconfig=to.kubeconfig, context=to.context), environment)  # says what is wrong with it
    with shown_on(sys.stderr) as progress:
        engine = install(environment, progress)
    backend = deployment.settings.backend
    asked = {key: value for key, value in environment.items() if key != STATE_VARIABLE or not is_kubernetes(value)}
    url = backend_url(
        deployment.project.folder / PROJECT_FILE, "" if is_kubernetes(backend) else backend, asked, state_url
    )
    state = store(url, deployment.project.name, name, deployment.settings, environment)
    mend_sidecars(state.backend)
    with tempfile.TemporaryDirectory(prefix="truenorth-deploy-") as folder:
        # The engine writes the salt of the state's secrets there; the user's own file stays as it is.
        settings_file = Path(folder) / f"Pulumi.{name}.yaml"
        settings_file.touch(mode=0o600)
        yield Session(
            deployment.project,
            name,
            settings_file,
            deployment.settings,
            {},
            engine,
            state.backend,
            {
                **_engine_environment(engine, environment),
                **({"PULUMI_BACKEND_URL": state.backend} if state.backend else {}),
                **state.variables,
            },
            state=state,
        )


def program(deployment: Deployment, environment: Mapping[str, str]) -> Program:
    """Return the program that declares the operator. --delete runs none: the state has all objects."""
    put_credentials = putting(deployment, environment)

    def declared() -> None:
        # Imported while the engine starts, which calls this.
        import pulumi  # noqa: PLC0415 - see above

        from components.operator.operator import Operator, provider  # noqa: PLC0415 - likewise

        deploy = deployment.settings.deploy
        to = provider("cluster", kubeconfig=deploy.kubeconfig, context=deploy.context)
        Operator(deployment.args.name, deployment.args, pulumi.ResourceOptions(providers=[to]), put_credentials)

    return declared


def deploy(
    place: Session,
    deployment: Deployment,
    environment: Mapping[str, str],
    listener: Listener,
    tell: Callable[[str], None],
) -> Run:
    """Make the cluster as the settings want it, and wait until the pods are ready. Raises RunFailed, UserError.

    What was changed or deleted behind our back is seen first, and put right; so is what an interrupted run has left.
    tell: gets what a person has to do.
    """
    state = deployment_of(place)
    if state and has_credentials(state):
        take_out(place, state, tell)
    try:
        stack.refresh(place, (), lambda _: None)
    except RunFailed as failure:
        if not reports_missing_stack(str(failure)):
            raise
    run = stack.up(place, program(deployment, environment), listener)
    present = ObjectName(deployment.args.namespace, deployment.args.secret)
    remove(deployment, environment, made_before(state) - {present})
    return run


def preview(place: Session, deployment: Deployment, environment: Mapping[str, str], listener: Listener) -> Run:
    """Preview `deploy`, and change nothing."""
    return stack.preview(place, program(deployment, environment), listener)


def changes(run: Run) -> list[tuple[str, str]]:
    """Return the changes of a run to objects of the cluster, or those of a preview: operation and object.

    A Secret that an older state has is not among them: it is taken out of the state, and stays.
    """
    return [
        (step.operation, step.name)
        for step in run.steps
        if step.phase == "done"
        and step.operation not in QUIET_OPERATIONS
        and step.type.startswith(OBJECTS)
        and step.type != DECLARED
    ]


def delete(place: Session, deployment: Deployment, environment: Mapping[str, str], listener: Listener) -> Run:
    """Delete everything that was deployed, and nothing else."""
    state = deployment_of(place)
    before = set(made_before(state))
    if not deployment.settings.deploy.credentials_secret:  # also one that a run has made which then failed
        before.add(ObjectName(deployment.args.namespace, deployment.args.secret))
    run = stack.destroy(place, listener)
    if has_credentials(state):
        forget_copies(place.backend, place.project.name, place.stack)
    remove(deployment, environment, before)
    return run


def _engine_environment(engine: Engine, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the engine, in which it finds a Kubernetes plugin.

    Where the lab is installed, its stand-in for the plugin is used if the real one cannot be had.
    """
    variables = needed(ENGINE, engine_environment(engine, environment))
    if token := read_secret(environment, PULUMI_TOKEN):
        variables[PULUMI_TOKEN] = token
    try:
        from lab.plugin.executable import KUBERNETES, choose  # noqa: PLC0415 - a distribution of its own, an extra
    except ModuleNotFoundError:
        pass
    else:
        found = choose(environment, state_home(environment) / "plugin", engine.pulumi, version(SDK), KUBERNETES)
        if found.origin == "stand-in":
            variables["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
        variables["PATH"] = os.pathsep.join([str(found.folder), variables["PATH"]])
    if not {PASSPHRASE, PASSPHRASE_FILE} & environment.keys():
        variables[PASSPHRASE] = ""
    variables["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = "true"  # events as in any other run
    return variables
