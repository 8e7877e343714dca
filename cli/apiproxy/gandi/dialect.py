"""The facts about Gandi's API: https://api.gandi.net/docs/reference/. It never tells its limit, nor how much is left.

The plugin gives up after five seconds and repeats nothing: with a smaller share than this, the calls of a large run
would come after its patience, and fail.
"""

from __future__ import annotations

from typing import Final

from cli.apiproxy.budget import Limit
from cli.apiproxy.dialect import ProviderDialect, Signature
from stacks.settings.credentials import GANDI, Credentials


def _sign(credentials: Credentials) -> Signature:
    signed = f"Bearer {credentials.token}" if credentials.token else f"Apikey {credentials.key}"
    return (("authorization", signed),)


DIALECT: Final = ProviderDialect(
    provider="gandi",
    variable="GANDI_URL",
    url=GANDI,
    public_path="/v5/livedns/domains",
    limit=Limit(1000, 60.0),
    least_share=0.9,
    burst=0.1,
    patience=4.5,
    batches=False,
    sign=_sign,
)
