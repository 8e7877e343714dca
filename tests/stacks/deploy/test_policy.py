from __future__ import annotations

from stacks.deploy.policy import policy
from stacks.settings.stack import parse


def test_international_names_are_given_in_both_forms_as_annotations_may_have_either() -> None:
    rules = {"names": ["*.bücher.example.com"], "exclude": ["vpn.bücher.example.com"]}
    settings = parse(
        {
            "zone": "münchen.example",
            "names": ["straße"],
            "sources": ["ingress"],
            "cluster": {"domains": [rules], "targets": {"names": ["gw.bücher.example.com"]}},
        },
        {},
        stack="home",
        where="test",
    )
    found = policy(settings)
    assert found is not None
    assert found.zones == ("xn--mnchen-3ya.example", "münchen.example")
    assert {"xn--strae-oqa.xn--mnchen-3ya.example", "straße.münchen.example"} <= {*found.taken}
    (domain,) = found.domains
    assert domain.names == ("*.xn--bcher-kva.example.com", "*.bücher.example.com")
    assert domain.exclude == ("vpn.xn--bcher-kva.example.com", "vpn.bücher.example.com")
    assert found.target_names == ("gw.xn--bcher-kva.example.com", "gw.bücher.example.com")
