"""The zones that stand for the entries `auto` of the settings: those that the tokens see, and those that are in state.

| a zone                                         | then                                                                |
|------------------------------------------------|---------------------------------------------------------------------|
| is listed and selected, active, and may be     | it counts                                                           |
| edited                                         |                                                                     |
| is listed and selected, and is pending, moved, | it is left out, and told                                            |
| read-only, or one of several of its name       |                                                                     |
| has records of ours, and is selected           | it counts, listed or not: where it cannot be read, all in it stays  |
| has records of ours, and is not selected       | it is one that was taken out of the settings                        |

Where a listing fails, or is cut off, no further zone counts than those in state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from components.plain_text import listed
from stacks.model.advice import Advice
from stacks.model.errors import ObservationError, ProviderRefused, UserError
from stacks.model.observation import Registry
from stacks.observe.zone.choice import NOT_YET, chosen
from stacks.observe.zone.providers import visible_zones
from stacks.observe.zone.visible import DNS_EDIT, VisibleZone
from stacks.settings.credentials import Credentials, credentials
from stacks.settings.finding.placing import MANY
from stacks.settings.finding.selection import Found, FoundZones
from stacks.settings.stack import Settings


def find_zones(settings: Settings, signed: Mapping[str, Credentials], registry: Registry) -> Settings:
    """Return the settings with the zones that their entries `auto` stand for. signed: the credentials of the entries.

    Raises UserError for a token that is refused or sees no zone, and for names in no zone; ObservationError where the
    zones cannot be listed.
    """
    entries, failure = settings.finding, None
    if not entries:
        return settings
    seen: list[tuple[FoundZones, tuple[VisibleZone, ...]]] = []
    try:
        seen = [(one, visible_zones(one.provider, signed[one.key])) for one in entries]
    except (UserError, ObservationError) as error:
        failure = error
    names = {one.id: one.name for _, there in seen for one in there}
    counting: dict[str, tuple[FoundZones, str]] = {}
    left_out: list[Advice] = []
    written = {one.zone for one in settings.each_zone()}
    for provider, name, zone_id in _held(registry, names):
        if name not in written and "." in name and (may := Found(entries).selecting(provider, name, zone_id)):
            lists = [one for one, there in seen if one in may and name in {zone.name for zone in there}]
            counting[name] = ((lists or may)[0], zone_id)
    for entry, there in seen:
        for name, several in _selected(entry, there).items():
            if name in written or name in counting:
                continue
            if reason := _objection(name, several, dict(registry.zone_ids).get(name, "")):
                left_out.append(Advice(name, reason, f"or leave it out: zones, auto, exclude: [{name}]"))
            else:
                counting[name] = (entry, several[0].id)
    if not counting and not written:
        raise failure or _none(seen, left_out)
    zones = [entry.of(name, zone_id) for name, (entry, zone_id) in sorted(counting.items())]
    return settings.with_found(zones, Found(entries, tuple(left_out), str(failure or ""), names))


def found_by_token(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """Return the settings with the zones that the tokens see, for a look without state. Raises as `find_zones`."""
    return find_zones(settings, credentials(settings, environment) if settings.finding else {}, Registry())


def require_known_zones(settings: Settings, registry: Registry) -> None:
    """Raise ObservationError where state has records in a zone that may have been found once, and does not count now.

    They would be deleted as those of a zone that was taken out of the settings.
    """
    if not settings.found.entries:
        return
    counting = {one.zone for one in settings.each_zone()} | {one.zone_id for one in settings.each_zone()}
    for provider, name, zone_id in _held(registry, settings.found.names):
        if not counting & {name, zone_id} and settings.found.selecting(provider, name, zone_id):
            raise ObservationError(
                f"there are records of ours in the zone {name}, which the token does not show: all stays as it is. "
                f"It is looked for again; if it is not to be ours, set exclude: [{name}] where zones are auto"
            )


def _held(registry: Registry, listed_names: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield provider, name and id of each zone with records of ours. listed_names: by id.

    A zone whose name nobody knows, as a first run was cut off, has its id as its name.
    """
    names = {**listed_names, **{zone_id: name for name, zone_id in registry.zone_ids}}
    for provider, zone_id in sorted({(one.provider, one.zone_id) for one in registry.records}):
        yield provider, names.get(zone_id, zone_id), zone_id


def _selected(entry: FoundZones, there: Sequence[VisibleZone]) -> dict[str, list[VisibleZone]]:
    """Return the selected zones by name."""
    found: dict[str, list[VisibleZone]] = defaultdict(list)
    for one in there:
        if entry.auto.selects(one.name, one.id):
            found[one.name].append(one)
    return found


def _objection(name: str, several: list[VisibleZone], known: str) -> str:
    """Return the reason why a zone does not count; "" for none. several: all of its name; known: the id in state."""
    try:
        zone = chosen(name, several, known)
    except ProviderRefused as error:
        return f"is left out: {error.problems[0].what}"
    if zone.status in NOT_YET:
        return f"is left out: it is {zone.status}, and answers nobody yet"
    return "" if zone.may(DNS_EDIT) else "is left out: the token may read it, and not edit its records"


def _none(seen: Sequence[tuple[FoundZones, Sequence[VisibleZone]]], left_out: Sequence[Advice]) -> UserError:
    there = sorted({zone.name for _, zones in seen for zone in zones})
    said = [f"{one.subject} {one.what}" for one in left_out] or ["none of them is selected"]
    what = f"of the zones that the token sees none counts ({listed(there, MANY)}): {listed(said, MANY)}"
    return UserError(
        what if there else "the token sees no zone",
        "truenorth:zones",
        "mend include, exclude, regex or ids" if there else "make a token with Zone:Read and DNS:Edit on the zones",
    )
