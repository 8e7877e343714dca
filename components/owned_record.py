"""OwnedRecord: all records of one name and type in a program of one's own, with the mark that keeps others off."""

# Pulumi infers the package's schema from the annotations as they are here: no `from __future__ import annotations`.
from collections.abc import Iterator
from typing import NotRequired, TypedDict

import pulumi

from components.marks import ownership
from components.records import canonical, canonical_content, cloudflare_fields
from components.records.providers import PROVIDERS, Provider
from components.records.record import Record
from components.records.record_set import RecordSetArgs, declare_records
from components.records.types import PROXIED_TYPES, RECORD_TYPES, why_not_at

TYPE = "truenorth:index:OwnedRecord"


class OwnedRecordArgs(TypedDict):
    """The arguments of an OwnedRecord."""

    zone: str
    """The domain of the zone, like example.com."""
    zone_id: NotRequired[pulumi.Input[str]]
    """The id of the zone at Cloudflare, which needs it."""
    name: str
    """The name in the zone: www, www.example.com, or @ for the zone's own."""
    type: str
    """The record type: A, AAAA, CNAME, TXT, MX, SRV, CAA, NS, PTR, HTTPS, SVCB, TLSA, SSHFP, DS, NAPTR, LOC or URI."""
    contents: list[pulumi.Input[str]]
    """The contents as a zone file has them, one record each; one at least. A, AAAA, CNAME, TXT, NS, PTR: or outputs."""
    provider: NotRequired[str]
    """Who serves the zone: cloudflare, gandi; rfc2136, webhook with a provider of `truenorth`. Default cloudflare."""
    ttl: NotRequired[int]
    """Seconds, or 1 for automatic. Default 1."""
    proxied: NotRequired[bool]
    """Whether Cloudflare's proxy answers for the name. Default false."""
    comment: NotRequired[str]
    """A comment on each record, at Cloudflare."""
    owner: NotRequired[str]
    """Who owns the records, in their mark. Default: the program's project and stack, like shop/prod."""
    mark: NotRequired[bool]
    """Whether a TXT record beside them marks them, so that TrueNorth and external-dns let them be. Default true."""


class OwnedRecord(pulumi.ComponentResource):
    """All records of one name and type in a zone, with a TXT record that marks whose they are.

    The mark is made after them and removed before them: alone it would hide what a wildcard answers for the name.
    Contents are in the form in which the provider gives them back, so that a second `up` changes nothing.
    """

    fqdn: pulumi.Output[str]
    """The full name of the records."""

    def __init__(self, name: str, args: OwnedRecordArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        fqdn = _checked(args)
        super().__init__(TYPE, name, None, opts)
        provider = PROVIDERS[args.get("provider", "cloudflare")]
        mark = {f"{name}/mark": _mark(args, fqdn, provider)} if args.get("mark", True) else {}
        records: dict[str, Record] = {}
        outputs: dict[str, pulumi.Output[str]] = {}
        for number, content in enumerate(_contents(args, provider)):
            logical_name = f"{name}/{number}" if number else name
            if isinstance(content, str):
                records[logical_name] = _record(args, fqdn, content, provider)
            else:
                records[logical_name] = _record(args, fqdn, "", provider)
                outputs[logical_name] = content
        zone_id = canonical.ascii_name(args["zone"]) if provider.whole_sets else args.get("zone_id", "")
        declared = RecordSetArgs(
            provider=provider.name,
            zone_id=zone_id,
            name=fqdn,
            type=args["type"],
            records={**mark, **records},
            contents=outputs,
            mark_last=True,  # nobody here knows of wildcards, and nobody cleans up after a record that was refused
        )
        declare_records(declared, self, f"{name}/mark")
        self.fqdn = pulumi.Output.from_input(fqdn)
        self.register_outputs({"fqdn": self.fqdn})


def _checked(args: OwnedRecordArgs) -> str:
    """Return the full name. Raises ValueError, with all faults, where no such records can be made."""
    faults = list(_faults(args))
    try:
        zone = canonical.ascii_name(args["zone"])
        fqdn = canonical.fqdn(args["name"], zone)
        faults += filter(None, [why_not_at(args["type"], fqdn, zone)])
    except ValueError as error:
        fqdn = args["name"]
        faults.append(f"name: {error}")
    if faults:
        raise ValueError(f"the records of {args['type']} at {fqdn} cannot be made: {'; '.join(faults)}")
    return fqdn


def _faults(args: OwnedRecordArgs) -> Iterator[str]:
    provider = PROVIDERS.get(args.get("provider", "cloudflare"))
    if provider is None:
        yield f"provider: {args.get('provider')!r} is none of {', '.join(PROVIDERS)}"
        return
    if provider.whole_zones:
        yield f"provider: {provider.title} gets a zone as a whole, which only a stack of TrueNorth writes"
    if not provider.whole_sets and not args.get("zone_id"):
        yield f"zoneId: {provider.title} needs the id of the zone"
    ttl, shortest, longest = args.get("ttl", canonical.AUTOMATIC_TTL), provider.shortest_ttl, provider.longest_ttl
    if ttl != canonical.AUTOMATIC_TTL and not shortest <= ttl <= longest:
        yield f"ttl: {ttl} is not from {shortest} to {longest}, nor 1 for automatic"
    if args.get("proxied") and not (provider.proxies and args["type"] in PROXIED_TYPES):
        yield f"proxied: {provider.title} has no proxy for records of type {args['type']}"
    if args.get("comment") and not provider.comments:
        yield f"comment: {provider.title} has none"
    if args["type"] in provider.lacks:
        yield f"type: {provider.title} has no records of type {args['type']}"
    yield from _faults_of_contents(args)


def _faults_of_contents(args: OwnedRecordArgs) -> Iterator[str]:
    kind, contents = args["type"], args["contents"]
    if kind not in RECORD_TYPES:
        yield f"type: {kind!r} is none of {', '.join(RECORD_TYPES)}"
        return
    if not contents:
        yield "contents: give at least one"
    if kind == "CNAME" and len(contents) > 1:
        yield "contents: a CNAME has one (RFC 1034, 3.6.2)"
    for content in contents:
        if not isinstance(content, str):
            if cloudflare_fields.in_components(kind):
                yield f"contents: give those of {kind} as plain texts, not as outputs"
            continue
        try:
            canonical_content.content(kind, content, args["zone"])
        except ValueError as error:
            yield f"contents: {error}"


def _contents(args: OwnedRecordArgs, provider: Provider) -> list[str | pulumi.Output[str]]:
    """Return the content of each record: plain ones first, sorted, so that their order in the program is no change."""

    def content(text: str) -> str:
        return canonical_content.content(args["type"], text, canonical.ascii_name(args["zone"]))

    plain = sorted({content(one) for one in args["contents"] if isinstance(one, str)})
    given = [pulumi.Output.all(one) for one in args["contents"] if not isinstance(one, str)]
    others = [one.apply(lambda values: content(values[0])) for one in given]
    if not provider.whole_sets:
        return [*plain, *others]
    if not others:
        return [canonical_content.joined(tuple(plain))]
    return [pulumi.Output.all(*plain, *others).apply(lambda values: canonical_content.joined(tuple(values)))]


def _record(args: OwnedRecordArgs, fqdn: str, content: str, provider: Provider) -> Record:
    proxied = args.get("proxied", False)
    ttl = canonical.ttl(args.get("ttl", canonical.AUTOMATIC_TTL), proxied=proxied, automatic=provider.automatic_ttl)
    return Record(fqdn, args["type"], content, ttl, proxied, args.get("comment", ""))


def _mark(args: OwnedRecordArgs, fqdn: str, provider: Provider) -> Record:
    owner = args.get("owner") or f"{pulumi.get_project()}/{pulumi.get_stack()}"
    content = ownership.encode(ownership.Mark(ownership.HERITAGE, owner))
    name = ownership.mark_name(fqdn, args["type"])
    return Record(name, "TXT", content, provider.automatic_ttl, proxied=False, comment="")
