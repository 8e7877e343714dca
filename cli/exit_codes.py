"""The exit codes of all commands; `truenorth --help` and docs/commands.md list them."""

from __future__ import annotations

DONE = 0
FAILED = 1
UNUSABLE = 2
DISAGREED = 3
"""Of `detect`, and of `up --detailed-exitcode`: the sources of a WAN address disagree."""
UNKNOWN = 4
REFUSED = 5
CHANGED = 6
"""Only where it is asked for: something was changed (`--detailed-exitcode`), or would be (`--expect-no-changes`).

Of `compare`: the other tool and the stack do not have the same."""
INTERRUPTED = 130
