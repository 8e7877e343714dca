"""What external-dns was told: each thing is told once, whatever it is, and however it was written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.setup.moving.draft import SIGNS, Draft, Fate, Row
from cli.setup.moving.tools import external_dns
from cli.setup.moving.tools.external_dns import FLAGS, SWITCHES, TOGETHER, is_of_others
from stacks.model.errors import UserError
from tests.profiles import examples

DOCUMENTED = Path(__file__).with_name("external_dns_flags.txt").read_text().split()
"""The flags in docs/flags.md of external-dns 0.23.0, `[no-]` in front of those without a value."""
NAMES = [name.removeprefix("[no-]") for name in DOCUMENTED]
VALUES = {
    "source": ("ingress", "service", "crd", "traefik-proxy", "ambassador-host", "unstructured", "empty"),
    "domain-filter": ("example.com", "example.org", ".example.net", "shop.example.com"),
    "exclude-domains": ("old.example.com",),
    "regex-domain-filter": ("^example[.]com$", "(?i)Example"),
    "policy": ("sync", "upsert-only", "create-only", "whatever"),
    "registry": ("txt", "noop", "dynamodb", "crd"),
    "txt-owner-id": ("default", "north", "no good owner!"),
    "default-targets": ("192.0.2.1", "gw.example.com"),
    "exclude-target-net": ("10.0.0.0/8", "192.0.2.0/24", "nonsense"),
    "min-ttl": ("0s", "5m", "1s", "never"),
    "log-format": ("text", "json", "xml"),
    "managed-record-types": ("A", "AAAA", "CNAME", "TXT"),
    "service-type-filter": ("LoadBalancer", "Nothing"),
    "label-filter": ("dns=yes", "((("),
    "fqdn-template": ("{{.Name}}.example.com", "{{ unclosed"),
    "annotation-prefix": ("external-dns.kubernetes.io/", "outside.example.com/", "no slash"),
    "target-net-filter": ("192.0.2.0/24", "x"),
    "provider": ("cloudflare",),
}
flags = st.sampled_from([*NAMES, "brand-new-flag", "another-of-tomorrow"]).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.sampled_from(("", "false")) if name in SWITCHES else st.sampled_from(VALUES.get(name, ("1", "some-text"))),
        st.booleans(),
    )
)


def told(*arguments: str, **variables: str) -> Draft:
    draft = Draft("external-dns", "here")
    external_dns.read(draft, external_dns.said_by(arguments, draft), variables)
    return draft


def row(draft: Draft, what: str) -> Row:
    (found,) = (one for one in draft.rows if one.what == what)
    return found


class TestTheTableOfFlags:
    @pytest.mark.parametrize("name", NAMES)
    def test_has_each_flag_that_external_dns_documents(self, name: str) -> None:
        assert [name in FLAGS, name in TOGETHER, is_of_others(name)].count(True) == 1

    def test_knows_which_take_no_value(self) -> None:
        documented = {name.removeprefix("[no-]") for name in DOCUMENTED if name.startswith("[no-]")}
        assert documented <= SWITCHES
        assert not SWITCHES & set(NAMES) - documented

    @pytest.mark.parametrize("name", sorted(FLAGS))
    def test_says_of_each_what_becomes_of_it(self, name: str) -> None:
        assert FLAGS[name][0] in SIGNS
        assert len(FLAGS[name]) > 3


@given(st.lists(flags, max_size=12))
@settings(max_examples=examples(400), deadline=None)
def test_each_flag_is_told_once_as_carried_otherwise_or_lost(said: list[tuple[str, str, bool]]) -> None:
    arguments = []
    for name, value, apart in said:
        arguments += (
            [f"--{name}", value]
            if value and apart and name not in SWITCHES
            else [f"--{name}={value}" if value else f"--{name}"]
        )
    draft = Draft("external-dns", "here")
    written = external_dns.said_by(arguments, draft)
    assert len(written) == len(said)
    external_dns.read(draft, written, {})
    expected = Counter(one.what for one in written)
    seen = Counter(one.what for one in draft.rows if one.what.startswith("--"))
    assert seen == expected
    assert all(one.how for one in draft.rows)


class TestFlags:
    @pytest.mark.parametrize(
        ("arguments", "what", "fate", "how"),
        [
            (["--gateway-name=a"], "--gateway-name=a", Fate.CARRIED, "cluster.gateways: a"),
            (["--gateway-name", "a"], "--gateway-name=a", Fate.CARRIED, "cluster.gateways: a"),
            (["--no-cloudflare-proxied"], "--no-cloudflare-proxied", Fate.CARRIED, "proxied: false"),
            (["--cloudflare-proxied=false"], "--cloudflare-proxied=false", Fate.CARRIED, "proxied: false"),
            (
                ["--no-exclude-unschedulable"],
                "--no-exclude-unschedulable",
                Fate.CARRIED,
                "cluster.cordoned_nodes: true",
            ),
            (["--once"], "--once", Fate.OTHERWISE, "truenorth up"),
            (["--create-ptr"], "--create-ptr", Fate.LOST, "no PTR records"),
            (["--no-create-ptr"], "--no-create-ptr", Fate.CARRIED, "off here, too"),
            (["--min-ttl=5s"], "--min-ttl=5s", Fate.LOST, "a ttl of 5 seconds is not possible"),
            (["--label-filter=((("], "--label-filter=(((", Fate.LOST, "cluster.labels cannot be that"),
            (["--tomorrow=secret"], "--tomorrow", Fate.LOST, "of a newer version"),
            (["--txt-encrypt-aes-key=secret"], "--txt-encrypt-aes-key", Fate.OTHERWISE, "a secret, not copied"),
            (["--pdns-api-key=secret"], "--pdns-api-key", Fate.OTHERWISE, "of another provider"),
            (["nonsense"], "'nonsense'", Fate.LOST, "no flag of external-dns is written so"),
        ],
    )
    def test_become_what_they_are(self, arguments: list[str], what: str, fate: Fate, how: str) -> None:
        found = row(told(*arguments), what)
        assert found.fate is fate
        assert how in found.how
        assert "secret" not in found.what.replace("secret, not", "")

    def test_in_variables_are_read_as_flags(self) -> None:
        draft = told(EXTERNAL_DNS_SOURCE="ingress\nservice", EXTERNAL_DNS_TXT_OWNER_ID="north", CF_API_TOKEN="x" * 40)
        assert draft.settings["sources"] == ["ingress", "service"]
        assert draft.settings["owner"] == "north"
        assert "x" * 40 not in str(draft.rows)

    @pytest.mark.parametrize("provider", ["aws", "webhook", "rfc2136"])
    def test_of_a_provider_that_is_not_served_are_refused(self, provider: str) -> None:
        with pytest.raises(UserError, match="writes to the provider"):
            told("--source=ingress", f"--provider={provider}")

    def test_that_choose_zones_are_never_lost_into_a_wider_choice(self) -> None:
        draft = told("--regex-domain-filter=(?i)Example")
        assert [one for one in draft.faults if "cannot be taken over" in one.what]

    def test_for_a_domain_within_another_name_no_zone_of_its_own(self) -> None:
        draft = told("--domain-filter=example.com", "--domain-filter=lab.example.com")
        assert draft.settings["zone"] == "example.com"
        assert "whose names all count" in row(draft, "--domain-filter=lab.example.com").how

    def test_of_another_owner_take_its_records_over(self) -> None:
        assert told("--txt-owner-id=north").adopt == ["--from", "external-dns", "--from-owner", "north"]
        assert told("--registry=noop").adopt == []
