from __future__ import annotations

import shlex

import pytest

from cli.commands.moving.takeover import Tool, full_names, options_line
from stacks.model.errors import UserError
from tests.stacks.settings.reading import read

SERVER = {"provider": "rfc2136", "rfc2136": {"server": "192.0.2.53", "key": "truenorth"}}


def test_options_are_told_as_a_shell_takes_them_and_empty_ones_left_out() -> None:
    assert options_line(Tool.ROUTEFLARE, "", (), "") == "--from routeflare"
    told = options_line(Tool.EXTERNAL_DNS, "a b", ("www", "*.example.com"), "^managed $(by)")
    assert shlex.split(told) == [
        *("--from", "external-dns", "--from-owner", "a b", "--from-comment", "^managed $(by)"),
        *("--name", "www", "--name", "*.example.com"),
    ]


def test_a_name_to_be_taken_over_is_of_the_view_behind_it() -> None:
    inside = {"zone": "example.com@inside", "names": ["nas"], **SERVER}
    both = read(zone="", zones=[{"zone": "example.com", "names": ["www"]}, inside])
    names = ("www.example.com", "WWW.example.com@inside", "bücher.example.com@inside")
    assert full_names(names, both) == {
        *("www.example.com", "www.example.com@inside", "xn--bcher-kva.example.com@inside")
    }
    with pytest.raises(UserError, match="is in none of the zones"):
        full_names(["www.example.com@lan"], both)


def test_a_label_is_of_the_only_zone_and_its_view() -> None:
    assert full_names(["www", "@"], read()) == {"www.example.com", "example.com"}
    inside = {"zone": "example.com@inside", "names": ["nas"], **SERVER}
    assert full_names(["www"], read(zone="", zones=[inside])) == {"www.example.com@inside"}
