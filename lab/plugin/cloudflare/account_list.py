"""`cloudflare:index/list:List`, after the provider's `services/list`, without items of its own.

Requests: https://developers.cloudflare.com/api/resources/rules/subresources/lists/
"""

from __future__ import annotations

from typing import Final

from lab.plugin.cloudflare.attributes import Attribute, Form, Table
from lab.plugin.cloudflare.collected import Collected

_TABLE: Final[Table] = (
    Attribute(
        "accountId",
        required=True,
        replaces=True,
        form=Form.PATH,
        description="The Account ID for this resource.",
    ),
    Attribute("createdOn", computed=True),
    Attribute("description", optional=True),
    Attribute("id", computed=True, kept=True),
    Attribute(
        "kind",
        required=True,
        replaces=True,
        options=("ip", "redirect", "hostname", "asn"),
        description="The type of the list. Each type supports specific list items (IP addresses, ASNs, hostnames or "
        "redirects).",
    ),
    Attribute("modifiedOn", computed=True),
    Attribute(
        "name",
        required=True,
        replaces=True,
        description="An informative name for the list. Use this name in filter and rule expressions.",
    ),
    Attribute("numItems", computed=True),
    Attribute("numReferencingFilters", computed=True),
)

ACCOUNT_LIST: Final = Collected(
    token="cloudflare:index/list:List",  # noqa: S106 - a type, no password
    table=_TABLE,
    owner="accountId",
    collection="accounts/{}/rules/lists",
    import_form="<account_id>/<list_id>",
)
