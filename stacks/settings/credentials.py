"""Read the credentials for providers, from the environment only: they reach neither settings nor state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stacks.model.errors import Problem, UserError
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings

CLOUDFLARE = "https://api.cloudflare.com/client/v4"
GANDI = "https://api.gandi.net"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token, or a key (at Cloudflare with its account's email address), with the URL of the API. Never printed.

    environment: the variables of the provider plugin, with URL and credentials as their values.
    """

    token: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    email: str = ""
    base_url: str = CLOUDFLARE
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def credentials(settings: Settings, environment: Mapping[str, str]) -> dict[str, Credentials]:
    """Return the credentials of each zone, by its domain. Raises UserError with all missing ones."""
    found: dict[str, Credentials] = {}
    problems: dict[str, Problem] = {}
    for zone in settings.each_zone():
        outcome = READERS[zone.provider](zone, environment)
        if isinstance(outcome, Problem):
            problems[str(outcome)] = outcome
        else:
            found[zone.zone] = outcome
    if problems:
        raise UserError.of(list(problems.values()))
    return found


def plugin_environment(found: Mapping[str, Credentials]) -> dict[str, str]:
    """Return the variables with values that the provider plugins need, for all zones."""
    return {name: value for one in found.values() for name, value in one.environment.items()}


def upstreams(found: Mapping[str, Credentials]) -> dict[str, str]:
    """Return the base URLs of the APIs by the plugins' variables, for all zones."""
    return {name: value for one in found.values() for name, value in one.environment.items() if value == one.base_url}


def secret_variables(found: Mapping[str, Credentials]) -> frozenset[str]:
    """Return the names of the plugins' variables that hold credentials."""
    return frozenset(
        name
        for one in found.values()
        for name, value in one.environment.items()
        if value in {one.token, one.key, one.email}
    )


def _cloudflare(zone: ZoneSettings, environment: Mapping[str, str]) -> Credentials | Problem:
    base_url = (_first(environment, "CLOUDFLARE_BASE_URL") or CLOUDFLARE).rstrip("/")
    place = {"CLOUDFLARE_BASE_URL": base_url}
    if zone.token:
        return _own(zone, environment, base_url, place)
    if token := _first(environment, "CLOUDFLARE_API_TOKEN", "CF_API_TOKEN"):
        return Credentials(token=token, base_url=base_url, environment=place | {"CLOUDFLARE_API_TOKEN": token})
    key = _first(environment, "CLOUDFLARE_API_KEY", "CF_API_KEY")
    email = _first(environment, "CLOUDFLARE_EMAIL", "CF_API_EMAIL")
    if key and email:
        signed = {"CLOUDFLARE_API_KEY": key, "CLOUDFLARE_EMAIL": email}
        return Credentials(key=key, email=email, base_url=base_url, environment=place | signed)
    return Problem(
        "there are no credentials for Cloudflare",
        "environment: CLOUDFLARE_API_TOKEN is not set",
        "create an API token with Zone:Read and DNS:Edit on the zone and export CLOUDFLARE_API_TOKEN "
        "(or CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL)",
    )


def _gandi(zone: ZoneSettings, environment: Mapping[str, str]) -> Credentials | Problem:
    base_url = (_first(environment, "GANDI_URL") or GANDI).rstrip("/")
    place = {"GANDI_URL": base_url}
    if zone.token:
        return _own(zone, environment, base_url, place)
    if token := _first(environment, "GANDI_PERSONAL_ACCESS_TOKEN"):
        return Credentials(token=token, base_url=base_url, environment=place | {"GANDI_PERSONAL_ACCESS_TOKEN": token})
    if key := _first(environment, "GANDI_API_KEY", "GANDI_KEY"):
        return Credentials(key=key, base_url=base_url, environment=place | {"GANDI_KEY": key})
    return Problem(
        "there are no credentials for Gandi",
        "environment: GANDI_PERSONAL_ACCESS_TOKEN is not set",
        "create a personal access token that may manage the domain's technical configuration and export "
        "GANDI_PERSONAL_ACCESS_TOKEN (or GANDI_API_KEY)",
    )


def _own(
    zone: ZoneSettings, environment: Mapping[str, str], base_url: str, place: Mapping[str, str]
) -> Credentials | Problem:
    """Return the token in the variable that the zone's settings name; the program maps it to the plugin's."""
    if token := _first(environment, zone.token):
        return Credentials(token=token, base_url=base_url, environment=place)
    return Problem(
        f"there is no token for the zone {zone.zone}",
        f"environment: {zone.token} is not set, which its setting `token` names",
        f"export {zone.token}, or remove `token` to use {zone.traits.token_variable}",
    )


def _first(environment: Mapping[str, str], *names: str) -> str:
    """Return the value of the first of these variables that is set; "" where none is."""
    return next((text for name in names if (text := environment.get(name, "").strip())), "")


READERS = {"cloudflare": _cloudflare, "gandi": _gandi}
