"""How many examples a property is tried with, by the profile of hypothesis: `dev`, `ci` or `nightly`.

`dev` is that of a run by hand, `ci` that of a run under CI=true, `nightly` that of `make campaign`; the option
--hypothesis-profile names another.
"""

from __future__ import annotations

from hypothesis import settings

SHARES = {"dev": 0.1, "ci": 0.3, "nightly": 1.0}
"""The share of a property's full number of examples, by profile."""
FEWEST = 20


def examples(full: int) -> int:
    """Return how many examples to try in the profile of this run.

    full: how many a nightly run tries.
    """
    share = SHARES.get(settings.get_current_profile_name(), 1.0)
    return max(min(full, FEWEST), round(full * share))
