"""The facts about Cloudflare's API: https://developers.cloudflare.com/fundamentals/api/reference/limits/."""

from __future__ import annotations

import math
from typing import Final

from cli.apiproxy.budget import Limit
from cli.apiproxy.dialect import ProviderDialect, Signature
from stacks.settings.credentials import CLOUDFLARE, Credentials


def _sign(credentials: Credentials) -> Signature:
    if credentials.token:
        return (("authorization", f"Bearer {credentials.token}"),)
    return (("x-auth-email", credentials.email), ("x-auth-key", credentials.key))


DIALECT: Final = ProviderDialect(
    provider="cloudflare",
    variable="CLOUDFLARE_BASE_URL",
    url=CLOUDFLARE,
    public_path="/user/tokens/verify",
    limit=Limit(1200, 300.0),
    least_share=0.0,
    burst=0.5,
    patience=math.inf,
    batches=True,
    sign=_sign,
)
