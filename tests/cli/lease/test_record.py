"""What is written into a Lease."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.lease.record import LeaseName, LeaseRecord, claimed, decode, identity, micro_time, released
from stacks.kube.api import ClusterUnreachable
from stacks.settings.watch import ElectionSettings

PLACE, PACE = LeaseName("home", "truenorth"), ElectionSettings(lease_duration=14.2)
NOW = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)


def test_times_are_utc_with_microseconds() -> None:
    assert micro_time(NOW) == "2026-01-02T03:04:05.000006Z"
    assert micro_time(NOW.astimezone(timezone(timedelta(hours=5)))) == "2026-01-02T03:04:05.000006Z"


def test_the_hosts_of_the_last_holders_stay_known_when_the_lease_passes_on() -> None:
    first = claimed(None, PLACE, "a_1", PACE, NOW, "a")
    given_back = released(first, NOW)
    second = claimed(given_back, PLACE, "b_2", PACE, NOW, "b")
    assert decode(claimed(second, PLACE, "c_3", PACE, NOW, "c")).hosts == ("a", "b", "c")
    many = second
    for number in range(40):
        many = claimed(many, PLACE, f"h{number}_1", PACE, NOW, f"h{number}")
    assert decode(many).hosts == tuple(f"h{number}" for number in range(24, 40))


def test_of_a_holder_of_an_older_version_the_host_is_in_its_identity() -> None:
    assert decode(claimed(None, PLACE, "pod-a_1f", PACE, NOW)).hosts == ("pod-a",)


def test_a_first_claim_makes_the_lease() -> None:
    made = claimed(None, PLACE, "a", PACE, NOW)
    assert made["metadata"] == {"namespace": "home", "name": "truenorth"}
    assert decode(made) == LeaseRecord("a", 15.0, micro_time(NOW), micro_time(NOW), 0)


def test_a_renewal_keeps_when_it_was_acquired_and_all_that_others_wrote() -> None:
    made = claimed(None, PLACE, "a", PACE, NOW)
    made["metadata"] |= {"resourceVersion": "7", "labels": {"team": "dns"}}
    made["spec"]["strategy"] = "OldestEmulationVersion"
    later = claimed(made, PLACE, "a", PACE, NOW + timedelta(seconds=2))
    assert later["metadata"] == made["metadata"]
    assert later["spec"]["strategy"] == "OldestEmulationVersion"
    assert decode(later) == LeaseRecord("a", 15.0, micro_time(NOW), micro_time(NOW + timedelta(seconds=2)), 0)


def test_each_change_of_the_holder_counts() -> None:
    first = claimed(None, PLACE, "a", PACE, NOW)
    second = claimed(released(first, NOW), PLACE, "b", PACE, NOW)
    third = claimed(second, PLACE, "c", PACE, NOW)
    assert [decode(one).transitions for one in (first, second, third)] == [0, 1, 2]


@pytest.mark.parametrize("moment", [NOW, NOW.replace(microsecond=999_999)])
def test_a_renewal_changes_the_lease_even_where_the_wall_clock_stands_still(moment: datetime) -> None:
    before = claimed(None, PLACE, "a", PACE, moment)
    for _ in range(3):
        after = claimed(before, PLACE, "a", PACE, moment)
        assert after != before
        before = after


@given(st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=8), max_size=3))
def test_what_is_no_lease_is_an_api_error(manifest: dict[str, object]) -> None:
    with pytest.raises(ClusterUnreachable, match="no Kubernetes API"):
        decode(manifest)


def test_no_two_identities_are_the_same() -> None:
    made = {identity({"POD_NAME": "truenorth-0"}) for _ in range(100)}
    assert len(made) == 100
    assert all(one.startswith("truenorth-0_") for one in made)
    assert identity({}).partition("_")[0]
