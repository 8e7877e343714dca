"""Work out the arguments of a stack's operator from the settings and the environment of the deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.operator.args import ExternalDnsArgs, ObjectName, OperatorArgs, PodArgs, ResourceArgs
from components.operator.pod import KUBECONFIG_FOLDER
from stacks.deploy.policy import policy
from stacks.deploy.rights import rights
from stacks.model.errors import UserError
from stacks.settings.credentials import CLOUDFLARE, GANDI, credentials, own_tokens, plugin_environment, secret_variables
from stacks.settings.deploy import DeploySettings
from stacks.settings.detection.header_secrets import secret_variables as header_variables
from stacks.settings.environment import GEO_VARIABLES
from stacks.settings.neighbours.docker import UNIX
from stacks.settings.secrets.files import read_secret
from stacks.settings.stack import ENVIRONMENT_PREFIX, EXTERNAL_DNS_KEY, Settings

BASE_URLS = {"CLOUDFLARE_BASE_URL": CLOUDFLARE, "GANDI_URL": GANDI}
"""Variables without secrets, with their defaults."""
OF_NO_POD = ("backend", "deploy")
"""Settings of the deployment itself; a pod's state is named by a variable of its own."""
OF_OTHER_TOOLS = ("CF_ZONE_ID", "DNS_SYNC_INTERVAL")
"""Variables without secrets that are read as settings; those of load balancing beside them."""
ALSO_SECRET = (EXTERNAL_DNS_KEY, "TRUENORTH_NOTIFY", "TRUENORTH_PING_HEALTHCHECKS", "TRUENORTH_PING_UPTIME_KUMA")
"""Further variables with secrets, which the pods get where they are set."""

_ALL_ADDRESSES = ("", "0.0.0.0", "[::]")  # noqa: S104 - of a pod; its NetworkPolicy and Service say who comes in
_LEAST_PORT, _MOST_PORT = 1024, 65535
"""Ports that a container without privileges can listen at."""


def operator_args(  # noqa: PLR0913 - an operator has so many parts
    settings: Settings,
    stack: str,
    text: str,
    *,
    lock_name: str,
    state: str,
    head: ObjectName | None,
    secrets: Mapping[str, str] | None,
    variables: Mapping[str, str],
    rules: Mapping[str, Any],
    dashboard: str,
) -> OperatorArgs:
    """Return the component's arguments for the operator of a stack.

    text: the settings as YAML. lock_name: the Lease of an election without a name in the settings. state: the URL of
    state. head: its Secret, for state in this cluster. secrets: credentials for a new Secret; None: it exists.
    rules, dashboard: the files of TrueNorth, used where the settings want them.
    Raises UserError for settings with which a pod could not run.
    """
    deploy = settings.deploy
    _check(settings, stack)
    return OperatorArgs(
        stack=stack,
        settings=text,
        image=deploy.image,
        rights=rights(settings, deploy.namespace, lock_name, head),
        policy=policy(settings),
        name=deploy.name,
        namespace=deploy.namespace,
        make_namespace=deploy.make_namespace,
        state=state,
        credentials=secrets,
        credentials_secret=deploy.credentials_secret,
        variables={**variables, **deploy.variables},
        service_account_annotations=deploy.service_account_annotations,
        kubeconfig_secret=deploy.kubeconfig_secret,
        pods=_pods(deploy, settings.watch.webhook.listen, _dyndns_port(settings, stack)),
        service=deploy.service.arguments(),
        dyndns_service=deploy.dyndns_service.arguments(),
        network_policy=deploy.network_policy,
        state_policy=deploy.state_policy,
        page_from=deploy.page_from,
        egress_ports=deploy.egress_ports,
        stun_ports=settings.wan.stun_ports(),
        service_monitor=deploy.service_monitor,
        monitoring_labels=deploy.monitoring_labels,
        rules=rules["groups"] if deploy.alerts else (),
        dashboard=dashboard if deploy.dashboard else "",
    )


def _pods(deploy: DeploySettings, webhook: str, dyndns_port: int) -> PodArgs:
    beside = deploy.external_dns
    return PodArgs(
        kind=deploy.kind,
        replicas=deploy.replicas,
        probe_timeout=deploy.probe_timeout,
        dyndns_port=dyndns_port,
        image_pull_policy=deploy.image_pull_policy,
        image_pull_secrets=deploy.image_pull_secrets,
        resources=ResourceArgs(**deploy.resources.model_dump()),
        priority_class=deploy.priority_class,
        annotations=deploy.annotations,
        node_selector=deploy.node_selector,
        tolerations=deploy.tolerations,
        external_dns=ExternalDnsArgs(
            beside.image, webhook, beside.args, beside.rules, ResourceArgs(**beside.resources.model_dump())
        )
        if beside
        else None,
    )


def secrets_of(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the credentials for the pods, by variable. Raises UserError with all missing ones."""
    found = credentials(settings, environment)
    plugins = plugin_environment(found)
    more = (*ALSO_SECRET, *header_variables(settings.wan), *settings.watch.dyndns.users.values())
    also = {name: secret for name in more if (secret := read_secret(environment, name))}
    return {**{name: plugins[name] for name in sorted(secret_variables(found))}, **own_tokens(found), **also}


def variables_of(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without secrets for the pods: settings, ours and other tools', and unusual URLs of APIs."""
    providers = {zone.provider for zone in (*settings.each_zone(), *settings.finding)}
    variables = {"cloudflare": "CLOUDFLARE_BASE_URL", "gandi": "GANDI_URL"}
    read_of = [variables[provider] for provider in sorted(providers & variables.keys())]
    asked = {name: environment.get(name, "").strip() for name in read_of}
    elsewhere = {name: value for name, value in asked.items() if value and value.rstrip("/") != BASE_URLS[name]}
    ours = (f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in Settings.model_fields if name not in OF_NO_POD)
    read = (*ours, *OF_OTHER_TOOLS, *(GEO_VARIABLES.values() if settings.geo else ()))
    return elsewhere | {name: value for name in read if (value := environment.get(name, "").strip())}


def _check(settings: Settings, stack: str) -> None:
    """Raise UserError for a kubeconfig, context or socket that no pod has, and for an external-dns that cannot ask."""
    _check_external_dns(settings, stack)
    for daemon in settings.docker:
        if daemon.host.startswith(UNIX):
            where = f"settings of stack {stack}: docker {daemon.name}"
            do = "write the address of a daemon, or of a proxy before one, that pods reach: tcp://HOST:PORT"
            raise UserError(f"a pod does not have the socket {daemon.host.removeprefix(UNIX)}", where, do)
    asked = [(f"cluster {one.name or 'at hand'}", one.kubeconfig, one.context) for one in settings.each_cluster()]
    asked += [(f"zone {one.zone}, coredns", *one.coredns.place) for one in settings.each_zone() if one.coredns]
    for whose, named, context in asked:
        if (named or context) and not (settings.deploy.kubeconfig_secret and named.startswith(f"{KUBECONFIG_FOLDER}/")):
            said = f"the kubeconfig {named}" if named else f"the context {context}"
            raise UserError(
                f"a pod does not have {said}",
                f"settings of stack {stack}: {whose}",
                "leave kubeconfig and context out for the cluster that the operator runs in (here, KUBECONFIG says "
                "which that is); for another cluster put its kubeconfig into a Secret, name that in "
                f"deploy.kubeconfig_secret, and write kubeconfig: {KUBECONFIG_FOLDER}/FILE",
            )


def _dyndns_port(settings: Settings, stack: str) -> int:
    """Return the port for routers, 0 for none. Raises UserError where a pod cannot listen there."""
    listen = settings.watch.dyndns.listen
    if not listen:
        return 0
    host, _, port = listen.rpartition(":")
    if host not in _ALL_ADDRESSES or not _LEAST_PORT <= int(port) <= _MOST_PORT:
        where = f"settings of stack {stack}: watch.dyndns.listen"
        do = f"listen at all of its addresses, at a port from {_LEAST_PORT} on: :8245"
        raise UserError(f"routers do not reach a pod that listens at {listen}", where, do)
    return int(port)


def _check_external_dns(settings: Settings, stack: str) -> None:
    """Raise UserError where an external-dns in the same pod does not reach the webhook, or others do."""
    if not settings.deploy.external_dns:
        return
    where = f"settings of stack {stack}: deploy.external_dns"
    if not settings.watch.webhook.listen.startswith("127.0.0.1:"):
        do = "set watch: {webhook: {listen: 127.0.0.1:8888}}"
        raise UserError("an external-dns in the same pod asks at the pod's own 127.0.0.1", where, do)
    if settings.deploy.kind == "daemonset":
        what = "in a node's own network every program of the node reaches the webhook"
        raise UserError(what, where, "set deploy.kind: deployment")
