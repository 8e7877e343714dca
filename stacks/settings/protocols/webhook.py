"""The settings of a provider that speaks the webhook protocol of external-dns."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from components.webhook.connection import LONGEST_TIMEOUT, USUAL_TIMEOUT, WebhookPlace
from stacks.settings.problems import fault


def _url(value: str) -> str:
    if reason := WebhookPlace(value.strip()).faults().get("url"):
        raise fault(reason, "write where the provider takes requests, e.g. http://localhost:8888")
    return value.strip().rstrip("/")


class WebhookProviderSettings(BaseModel):
    """The provider of external-dns's webhook protocol that has the zone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_url)]
    """Where it takes requests. A token for a proxy before it is in DNS_WEBHOOK_TOKEN, or the variable `token` names."""
    timeout: Annotated[int, Field(ge=1, le=LONGEST_TIMEOUT)] = USUAL_TIMEOUT
    """Seconds for a whole answer."""

    @property
    def place(self) -> tuple[str, str]:
        """The URL, and the seconds."""
        return self.url, str(self.timeout)


WebhookProvider = Annotated[WebhookProviderSettings | None, BeforeValidator(lambda value: value or None)]
"""None for an empty mapping, too: Pulumi gives one where nothing is set."""
