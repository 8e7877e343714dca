"""Every route of the API, in one place: a path below /client/v4, and what answers each method.

Parameters whose name ends in `_id` are identifiers, 32 hexadecimal digits. Of two paths that fit, the first counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lab.api.http import Answer
from lab.cloudflare import accounts, batch, records, tokens, zones
from lab.cloudflare.calls import Call
from lab.cloudflare.lists.routes import ROUTES as LISTS
from lab.cloudflare.load_balancing.routes import ROUTES as LOAD_BALANCING

Handler = Callable[[Call], Answer]

PREFIX = "/client/v4"

ROUTES: Mapping[str, Mapping[str, Handler]] = {
    tokens.VERIFY: {"GET": tokens.verify},
    "/accounts": {"GET": accounts.list_accounts},
    "/accounts/{account_id}": {"GET": accounts.get_account},
    "/zones": {"GET": zones.list_zones},
    "/zones/{zone_id}": {"GET": zones.get_zone},
    "/zones/{zone_id}/dns_records": {"GET": records.list_records, "POST": records.post_record},
    "/zones/{zone_id}/dns_records/batch": {"POST": batch.post_batch},
    "/zones/{zone_id}/dns_records/{dns_record_id}": {
        "GET": records.get_record,
        "PUT": records.put_record,
        "PATCH": records.patch_record,
        "DELETE": records.delete_record,
    },
    **LOAD_BALANCING,
    **LISTS,
}
