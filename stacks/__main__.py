"""Run the program of a stack, as `pulumi up` does, with the settings in Pulumi.<stack>.yaml."""

from __future__ import annotations

import sys
from pathlib import Path

# Pulumi starts this file with stacks/ as the first entry of sys.path; the packages stand one level up.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stacks.program import run

run()
