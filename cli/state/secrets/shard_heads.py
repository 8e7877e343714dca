"""Read the heads of all shards of an estate, in one request."""

from __future__ import annotations

from dataclasses import replace

from cli.state.secrets import layout
from cli.state.secrets.layout import Damaged
from cli.state.secrets.secrets import Head, Secrets
from stacks.kube.api import Collection
from stacks.kube.object_api import SECRETS
from stacks.kube.objects import Manifest
from stacks.model.errors import UserError

HeadReading = tuple[Head, str]
"""A head, and the reason why it cannot be used: "" for none."""


async def of_shards(secrets: Secrets) -> dict[str, HeadReading]:
    """Return the heads of the shards, by stack. secrets: of the estate's own stack. Raises as `Secrets.head`."""
    of_estate = f"{layout.ESTATE_LABEL}={secrets.name}"
    collection = Collection(SECRETS, SECRETS.version, secrets.namespace, of_estate)
    found: dict[str, HeadReading] = {}
    async for page in secrets.api.list(collection):
        for manifest in page.items:
            name, stack = manifest["metadata"]["name"], _stack(manifest)
            shard = replace(secrets, name=name, stack=stack, estate=secrets.name)
            found[stack] = shard.head_in(manifest)
    return found


def _stack(manifest: Manifest) -> str:
    if said := layout.stack_of(manifest):
        return said
    try:
        return layout.index_of(manifest).stack
    except Damaged as damage:
        where = f"Secret {manifest['metadata']['namespace']}/{manifest['metadata']['name']}"
        do = f"take the label {layout.ESTATE_LABEL} from it if it is no state, or bring it back from a backup"
        raise UserError(f"the Secret does not say which shard's state it holds: {damage}", where, do) from damage
