"""Every route of the API, in one place: a path below /v5/livedns, and what answers each method."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lab.api.http import Answer
from lab.gandi import domains, records
from lab.gandi.calls import Call

Handler = Callable[[Call], Answer]

PREFIX = "/v5/livedns"

ROUTES: Mapping[str, Mapping[str, Handler]] = {
    "/domains": {"GET": domains.list_domains},
    "/domains/{fqdn}": {"GET": domains.get_domain},
    "/domains/{fqdn}/nameservers": {"GET": domains.list_name_servers},
    "/domains/{fqdn}/records": {
        "GET": records.list_records,
        "POST": records.post_record,
        "PUT": records.put_records,
        "DELETE": records.delete_records,
    },
    "/domains/{fqdn}/records/{name}": {
        "GET": records.list_records_of_name,
        "POST": records.post_record,
        "PUT": records.put_records_of_name,
        "DELETE": records.delete_records_of_name,
    },
    "/domains/{fqdn}/records/{name}/{type}": {
        "GET": records.get_record,
        "POST": records.post_record,
        "PUT": records.put_record,
        "DELETE": records.delete_record,
    },
}
