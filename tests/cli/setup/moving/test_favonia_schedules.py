"""The schedule of favonia's cloudflare-ddns as a setting, or what is told of one that cannot be."""

from __future__ import annotations

import pytest

from cli.setup.moving.draft import Draft, Fate
from cli.setup.moving.tools import favonia


def read(cron: str | None) -> Draft:
    draft = Draft("favonia", "compose.yaml")
    favonia.read(draft, {"DOMAINS": "www.example.com", "UPDATE_CRON": cron})
    return draft


def fate(draft: Draft) -> Fate:
    (row,) = [one for one in draft.rows if one.what == "UPDATE_CRON"]
    return row.fate


@pytest.mark.parametrize(
    ("cron", "schedule"),
    [
        ("@every 5m", "@every 5m"),
        (" @every 1h30m ", "@every 1h30m"),
        ("*/5 * * * *", "*/5 * * * *"),
        ("CRON_TZ=Europe/Berlin 0 4 * * ?", "CRON_TZ=Europe/Berlin 0 4 * * ?"),
        ("@hourly", "@hourly"),
        ("@once", "@once"),
        ("@disabled", "@once"),
        ("@nevermore", "@once"),
    ],
)
def test_a_schedule_is_carried_as_it_is(cron: str, schedule: str) -> None:
    draft = read(cron)
    assert draft.settings["wan"]["schedule"] == schedule
    assert fate(draft) is Fate.CARRIED


@pytest.mark.parametrize("cron", ["@every 300000ms", "@reboot", "* * * * * *", "0 0 31 2 *", "soon"])
def test_one_of_another_form_is_told_as_lost(cron: str) -> None:
    draft = read(cron)
    assert "schedule" not in draft.settings.get("wan", {})
    assert fate(draft) is Fate.LOST


def test_where_it_would_never_look_again_that_is_said() -> None:
    (row,) = [one for one in read("@once").rows if one.what == "UPDATE_CRON"]
    assert "truenorth up ends by itself" in row.how
