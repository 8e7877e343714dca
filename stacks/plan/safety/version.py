"""Compare versions of TrueNorth, as they stand in its package and in the state that it has made (PEP 440)."""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

_MOST = 64
"""Characters: no version of ours is longer."""


def is_newer(text: str, than: str) -> bool:
    """Return whether a version is newer than another, what stands after + aside.

    A text in a form that is not known yet counts as newer.
    """
    try:
        return _public(text) > _public(than)
    except InvalidVersion:
        return True


def _public(text: str) -> Version:
    if len(text) > _MOST:
        raise InvalidVersion(text)
    return Version(Version(text).public)
