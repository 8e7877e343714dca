from __future__ import annotations

import shlex

from cli.commands.moving.takeover import Tool, options_line


def test_options_are_told_as_a_shell_takes_them_and_empty_ones_left_out() -> None:
    assert options_line(Tool.ROUTEFLARE, "", (), "") == "--from routeflare"
    told = options_line(Tool.EXTERNAL_DNS, "a b", ("www", "*.example.com"), "^managed $(by)")
    assert shlex.split(told) == [
        *("--from", "external-dns", "--from-owner", "a b", "--from-comment", "^managed $(by)"),
        *("--name", "www", "--name", "*.example.com"),
    ]
