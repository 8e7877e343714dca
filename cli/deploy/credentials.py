"""Keep the credentials of a deployed operator in a Secret of the cluster that the engine never sees: no state has them.

The Secret is TrueNorth's by server-side apply. State has its name alone, as an output of the component.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from cli.deploy.gather import Deployment
from cli.session.session import Session
from cli.shards.transfer import removed
from cli.state.deployments import replace_deployment
from cli.state.pruning import forget_copies
from components.operator.args import TYPE, ObjectName
from components.operator.credentials import OUTPUT, secret
from stacks.kube.access import access
from stacks.kube.api import ApiError, NotFound
from stacks.kube.object_api import SECRETS, ObjectApi
from stacks.kube.objects import Manifest
from stacks.kube.timing import ApiTiming
from stacks.model.errors import UserError
from stacks.settings.cluster import ClusterSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from components.operator.operator import PutCredentials

MANAGER = "truenorth"
"""The field manager of the Secret."""
TIMEOUT = 30.0
"""Seconds for which an answer is awaited."""
DECLARED = "kubernetes:core/v1:Secret"
"""The type of the resource that the Secret was in older states."""


def putting(deployment: Deployment, environment: Mapping[str, str]) -> PutCredentials | None:
    """Return what makes the Secret of the credentials as it should be; None where somebody else has made it.

    Called, it raises pulumi.RunError.
    """
    credentials = deployment.args.credentials
    if credentials is None:
        return None
    wanted = secret(deployment.args, credentials)

    async def put() -> None:
        import pulumi  # noqa: PLC0415 - heavy, and there already: its program is running

        try:
            async with _cluster(deployment, environment) as api:
                await _put(api, deployment.args.namespace, wanted)
        except (ApiError, UserError) as error:
            raise pulumi.RunError(f"the Secret {deployment.args.secret}: {error}") from None

    return put


async def _put(api: ObjectApi, namespace: str, wanted: Manifest) -> None:
    """Make the Secret as it is wanted. Variables that others have put into it go, and so do those of an older way."""
    found = await api.apply(SECRETS, namespace, wanted, MANAGER)
    if others := found["data"].keys() - wanted["data"].keys():
        await api.patch(SECRETS, namespace, wanted["metadata"]["name"], {"data": dict.fromkeys(sorted(others))})


def made_before(state: Mapping[str, Any] | None) -> frozenset[ObjectName]:
    """Return the Secrets that a state says its deployment has made, as its own resources or beside it."""
    found = set()
    for one in _resources(state):
        outputs = one.get("outputs") or {}
        if one["type"] == TYPE and outputs.get(OUTPUT):
            found.add(ObjectName(outputs["namespace"], outputs[OUTPUT]))
        if one["type"] == DECLARED:
            namespace, _, name = one["id"].partition("/")
            found.add(ObjectName(namespace, name))
    return frozenset(found)


def has_credentials(state: Mapping[str, Any] | None) -> bool:
    """Return whether a state has credentials in it, as an older `truenorth deploy` has made it."""
    return any(one["type"] == DECLARED for one in _resources(state))


def take_out(place: Session, state: Mapping[str, Any], tell: Callable[[str], None]) -> None:
    """Take the Secret out of a state that has credentials in it. The cluster keeps it: it is in use.

    tell: gets what a person has to do. Raises UserError or RunFailed.
    """
    with place.state.writing(place.hold):
        replace_deployment(place, removed(state, {one["urn"] for one in _resources(state) if one["type"] == DECLARED}))
    forget_copies(place.backend, place.project.name, place.stack)
    tell(
        f"The state of stack {place.stack} had the credentials, encrypted by its passphrase. They are taken out of it; "
        "its copies are deleted where it is a folder, other copies have them still. If others may have read one, "
        "make new tokens, deploy them, and revoke the old ones."
    )


def _resources(state: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    return (state or {}).get("resources") or ()


def remove(deployment: Deployment, environment: Mapping[str, str], names: Collection[ObjectName]) -> None:
    """Delete these Secrets, where they are there and ours. Raises UserError where the cluster does not let us."""
    if not names:
        return

    async def work() -> None:
        async with _cluster(deployment, environment) as api:
            for each in names:
                await _remove(api, each)

    try:
        asyncio.run(work())
    except ApiError as error:
        said = ", ".join(sorted(f"{one.namespace}/{one.name}" for one in names))
        raise UserError(str(error), f"Secret {said}", "mend that and repeat the command") from error


async def _remove(api: ObjectApi, name: ObjectName) -> None:
    try:
        found = await api.get(SECRETS, name.namespace, name.name)
        if _is_ours(found):
            await api.delete(SECRETS, name.namespace, name.name, found["metadata"]["resourceVersion"])
    except NotFound:
        return


def _is_ours(found: Manifest) -> bool:
    """Return whether an object was made by server-side apply of ours; other writes have this name by our User-Agent."""
    owners = found["metadata"].get("managedFields") or ()
    return any((one.get("manager"), one.get("operation")) == (MANAGER, "Apply") for one in owners)


@asynccontextmanager
async def _cluster(deployment: Deployment, environment: Mapping[str, str]) -> AsyncIterator[ObjectApi]:
    """Yield a client for the cluster of the deployment. Raises UserError for a cluster that cannot be used."""
    to = deployment.settings.deploy
    api = ObjectApi(
        access(ClusterSettings(kubeconfig=to.kubeconfig, context=to.context), environment), ApiTiming(timeout=TIMEOUT)
    )
    try:
        yield api
    finally:
        await api.close()
