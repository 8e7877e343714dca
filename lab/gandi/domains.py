"""`/domains`: the zones that a token reaches."""

from __future__ import annotations

from lab.api.http import Answer
from lab.gandi.calls import Call, success
from lab.gandi.model import domain_href

NAME_SERVERS = ("ns-1-a.gandi.net", "ns-2-b.gandi.net", "ns-3-c.gandi.net")


def list_domains(call: Call) -> Answer:
    """`GET /domains`."""
    return call.page([_as_json(call.base, zone) for zone in sorted(call.gandi.zones) if call.token.reaches(zone)])


def get_domain(call: Call) -> Answer:
    """`GET /domains/{fqdn}`."""
    return success({**_as_json(call.base, call.zone), "automatic_snapshots": False})


def list_name_servers(call: Call) -> Answer:
    """`GET /domains/{fqdn}/nameservers`."""
    return success(NAME_SERVERS if call.zone else ())


def _as_json(base: str, zone: str) -> dict[str, object]:
    href = domain_href(base, zone)
    return {
        "fqdn": zone,
        "domain_href": href,
        "domain_keys_href": f"{href}/keys",
        "domain_records_href": f"{href}/records",
    }
