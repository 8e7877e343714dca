"""A map of the world in the terminal: 72 columns by 20 rows, equirectangular, with marks at coordinates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.text import Text

WIDTH, HEIGHT = 72, 20
NORTH, SOUTH = 78.0, -56.0
"""Degrees of latitude at its edges; what lies beyond is drawn at the edge."""
_BRAILLE = 0x2800
_SOLID = 3
"""Dots of a braille character from which on plain text has a dot for it."""
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Where the dots of a braille character are, by the bit of each (Unicode, Braille Patterns): to the right, and down."""
_LAND = (
    "            ⢀⣀⣀   ⣈⣀⣀ ⠈⠉⠻⣿⣿⣿⣿⣿⣿⡿       ⠁      ⢀⡴⠒ ⣀⣀⣠⣤⣶⣶⣿⣶⣤⣀⣀⡀⢀⣀⡀",
    "  ⢀⣴⣾⣿⣷⣶⣶⣶⣶⣶⣾⣯⣭⣤⣴⣦⡄⠉⢩⣿⣦⡀ ⢻⣿⣿⣿⠟⠋⣁⣀     ⢀⣴⣾⣿⣶⣦⣠⣤⣤⣤⣤⣴⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣶⣶⣶",
    "  ⠈⢿⣿⡿⠟⠻⢿⣿⣿⣿⣿⣿⣿⣿⣿⡋⠁ ⢠⣤⣭⡀  ⠛⠟⠁   ⠁    ⣶⣿⡏⢐⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡿⠿⠿⠛⢻⡿⠟⠋",
    "         ⠙⢿⣿⣿⣿⣿⣿⣿⣿⣶⣄⣸⣿⣿⣿⡄         ⠤⣣⡀⣰⣬⣥⣾⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣏   ⠰⠋",
    "          ⠈⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡅           ⢱⣿⣿⣿⣿⣿⣿⠿⠿⣿⡿⢿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⠟",
    "           ⢹⣿⣿⣿⣿⣿⣿⣿⣿⣿⠟⠁           ⣶⣾⠏⠁⠱⡌⡟⢫⣤⣤⣽⣷⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡿⠿⡿⠁ ⠏",
    "           ⠈⢻⣿⣿⣿⣿⣿⣿⣿⠟             ⣹⣷⣶⣾⣄⡀⢀⡈⠉⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⠁⠉⠴⠚",
    "             ⢹⢿⣿⡟⠉⠉⠹             ⣰⣿⣿⣿⣿⣿⣿⣿⣿⣿⢿⣿⣿⣛⡿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡿",
    "              ⠈⢿⣧ ⡄⠐⠢⢀⡀         ⢀⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡞⣿⣿⣿⠇ ⠈⢿⣿⣿⠛⢹⣿⣿⡟⠋ ⠁",
    "                ⠉⠙⢷⡄ ⢀          ⠘⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣽⣋⠁   ⠘⣿⠁  ⢹⢿⣇  ⢇",
    "                   ⠑⢲⣿⣿⣷⣄⡀       ⠙⣿⡿⠿⢿⣿⣿⣿⣿⣿⣿⣿⡿     ⠁   ⠈⡌⠁ ⣀⠘",
    "                    ⣼⣿⣿⣿⣿⣿⡀           ⣿⣿⣿⣿⣿⣿⡟⠁         ⠸⡄ ⣾⡇⠄",
    "                    ⣿⣿⣿⣿⣿⣿⣿⣿⣦         ⢹⣿⣿⣿⣿⣿            ⠙ ⣈⠁⠃ ⠈⠿⣷⣄",
    "                    ⠸⣿⣿⣿⣿⣿⣿⣿⠋         ⢸⣿⣿⣿⣿⣿ ⣠               ⣠⣦ ⢠",
    "                     ⠘⣿⣿⣿⣿⣿⡿          ⢸⣿⣿⣿⣿⠃ ⡿             ⣠⣼⣿⣿⣿⣿⣇",
    "                     ⢀⣿⣿⣿⣿⠏⠁           ⣿⣿⣿⡟  ⠁             ⣿⣿⣿⣿⣿⣿⣿⡇",
    "                     ⢸⣿⣿⡿⠏             ⠘⠿⠛                 ⠿⠟⠛⠹⠿⣿⣿⠇",
    "                     ⢸⣿⠟⠁                                       ⠙⡋    ⢈⠇",
    "                     ⣿⡟                                              ⠐⠃",
    "                     ⠹⠆",
)
"""The land, drawn by hand after what everybody knows of the continents."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A letter at a place. Degrees, north and east positive; style: of rich."""

    letter: str
    latitude: float
    longitude: float
    style: str = ""


def draw(marks: Iterable[Mark], *, plain: bool = False) -> list[Text]:
    """The rows of the map. A mark whose place is taken stands at the nearest free one. plain: with ASCII only."""
    taken: dict[tuple[int, int], Mark] = {}
    for mark in marks:
        taken[next(place for place in _around(*place_of(mark.latitude, mark.longitude)) if place not in taken)] = mark
    return [_row(row, taken, plain=plain) for row in range(HEIGHT)]


def dots() -> Iterator[tuple[int, int]]:
    """The dots of the land, as column and row from the north-west: two a column of the map, and four a row."""
    for row, line in enumerate(_LAND):
        for column, character in enumerate(line):
            raised = 0 if character == " " else ord(character) - _BRAILLE
            for bit, (right, down) in enumerate(_DOTS):
                if raised >> bit & 1:
                    yield column * 2 + right, row * 4 + down


def place_of(latitude: float, longitude: float) -> tuple[int, int]:
    """The row and column of a place."""
    row = int((NORTH - latitude) / (NORTH - SOUTH) * HEIGHT)
    column = int((longitude + 180) / 360 * WIDTH)
    return min(max(row, 0), HEIGHT - 1), min(max(column, 0), WIDTH - 1)


def _around(row: int, column: int) -> Iterator[tuple[int, int]]:
    """The place itself, then those of its row, ever farther away, then those of the rows below, and all others."""
    for down in range(HEIGHT):
        for step in range(WIDTH):
            for beside in dict.fromkeys((column + step, column - step)):
                if 0 <= beside < WIDTH:
                    yield (row + down) % HEIGHT, beside


def _row(row: int, marks: dict[tuple[int, int], Mark], *, plain: bool) -> Text:
    line = Text()
    for column in range(WIDTH):
        mark = marks.get((row, column))
        if mark:
            line.append(mark.letter, style=mark.style)
        else:
            line.append(_land(row, column, plain=plain), style="dim")
    return line


def _land(row: int, column: int, *, plain: bool) -> str:
    drawn = _LAND[row].ljust(WIDTH)[column]
    if not plain or drawn == " ":
        return drawn
    return "." if (ord(drawn) - _BRAILLE).bit_count() >= _SOLID else " "
