from __future__ import annotations

from typing import Any

import pytest

from cli.setup.moving.documents import Document
from cli.setup.moving.given import charts


def values(helm: dict[str, Any]) -> Any:  # noqa: ANN401 - values of a chart
    """The values of the only chart of an Application with this part `helm`."""
    application = {"kind": "Application", "spec": {"source": {"chart": "external-dns", "helm": helm}}}
    (found,) = charts([Document("a.yaml", "a.yaml", "yaml", application)])
    return found.values


class TestParameters:
    def test_stand_in_one_tree_with_the_values_and_count_before_them(self) -> None:
        parameters = [
            {"name": "provider.name", "value": "cloudflare"},
            {"name": "provider.webhook.image", "value": "a"},
            {"name": "policy", "value": "sync"},
        ]
        found = values({"values": "policy: upsert-only\nlogLevel: debug\n", "parameters": parameters})
        assert found == {
            "policy": "sync",
            "logLevel": "debug",
            "provider": {"name": "cloudflare", "webhook": {"image": "a"}},
        }

    def test_have_places_in_lists_and_dots_in_names(self) -> None:
        parameters = [
            {"name": "domainFilters[0]", "value": "example.com"},
            {"name": "domainFilters[1]", "value": "example.net"},
            {"name": "env[0].name", "value": "A"},
            {"name": "env[0].value", "value": "1"},
            {"name": r"podAnnotations.a\.b/c", "value": "d"},
        ]
        assert values({"valuesObject": {"domainFilters": ["example.org"]}, "parameters": parameters}) == {
            "domainFilters": ["example.com", "example.net"],
            "env": [{"name": "A", "value": "1"}],
            "podAnnotations": {"a.b/c": "d"},
        }

    @pytest.mark.parametrize("name", ["a[7]", "a[0][5].b", "a.b", "[0]", "", None, "a[999999]"])
    def test_that_fit_nowhere_raise_nothing(self, name: object) -> None:
        assert "a" in values({"valuesObject": {"a": ["x"]}, "parameters": [{"name": name, "value": "y"}]})
