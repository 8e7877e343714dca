"""The settings of a stack, as one typed model, and how they are parsed from values and the environment.

A setting is `truenorth:<name>` in `Pulumi.<stack>.yaml`, and the
environment variable TRUENORTH_<NAME> wins over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from components.marks import external_dns, in_comments
from components.marks.external_dns import Affix
from components.records.plan_limits import USUAL_COMMENT
from stacks.model.errors import UserError
from stacks.model.values import WAN
from stacks.settings import geo_environment
from stacks.settings.checks.geo import check_geo
from stacks.settings.checks.records import check_names
from stacks.settings.cluster import ClusterDefaults, ClusterSettings, SourceName, check_clusters, filled_in
from stacks.settings.deploy import DeploySettings
from stacks.settings.fields import Zone
from stacks.settings.geo import GeoSettings
from stacks.settings.problems import fault, problems_of
from stacks.settings.secrets.files import read_secret
from stacks.settings.wan import WanSettings
from stacks.settings.watch import WatchSettings
from stacks.settings.zone import NameSettings, RecordSettings, ZoneSettings, inheriting

NAMESPACE = "truenorth"
ENVIRONMENT_PREFIX = "TRUENORTH_"
EXTERNAL_DNS_KEY = "EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY"
"""The variable from which external-dns itself takes `--txt-encrypt-aes-key`."""


class ExternalDnsSettings(BaseModel):
    """The options `--txt-...` of an external-dns that writes to our zones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = ""
    """Its `--txt-prefix`."""
    suffix: str = ""
    """Its `--txt-suffix`."""
    wildcard: str = ""
    """Its `--txt-wildcard-replacement`."""

    @model_validator(mode="after")
    def _affix_is_possible(self) -> ExternalDnsSettings:
        try:
            self.affix()
        except ValueError as error:
            raise fault(str(error), "write what external-dns was started with") from None
        return self

    def affix(self) -> Affix:
        """Return the affix of the names of its marks."""
        return Affix(self.prefix, self.suffix, self.wildcard)


class GuardSettings(BaseModel):
    """The changes that a run may make without a person's consent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.3
    """The share of a zone's owned records that may be updated within an hour, and the share that may be deleted."""
    updates: Annotated[int, Field(ge=0)] | None = None
    """The number of records that may be updated; none: as many as `share` allows."""
    deletions: Annotated[int, Field(ge=0)] | None = None
    """The number of records that may be deleted; none: as many as `share` allows."""
    from_records: Annotated[int, Field(ge=1)] = 10
    """The number of owned records from which on the guard looks at a zone."""
    emptying: bool = False
    """Whether a run may delete all that is ours in a zone, or all that one source has asked for."""
    creations: Annotated[int, Field(ge=0)] = 5000
    """The number of records that a run may make."""
    names_per_namespace: Annotated[int, Field(ge=0)] = 2000
    """The number of record sets that the objects of one namespace may have; further ones are not made."""
    allow: str = ""
    """The word of a refusal: it allows exactly the refused changes, and so once."""


class Settings(ZoneSettings):
    """All settings of a stack, checked. Those of a zone are for `zone`, and the defaults of `zones`."""

    zone: Zone = ""
    """The zone's domain, e.g. example.com; or list several in `zones`."""
    zones: tuple[ZoneSettings, ...] = ()
    """Further zones; each takes the settings of the stack that it does not set itself."""
    owner: str = Field(default="", pattern=r"^[A-Za-z0-9._/-]{0,63}$")
    """The owner of the records, written into each mark, one for each stack at a zone; empty: the stack's name."""
    backend: str = ""
    """Where `truenorth` keeps Pulumi's state (a URL); PULUMI_BACKEND_URL wins; empty: a folder of yours."""
    guard: GuardSettings = Field(default_factory=GuardSettings)
    """How much a run may change before a person has to look."""
    shards: Annotated[int, Field(ge=1, le=1000)] | Literal["auto", "zone", "cluster", "namespace"] = "auto"
    """The number of stacks over which the names are spread, or the property by which they are."""
    delete_grace: Annotated[int, Field(ge=0, le=86_400)] = 60
    """Seconds for which `watch` keeps records that are not wanted any more."""
    external_dns: tuple[ExternalDnsSettings, ...] = (ExternalDnsSettings(),)
    """An entry for each external-dns that writes to these zones."""
    wan: WanSettings = Field(default_factory=WanSettings)
    """How the WAN address is found."""
    watch: WatchSettings = Field(default_factory=WatchSettings)
    """How `truenorth watch` runs: its pace, who leads, what it shows and whom it tells."""
    deploy: DeploySettings = Field(default_factory=DeploySettings)
    """How `truenorth deploy` runs the operator: namespace, image, replicas, service and more."""
    sources: tuple[SourceName, ...] = ()
    """The kinds of objects that get names; none, and no clusters: no cluster is read."""
    cluster: ClusterDefaults = Field(default_factory=ClusterDefaults)
    """The defaults of each of `clusters`."""
    clusters: tuple[ClusterSettings, ...] = ()
    """The clusters with objects that get names; none: the one at hand."""
    geo: GeoSettings | None = None
    """Load balancing across clusters; none: this stack has no part in it, and leaves what it was in."""
    _external_dns_key: bytes | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _zones_inherit(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
        if not isinstance(data, dict) or not isinstance(data.get("zones"), list | tuple):
            return data
        return data | {"zones": [inheriting(data, zone) for zone in data["zones"]]}

    @model_validator(mode="before")
    @classmethod
    def _clusters_inherit(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
        if not isinstance(data, dict) or not isinstance(data.get("clusters"), list | tuple):
            return data
        return data | {"clusters": [filled_in(data, cluster) for cluster in data["clusters"]]}

    @model_validator(mode="after")
    def _clusters_differ(self) -> Settings:
        check_clusters(self.clusters)
        return self

    @model_validator(mode="after")
    def _zones_differ(self) -> Settings:
        if not self.each_zone():
            raise fault("the setting 'zone' is missing", "set truenorth:zone, or list several in truenorth:zones")
        if not self.zone and (self.names or self.records):
            raise fault("there are names and no zone", "set truenorth:zone, or write them under one of truenorth:zones")
        domains = [zone.zone for zone in self.each_zone()]
        for position, zone in enumerate(self.zones):
            if domains.count(zone.zone) > 1:
                raise fault(f"the zone {zone.zone} stands twice", "keep one of the two", ("zones", position))
            check_names(zone.records, zone.zone, domains, ("zones", position))
        if self.zone:
            check_names(self.records, self.zone, domains, ())
        return self

    @model_validator(mode="after")
    def _geo_fits(self) -> Settings:
        if self.geo:
            check_geo(self.geo, self.each_zone())
        return self

    @model_validator(mode="after")
    def _links_exist(self) -> Settings:
        for where, entry in self._names():
            known = ", ".join(self.wan.links) or "none"
            for link in entry.links:
                if link not in self.wan.links:
                    raise fault(
                        f"{entry.name}: there is no link {link!r}",
                        f"name one of wan.links ({known}), or describe {link!r} there",
                        (*where, "links"),
                    )
            if entry.links and entry.targets:
                raise fault(
                    f"{entry.name} has targets and links",
                    "keep targets (fixed addresses) or links (detected)",
                    (*where, "links"),
                )
        return self

    def each_zone(self) -> tuple[ZoneSettings, ...]:
        """Return the zones: that of the setting `zone`, where there is one, and those of `zones`."""
        return ((self,) if self.zone else ()) + self.zones

    def each_cluster(self) -> tuple[ClusterSettings, ...]:
        """Return the clusters to read: `clusters`, or where only `sources` or `geo` are set the one at hand."""
        geo = self.geo if self.geo and self.geo.from_objects else None
        clusters = self.clusters
        if not clusters and (self.sources or geo):
            at_hand = ClusterSettings(**self.cluster.model_dump())
            clusters = (at_hand.model_copy(update={"sources": self.sources}),)
        return tuple(one.balanced(geo) for one in clusters) if geo else clusters

    def of_zone(self, domain: str) -> ZoneSettings:
        """Return the settings of a zone. Raises KeyError for an unknown one."""
        for zone in self.each_zone():
            if zone.zone == domain:
                return zone
        raise KeyError(domain)

    def external_dns_key(self) -> bytes | None:
        """Return the key with which external-dns encrypts its marks; from the environment only, never printed."""
        return self._external_dns_key

    def asked_links(self) -> tuple[str, ...]:
        """Return the links that some name points at."""
        asked = [link for _, entry in self._names() if not entry.targets for link in entry.links or (WAN,)]
        asked += [WAN] if self.geo and self.geo.wan else []
        return tuple(dict.fromkeys(asked))

    def known_links(self, links: Iterable[str]) -> tuple[str, ...]:
        """Return the links among these that the settings have; an object may ask for any."""
        return tuple(link for link in links if link == WAN or link in self.wan.links)

    def _names(self) -> Iterator[tuple[tuple[str | int, ...], NameSettings]]:
        """Yield every name with the path of its setting."""
        for position, entry in enumerate(self.names):
            yield ("names", position), entry
        for number, zone in enumerate(self.zones):
            for position, entry in enumerate(zone.names):
                yield ("zones", number, "names", position), entry


def parse(values: Mapping[str, Any], environment: Mapping[str, str], *, stack: str, where: str) -> Settings:
    """Return the settings in plain values and the environment. Raises UserError with all faults.

    values: by name, without the namespace. stack: the default owner. where: the origin of the values, for messages.
    """
    merged, origins = dict(values), dict.fromkeys(values, where)
    for key in (*Settings.model_fields,):
        variable = ENVIRONMENT_PREFIX + key.upper()
        if environment.get(variable, "").strip():
            merged[key] = typed(key, environment[variable], f"environment variable {variable}")
            origins[key] = f"environment variable {variable}"
    if not merged.get("zone_id") and environment.get("CF_ZONE_ID", "").strip():
        merged["zone_id"] = environment["CF_ZONE_ID"].strip()
    if environment.get("DNS_SYNC_INTERVAL", "").strip() and isinstance(wan := merged.get("wan", {}), dict):
        merged["wan"] = {"recheck": environment["DNS_SYNC_INTERVAL"].strip()} | wan
    merged["geo"], filled_in_from = geo_environment.filled_in(merged.get("geo"), environment)
    origins |= filled_in_from
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise UserError.of(problems_of(error, Settings, partial(_origin, origins, where), NAMESPACE)) from None
    if not settings.owner:
        settings = settings.model_copy(update={"owner": stack})
    _check_comment_marks(settings, where)
    if key := read_secret(environment, EXTERNAL_DNS_KEY):
        try:
            settings._external_dns_key = external_dns.aes_key(key)  # noqa: SLF001 - no setting, so that no file has it
        except ValueError as error:
            raise UserError(str(error), f"environment variable {EXTERNAL_DNS_KEY}", "mend it, or unset it") from None
    return settings


def _origin(origins: Mapping[str, str], otherwise: str, path: str) -> str:
    """Return the origin of the setting at a path, else that of the setting around it, else `otherwise`."""
    return origins.get(path) or origins.get(re.split(r"[.\[]", path)[0], otherwise)


def _check_comment_marks(settings: Settings, where: str) -> None:
    """Raise UserError for a comment that leaves too little room for the mark in it."""
    for zone in settings.each_zone():
        if zone.marks != "comment":
            continue
        entries: tuple[NameSettings | RecordSettings, ...] = (*zone.names, *zone.records)
        for comment in {zone.comment, *(entry.comment for entry in entries)}:
            try:
                in_comments.encode(comment or "", settings.owner, zone.comment_limit or USUAL_COMMENT)
            except ValueError as error:
                do = "shorten it, raise comment_limit to what the zone's plan stores, or use marks: txt"
                raise UserError(str(error), where, do) from None


def typed(key: str, text: str, where: str) -> Any:  # noqa: ANN401 - whatever the user wrote; the model checks it
    """Return the value in a text: the text itself for a setting of type text, else its YAML (or JSON)."""
    field = Settings.model_fields.get(key)
    if field is not None and field.annotation is str:
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"the value is no YAML: {short(error)}", where, "mend the value") from None


def short(error: Exception) -> str:
    """Return an error's text in one line."""
    return " ".join(str(error).split())
