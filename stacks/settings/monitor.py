"""The settings of a monitor, by which Cloudflare checks the origins of a pool."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from components.geo.values import MonitorType
from stacks.settings.problems import fault

_WITH_PORT = frozenset({"tcp", "udp_icmp", "smtp"})


class MonitorSettings(BaseModel):
    """The check of origins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: MonitorType = "https"
    """The protocol of the check."""
    interval: Annotated[int, Field(ge=5, le=3600)] = 60
    """Seconds between two checks."""
    timeout: Annotated[int, Field(ge=1, le=10)] = 5
    """Seconds until a check has failed."""
    retries: Annotated[int, Field(ge=0, le=5)] = 2
    """Checks that fail before an origin counts as down."""
    method: str = "GET"
    """The method of http and https."""
    path: str = "/"
    """The path of http and https."""
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    """The port; 0: that of the type."""
    expected_codes: str = "2xx"
    """The codes of http and https that are healthy: `200`, `2xx`, with commas between."""
    expected_body: str = ""
    """A text that must be in the answer."""
    follow_redirects: bool = False
    """Whether redirects of http and https are followed."""
    allow_insecure: bool = False
    """Whether any certificate will do."""
    header: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Sent with the request, each name with its values."""
    probe_zone: str = ""
    """The zone with the settings that the checks follow."""
    consecutive_up: Annotated[int, Field(ge=0, le=100)] = 0
    """Checks that succeed before an origin counts as up."""
    consecutive_down: Annotated[int, Field(ge=0, le=100)] = 0
    """Checks that fail before it counts as down, beside retries."""

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> MonitorSettings:
        if self.type in _WITH_PORT and not self.port:
            raise fault(f"a check of type {self.type} needs a port", "set port", ("port",))
        return self
