"""`cloudflare:index/dnsRecord:DnsRecord`, after terraform-provider-cloudflare's `internal/services/dns_record`.

Requests: https://developers.cloudflare.com/api/resources/dns/subresources/records/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lab.plugin.cloudflare.api import ApiError, Diagnostic
from lab.plugin.cloudflare.attributes import Attribute, Form, Table, is_zero
from lab.plugin.cloudflare.checks import failures
from lab.plugin.cloudflare.import_id import parse_import_id
from lab.plugin.cloudflare.planning import plan
from lab.plugin.cloudflare.states import after_read, after_write, create_body, update_body
from lab.plugin.properties import UNKNOWN, Properties, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.plugin.cloudflare.api import Api

_TYPES: Final = (
    "A",
    "AAAA",
    "CNAME",
    "MX",
    "NS",
    "OPENPGPKEY",
    "PTR",
    "TXT",
    "CAA",
    "CERT",
    "DNSKEY",
    "DS",
    "HTTPS",
    "LOC",
    "NAPTR",
    "SMIMEA",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
    "URI",
)
_CNAME_SETTINGS: Final = ("flattenCname", "ipv4Only", "ipv6Only")

_TABLE: Final[Table] = (
    Attribute("comment", optional=True),
    Attribute("commentModifiedOn", computed=True, form=Form.TIME),
    Attribute("content", optional=True, computed=True, kept=True),
    Attribute("createdOn", computed=True, form=Form.TIME, kept=True),
    Attribute("data", optional=True, form=Form.OBJECT),
    Attribute("id", computed=True, kept=True),
    Attribute("includeShadowMetadata", optional=True, computed=True, form=Form.ABSENT, kept=True),
    Attribute("meta", computed=True, form=Form.JSON, kept=True),
    Attribute("modifiedOn", computed=True, form=Form.TIME),
    Attribute("name", required=True, description="DNS record name (or @ for the zone apex) in Punycode."),
    Attribute("priority", optional=True, bounds=(0, 65535)),
    Attribute("privateRouting", optional=True),
    Attribute("proxiable", computed=True, kept=True),
    Attribute("proxied", optional=True, computed=True, default=False),
    Attribute("settings", optional=True, computed=True, form=Form.OBJECT, kept=True),
    Attribute("tags", optional=True, computed=True),
    Attribute("tagsModifiedOn", computed=True, form=Form.TIME),
    Attribute(
        "ttl",
        required=True,
        description="Time To Live (TTL) of the DNS record in seconds. Setting to 1 means 'automatic'. Value must be "
        "between 60 and 86400, with the minimum reduced to 30 for Enterprise zones.",
    ),
    Attribute(
        "type",
        required=True,
        replaces=True,
        options=_TYPES,
        description="Record type. Available values: " + ", ".join(f'"{name}"' for name in _TYPES) + ".",
    ),
    Attribute("zoneId", required=True, replaces=True, form=Form.PATH, description="Identifier."),
)


class DnsRecord:
    """A DNS record of a zone. The state id is the record's id, the import id is `<zone_id>/<dns_record_id>`."""

    token: Final = "cloudflare:index/dnsRecord:DnsRecord"  # noqa: S105 - a type, no password
    table: Final = _TABLE

    def check(self, name: str, inputs: Mapping[str, Value]) -> list[str]:
        """Say what is wrong with the inputs of the resource called `name`; the TTL is left to the API."""
        return failures(name, _TABLE, inputs)

    def plan(self, prior: Properties | None, inputs: Mapping[str, Value]) -> Properties:
        """Plan the record; other spellings of what is in state are no change."""
        planned = plan(_TABLE, prior, inputs if prior is None else _respelled(prior, inputs))
        if prior is not None and planned["tags"] is UNKNOWN and not prior.get("tags"):
            planned["tags"] = prior.get("tags")
        if planned["tagsModifiedOn"] is UNKNOWN:
            planned["tagsModifiedOn"] = _modified_on(planned, prior, "tags")
        if planned["commentModifiedOn"] is UNKNOWN:
            planned["commentModifiedOn"] = _modified_on(planned, prior, "comment")
        return _with_cname_settings(planned)

    def create(self, api: Api, planned: Properties) -> Properties:
        """Create the record; raises Diagnostic where it is proxied with a TTL of its own, ApiError otherwise."""
        if planned["proxied"] is True and planned["ttl"] != 1:
            raise Diagnostic(
                "ttl must be set to 1 when `proxied` is true",
                "When a DNS record is marked as `proxied` the TTL must be 1 as Cloudflare will control the TTL "
                "internally.",
            )
        answer = api.call("POST", f"zones/{planned['zoneId']}/dns_records", create_body(_TABLE, planned))
        return _with_cname_settings(after_write(_TABLE, planned, answer))

    def update(self, api: Api, prior: Properties, planned: Properties) -> Properties:
        """Overwrite the whole record."""
        answer = api.call("PUT", _path(planned), update_body(_TABLE, prior, planned))
        return _with_cname_settings(after_write(_TABLE, planned, answer))

    def read(self, api: Api, prior: Properties) -> Properties | None:
        """Read the record as the API has it now; None where it is gone."""
        try:
            answer = api.call("GET", _path(prior))
        except ApiError as error:
            if error.status == 404:  # noqa: PLR2004 - the HTTP status
                return None
            raise
        return _with_cname_settings(after_read(_TABLE, prior, answer))

    def find(self, api: Api, import_id: str) -> Properties:
        """Read the record with this import id; that it is missing is an error here."""
        zone, record = parse_import_id(import_id, "<zone_id>/<dns_record_id>")
        identity: Properties = {"zoneId": zone, "id": record}
        return _with_cname_settings(after_read(_TABLE, identity, api.call("GET", _path(identity))))

    def delete(self, api: Api, prior: Properties) -> None:
        """Delete the record; that it is gone already is an error."""
        api.call("DELETE", _path(prior))


def _path(state: Properties) -> str:
    return f"zones/{state['zoneId']}/dns_records/{state['id']}"


def _respelled(prior: Properties, inputs: Mapping[str, Value]) -> Properties:
    """Give the inputs the state's spelling where they mean what is in state."""
    wanted = dict(inputs)
    for name, means_the_same in (("name", _same_name), ("settings", _both_defaults)):
        if means_the_same(wanted.get(name), prior.get(name)):
            wanted[name] = prior.get(name)
    content, stored = wanted.get("content"), prior.get("content")
    if wanted.get("type") == "CNAME" and isinstance(content, str) and isinstance(stored, str):
        wanted["content"] = stored if content.lower() == stored.lower() else content
    return wanted


def _same_name(wanted: Value, stored: Value) -> bool:
    """Tell whether a relative name may be the stored one: `www` and `www.example.com`. The zone's name is not known."""
    if not isinstance(wanted, str) or not isinstance(stored, str):
        return False
    if wanted == "@":
        return "." in stored
    return stored.removesuffix(".").startswith(wanted.removesuffix(".") + ".")


def _both_defaults(wanted: Value, stored: Value) -> bool:
    return wanted is not None and is_zero(wanted) and is_zero(stored)


def _modified_on(planned: Properties, prior: Properties | None, of: str) -> Value:
    """Plan when a comment or the tags were changed: nothing without any, as before where they stay the same."""
    if not planned[of]:
        return None
    if prior is not None and planned[of] == prior.get(of):
        return prior.get(f"{of}ModifiedOn")
    return UNKNOWN


def _with_cname_settings(state: Properties) -> Properties:
    """Count settings left out of a CNAME record as false; other types have none."""
    settings = state["settings"]
    if state["type"] != "CNAME" or settings is UNKNOWN:
        return state
    given = settings if isinstance(settings, dict) else {}
    filled = {name: False if given.get(name) is None else given[name] for name in _CNAME_SETTINGS}
    return {**state, "settings": {**given, **filled}}
