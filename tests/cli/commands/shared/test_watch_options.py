from __future__ import annotations

import pytest

from cli.commands.shared.watch_options import overriding
from stacks.model.errors import UserError
from stacks.settings.watch import ElectionSettings, WatchSettings

NOTHING = WatchSettings()


def test_what_is_not_given_stays_as_the_settings_have_it() -> None:
    settings = WatchSettings(drift=60, election=ElectionSettings(lock_name="ours"))
    assert overriding(settings, cleanup_on_stop=None, election_lock_name=None, web_listen=None) == settings


def test_an_option_wins_over_the_settings_and_leaves_the_others() -> None:
    settings = WatchSettings(election=ElectionSettings(enabled="on", lock_name="ours", lease_duration=30))
    found = overriding(settings, election_lock_name="theirs", web_listen=":8080", cleanup_on_stop=True)
    assert (found.election.lock_name, found.election.lease_duration) == ("theirs", 30)
    assert (found.web.listen, found.cleanup_on_stop) == (":8080", True)


def test_who_names_a_lock_wants_an_election_unless_it_is_switched_off() -> None:
    assert overriding(NOTHING, election_lock_name="ours").election.enabled == "on"
    assert overriding(NOTHING, election_lock_name="ours", election_enabled="off").election.enabled == "off"


@pytest.mark.parametrize(("given", "seconds"), [("15", 15), ("15s", 15), ("1m", 60), ("2500ms", 2.5), (" 12 s ", 12)])
def test_durations_have_units_or_are_seconds(given: str, seconds: float) -> None:
    found = overriding(NOTHING, election_lease_duration=given, election_renew_deadline="2s", election_retry_period="1")
    assert found.election.lease_duration == seconds


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"election_lease_duration": "soon"}, "'soon' is no duration"),
        ({"election_lease_duration": "5s"}, "two could lead at once"),
        ({"election_retry_period": "9s"}, "too long for a renew_deadline"),
        ({"election_lock_name": "Not A Name"}, "--election-lock-name"),
        ({"web_listen": "8080"}, "--listen"),
    ],
)
def test_a_bad_option_is_told_with_its_name_and_what_to_do(options: dict[str, str], said: str) -> None:
    with pytest.raises(UserError) as refused:
        overriding(NOTHING, **options)
    assert said in str(refused.value)
    assert "  do:    " in str(refused.value)
