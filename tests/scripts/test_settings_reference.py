"""The reference of the settings says what the models say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from scripts import settings_reference
from scripts.settings_reference import document
from stacks.settings.reference.models import field_texts, sections
from stacks.settings.stack import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def row(setting: str, section: str) -> list[str]:
    """The cells behind a setting's name."""
    part = document().split(f"\n## {section}\n")[1].split("\n## ")[0]
    line = next(line for line in part.splitlines() if line.startswith(f"| `{setting}` |"))
    return [cell.strip() for cell in line.split(" | ")[1:]]


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == document(), "write it again: python -m scripts.settings_reference > docs/settings.md"


def test_every_setting_of_every_model_is_in_it() -> None:
    text = document()
    assert {section.path for section in sections()} >= {"", "names[]", "wan", "watch.election", "geo.monitor"}
    for section in sections():
        assert all(f"`{name}`" in text for name in section.model.model_fields)


@pytest.mark.parametrize(
    ("section", "setting", "cells"),
    [
        ("Of the stack", "confirm", ["from 0 to 3600", "`30`"]),
        ("Of the stack", "provider", ["`cloudflare`, `gandi`, `rfc2136`, `webhook`, `coredns`", "`cloudflare`"]),
        ("Of the stack", "ttl", ["seconds, 1 for automatic", "`1`"]),
        ("Of the stack", "geo", ["settings", "none"]),
        ("Of the stack", "guard", ["settings", "see there"]),
        ("`names[]`", "name", ["text", "required"]),
        ("`names[]`", "types", ["list of `A`, `AAAA`", "empty"]),
        ("`wan`", "accept", ["list of network", "empty"]),
        ("`wan`", "families", ["list of `ipv4`, `ipv6`", "`ipv4`"]),
        ("`watch`", "first_retry", ["duration, from 0.1 to 600", "`2`"]),
        ("`watch`", "cleanup_on_stop", ["true, false", "`false`"]),
        ("`cluster`", "timeout", ["above 0 to 300", "`10`"]),
        ("`geo`", "weight", ["1 to 100", "`33`"]),
    ],
)
def test_type_bounds_and_default_are_those_of_the_model(section: str, setting: str, cells: list[str]) -> None:
    assert row(setting, section)[:2] == cells


def test_a_setting_that_several_models_share_has_its_row_once() -> None:
    assert document().count("| `steering_policy` |") == 1


def test_texts_of_several_lines_and_of_bases_are_found() -> None:
    assert "`none`" in field_texts(Settings.model_fields["wan"].default_factory)["sources"]


class Undescribed(BaseModel):
    """A model."""

    bare: Annotated[int, Field(ge=1)] = 1
    kind: Literal["a"] = "a"
    """Of it."""


def test_a_setting_without_a_text_is_a_fault() -> None:
    assert field_texts(Undescribed) == {"kind": "Of it."}
    with pytest.raises(ValueError, match=r"Undescribed\.bare has no text"):
        list(settings_reference._rows(Undescribed, ["bare"]))  # noqa: SLF001 - the refusal is what is tested
