"""Compare versions of TrueNorth, as they stand in its package and in the state that it has made (PEP 440)."""

from __future__ import annotations

import re

_VERSION = re.compile(
    r"(?:(\d+)!)?(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?(?:\+[a-z0-9]+(?:\.[a-z0-9]+)*)?",
    re.ASCII,
)
"""A version in its normal form; what stands after + is local, and says nothing of the order here."""
_PHASES = {"a": 0, "b": 1, "rc": 2}
_DEVELOPED, _FINAL = -1, 3
_MOST = 64
"""Characters: no version of ours is longer."""


def is_newer(text: str, than: str) -> bool:
    """Return whether a version is newer than another. A text in a form that is not known yet counts as newer."""
    first, second = _key(text), _key(than)
    return first is None or (second is not None and first > second)


def _key(text: str) -> tuple[int, tuple[int, ...], int, int, int, int, int] | None:
    match = _VERSION.fullmatch(text) if len(text) <= _MOST else None
    if match is None:
        return None
    epoch, release, phase, number, post, dev = match.groups()
    numbers = [int(one) for one in release.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    unphased = _DEVELOPED if dev and not post else _FINAL
    return (
        int(epoch or 0),
        tuple(numbers),
        _PHASES[phase] if phase else unphased,
        int(number or 0),
        int(post) if post else -1,
        0 if dev else 1,
        int(dev or 0),
    )
