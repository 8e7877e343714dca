"""Exit codes, and the errors that end a command."""

from __future__ import annotations

from stacks.errors import Problem, UserError

__all__ = ["Problem", "UserError"]
