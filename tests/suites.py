"""Which tests with the real engine are run by `make test`, and which by `make test-engine`."""

from __future__ import annotations

BROAD = frozenset(
    {
        "bench/campaigns",
        "cli/commands/moving/test_release.py",
        "cli/daemon/test_rejected.py",
        "cli/recovery/test_load_balancing.py",
        "cli/shards",
        "cli/test_address_lists.py",
        "cli/test_gandi.py",
        "cli/test_geo_leave.py",
        "cli/test_hand_set.py",
        "cli/test_lasting_faults.py",
        "cli/test_rejected.py",
        "cli/test_rfc2136.py",
        "cli/test_several_zones.py",
        "cli/test_views.py",
        "cli/test_whole_zone.py",
        "cli/test_wildcards.py",
        "cli/test_zone_cuts.py",
        "cli/test_zones_found.py",
        "cli/webhook",
        "components/geo/test_runs.py",
        "docs/test_commands.py",
    }
)
"""Files and folders whose tests with the engine go through many situations of one feature, and take a minute each.

`make test` has the main line of the engine's tests, so that it ends within minutes; CI runs all.
"""


def is_broad(path: str) -> bool:
    """Return whether a file, by its path below `tests`, is one of those or in such a folder."""
    return any(path == one or path.startswith(f"{one}/") for one in BROAD)
