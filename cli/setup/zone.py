"""Chooses the zone of a new stack among those that a token may edit."""

from __future__ import annotations

from collections.abc import Mapping

from cli.setup import asking
from components.records import international
from components.records.providers import PROVIDERS
from stacks.model.errors import ObservationError, Problem, UserError
from stacks.observe.zone import providers
from stacks.observe.zone.choice import chosen
from stacks.observe.zone.visible import DNS_EDIT, VisibleZone
from stacks.settings.credentials import READERS, Credentials
from stacks.settings.zone import ZoneSettings

LISTED = 30
"""The most zones that are listed to choose from; among more, the name is asked for."""


def found_credentials(provider: str, environment: Mapping[str, str]) -> dict[str, Credentials]:
    """Return the credentials in the environment. provider: the only one to read, "" for all. Raises UserError."""
    listing = [name for name in READERS if PROVIDERS[name].lists_zones]
    wanted = [provider] if provider else listing
    if unknown := [name for name in wanted if name not in READERS]:
        raise UserError(f"there is no provider {unknown[0]}", "--provider", f"use one of: {', '.join(listing)}")
    if untold := [name for name in wanted if name not in listing]:
        what = f"the provider {untold[0]} does not list its zones"
        do = "write Pulumi.STACK.yaml by hand: docs/rfc2136.md, webhook-provider.md and split-horizon.md have one each"
        raise UserError(what, "--provider", do)
    problems: list[Problem] = []
    found: dict[str, Credentials] = {}
    for name in wanted:
        outcome = READERS[name](ZoneSettings.model_construct(provider=name, token=""), environment)
        if isinstance(outcome, Problem):
            problems.append(outcome)
        else:
            found[name] = outcome
    if not found:
        raise UserError.of(problems)
    return found


def typed_token(provider: str) -> tuple[str, str]:
    """Ask for a token, and return the name of its variable and the token, which is stored nowhere."""
    names = [provider] if provider in READERS else [name for name in READERS if PROVIDERS[name].lists_zones]
    titles = [PROVIDERS[name].title for name in names]
    chosen = asking.one_of("Who serves the zone?", titles) if len(names) > 1 else 0
    variable = PROVIDERS[names[chosen]].token_variable
    return variable, asking.secret(f"API token of {titles[chosen]} (not shown, and not written anywhere)")


def visible_zones(found: Mapping[str, Credentials], wanted: str) -> tuple[VisibleZone, ...]:
    """Return the zones that the credentials may read: the wanted one alone, if it is among them.

    What one provider refuses counts only if no other answers. Raises UserError, ObservationError.
    """
    if wanted and (seen := _asked_of_each(found, spelled(wanted))):
        return seen
    return _asked_of_each(found, "")


def _asked_of_each(found: Mapping[str, Credentials], name: str) -> tuple[VisibleZone, ...]:
    seen: list[VisibleZone] = []
    failures: list[UserError | ObservationError] = []
    for provider, credentials in found.items():
        try:
            seen += providers.visible_zones(provider, credentials, name)
        except (UserError, ObservationError) as error:
            failures.append(error)
    if failures and not seen and not name:
        raise failures[0]
    return tuple(seen)


def spelled(zone: str) -> str:
    """Return a zone's name as the settings have it."""
    return international.stored(zone.strip()).rstrip(".")


def choose(wanted: str, seen: tuple[VisibleZone, ...], *, may_ask: bool) -> VisibleZone:
    """Return the wanted or chosen zone. Raises UserError where the token may edit none."""
    if not seen:
        raise UserError(
            "the token sees no zone", "the provider's list of zones", "make one with Zone:Read and DNS:Edit on the zone"
        )
    zone = _named(wanted, seen) if wanted else _asked(seen, may_ask=may_ask)
    if not zone.may(DNS_EDIT):
        raise UserError(
            f"the token may read the zone {zone.name}, and not edit its records",
            f"its permissions: {', '.join(sorted(zone.permissions or ()))}",
            "add DNS:Edit to the token, at My Profile, API Tokens; its value stays the same",
        )
    return zone


def _named(wanted: str, seen: tuple[VisibleZone, ...]) -> VisibleZone:
    name = spelled(wanted)
    if named := [zone for zone in seen if zone.name == name]:
        return chosen(name, named)
    above = next((zone.name for zone in seen if name.endswith(f".{zone.name}")), "")
    there = ", ".join(zone.name for zone in seen[:LISTED])
    do = f"give --zone {above} --name {name}" if above else f"use one that it sees: {there}; or another token"
    raise UserError(f"there is no zone {name} that this token can see", "--zone", do)


def _asked(seen: tuple[VisibleZone, ...], *, may_ask: bool) -> VisibleZone:
    if len(seen) == 1:
        return seen[0]
    if not may_ask:
        there = ", ".join(zone.name for zone in seen[:LISTED])
        raise asking.missing("the zone", f"--zone, one of: {there}")
    if len(seen) > LISTED:
        names = [zone.name for zone in seen]
        return seen[names.index(asking.line("Zone", check=lambda name: "" if name in names else "the token sees none"))]
    return seen[asking.one_of("Which zone?", [zone.name for zone in seen])]
