"""The settings of a stack, as one typed model, and how they are parsed from values and the environment.

A setting is `truenorth:<name>` in `Pulumi.<stack>.yaml`, and the
environment variable TRUENORTH_<NAME> wins over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from components.marks import external_dns
from stacks.model.errors import UserError
from stacks.model.values import WAN
from stacks.settings.checks.geo import check_geo
from stacks.settings.checks.stack import check_comment_marks, check_links, check_pushers
from stacks.settings.checks.views import PlacedZone, check_apart, check_views
from stacks.settings.cluster import ClusterDefaults, ClusterSettings, SourceName, check_clusters, filled_in
from stacks.settings.deploy import DeploySettings
from stacks.settings.detection import header_secrets
from stacks.settings.environment import geo_filled_in, wan_filled_in
from stacks.settings.fields import Zone
from stacks.settings.finding.placing import Written, placed
from stacks.settings.finding.selection import Entry, Found, FoundZones, listed
from stacks.settings.geo import GeoSettings
from stacks.settings.lists.address_list import MOST_LISTS, AddressListSettings, check_address_lists
from stacks.settings.neighbours.docker import MOST_DAEMONS, DockerSettings, as_written, check_daemons
from stacks.settings.neighbours.external_dns import ExternalDnsSettings
from stacks.settings.problems import Origins, fault, problems_of, short
from stacks.settings.secrets.files import read_secret
from stacks.settings.wan import WanSettings
from stacks.settings.watch import WatchSettings
from stacks.settings.zone import ZoneSettings, inheriting
from stacks.settings.zones.entries import NameSettings

NAMESPACE = "truenorth"
ENVIRONMENT_PREFIX = "TRUENORTH_"
EXTERNAL_DNS_KEY = "EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY"
"""The variable from which external-dns itself takes `--txt-encrypt-aes-key`."""


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
    zones: tuple[Entry, ...] = ()
    """Further zones, which take the settings of the stack that they do not set; `auto`: all that the token sees."""
    owner: str = Field(default="", pattern=r"^[A-Za-z0-9._/-]{0,63}$")
    """The owner of the records, written into each mark, one for each stack at a zone; empty: the stack's name."""
    backend: str = ""
    """Where `truenorth` keeps Pulumi's state (a URL); PULUMI_BACKEND_URL wins; empty: a folder of yours."""
    guard: GuardSettings = Field(default_factory=GuardSettings)
    """How much a run may change before a person has to look."""
    shards: Annotated[int, Field(ge=1, le=1000)] | Literal["auto", "zone", "cluster", "namespace"] = "auto"
    """The number of stacks over which the names are spread, or the property by which they are."""
    send: Literal["at-once", "engine"] = "at-once"
    """When planned changes go to Cloudflare or a name server: while the engine starts, or once it asks for them."""
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
    docker: Annotated[tuple[DockerSettings, ...], Field(max_length=MOST_DAEMONS)] = ()
    """The Docker daemons with containers that get names by their labels; none: no daemon is read."""
    geo: GeoSettings | None = None
    """Load balancing across clusters; none: this stack has no part in it, and leaves what it was in."""
    address_lists: Annotated[tuple[AddressListSettings, ...], Field(max_length=MOST_LISTS)] = ()
    """Lists of an account at Cloudflare that get the detected addresses, for rules of its WAF."""
    _external_dns_key: bytes | None = PrivateAttr(default=None)
    _found: Found = PrivateAttr(default_factory=Found)
    _origins: Origins = PrivateAttr(default_factory=Origins)

    @model_validator(mode="before")
    @classmethod
    def _zones_inherit(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
        if not isinstance(data, dict) or not isinstance(zones := listed(data.get("zones")), list | tuple):
            return data
        return data | {"zones": [inheriting(data, zone) for zone in zones]}

    @model_validator(mode="before")
    @classmethod
    def _entries_are_filled_in(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
        if not isinstance(data, dict):
            return data
        if isinstance(daemons := data.get("docker"), list | tuple):
            data = data | {"docker": [as_written(one) for one in daemons]}
        if isinstance(clusters := data.get("clusters"), list | tuple):
            data = data | {"clusters": [filled_in(data, cluster) for cluster in clusters]}
        return data

    @model_validator(mode="after")
    def _clusters_differ(self) -> Settings:
        check_clusters(self.clusters)
        check_daemons(self.docker, (one.name for one in self.clusters))
        return self

    @model_validator(mode="after")
    def _zones_differ(self) -> Settings:
        if not self.each_zone() and not self.finding:
            raise fault("the setting 'zone' is missing", "set truenorth:zone, or list several in truenorth:zones")
        own: list[PlacedZone] = [((), self)] if self.zone else []
        placed: list[PlacedZone] = [*((("zones", position), zone) for position, zone in enumerate(self.zones)), *own]
        check_apart(placed)
        check_views(
            placed,
            (*(one.name for one in self.each_cluster()), *(one.name for one in self.docker)),
            is_whole=bool(self.zone) or not (self.names or self.records),
            asks_outside=bool(self.watch.webhook.listen or self.geo),
        )
        return self

    @model_validator(mode="after")
    def _geo_fits(self) -> Settings:
        if self.geo and not self.finding:
            check_geo(self.geo, self.each_zone())
        return self

    @model_validator(mode="after")
    def _links_exist(self) -> Settings:
        check_links(self.each_name(), self.wan.links)
        check_pushers(self.wan, self.watch.dyndns.users)
        zones = (*self.each_zone(), *self.finding)
        check_address_lists(self.address_lists, zones, self.wan.families, self.wan.links)
        return self

    def each_zone(self) -> tuple[ZoneSettings, ...]:
        """Return the zones: that of the setting `zone`, where there is one, and those of `zones`."""
        return ((self,) if self.zone else ()) + tuple(one for one in self.zones if one.zone)

    @property
    def finding(self) -> tuple[FoundZones, ...]:
        """The entries of `zones` whose zones have not been found yet."""
        return tuple(one for one in self.zones if isinstance(one, FoundZones))

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
        asked = [link for _, entry in self.each_name() if not entry.targets for link in entry.links or (WAN,)]
        asked += [WAN] if self.geo and self.geo.wan else []
        asked += [link for one in self.address_lists for link in one.each_link]
        return tuple(dict.fromkeys(asked))

    def known_links(self, links: Iterable[str]) -> tuple[str, ...]:
        """Return the links among these that the settings have; an object may ask for any."""
        return tuple(link for link in links if link == WAN or link in self.wan.links)

    @property
    def found(self) -> Found:
        """The outcome of the last listing of zones."""
        return self._found

    def replacing(self, update: Mapping[str, Any], found: Found | None = None) -> Settings:
        """Return the settings with other values of some, checked anew. Raises UserError."""
        made = self.model_copy(update=dict(_checked({**dict(self), **update}, self._origins)))
        made._found = found or self._found  # noqa: SLF001 - of the same class
        check_comment_marks(made.each_zone(), made.owner, self._origins.otherwise)
        return made

    def with_found(self, zones: Iterable[Mapping[str, Any]], found: Found) -> Settings:
        """Return the settings with entries for the zones found, in place of those that stand for them.

        Raises UserError for names in no zone, ObservationError where not all zones could be listed.
        """
        written = [one for one in self.zones if one.zone]
        return _placed(self.replacing({"zones": [*written, *zones]}, found))

    def each_name(self) -> Iterator[tuple[tuple[str | int, ...], NameSettings]]:
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
        origins["zone_id"] = "environment variable CF_ZONE_ID"
    merged["wan"], of_wan = wan_filled_in(merged.get("wan", {}), environment, stack)
    merged["geo"], of_geo = geo_filled_in(merged.get("geo"), environment)
    origins |= of_wan | of_geo
    settings = _checked(merged, Origins(origins, where))
    header_secrets.sign(settings.wan, environment)
    if not settings.owner:
        settings = settings.model_copy(update={"owner": stack})
    settings._origins = Origins(origins, where)  # noqa: SLF001 - no setting
    settings = _placed(settings)
    check_comment_marks(settings.each_zone(), settings.owner, where)
    if key := read_secret(environment, EXTERNAL_DNS_KEY):
        try:
            settings._external_dns_key = external_dns.aes_key(key)  # noqa: SLF001 - no setting, so that no file has it
        except ValueError as error:
            raise UserError(str(error), f"environment variable {EXTERNAL_DNS_KEY}", "mend it, or unset it") from None
    return settings


def _placed(settings: Settings) -> Settings:
    """Return the settings of a stack without `zone` with each name in its zone, once the zones are known."""
    if settings.zone or settings.finding or not (settings.names or settings.records):
        return settings
    origins = settings._origins  # noqa: SLF001 - no setting
    entries: dict[str, Sequence[Written]] = {"names": settings.names, "records": settings.records}
    where = lambda path: f"{NAMESPACE}:{path} in {origins.of(path)}"  # noqa: E731
    return settings.replacing(
        {"zones": placed(entries, settings.zones, settings.found, where), "names": (), "records": ()}
    )


def _checked(values: Mapping[str, Any], origins: Origins) -> Settings:
    if values.get("zones") and values.get("zone") == "":  # a plain `pulumi` gives the project's default
        values = {key: value for key, value in values.items() if key != "zone"}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise UserError.of(problems_of(error, Settings, origins.of, NAMESPACE)) from None


def typed(key: str, text: str, where: str) -> Any:  # noqa: ANN401 - whatever the user wrote; the model checks it
    """Return the value in a text: the text itself for a setting that may be one, else its YAML (or JSON)."""
    field = Settings.model_fields.get(key)
    if field is not None and field.annotation in (str, bool | str):
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"the value is no YAML: {short(error)}", where, "mend the value") from None
