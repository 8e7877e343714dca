"""Run campaigns of random faults: `make campaign`."""

import sys

from bench.campaigns.runner import campaign

sys.exit(campaign())
