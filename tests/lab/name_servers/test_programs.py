from __future__ import annotations

from lab.name_servers.programs import missing


def test_programs_that_are_not_installed_are_told_from_those_that_are() -> None:
    assert missing(["sh", "no-such-name-server"]) == ["no-such-name-server"]
