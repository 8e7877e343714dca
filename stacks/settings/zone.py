"""The settings of a zone: its names and records, marks, policy and confirmation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from components import views
from components.marks import ownership
from components.plain_text import quoted
from components.records import canonical, canonical_content
from components.records.aliases import CNAME, Neighbour, objection
from components.records.providers import PROVIDERS, Provider
from stacks.model.values import HandField
from stacks.settings.checks.records import RequestedSet, check_delegations, check_hosts
from stacks.settings.expressions.names import expression
from stacks.settings.fields import Comment, CommentLimit, MarkPrefix, ObjectsOf, Proxied, Ttl, View, Zone
from stacks.settings.problems import fault
from stacks.settings.protocols.places import ProtocolSettings
from stacks.settings.zones.entries import NameSettings, RecordSettings
from stacks.settings.zones.views import has_view, with_view

DEFAULT_CANONICAL = "truenorth"
_OF_A_VIEW = frozenset({"name_servers", "private_addresses", "proxied"})
"""The settings that another view than that of everybody does not take from the stack."""


class ZoneDefaults(ProtocolSettings):
    """The defaults of each of `zones`, from the stack's settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: Literal["cloudflare", "gandi", "rfc2136", "webhook", "coredns"] = "cloudflare"
    """Who serves the zone; `rfc2136`: a name server of one's own; `webhook`: a provider that external-dns has.

    `coredns`: the cluster's CoreDNS, from a ConfigMap, for views other than `outside`.
    """
    ttl: Ttl = canonical.AUTOMATIC_TTL
    """Seconds, 60 to 86400 (30 on Enterprise zones; from 300 at Gandi), or 1 for automatic."""
    proxied: Proxied = False
    """Whether Cloudflare's proxy answers for the names, or for which: `sub(example.com) && !is(a.example.com)`."""
    comment: Comment = ""
    """A comment on each record: one line, at most 100 characters on Free zones."""
    keep: tuple[HandField, ...] = ()
    """The fields of existing records that stay as people set them at the provider: proxied, ttl, comment, tags."""
    marks: Literal["txt", "comment", "none"] = "txt"
    """The place of the mark of a record of ours: a TXT beside it, the record's comment, or none."""
    comment_limit: CommentLimit = 0
    """The longest comment, at least 50; 0: that of the zone's plan, 100 characters on Free zones, 500 on others."""
    tag_limit: Annotated[int, Field(ge=0, le=20)] = 0
    """The number of tags a record may have; 0: as the zone's plan has it, none on Free zones, 20 on others."""
    private_addresses: bool = False
    """Whether objects may point names of the zone at private addresses and names: 192.168.1.5, nas.home.arpa."""
    mark_prefix: MarkPrefix = ownership.DEFAULT_PREFIX
    """The text before a name in the name of its mark."""
    policy: Literal["sync", "upsert-only", "create-only"] = "sync"
    """`upsert-only`: nothing is deleted; `create-only`: nothing is changed either."""
    adopt: Literal["never", "owned", "same-content", "all"] = "owned"
    """Which records at wanted names are taken over: none, those with our mark, those as wished in all, or all."""
    targets: Literal["address", "cname"] = "address"
    """Whether each name has the addresses, or is an alias of `canonical_name`, which has them."""
    canonical_name: str = DEFAULT_CANONICAL
    """The name that has the addresses where `targets` is `cname`."""
    confirm: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds for which the zone's name servers are asked after a change; 0: they are not asked."""
    name_servers: tuple[str, ...] = ()
    """The name servers to ask, HOST or HOST:PORT; none: those of the zone's NS records."""


class ZoneSettings(ZoneDefaults):
    """A zone."""

    zone: Zone
    """The zone's domain, in Unicode or Punycode; behind an @ its view: example.com@inside."""
    view: View = views.OUTSIDE
    """Who is answered from it: `outside` everybody; any other name, such as `inside`, the clients of its servers."""
    objects: ObjectsOf = "all"
    """Whose objects have names here: `all`, `none`, or names of clusters and Docker daemons, a text or a list."""
    zone_id: str = ""
    """The zone's id at Cloudflare; empty: it is found by its name. Also CF_ZONE_ID in the environment."""
    token: str = ""
    """The environment variable that holds the zone's own API token; empty: the provider's usual variables."""
    names: tuple[NameSettings, ...] = ()
    """The wanted names."""
    records: tuple[RecordSettings, ...] = ()
    """Records that are written down."""

    @property
    def key(self) -> str:
        """The key of its credentials."""
        return self.zone

    @property
    def domain(self) -> str:
        """The zone's domain, without its view."""
        return views.bare(self.zone)

    def counts(self, cluster: str) -> bool:
        """Return whether the objects of a cluster or daemon have names here."""
        return self.objects == "all" or (self.objects != "none" and cluster in self.objects)

    @property
    def asked_servers(self) -> tuple[str, ...]:
        """The name servers to ask; none: those of the domain's NS records, which answer for the view outside."""
        if self.name_servers or self.view == views.OUTSIDE or self.rfc2136 is None:
            return self.name_servers
        return self.rfc2136.server

    @property
    def seconds_to_confirm(self) -> int:
        """The seconds for which its name servers are asked after a change; 0 where nobody knows those of a view."""
        return self.confirm if self.view == views.OUTSIDE or self.asked_servers else 0

    @property
    def traits(self) -> Provider:
        """The abilities of the zone's provider."""
        return PROVIDERS[self.provider]

    @model_validator(mode="before")
    @classmethod
    def _zone_has_its_view(cls, data: object) -> object:
        return with_view(data) if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _names_fit(self) -> ZoneSettings:
        if not self.zone:
            return self
        seen: dict[str, dict[Neighbour, str]] = defaultdict(dict)
        asked: list[RequestedSet] = []
        for setting, position, entry in self._entries():
            where = (setting, position)
            try:
                name = self.fqdn(entry)
                mark = ownership.mark_name(name, getattr(entry, "type", CNAME), self.mark_prefix)
                canonical.check_name(views.bare(mark))
            except ValueError as error:
                raise fault(
                    str(error),
                    f"write one label (www), @ for {self.domain} itself, or a name that ends in .{self.domain}",
                    where,
                ) from None
            for one in (Neighbour(record_type, self.wants_proxy(entry)) for record_type in self._types(entry)):
                first = next((spelled for other, spelled in seen[name].items() if other.type == one.type), None)
                if first is not None:
                    forms = "" if first == entry.name else f": {quoted(first)} and {quoted(entry.name)} are one name"
                    raise fault(f"{name} is named twice{forms}", "keep one of the two entries", where)
                what, do = objection(self.traits, one, seen[name], at_apex=name == self.zone)
                if what:
                    raise fault(f"{name} has {what}", do, where)
                seen[name][one] = entry.name
                asked.append(RequestedSet(name, one.type, where))
        check_hosts(self.records, self.domain, {views.bare(name) for name in seen})
        check_delegations(asked, self.zone, self.delegations)
        return self

    @model_validator(mode="after")
    def _provider_can(self) -> ZoneSettings:
        if not self.zone:
            return self
        if self.marks == "comment" and not self.traits.comments:
            raise fault(f"{self.traits.title} stores no comments", "use marks: txt", ("marks",))
        for setting, position, entry in self._entries():
            if self.wants_proxy(entry) and not self.traits.proxies:
                raise fault(
                    f"{self.traits.title} has no proxy",
                    "remove proxied, or set proxied: false for this zone",
                    (setting, position, "proxied"),
                )
            if isinstance(entry, RecordSettings) and self.type_of(entry) in self.traits.lacks:
                what = f"{self.traits.title} has no {self.type_of(entry)} records"
                raise fault(what, "remove the entry", (setting, position, "type"))
            ttl = self.ttl if entry.ttl is None else entry.ttl
            if self.wants_proxy(entry):
                continue  # then the ttl is automatic, whatever is written
            if ttl != canonical.AUTOMATIC_TTL and not self.traits.shortest_ttl <= ttl <= self.traits.longest_ttl:
                raise fault(
                    f"{entry.name}: a ttl of {ttl} seconds is not possible at {self.traits.title}",
                    f"use {self.traits.ttls}, or 1 for automatic",
                    (setting, position, "ttl"),
                )
        return self

    def wants_proxy(self, entry: NameSettings | RecordSettings) -> bool:
        """Return whether an entry is to be proxied: where it says so, or as names of the zone and tunnels are."""
        if entry.proxied is not None:
            return entry.proxied
        if isinstance(entry, RecordSettings):
            return entry.leads_to_tunnel(self.provider)
        return self.proxies(self.fqdn(entry))

    def proxies(self, name: str) -> bool:
        """Return whether a name is to be proxied that does not say so itself. name: in full."""
        return self.proxied if isinstance(self.proxied, bool) else expression(self.proxied)(views.bare(name))

    def _entries(self) -> Iterator[tuple[str, int, NameSettings | RecordSettings]]:
        for position, name in enumerate(self.names):
            yield "names", position, name
        for position, record in enumerate(self.records):
            yield "records", position, record

    def fqdn(self, entry: NameSettings | RecordSettings) -> str:
        """Return the full name of an entry. Raises ValueError.

        A record's name is relative even if it has dots, as in a zone file.
        """
        if isinstance(entry, RecordSettings) and "." in entry.name.strip("."):
            return self._in_view(canonical.fqdn_of_zone_file(entry.name, self.domain))
        return self._in_view(canonical.fqdn(entry.name, self.domain))

    def _in_view(self, name: str) -> str:
        return views.qualified(name, self.view)

    def _types(self, entry: NameSettings | RecordSettings) -> tuple[str, ...]:
        if isinstance(entry, RecordSettings):
            return (self.type_of(entry),)
        return (CNAME,) if self.is_alias(entry) else entry.types or ("A", "AAAA")

    @property
    def delegations(self) -> dict[str, tuple[str, ...]]:
        """The name servers that names are handed to, by name."""
        return {
            self.fqdn(one): tuple(canonical_content.content(one.type, text, self.domain) for text in one.content)
            for one in self.records
            if one.type == "NS"
        }

    def type_of(self, entry: RecordSettings) -> str:
        """Return the type of an entry's records: a CNAME of the zone itself is the provider's alias."""
        if entry.type == CNAME and self.fqdn(entry) == self.zone:
            return self.traits.apex_alias
        return entry.type

    def is_alias(self, entry: NameSettings) -> bool:
        """Return whether the name is a CNAME to `canonical_name`: without addresses of its own, and where allowed."""
        if self.targets != "cname" or entry.targets or entry.links or entry.host6:
            return False
        name = self.fqdn(entry)
        if name == self.zone:
            beside = any(self.fqdn(record) == name for record in self.records)
            return self.traits.apex_alias == CNAME and not beside
        return name != self.canonical_fqdn

    @property
    def canonical_fqdn(self) -> str:
        """The name with the addresses, where the other names are aliases of it."""
        return self._in_view(canonical.fqdn(self.canonical_name, self.domain))


def inheriting(outer: dict[str, Any], zone: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
    """Return the settings of one of `zones`, with defaults from the stack's settings.

    Another view than that of everybody has its own word on what differs by its nature: its servers, private addresses.
    """
    if not isinstance(zone, dict):
        return zone
    kept = ZoneDefaults.model_fields.keys() - (_OF_A_VIEW if has_view(zone) else set())
    return {key: value for key, value in outer.items() if key in kept} | zone
