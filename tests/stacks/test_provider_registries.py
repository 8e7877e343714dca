"""The registries of DNS providers: each provider is in all of them, or in none."""

from __future__ import annotations

from collections.abc import Collection
from typing import get_args

import pytest

from components.records.providers import PROVIDERS, of_resource
from components.records.record_set import component_of
from stacks.model.api_calls import Service
from stacks.observe.zone.providers import READERS as ZONE_READERS
from stacks.settings import credentials
from stacks.settings.zone import ZoneSettings

OTHER_SERVICES = {"kubernetes"}
NOT_COUNTED = {"rfc2136", "webhook", "coredns"}
REGISTRIES: dict[str, Collection[str]] = {
    "stacks.model.api_calls.Service": set(get_args(Service)) - OTHER_SERVICES | NOT_COUNTED,
    "stacks.observe.zone.providers.READERS": ZONE_READERS,
    "stacks.settings.credentials.READERS": credentials.READERS,
    "stacks.settings.zone.ZoneSettings.provider": get_args(ZoneSettings.model_fields["provider"].annotation),
}
"""By place; further registries of providers are added here."""


@pytest.mark.parametrize("registry", REGISTRIES)
def test_registry_has_the_providers_of_components(registry: str) -> None:
    assert set(REGISTRIES[registry]) == PROVIDERS.keys()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_provider_is_registered_by_its_own_name(provider: str) -> None:
    assert PROVIDERS[provider].name == provider


@pytest.mark.parametrize("provider", PROVIDERS)
def test_provider_has_a_component_that_declares_its_records(provider: str) -> None:
    component = component_of(provider)
    assert all(hasattr(component, name) for name in ("declare", "import_id", "provider", "INPUTS"))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_provider_is_known_by_its_resources(provider: str) -> None:
    traits = PROVIDERS[provider]
    signer = f"urn:pulumi:test::shop::pulumi:providers:{traits.package}::{provider}/VARIABLE/http://[::1]:8888::0e4f"
    assert of_resource(traits.type_token, signer) is traits
