"""Exit codes, and the errors that end a command."""

from __future__ import annotations

from stacks.errors import NotNow, Problem, UserError, is_disk_full

__all__ = ["NotNow", "Problem", "UserError", "is_disk_full"]
