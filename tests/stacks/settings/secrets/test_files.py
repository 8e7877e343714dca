from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.errors import UserError
from stacks.settings.credentials import check_plugins_can_sign, credentials, own_tokens, plugin_environment
from stacks.settings.secrets.files import (
    MOST_BYTES,
    SECRETS,
    file_with,
    raw,
    read_secret,
    readable_secrets,
    secret_files,
)
from stacks.settings.stack import parse

TOKEN = "CLOUDFLARE_API_TOKEN"
ONE_LINE = [one.variable for one in SECRETS if not one.may_have_lines]


def written(folder: Path, content: str | bytes, name: str = "secret") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def refusal(environment: dict[str, str], variable: str = TOKEN) -> str:
    with pytest.raises(UserError) as refused:
        read_secret(environment, variable)
    (problem,) = refused.value.problems
    assert "sesame" not in str(problem)
    return str(problem)


class TestASecret:
    @pytest.mark.parametrize("variable", [*(one.variable for one in SECRETS), "NET"])
    def test_is_read_from_a_file_without_the_space_around_it(self, variable: str, tmp_path: Path) -> None:
        file = written(tmp_path, " \tsesame \r\n\n")
        assert read_secret({f"{variable}_FILE": f" {file} "}, variable) == "sesame"

    @pytest.mark.parametrize("name", [TOKEN, TOKEN.lower()])
    def test_is_read_from_the_credentials_of_a_systemd_unit(self, name: str, tmp_path: Path) -> None:
        file = written(tmp_path, "sesame\n", name)
        environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
        assert read_secret(environment, TOKEN) == "sesame"
        assert secret_files(environment) == (file,)

    def test_that_is_nowhere_is_empty(self, tmp_path: Path) -> None:
        assert read_secret({"CREDENTIALS_DIRECTORY": str(tmp_path / "none"), f"{TOKEN}_FILE": " "}, TOKEN) == ""

    @given(value=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))
    def test_of_a_variable_is_what_stands_there(self, value: str) -> None:
        assert read_secret({TOKEN: value}, TOKEN) == value.strip()

    def test_with_several_lines_is_possible_where_it_is_a_list(self, tmp_path: Path) -> None:
        file = written(tmp_path, "json://a/\njson://b/\n")
        assert read_secret({"TRUENORTH_NOTIFY_FILE": str(file)}, "TRUENORTH_NOTIFY") == "json://a/\njson://b/"


class TestABadFile:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("", "is empty"),
            (" \n\t\n", "is empty"),
            ("sesame\nopen", "has several lines"),
            ("sesame" * MOST_BYTES, "longer than 64 KiB"),
            (b"sesame\xff", "is no text"),
        ],
    )
    @pytest.mark.parametrize("variable", ONE_LINE)
    def test_is_named_and_its_content_is_not(
        self, variable: str, content: str | bytes, words: str, tmp_path: Path
    ) -> None:
        file = written(tmp_path, content)
        said = refusal({f"{variable}_FILE": str(file)}, variable)
        assert words in said
        assert str(file) in said
        assert f"{variable}_FILE" in said

    def test_is_one_that_is_not_there(self, tmp_path: Path) -> None:
        assert "No such file or directory" in refusal({f"{TOKEN}_FILE": str(tmp_path / "none")})

    def test_is_a_folder(self, tmp_path: Path) -> None:
        assert "cannot be read" in refusal({f"{TOKEN}_FILE": str(tmp_path)})

    def test_is_a_pipe_which_nobody_waits_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        assert "it is no regular file" in refusal({f"{TOKEN}_FILE": str(tmp_path / "pipe")})

    def test_is_a_link_to_nothing_among_the_credentials_of_a_unit(self, tmp_path: Path) -> None:
        (tmp_path / TOKEN).symlink_to(tmp_path / "none")
        assert "No such file" in refusal({"CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize("ways", [("variable", "file"), ("file", "unit")])
def test_a_secret_that_is_given_twice_is_refused_with_both_places(ways: tuple[str, str], tmp_path: Path) -> None:
    file = written(tmp_path, "sesame")
    written(tmp_path, "sesame", TOKEN)
    given = {
        "variable": {TOKEN: "sesame"},
        "file": {f"{TOKEN}_FILE": str(file)},
        "unit": {"CREDENTIALS_DIRECTORY": str(tmp_path)},
    }
    places = {"variable": f"the variable {TOKEN}", "file": str(file), "unit": str(tmp_path / TOKEN)}
    said = refusal(given[ways[0]] | given[ways[1]])
    assert all(places[way] in said for way in ways)


def test_a_credential_of_the_unit_comes_before_the_variable_that_cannot_change(tmp_path: Path) -> None:
    written(tmp_path, "rotated", TOKEN)
    assert read_secret({TOKEN: "sesame", "CREDENTIALS_DIRECTORY": str(tmp_path)}, TOKEN) == "rotated"


def test_a_mounted_secret_of_a_cluster_is_such_a_folder(tmp_path: Path) -> None:
    data = tmp_path / "..2026"
    data.mkdir()
    written(data, "sesame", "NET_TOKEN")
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "NET_TOKEN").symlink_to("..data/NET_TOKEN")
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read_secret(environment, "NET_TOKEN") == "sesame"
    assert dict(readable_secrets(environment)) == {"NET_TOKEN": "sesame"}


def test_no_more_is_read_of_a_file_than_a_secret_may_have(tmp_path: Path) -> None:
    assert len(raw(written(tmp_path, "x" * 10 * MOST_BYTES))) == MOST_BYTES + 1


def test_what_can_be_read_is_told_by_variable_and_the_rest_is_passed_over(tmp_path: Path) -> None:
    unit = tmp_path / "unit"
    unit.mkdir()
    written(unit, "b", "net_token")
    (unit / "broken").symlink_to(tmp_path / "none")
    environment = {
        "ANY_FILE": str(written(tmp_path, "a")),
        "GONE_FILE": str(tmp_path / "none"),
        "CREDENTIALS_DIRECTORY": str(unit),
    }
    assert dict(readable_secrets(environment)) == {"ANY": "a", "NET_TOKEN": "b"}


class TestTheCredentialsOfZones:
    def test_come_from_files_as_from_variables(self, tmp_path: Path) -> None:
        net = written(tmp_path, "sesame-net", "net")
        environment = {"CF_API_TOKEN_FILE": str(written(tmp_path, "sesame")), "NET_FILE": str(net)}
        zones = [{"zone": "example.net", "provider": "gandi", "token": "NET"}]
        settings = parse({"zone": "example.com", "zones": zones}, {}, stack="home", where="f")
        found = credentials(settings, environment)
        assert {zone: one.token for zone, one in found.items()} == {
            "example.com": "sesame",
            "example.net": "sesame-net",
        }
        assert plugin_environment(found)[TOKEN] == "sesame"
        assert own_tokens(found) == {"NET": "sesame-net"}

    def test_are_all_told_where_several_files_are_bad(self, tmp_path: Path) -> None:
        zones = [{"zone": "example.net", "token": "NET"}]
        settings = parse({"zone": "example.com", "zones": zones}, {}, stack="home", where="f")
        with pytest.raises(UserError) as refused:
            credentials(settings, {f"{TOKEN}_FILE": str(written(tmp_path, "")), "NET_FILE": str(tmp_path / "none")})
        assert len(refused.value.problems) == 2

    def test_of_a_file_are_refused_in_a_plain_pulumi_whose_plugins_would_not_see_them(self, tmp_path: Path) -> None:
        settings = parse({"zone": "example.com"}, {}, stack="home", where="f")
        environment = {"CF_API_TOKEN_FILE": str(written(tmp_path, "sesame"))}
        with pytest.raises(UserError, match="CLOUDFLARE_API_TOKEN is in a file"):
            check_plugins_can_sign(credentials(settings, environment), environment)
        environment = {TOKEN: "sesame"}
        check_plugins_can_sign(credentials(settings, environment), environment)
        assert file_with(environment, TOKEN, "sesame") is None
