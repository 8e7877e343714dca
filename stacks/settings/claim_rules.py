"""The settings of a cluster that say who may ask for which names and targets, and for how much."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from stacks.model.name_patterns import check_namespace, check_pattern
from stacks.settings.problems import fault

Merge = Literal["namespace", "all"]
MOST_RULES = 200
"""Of one setting: a policy of the API server goes through all of them for each name."""


def _pattern(value: str) -> str:
    try:
        return check_pattern(value.strip().lower().rstrip("."))
    except ValueError as error:
        raise fault(str(error), "write it as www.example.com, *.example.com or **.example.com") from None


def _namespace(value: str) -> str:
    try:
        return check_namespace(value)
    except ValueError as error:
        raise fault(str(error), "write the name of a namespace, or a part of it: shop, team-*") from None


def _network(value: str) -> str:
    try:
        return str(ip_network(value.strip())) if "/" in value else _raise(value)
    except ValueError as error:
        raise fault(
            str(error), "write it as 192.0.2.0/24 or 2001:db8::/32, a single address with /32 or /128"
        ) from None


def _raise(value: str) -> str:
    raise ValueError(f"{value!r} is no network")


NamePattern = Annotated[str, AfterValidator(_pattern)]
NamespacePattern = Annotated[str, AfterValidator(_namespace)]
Network = Annotated[str, AfterValidator(_network)]


class DomainSettings(BaseModel):
    """Names that the objects of some namespaces may ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    namespaces: Annotated[tuple[NamespacePattern, ...], Field(max_length=MOST_RULES)] = ()
    """Namespaces, `*` for a part of a name; none: all, and objects without one, such as nodes."""
    labels: dict[str, str] = Field(default_factory=dict)
    """Labels that the namespace has to have, each with this value."""
    names: Annotated[tuple[NamePattern, ...], Field(min_length=1, max_length=MOST_RULES)]
    """Patterns: `*` for a part of a label, `**` in front for any labels; a label with `_` in front is spelled out."""
    exclude: Annotated[tuple[NamePattern, ...], Field(max_length=MOST_RULES)] = ()
    """Patterns of names among these that they may not ask for."""


class TargetSettings(BaseModel):
    """Targets that objects may point their names at. Detected addresses are always allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    networks: Annotated[tuple[Network, ...], Field(max_length=MOST_RULES)] = ()
    """Networks of addresses: 192.0.2.0/24."""
    names: Annotated[tuple[NamePattern, ...], Field(max_length=MOST_RULES)] = ()
    """Patterns of host names, as in `domains`."""

    @property
    def are_limited(self) -> bool:
        """Whether anything is not allowed."""
        return bool(self.networks or self.names)


class ClaimRules(BaseModel):
    """The rules for what the objects of a cluster may ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    merge: Merge = "namespace"
    """The objects that may share a name: those of one namespace, or all. The same targets may always be asked for."""
    domains: Annotated[tuple[DomainSettings, ...], Field(max_length=MOST_RULES)] = ()
    """Who may ask for which names; none: everybody for any name without a label that begins with `_`."""
    targets: TargetSettings = Field(default_factory=TargetSettings)
    """The targets that may be pointed at; none: any."""
    names_per_object: Annotated[int, Field(ge=1, le=10_000)] = 250
    """The number of names that one object may ask for."""
    targets_per_name: Annotated[int, Field(ge=1, le=1_000)] = 100
    """The number of targets that a name may have."""

    @property
    def asks_for_labels(self) -> bool:
        """Whether a rule depends on the labels of namespaces."""
        return any(one.labels for one in self.domains)

    @model_validator(mode="after")
    def _labels_are_of_namespaces(self) -> ClaimRules:
        for position, one in enumerate(self.domains):
            if any(len(text) > 317 or not text.isprintable() for pair in one.labels.items() for text in pair):  # noqa: PLR2004 - a prefix of 253, a slash, a name of 63
                raise fault("a label of a namespace cannot be that", "write it as team: web", ("domains", position))
        return self
