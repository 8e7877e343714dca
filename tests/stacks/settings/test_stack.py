from __future__ import annotations

import re
from pathlib import Path

import pytest

from stacks.model.errors import UserError
from stacks.settings import stack
from stacks.settings.files import from_file, from_pulumi
from stacks.settings.stack import Settings, parse

VALUES = {"zone": "example.com", "names": [{"name": "www"}]}


def parsed(**changes: object) -> Settings:
    return parse({**VALUES, **changes}, {}, stack="home", where="Pulumi.home.yaml")


def refused(**changes: object) -> str:
    with pytest.raises(UserError) as caught:
        parsed(**changes)
    return str(caught.value)


def test_defaults_are_those_of_the_readme() -> None:
    found = parsed()
    assert (found.owner, found.ttl, found.proxied, found.comment) == ("home", 1, False, "")
    assert found.mark_prefix == "_truenorth-%{record_type}."
    assert found.wan.families == ["ipv4"]


def test_a_name_may_be_written_short() -> None:
    assert parsed(names=["www"]).names == parsed(names=[{"name": "www"}]).names


def test_type_and_types_say_the_same() -> None:
    assert parsed(names=[{"name": "www", "type": "AAAA"}]).names[0].types == ("AAAA",)


def test_an_environment_variable_wins_over_the_file() -> None:
    found = parse(VALUES, {"TRUENORTH_ZONE": "example.net", "TRUENORTH_TTL": "300"}, stack="home", where="f")
    assert (found.zone, found.ttl) == ("example.net", 300)


def test_a_text_setting_is_taken_as_it_is_written_in_the_environment() -> None:
    found = parse(VALUES, {"TRUENORTH_OWNER": "123", "TRUENORTH_COMMENT": "yes"}, stack="home", where="f")
    assert (found.owner, found.comment) == ("123", "yes")


def test_dns_sync_interval_is_the_longest_time_without_asking_all_sources() -> None:
    assert parse(VALUES, {"DNS_SYNC_INTERVAL": "60"}, stack="home", where="f").wan.recheck == 60
    own = {**VALUES, "wan": {"recheck": 90}}
    assert parse(own, {"DNS_SYNC_INTERVAL": "60"}, stack="home", where="f").wan.recheck == 90


@pytest.mark.parametrize("interval", ["abc", "0", "5m"])
def test_a_dns_sync_interval_of_no_use_is_refused_as_that_variable(interval: str) -> None:
    with pytest.raises(UserError, match=r"where: truenorth:wan\.recheck in environment variable DNS_SYNC_INTERVAL"):
        parse(VALUES, {"DNS_SYNC_INTERVAL": interval}, stack="home", where="f")
    with pytest.raises(UserError, match=r"where: truenorth:wan\.recheck in f"):
        parse({**VALUES, "wan": {"recheck": interval}}, {"DNS_SYNC_INTERVAL": "60"}, stack="home", where="f")


def test_cf_zone_id_is_the_zones_id() -> None:
    assert parse(VALUES, {"CF_ZONE_ID": "abc"}, stack="home", where="f").zone_id == "abc"
    assert parse({**VALUES, "zone_id": "own"}, {"CF_ZONE_ID": "abc"}, stack="home", where="f").zone_id == "own"


class TestFaultsAreNamedWithTheirPlaceAndARemedy:
    def test_the_zone_is_missing(self) -> None:
        with pytest.raises(UserError, match="the setting 'zone' is missing"):
            parse({}, {}, stack="home", where="f")

    @pytest.mark.parametrize("zone", ["", "com", "exa mple.com", "-a.com"])
    def test_the_zone_is_no_domain(self, zone: str) -> None:
        assert "write the zone as its domain, e.g. example.com" in refused(zone=zone)

    @pytest.mark.parametrize(
        ("misspelt", "nearest"), [("zoneid", "zone_id"), ("nmaes", "names"), ("Proxied", "proxied"), ("TTL", "ttl")]
    )
    def test_a_misspelt_setting_suggests_the_nearest(self, misspelt: str, nearest: str) -> None:
        message = refused(**{misspelt: 1})
        assert f"there is no setting '{misspelt}'" in message
        assert f"did you mean '{nearest}'?" in message

    def test_a_misspelt_setting_of_a_name_suggests_the_nearest(self) -> None:
        message = refused(names=[{"name": "www", "comemnt": "x"}])
        assert "did you mean 'comment'?" in message
        assert "truenorth:names[0].comemnt in Pulumi.home.yaml" in message

    def test_a_misspelt_setting_of_the_wan_suggests_the_nearest(self) -> None:
        assert "did you mean 'interval'?" in refused(wan={"intervall": 3})

    def test_a_setting_like_no_other_lists_all(self) -> None:
        assert "use one of: address_lists, adopt, backend, canonical_name, cluster, clusters" in refused(qqqqqqq=1)

    @pytest.mark.parametrize("ttl", [0, 5, 29, 86_401, 2_592_001, -1])
    def test_a_ttl_out_of_range(self, ttl: int) -> None:
        message = refused(names=[{"name": "www", "ttl": ttl}])
        assert f"a ttl of {ttl} seconds is not possible" in message
        assert "60 to 86400" in message
        assert "truenorth:names[0].ttl" in message

    @pytest.mark.parametrize("ttl", ["soon", 1.5, None, [1]])
    def test_a_ttl_that_is_no_number(self, ttl: object) -> None:
        assert "write a whole number" in refused(ttl=ttl)

    @pytest.mark.parametrize("record_type", ["CNAME", "a", "X", 4])
    def test_a_type_that_cannot_be(self, record_type: object) -> None:
        message = refused(names=[{"name": "www", "types": [record_type]}])
        assert "use 'A' or 'AAAA'" in message
        assert "truenorth:names[0].types[0]" in message

    @pytest.mark.parametrize("address", ["203.0.113", "www.example.com", "203.0.113.256", "2001:::7"])
    def test_an_address_that_is_none(self, address: str) -> None:
        message = refused(names=[{"name": "www", "targets": [address]}])
        assert re.search(r"is no (IP|IPv6|IPv4) address", message)
        assert "e.g. 203.0.113.7" in message

    def test_an_address_that_does_not_fit_the_type(self) -> None:
        assert "does not fit the type A" in refused(names=[{"name": "www", "types": ["A"], "targets": ["2001:db8::7"]}])

    def test_a_name_outside_the_zone(self) -> None:
        message = refused(names=[{"name": "www.example.org"}])
        assert "'www.example.org' lies outside of the zone example.com" in message
        assert "a name that ends in .example.com" in message

    def test_a_name_that_stands_twice(self) -> None:
        assert "www.example.com is named twice" in refused(names=["www", "www.example.com"])

    def test_a_name_too_long_for_its_mark(self) -> None:
        long = ".".join(["a" * 60] * 4)
        assert "longer than 253" in refused(zone="ex.com", names=[f"{long[:-4]}.ex.com"])

    def test_a_comment_of_two_lines(self) -> None:
        assert "one line of at most 500 characters" in refused(comment="a\nb")

    def test_all_faults_are_told_at_once(self) -> None:
        message = refused(names=[{"name": "www", "ttl": 3}, {"name": "api", "types": ["Q"]}])
        assert "names[0].ttl" in message
        assert "names[1].types[0]" in message

    def test_a_fault_in_an_environment_variable_names_it(self) -> None:
        with pytest.raises(UserError, match="environment variable TRUENORTH_TTL"):
            parse(VALUES, {"TRUENORTH_TTL": "5"}, stack="home", where="f")


class TestSettingsFile:
    def written(self, folder: Path, text: str) -> Path:
        file = folder / "Pulumi.home.yaml"
        file.write_text(text)
        return file

    def test_reads_the_settings_of_its_own_namespace_only(self, tmp_path: Path) -> None:
        file = self.written(tmp_path, "config:\n  truenorth:zone: example.com\n  aws:region: eu\nencryptionsalt: v1\n")
        assert from_file(file, {}, "home").zone == "example.com"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("config: [", "the settings cannot be read"),
            ("config: 3", "the settings are not a mapping"),
            ("- a", "the settings are not a mapping"),
            ("", "the setting 'zone' is missing"),
            ("config:\n  truenorth:zone: {secure: v1abc}\n", "no setting of TrueNorth is a secret"),
        ],
    )
    def test_what_cannot_be_used_is_one_message(self, tmp_path: Path, text: str, message: str) -> None:
        with pytest.raises(UserError, match=re.escape(message)) as caught:
            from_file(self.written(tmp_path, text), {}, "home")
        assert "Pulumi.home.yaml" in str(caught.value)

    def test_a_missing_file_names_the_stack_and_the_path(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="no settings for the stack 'home'"):
            from_file(tmp_path / "Pulumi.home.yaml", {}, "home")

    def test_a_file_that_is_no_text(self, tmp_path: Path) -> None:
        file = tmp_path / "Pulumi.home.yaml"
        file.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(UserError, match="the settings cannot be read"):
            from_file(file, {}, "home")

    def test_the_program_and_the_cli_read_the_same(self, tmp_path: Path) -> None:
        file = self.written(
            tmp_path,
            "config:\n  truenorth:zone: example.com\n  truenorth:owner: '007'\n  truenorth:ttl: 300\n"
            "  truenorth:names:\n    - name: www\n      proxied: false\n",
        )
        bag = {
            "truenorth:zone": "example.com",
            "truenorth:owner": "007",
            "truenorth:ttl": "300",
            "truenorth:names": '[{"name":"www","proxied":false}]',
            "other:key": "[",
        }
        assert from_pulumi(bag, {}, "home", tmp_path) == from_file(file, {}, "home")


def test_every_setting_stands_in_pulumi_yaml_with_type_and_description() -> None:
    import yaml  # noqa: PLC0415 - only here

    project = yaml.safe_load((Path(stack.__file__).parents[2] / "Pulumi.yaml").read_text())
    declared = {key.removeprefix("truenorth:"): entry for key, entry in project["config"].items()}
    assert declared.keys() == Settings.model_fields.keys()
    assert {key for key, entry in declared.items() if not entry.get("type")} == {
        "clusters",
        "docker",
        "names",
        "objects",
        "proxied",
        "shards",
        "zones",
    }  # texts or mappings, a switch or a text, a number or a word, a list or a word
    assert all(entry["description"] for entry in declared.values())
    for key, field in Settings.model_fields.items():
        if key not in {
            "cluster",
            "coredns",
            "deploy",
            "external_dns",
            "geo",
            "guard",
            "rfc2136",
            "wan",
            "watch",
            "webhook",
        }:
            default = list(field.default) if isinstance(field.default, tuple) else field.default
            assert declared[key]["default"] == default, key
