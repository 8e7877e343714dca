"""The entries of `zones` that stand for the zones that a token sees, and the choice among those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from components.plain_text import quoted
from components.views import OUTSIDE
from stacks.model.advice import Advice
from stacks.model.name_patterns import any_matches
from stacks.settings.fields import NamePattern, Zone
from stacks.settings.finding.expressions import LONGEST, is_found, parsed
from stacks.settings.problems import fault
from stacks.settings.zone import ZoneSettings

MOST = 500
"""Patterns, or ids."""


def _expression(value: str) -> str:
    try:
        parsed(value)
    except ValueError as error:
        do = f"use at most {LONGEST} characters of a-z 0-9 . \\. [a-z] ( | ) ^ $ * + ? {{2,5}}, or include and exclude"
        raise fault(f"the expression {quoted(value)} is refused: {error}", do) from None
    return value


Expression = Annotated[str, AfterValidator(_expression)]
Patterns = Annotated[tuple[NamePattern, ...], Field(max_length=MOST)]


class Selection(BaseModel):
    """The choice among the zones that a token sees; none: all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    include: Patterns = ()
    """Patterns of zones that count: `*` for a part of a label, `**` in front for any labels; none: all."""
    exclude: Patterns = ()
    """Patterns of zones among them that do not count."""
    regex: Expression = ""
    """A regular expression that is found in the zones that count, beside `include`; empty: in all."""
    regex_exclude: Expression = ""
    """A regular expression that is found in zones that do not count; empty: in none."""
    ids: Annotated[tuple[str, ...], Field(max_length=MOST)] = ()
    """The ids of zones that count; none: all."""

    def selects(self, zone: str, zone_id: str) -> bool:
        """Return whether a zone counts, by its name in Punycode and its id."""
        return (
            (not self.include or any_matches(self.include, zone))
            and not any_matches(self.exclude, zone)
            and is_found(self.regex, zone)
            and not (self.regex_exclude and is_found(self.regex_exclude, zone))
            and (not self.ids or zone_id in self.ids)
        )


class FoundZones(ZoneSettings):
    """An entry of `zones` for all zones that its token sees; what it sets beside `auto` holds for each of them."""

    zone: Zone = ""
    """None: the zones are found."""
    auto: Selection
    """The zones that count."""

    @model_validator(mode="after")
    def _has_no_zone(self) -> FoundZones:
        if self.view != OUTSIDE:
            raise fault("an entry has auto, and a view", "name the zone of a view", ("view",))
        if self.zone or self.zone_id:
            raise fault("an entry has auto, and a zone or its id", "keep one of the two; auto takes ids")
        if not self.traits.lists_zones:
            raise fault(f"{self.traits.title} does not list its zones", "name each zone", ("auto",))
        return self

    @property
    def key(self) -> str:
        """The key of its credentials."""
        return f"auto {self.provider} {self.token}"

    def of(self, zone: str, zone_id: str) -> dict[str, Any]:
        """Return the entry of a found zone. zone_id: set where it was chosen by that."""
        given = {name: getattr(self, name) for name in ZoneSettings.model_fields}
        return given | {"zone": zone, "zone_id": zone_id if self.auto.ids else ""}


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a listing. entries: the entries of `zones` that stand for found zones."""

    entries: tuple[FoundZones, ...] = ()
    left_out: tuple[Advice, ...] = ()
    """The zones that are listed and selected, and do not count all the same, with the reasons."""
    unlisted: str = ""
    """The reason why there was no listing, so that only the zones that state knows count; "" where there was one."""
    names: Mapping[str, str] = field(default_factory=dict, compare=False)
    """The names of all listed zones, by id."""

    def selecting(self, provider: str, zone: str, zone_id: str) -> list[FoundZones]:
        """Return the entries that stand for a zone, if it is found."""
        return [one for one in self.entries if one.provider == provider and one.auto.selects(zone, zone_id)]


def _kind(entry: Any) -> str:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
    return "[auto]" if isinstance(entry, FoundZones) or (isinstance(entry, dict) and "auto" in entry) else "[zone]"


Entry = Annotated[Annotated[ZoneSettings, Tag("[zone]")] | Annotated[FoundZones, Tag("[auto]")], Discriminator(_kind)]
"""An entry of `zones`."""


def listed(zones: Any) -> Any:  # noqa: ANN401 - likewise
    """Return the setting `zones` as a list: `auto` is one entry for all zones, a mapping is one entry."""
    return [{"auto": {}}] if zones == "auto" else [zones] if isinstance(zones, dict) else zones
