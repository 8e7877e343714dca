"""Names that are proxied by an expression, with a real engine."""

from __future__ import annotations

from tests.cli.conftest import Inside


def test_an_expression_decides_for_each_name_in_truenorth_and_in_a_plain_pulumi_up(inside: Inside) -> None:
    inside.settings("www", "vpn", "@", proxied="!is(vpn.example.com) && sub(example.com)")
    inside.result("up")
    found = {name: inside.record(name)["proxied"] for name in ("www", "vpn")}
    assert found == {"www": True, "vpn": False}
    assert inside.result("up")["changes"] == []
    file = ("--config-file", str(inside.settings_file))
    inside.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", *file)


def test_a_fault_of_an_expression_is_told_with_its_place(inside: Inside) -> None:
    inside.settings("www", proxied="is(www.example.com) || maybe")
    told = inside.process("preview", "--stack", "home")
    assert "at character 24: 'maybe'" in told.stderr
    assert told.returncode == 2
