"""A provider with an HTTP API of its own is registered everywhere; the API proxy leaves alone what it does not know."""

from __future__ import annotations

from typing import get_args

import pytest

from cli.apiproxy.dialects import BY_VARIABLE, DIALECTS, all_known
from cli.apiproxy.proxy import ApiProxy
from cli.apiproxy.router import HANDLERS
from components.records.providers import PROVIDERS
from stacks.deploy.inputs import BASE_URLS
from stacks.model.api_calls import Service
from stacks.observe.zone.providers import READERS as ZONES
from stacks.settings.credentials import READERS as CREDENTIALS
from stacks.settings.zone import ZoneDefaults
from tests.cli.apiproxy.conftest import VARIABLE

PAST_THE_PROXY = {"rfc2136", "webhook", "coredns"}
"""The providers that the proxy does not know: our own plugin, or that of Kubernetes, writes to their servers."""
REGISTRIES = {
    "cli.apiproxy.dialects": DIALECTS.keys(),
    "cli.apiproxy.router": HANDLERS.keys(),
    "stacks.observe.zone.providers": ZONES.keys() - PAST_THE_PROXY,
    "stacks.settings.credentials": CREDENTIALS.keys() - PAST_THE_PROXY,
    "stacks.settings.zone": set(get_args(ZoneDefaults.model_fields["provider"].annotation)) - PAST_THE_PROXY,
    "stacks.model.api_calls": {*get_args(Service)} - {"kubernetes"},
}


@pytest.mark.parametrize("registry", REGISTRIES)
def test_every_registry_has_the_providers_of_components(registry: str) -> None:
    assert set(REGISTRIES[registry]) == PROVIDERS.keys() - PAST_THE_PROXY


def test_every_dialect_stands_under_its_own_name_and_variable() -> None:
    assert all(name == dialect.provider for name, dialect in DIALECTS.items())
    assert all(variable == dialect.variable for variable, dialect in BY_VARIABLE.items())
    assert {dialect.variable: dialect.url for dialect in DIALECTS.values()} == BASE_URLS


def test_the_plugin_of_an_unknown_provider_is_given_no_address_of_the_proxy() -> None:
    with ApiProxy({VARIABLE: "http://127.0.0.1:1/client/v4", "PORKBUN_URL": "https://api.porkbun.test"}) as proxy:
        assert proxy.environment.keys() == {VARIABLE}


def test_a_known_provider_beside_an_unknown_one_does_not_make_all_known() -> None:
    assert all_known(["cloudflare", "gandi"])
    assert not all_known(["cloudflare", "porkbun"])
