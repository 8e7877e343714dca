from __future__ import annotations

from pathlib import Path

import pytest

from cli.events import Cached, Leadership, Mended, Reloaded, Role
from cli.metrics.metrics import Metrics
from cli.metrics.process import state_size
from cli.session.backend import without_sidecars
from tests.cli.metrics.telling import EPOCH, Told


class TestTheLead:
    @pytest.mark.parametrize(("role", "leads"), [(Role.LEADER, 1), (Role.ALONE, 1), (Role.STANDBY, 0)])
    def test_is_one_for_who_leads(self, told: Told, role: Role, leads: int) -> None:
        assert told.value("truenorth_leader") == 0
        told.tell(Leadership(role))
        assert told.value("truenorth_leader") == leads

    def test_passes_on_from_what_is_heard_first(self, told: Told) -> None:
        for transitions in (57, 57, 59):
            told.tell(Leadership(Role.STANDBY, transitions=transitions))
        assert told.value("truenorth_lease_transitions_total") == 2

    def test_passes_on_with_a_lease_that_was_made_anew(self, told: Told) -> None:
        for transitions in (57, 0, 1):
            told.tell(Leadership(Role.STANDBY, transitions=transitions))
        assert told.value("truenorth_lease_transitions_total") == 1


class TestTheAddressCache:
    def test_counts_what_is_written_and_read(self, told: Told) -> None:
        told.tell(Cached(written=True), Cached(written=True, problem="forbidden"), Cached(problem="gone"))
        counted = told.series("truenorth_address_cache_operations_total")
        assert {(one["operation"], one["outcome"]): value for one, value in counted} == {
            ("write", "succeeded"): 1,
            ("write", "failed"): 1,
            ("read", "succeeded"): 0,
            ("read", "failed"): 1,
        }
        assert told.value("truenorth_address_cache_timestamp_seconds") == EPOCH


class TestSettings:
    def test_that_cannot_be_used_are_told_until_they_are_mended(self, told: Told) -> None:
        assert told.value("truenorth_settings_last_reload_successful") == 1
        told.tell(Reloaded("names: unknown key"))
        assert told.value("truenorth_settings_last_reload_successful") == 0
        told.tell(Reloaded())
        assert told.value("truenorth_settings_last_reload_successful") == 1
        assert told.value("truenorth_settings_last_reload_success_timestamp_seconds") == EPOCH
        assert told.value("truenorth_settings_reloads_total", outcome="failed") == 1
        assert told.value("truenorth_settings_reloads_total", outcome="succeeded") == 1


class TestTheStatesSize:
    def test_is_that_of_the_checkpoint(self, tmp_path: Path) -> None:
        folder = tmp_path / "some state" / ".pulumi" / "stacks" / "truenorth"
        folder.mkdir(parents=True)
        url = without_sidecars((tmp_path / "some state").as_uri())
        assert state_size(url, "truenorth", "home") is None
        (folder / "home.json.gz").write_bytes(b"x" * 7)
        assert state_size(url, "truenorth", "home") == 7
        (folder / "home.json").write_bytes(b"x" * 42)
        assert state_size(url, "truenorth", "home") == 42
        (folder / "home-shard-1.json").write_bytes(b"x" * 8)
        (folder / "homely.json").write_bytes(b"x" * 100)
        assert state_size(url, "truenorth", "home") == 50

    @pytest.mark.parametrize("url", ["s3://bucket", "https://api.pulumi.com", "", "kubernetes://dns/state"])
    def test_is_not_known_where_there_is_no_folder(self, url: str) -> None:
        assert state_size(url, "truenorth", "home") is None

    def test_is_asked_for_at_each_scrape(self) -> None:
        sizes = iter([None, 42])
        told = Told(Metrics(state_size=lambda: next(sizes)))
        assert told.value("truenorth_state_size_bytes") is None
        assert told.value("truenorth_state_size_bytes") == 42


def test_what_was_mended_is_counted(told: Told) -> None:
    told.tell(Mended("a lock of a dead process was broken"))
    assert told.value("truenorth_mended_total") == 1


def test_it_says_what_is_running() -> None:
    ((labels, value),) = Told(Metrics(engine="3.256.0")).series("truenorth_build_info")
    assert set(labels) == {"version", "engine", "python_version"}
    assert (labels["engine"], value) == ("3.256.0", 1)


def test_it_says_what_the_process_takes(told: Told) -> None:
    assert all(told.value(f"process_{name}") for name in ("cpu_seconds_total", "resident_memory_bytes"))
