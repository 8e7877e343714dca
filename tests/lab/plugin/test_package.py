"""The version that a stand-in says it has."""

from __future__ import annotations

from importlib import metadata

import pytest

from lab.plugin.package import sdk_version


@pytest.mark.parametrize(
    ("installed", "version"), [("6.99.0", "6.99.0"), ("", metadata.version("pulumi-cloudflare"))], ids=["SDK", "no SDK"]
)
def test_is_that_of_the_sdk_installed_or_not(installed: str, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(_: str) -> str:
        if not installed:
            raise metadata.PackageNotFoundError
        return installed

    monkeypatch.setattr(metadata, "version", asked)
    assert sdk_version("pulumi-cloudflare", "0.0.0") == version
    assert sdk_version("pulumi-nowhere", "0.0.0") == (installed or "0.0.0")
