"""The settings of how objects are read: kinds that nobody but the user knows of, and templates."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stacks.settings.fields import TemplateText, matching
from stacks.settings.problems import fault

MOST_FIELDS = 20
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}(?:\[\])?(?:\.[A-Za-z_][A-Za-z0-9_-]{0,62}(?:\[\])?){0,19}")
_WORD = re.compile(r"[a-z0-9][a-z0-9.-]{0,252}")
_GROUP = re.compile(rf"(?:{_WORD.pattern})?")
_KIND = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")
_CONDITION = re.compile(r"[A-Za-z0-9./-]{0,316}")
_SERVICE = re.compile(r"(?:[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62})?")

Word = Annotated[str, matching(_WORD, "no word of the API", "write it as the API does, in lower case: v1, sites")]
GroupName = Annotated[
    str,
    matching(
        _GROUP, "no API group", 'write it without the version, in lower case: example.com; "" for that of Services'
    ),
]
KindName = Annotated[str, matching(_KIND, "no kind", "write it as objects have it: Site")]
Condition = Annotated[str, matching(_CONDITION, "no type of a condition", "write it as in the object's status: Ready")]
FieldPath = Annotated[
    str, matching(_FIELD, "no field of an object", "write it as spec.rules[].host, with [] after each list")
]
ServicePlace = Annotated[str, matching(_SERVICE, "no Service", "write its namespace and its name: traefik/traefik")]


class KindSettings(BaseModel):
    """A kind of object with host names, described by its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: GroupName
    """The API group: `example.com`; empty for that of Services and ConfigMaps."""
    version: Word
    """The version in which it is read: `v1`."""
    kind: KindName
    """The kind: `Site`."""
    plural: Word
    """Its name in paths of the API: `sites`."""
    names: Annotated[tuple[FieldPath, ...], Field(max_length=MOST_FIELDS)] = ()
    """The fields with host names: `spec.rules[].host`. Those of the hostname annotation count, too."""
    reading: Literal["names", "rule"] = "names"
    """Whether these fields are names, or rules as Traefik has them."""
    addresses: Annotated[tuple[FieldPath, ...], Field(max_length=MOST_FIELDS)] = ()
    """The fields with addresses or host names that the names point at: `status.loadBalancer.ingress[].ip`."""
    service: ServicePlace = ""
    """The Service, NAMESPACE/NAME, with the addresses of objects that have none."""
    ready: Condition = ""
    """The type of the condition that has to be true; until then the records of an object stay as they are."""
    conditions: FieldPath = "status.conditions"
    """The field with the conditions."""

    @property
    def source(self) -> str:
        """The name of the source: that of its plural and group."""
        return f"{self.plural}.{self.group}".rstrip(".")


class TemplateSettings(BaseModel):
    """Templates, in the part of Go's that external-dns documents; each gives texts with commas between."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: TemplateText = ""
    """The names of an object that has none: `{{ .Name }}.{{ .Namespace }}.example.com`."""
    targets: TemplateText = ""
    """The targets of these names, of objects of other programs' kinds and of `kinds`; else they are the object's."""
    pairs: TemplateText = ""
    """Names with their targets, NAME:TARGET, of such objects."""
    combine: bool = False
    """Whether objects with names of their own get these too."""

    @model_validator(mode="after")
    def _targets_are_of_names(self) -> TemplateSettings:
        if self.targets and not self.names:
            raise fault("there are targets without names", "set templates.names too, or templates.pairs", ("targets",))
        return self
