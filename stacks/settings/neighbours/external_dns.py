"""The settings of an external-dns that writes to the same zones."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, model_validator

from components.marks.external_dns import Affix
from stacks.settings.problems import fault


class ExternalDnsSettings(BaseModel):
    """The options `--txt-...` of an external-dns that writes to our zones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = ""
    """Its `--txt-prefix`."""
    suffix: str = ""
    """Its `--txt-suffix`."""
    wildcard: str = ""
    """Its `--txt-wildcard-replacement`."""

    @model_validator(mode="after")
    def _affix_is_possible(self) -> ExternalDnsSettings:
        try:
            self.affix()
        except ValueError as error:
            raise fault(str(error), "write what external-dns was started with") from None
        return self

    def affix(self) -> Affix:
        """Return the affix of the names of its marks."""
        return Affix(self.prefix, self.suffix, self.wildcard)
