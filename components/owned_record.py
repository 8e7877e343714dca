"""OwnedRecord: all records of one name and type, and the mark that says they are ours, as one Pulumi component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_cloudflare

from components import canonical, ownership


@dataclass(frozen=True, slots=True)
class OwnedRecordArgs:
    """What an OwnedRecord declares.

    zone_id: Cloudflare's id of the zone. name: an FQDN in lower case. type: A or AAAA. targets: the content of each
    record by its slot number (0, 1, ...), which names the record in state. ttl: seconds, 1 for automatic; 1 where
    proxied. comment: one line, at most 100 characters on Free zones; "" for none. mark_name, mark_content: the TXT.
    import_ids: ids of records in the zone to take over, by logical name; only for records that state does not hold,
    because the engine replaces (deletes) a record of its own that is imported again.
    """

    zone_id: str
    name: str
    type: str
    targets: Mapping[int, str]
    ttl: int
    proxied: bool
    comment: str
    mark_name: str
    mark_content: str
    import_ids: Mapping[str, str] = field(default_factory=dict)


class OwnedRecord(pulumi.ComponentResource):
    """A record set with its mark.

    The mark is made first and removed last, so that no record of ours ever stands unmarked, not even after a crash
    between the two. A new type or zone replaces a record; the old one goes first, because A and CNAME cannot coexist.
    """

    def __init__(self, args: OwnedRecordArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("truenorth:dns:OwnedRecord", ownership.component_name(args.name, args.type), None, opts)
        mark = pulumi_cloudflare.DnsRecord(
            ownership.mark_record_name(args.name, args.type),
            zone_id=args.zone_id,
            name=args.mark_name,
            type="TXT",
            content=args.mark_content,
            ttl=canonical.AUTOMATIC_TTL,
            proxied=False,
            opts=self._options(ownership.mark_record_name(args.name, args.type), args),
        )
        self.records = [
            pulumi_cloudflare.DnsRecord(
                ownership.record_name(args.name, args.type, slot),
                zone_id=args.zone_id,
                name=args.name,
                type=args.type,
                content=target,
                ttl=args.ttl,
                proxied=args.proxied,
                comment=args.comment or None,
                opts=self._options(ownership.record_name(args.name, args.type, slot), args, mark),
            )
            for slot, target in args.targets.items()
        ]
        self.register_outputs({"targets": [record.content for record in self.records]})

    def _options(self, logical_name: str, args: OwnedRecordArgs, *before: pulumi.Resource) -> pulumi.ResourceOptions:
        record_id = args.import_ids.get(logical_name)
        return pulumi.ResourceOptions(
            parent=self,
            delete_before_replace=True,
            depends_on=list(before),
            import_=f"{args.zone_id}/{record_id}" if record_id else None,
        )
