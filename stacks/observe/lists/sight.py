"""A look at the address lists that are wanted, and at those that are ours."""

from __future__ import annotations

from collections.abc import Mapping

from stacks.model.errors import ObservationError, ProviderRefused
from stacks.model.lists.lists import ListKey, ListMemory, ListSight
from stacks.model.values import Known, Unknown
from stacks.observe.lists.account import read_lists
from stacks.settings.credentials import Credentials
from stacks.settings.lists.address_list import PROVIDER
from stacks.settings.stack import Settings


def observe_lists(
    settings: Settings, credentials: Mapping[str, Credentials], memory: ListMemory
) -> tuple[ListSight, ...]:
    """Return the wanted lists and those in state, each unknown where its account cannot be read.

    The credentials are those of the first zone at Cloudflare. That they may not read a list costs no zone anything.
    """
    wanted = {ListKey(one.account_id, one.name) for one in settings.address_lists}
    signing = next((credentials[one.zone] for one in settings.each_zone() if one.provider == PROVIDER), None)
    sights: list[ListSight] = []
    for account_id in sorted({one.account_id for one in wanted | memory.keys}):
        for keys in (wanted, memory.keys - wanted):
            chosen = sorted(one for one in keys if one.account_id == account_id)
            sights += _seen(signing, chosen) if chosen else ()
    return tuple(sights)


def _seen(signing: Credentials | None, keys: list[ListKey]) -> list[ListSight]:
    if signing is None:
        return [ListSight(key, Unknown("none of our zones is at Cloudflare")) for key in keys]
    try:
        found = read_lists(signing, keys)
    except ObservationError as error:
        return [ListSight(key, Unknown(str(error))) for key in keys]
    except ProviderRefused as error:
        said = "; ".join(f"{one.what}: {one.do}" for one in error.problems)
        return [ListSight(key, Unknown(said)) for key in keys]
    return [ListSight(key, Known(found[key])) for key in keys]
