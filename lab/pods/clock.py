"""The wall clock of a Python program, which jumps as told: libfaketime. The clocks that only go on are left alone."""

from __future__ import annotations

from pathlib import Path

_LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketimeMT.so.1")
_PYTHON = Path(__file__).with_name("python")
_LOOKS = 1
"""Seconds after which the file is read again."""


class Clock:
    """To be set from any thread. Raises FileNotFoundError where there is no libfaketime."""

    def __init__(self, file: Path) -> None:
        found = (path for pattern in _LIBRARIES for path in Path("/").glob(pattern.lstrip("/")))
        library = next(found, None)
        if library is None:
            raise FileNotFoundError("no libfaketime here (Debian: libfaketime)")
        self._library, self._file = library, file
        self.jump(0)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make a program look at this clock; what it starts has the true time."""
        return {
            "PYTHONPATH": str(_PYTHON),
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": str(_LOOKS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    def jump(self, seconds: float) -> None:
        """Be ahead of the true time by so much; seen within a second or two."""
        staged = self._file.with_suffix(".new")
        staged.write_text(f"{seconds:+.0f}\n", encoding="ascii")
        staged.replace(self._file)
