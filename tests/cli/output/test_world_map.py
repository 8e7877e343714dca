from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.output.world_map import HEIGHT, WIDTH, Mark, draw, place_of

PLACES = {
    "Frankfurt": (50.1, 8.7),
    "New York": (40.9, -74.5),
    "São Paulo": (-23.5, -47.0),
    "Lagos": (7.0, 4.5),
    "Moscow": (55.8, 37.6),
    "Delhi": (28.6, 77.2),
    "Sydney": (-33.0, 149.0),
}
SEAS = {"the Atlantic": (30.0, -45.0), "the Indian Ocean": (-25.0, 80.0), "the Pacific": (0.0, -140.0)}


def rows(*marks: Mark, plain: bool = False) -> list[str]:
    return [row.plain for row in draw(marks, plain=plain)]


def at(latitude: float, longitude: float, *, plain: bool = False) -> str:
    row, column = place_of(latitude, longitude)
    return rows(plain=plain)[row][column]


@pytest.mark.parametrize("plain", [False, True])
def test_it_fits_80_columns(*, plain: bool) -> None:
    assert {len(row) for row in rows(plain=plain)} == {WIDTH}
    assert len(rows()) == HEIGHT
    assert WIDTH < 80


@pytest.mark.parametrize("city", PLACES)
@pytest.mark.parametrize("plain", [False, True])
def test_cities_are_on_land(city: str, *, plain: bool) -> None:
    assert at(*PLACES[city], plain=plain) != " "


@pytest.mark.parametrize("sea", SEAS)
def test_seas_are_empty(sea: str) -> None:
    assert at(*SEAS[sea]) == " "


def test_plain_text_is_ascii() -> None:
    assert all(set(row) <= {" ", "."} for row in rows(plain=True))


def test_a_mark_stands_at_its_place() -> None:
    row, column = place_of(50.1, 8.7)
    assert rows(Mark("A", 50.1, 8.7))[row][column] == "A"


def test_marks_of_one_place_stand_beside_each_other() -> None:
    found = "".join(rows(*(Mark(letter, 50.1, 8.7) for letter in "ABC")))
    assert sorted(character for character in found if character.isalpha() and character.isascii()) == ["A", "B", "C"]


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=60))
def test_every_mark_is_on_the_map_once(places: list[tuple[float, float]]) -> None:
    marks = [Mark("@", latitude, longitude) for latitude, longitude in places]
    assert sum(row.count("@") for row in rows(*marks)) == len(marks)


def test_more_marks_than_a_row_holds_go_on_in_the_next() -> None:
    assert sum(row.count("@") for row in rows(*[Mark("@", 0, 0)] * 100)) == 100
