"""What a campaign raises."""

from __future__ import annotations


class WrongError(Exception):
    """What must not be, was; the message says what."""
