"""Read the credentials for providers, from variables and files: they reach neither settings nor state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.dns_update.connection import secret_fault
from components.webhook.connection import token_fault
from stacks.model.errors import Problem, UserError
from stacks.settings.protocols.rfc2136 import Rfc2136Settings
from stacks.settings.protocols.webhook import WebhookProviderSettings
from stacks.settings.secrets.children import KUBECONFIG_PLUGIN, needed
from stacks.settings.secrets.files import FILE_SUFFIX, file_with, given_in, read_secret
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings

CLOUDFLARE = "https://api.cloudflare.com/client/v4"
GANDI = "https://api.gandi.net"
_AS_GIVEN = {
    "CLOUDFLARE_API_KEY": "CLOUDFLARE_API_KEY (or CF_API_KEY)",
    "CLOUDFLARE_EMAIL": "CLOUDFLARE_EMAIL (or CF_API_EMAIL)",
    "GANDI_KEY": "GANDI_API_KEY (or GANDI_KEY)",
}
"""Variables of plugins that users set under another name, too."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token, or a key (at Cloudflare with its account's email address), with the URL of the API. Never printed.

    environment: the variables of the provider plugin, with URL and credentials as their values. own_variable: the
    variable that the zone's settings name, which the engine maps to the plugin's; "" for none. place: where the zone is
    served whose provider is a protocol, as the protocol's settings have it; further: the servers that are asked for the
    zone where that one gives no answer. variables: those of a cluster's client, by which it finds its kubeconfig.
    """

    token: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    email: str = ""
    base_url: str = CLOUDFLARE
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    own_variable: str = ""
    place: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def given_by(self) -> str:
        """The variables that have them, as the user may have set them."""
        if self.own_variable:
            return self.own_variable
        return " and ".join(_AS_GIVEN.get(name, name) for name in self.environment if not name.endswith("_URL"))


def credentials(settings: Settings, environment: Mapping[str, str]) -> dict[str, Credentials]:
    """Return the credentials of each zone, by its domain, and of each entry `auto`, by its key.

    Raises UserError with all missing or unreadable ones.
    """
    found: dict[str, Credentials] = {}
    problems: dict[str, Problem] = {}
    for zone in (*settings.each_zone(), *settings.finding):
        try:
            outcome = READERS[zone.provider](zone, environment)
        except UserError as error:
            problems.update({str(problem): problem for problem in error.problems})
            continue
        if isinstance(outcome, Problem):
            problems[str(outcome)] = outcome
        else:
            found[zone.key] = outcome
    if problems:
        raise UserError.of(list(problems.values()))
    return found


def plugin_environment(found: Mapping[str, Credentials]) -> dict[str, str]:
    """Return the variables with values that the provider plugins need, for all zones."""
    return {name: value for one in found.values() for name, value in one.environment.items()}


def own_tokens(found: Mapping[str, Credentials]) -> dict[str, str]:
    """Return the tokens that zones have for themselves, by the variables that their settings name."""
    return {one.own_variable: one.token for one in found.values() if one.own_variable}


def of_provider(provider: str, variable: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which a provider's plugin signs; empty where there are none, or a file is bad.

    variable: that of a zone's own token; "" for the provider's usual ones.
    """
    server = Rfc2136Settings(server=("any.invalid",), key="any")
    webhook = WebhookProviderSettings(url="http://any.invalid")
    zone = ZoneSettings(zone="any.invalid", provider=provider, token=variable, rfc2136=server, webhook=webhook)  # type: ignore[arg-type] # it is checked
    try:
        found = READERS[provider](zone, environment)
    except UserError:
        return {}
    return {} if isinstance(found, Problem) else {**found.environment, **own_tokens({"": found})}


def check_plugins_can_sign(found: Mapping[str, Credentials], environment: Mapping[str, str]) -> None:
    """Raise UserError for secrets of files, in a program that Pulumi itself has started with this environment.

    The plugins of such a run have Pulumi's environment, and read variables only.
    """
    secrets = own_tokens(found) | {name: plugin_environment(found)[name] for name in secret_variables(found)}
    for name, secret in sorted(secrets.items()):
        if not environment.get(name, "").strip() and (file := file_with(environment, name, secret)):
            raise UserError(
                f"{name} is in a file, which a plain `pulumi` does not give to its plugins",
                str(file),
                'run truenorth instead, or first: eval "$(truenorth env)"',
            )


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
    base_url = (environment.get("CLOUDFLARE_BASE_URL", "").strip() or CLOUDFLARE).rstrip("/")
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
    lacking = "CLOUDFLARE_API_TOKEN is not set"
    if key:
        lacking = "CLOUDFLARE_EMAIL (or CF_API_EMAIL) is not set, which a key needs"
    return Problem(
        "there are no credentials for Cloudflare",
        f"environment: {lacking}",
        "create an API token with Zone:Read and DNS:Edit on the zone and export CLOUDFLARE_API_TOKEN, or "
        "CLOUDFLARE_API_TOKEN_FILE with the path of its file (or CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL)",
    )


def _gandi(zone: ZoneSettings, environment: Mapping[str, str]) -> Credentials | Problem:
    base_url = (environment.get("GANDI_URL", "").strip() or GANDI).rstrip("/")
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
        return Credentials(token=token, base_url=base_url, environment=place, own_variable=zone.token)
    return Problem(
        f"there is no token for the zone {zone.key}",
        f"environment: {zone.token} is not set, which its setting `token` names",
        f"export {zone.token} or {zone.token}{FILE_SUFFIX}, or remove `token` to use {zone.traits.token_variable}",
    )


def _first(environment: Mapping[str, str], *names: str) -> str:
    """Return the first of these variables that is given, itself or by a file; "" where none is."""
    return next((text for name in names if (text := read_secret(environment, name))), "")


def _rfc2136(zone: ZoneSettings, environment: Mapping[str, str]) -> Credentials | Problem:
    variable = zone.token or zone.traits.token_variable
    if zone.rfc2136 is None:
        return Problem(
            f"the zone {zone.key} has the provider rfc2136, and no server",
            "setting rfc2136 of the zone",
            "write rfc2136: {server: HOST, key: NAME} with the zone's primary server, and its key for updates",
        )
    if not (secret := _first(environment, variable)):
        return Problem(
            f"there is no secret for the key {zone.rfc2136.key} of {zone.rfc2136.place[0]}",
            f"environment: {variable} is not set",
            f"export {variable} with the key's secret in Base64, or {variable}{FILE_SUFFIX} with the path of its file",
        )
    if reason := secret_fault(secret):
        what = f"the secret of the key {zone.rfc2136.key} cannot be used: {reason}"
        return Problem(what, given_in(environment, variable), "write what tsig-keygen writes behind `secret`")
    place = zone.rfc2136.place
    further = zone.rfc2136.server[1:]
    return Credentials(token=secret, base_url=f"dns://{place[0]}", own_variable=variable, place=place, further=further)


def _webhook(zone: ZoneSettings, environment: Mapping[str, str]) -> Credentials | Problem:
    """Return the place with the token, which there need not be: the protocol knows none."""
    if zone.webhook is None:
        return Problem(
            f"the zone {zone.key} has the provider webhook, and no URL",
            "setting webhook of the zone",
            "write webhook: {url: http://localhost:8888} with the place where the provider takes requests",
        )
    variable = zone.token or zone.traits.token_variable
    token = _first(environment, variable)
    if zone.token and not token:
        what = f"there is no token for the webhook {zone.webhook.url}"
        return Problem(
            what, f"environment: {variable} is not set, which its setting `token` names", f"export {variable}"
        )
    if reason := token_fault(token):
        what = f"the token for the webhook {zone.webhook.url} cannot be used: {reason}"
        return Problem(what, given_in(environment, variable), "write the token alone")
    own = variable if token else ""
    return Credentials(token=token, base_url=zone.webhook.url, own_variable=own, place=zone.webhook.place)


def _coredns(zone: ZoneSettings, environment: Mapping[str, str]) -> Credentials | Problem:
    """Return the place of the zone's file, with the zone as its owner; the kubeconfig has what signs in."""
    own = zone.coredns
    if own is None:
        return Problem(
            f"the zone {zone.key} has the provider coredns, and no ConfigMap",
            "setting coredns of the zone",
            "write coredns: {config_map: house-zone} with the ConfigMap that the pods of CoreDNS mount",
        )
    if zone.token:
        what = f"the zone {zone.key} has a token, and CoreDNS takes none"
        return Problem(what, "setting token of the zone", "remove it; the kubeconfig has what signs in to the cluster")
    place = (*own.place, own.namespace, own.config_map, own.file, zone.zone)
    known = needed(KUBECONFIG_PLUGIN, environment)
    return Credentials(base_url=f"configmap://{own.namespace}/{own.config_map}", place=place, variables=known)


READERS = {
    "cloudflare": _cloudflare,
    "gandi": _gandi,
    "rfc2136": _rfc2136,
    "webhook": _webhook,
    "coredns": _coredns,
}
