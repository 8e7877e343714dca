"""The settings: the one place that reads pulumi.Config, the stack's file and the environment.

A setting stands in `Pulumi.<stack>.yaml` as `truenorth:<name>`; an environment variable `TRUENORTH_<NAME>` (YAML) wins.
Credentials come from the environment only, so that none of them can reach Pulumi's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from components import canonical, ownership
from stacks.errors import UserError
from stacks.observe.wan.settings import WanSettings
from stacks.settings_problems import fault, problems_of
from stacks.values import WAN

NAMESPACE = "truenorth"
ENVIRONMENT_PREFIX = "TRUENORTH_"
SHORTEST_TTL, LONGEST_TTL = 60, 86_400
SHORTEST_ENTERPRISE_TTL = 30
LONGEST_COMMENT = 500
BASE_URL = "https://api.cloudflare.com/client/v4"

RecordType = Literal["A", "AAAA"]


def _ttl(value: int) -> int:
    if value != canonical.AUTOMATIC_TTL and not SHORTEST_ENTERPRISE_TTL <= value <= LONGEST_TTL:
        raise fault(
            f"a ttl of {value} seconds is not possible",
            f"use {SHORTEST_TTL} to {LONGEST_TTL} (from {SHORTEST_ENTERPRISE_TTL} on Enterprise zones), "
            "or 1 for automatic",
        )
    return value


def _comment(value: str) -> str:
    if "\n" in value or len(value) > LONGEST_COMMENT:
        raise fault(
            "the comment cannot be stored",
            f"use one line of at most {LONGEST_COMMENT} characters (100 on Free zones)",
        )
    return value


def _zone(value: str) -> str:
    bare = value.strip().lower().rstrip(".")
    try:
        canonical.check_name(bare)
    except ValueError as error:
        raise fault(str(error), "write the zone as its domain, e.g. example.com") from None
    if "." not in bare:
        raise fault(f"{value!r} is no zone", "write the zone as its domain, e.g. example.com")
    return bare


Ttl = Annotated[int, AfterValidator(_ttl)]
Comment = Annotated[str, AfterValidator(_comment)]
Zone = Annotated[str, AfterValidator(_zone)]


class NameSettings(BaseModel):
    """One wanted name. What is left out comes from the settings of the same name above it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    types: tuple[RecordType, ...] = ()
    targets: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """Those of `wan.links` at whose addresses the name points; none: at the machine's own WAN address."""
    ttl: Ttl | None = None
    proxied: bool | None = None
    comment: Comment | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: object) -> object:
        if isinstance(data, str):
            return {"name": data}
        if isinstance(data, dict) and "type" in data and "types" not in data:
            one = data["type"]
            return {key: value for key, value in data.items() if key != "type"} | {"types": [one]}
        return data

    @model_validator(mode="after")
    def _targets_are_addresses(self) -> NameSettings:
        for target in self.targets:
            types = self.types or (("AAAA",) if ":" in target else ("A",))
            try:
                canonical.address(target, "AAAA" if ":" in target else "A")
            except ValueError as error:
                raise fault(f"{self.name}: {error}", "write an IPv4 or IPv6 address, e.g. 203.0.113.7") from None
            if ("AAAA" if ":" in target else "A") not in types:
                raise fault(
                    f"{self.name}: the address {target} does not fit the type {', '.join(types)}",
                    "A takes IPv4 addresses, AAAA takes IPv6 addresses; or leave types out",
                )
        return self


class Settings(BaseModel):
    """All settings of a stack, checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zone: Zone
    zone_id: str = ""
    names: tuple[NameSettings, ...] = ()
    owner: str = Field(default="", pattern=r"^[A-Za-z0-9._/-]{0,63}$")
    ttl: Ttl = canonical.AUTOMATIC_TTL
    proxied: bool = False
    comment: Comment = ""
    mark_prefix: str = ownership.DEFAULT_PREFIX
    backend: str = ""
    wan: WanSettings = Field(default_factory=WanSettings)

    @model_validator(mode="after")
    def _links_exist(self) -> Settings:
        for position, entry in enumerate(self.names):
            known = ", ".join(self.wan.links) or "none"
            where = ("names", position, "links")
            for link in entry.links:
                if link not in self.wan.links:
                    raise fault(
                        f"{entry.name}: there is no link {link!r}",
                        f"name one of wan.links ({known}), or describe {link!r} there",
                        where,
                    )
            if entry.links and entry.targets:
                raise fault(
                    f"{entry.name} has targets and links", "keep targets (fixed addresses) or links (detected)", where
                )
        return self

    def asked_links(self) -> tuple[str, ...]:
        """The links whose addresses some name asks for."""
        asked = [link for entry in self.names if not entry.targets for link in entry.links or (WAN,)]
        return tuple(dict.fromkeys(asked))

    @model_validator(mode="after")
    def _names_fit(self) -> Settings:
        seen: dict[str, str] = {}
        for position, entry in enumerate(self.names):
            where = ("names", position)
            try:
                name = canonical.fqdn(entry.name, self.zone)
                canonical.check_name(ownership.mark_name(name, "AAAA", self.mark_prefix))
            except ValueError as error:
                raise fault(
                    str(error),
                    f"write one label (www), @ for {self.zone} itself, or a name that ends in .{self.zone}",
                    where,
                ) from None
            if name in seen:
                raise fault(f"{name} is named twice", "keep one of the two entries", where)
            seen[name] = entry.name
            proxied = self.proxied if entry.proxied is None else entry.proxied
            if proxied and (entry.ttl or canonical.AUTOMATIC_TTL) != canonical.AUTOMATIC_TTL:
                raise fault(
                    f"{name} is proxied and has a ttl of {entry.ttl}: proxied records have an automatic ttl",
                    "remove the ttl, or set proxied: false",
                    where,
                )
        return self


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs a request to Cloudflare: a token, or a key with its account's email address. Never printed."""

    token: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    email: str = ""
    base_url: str = BASE_URL

    def headers(self) -> dict[str, str]:
        """The HTTP headers of a signed request."""
        if self.token:
            return {"Authorization": f"Bearer {self.token}"}
        return {"X-Auth-Key": self.key, "X-Auth-Email": self.email}

    def environment(self) -> dict[str, str]:
        """The variables that the provider plugin reads."""
        signed = (
            {"CLOUDFLARE_API_TOKEN": self.token}
            if self.token
            else {"CLOUDFLARE_API_KEY": self.key, "CLOUDFLARE_EMAIL": self.email}
        )
        return signed | {"CLOUDFLARE_BASE_URL": self.base_url}


def credentials(environment: Mapping[str, str]) -> Credentials:
    """Cloudflare's credentials; the provider's own variables win over the CF_ ones of other tools. Raises UserError."""

    def first(*names: str) -> str:
        return next((environment[name].strip() for name in names if environment.get(name, "").strip()), "")

    found = Credentials(
        token=first("CLOUDFLARE_API_TOKEN", "CF_API_TOKEN"),
        key=first("CLOUDFLARE_API_KEY", "CF_API_KEY"),
        email=first("CLOUDFLARE_EMAIL", "CF_API_EMAIL"),
        base_url=(first("CLOUDFLARE_BASE_URL") or BASE_URL).rstrip("/"),
    )
    if not found.token and not (found.key and found.email):
        raise UserError(
            "there are no credentials for Cloudflare",
            "environment: CLOUDFLARE_API_TOKEN is not set",
            "create an API token with Zone:Read and DNS:Edit on the zone and export CLOUDFLARE_API_TOKEN "
            "(or CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL)",
        )
    return found


def parse(values: Mapping[str, Any], environment: Mapping[str, str], *, stack: str, where: str) -> Settings:
    """Settings from plain values (keys without the namespace) and the environment. Raises UserError with all faults."""
    merged, origins = dict(values), dict.fromkeys(values, where)
    for key in (*Settings.model_fields,):
        variable = ENVIRONMENT_PREFIX + key.upper()
        if environment.get(variable, "").strip():
            merged[key] = _typed(key, environment[variable], f"environment variable {variable}")
            origins[key] = f"environment variable {variable}"
    if not merged.get("zone_id") and environment.get("CF_ZONE_ID", "").strip():
        merged["zone_id"] = environment["CF_ZONE_ID"].strip()
    if environment.get("DNS_SYNC_INTERVAL", "").strip() and isinstance(wan := merged.get("wan", {}), dict):
        merged["wan"] = {"recheck": environment["DNS_SYNC_INTERVAL"].strip()} | wan
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        found = problems_of(error, Settings, lambda key: origins.get(key, where), NAMESPACE)
        raise UserError.of(found) from None
    return settings if settings.owner else settings.model_copy(update={"owner": stack})


def from_pulumi(config: Mapping[str, str], environment: Mapping[str, str], stack: str) -> Settings:
    """Settings of the running program from Pulumi's configuration bag: `truenorth:key` to text or JSON."""
    prefix = f"{NAMESPACE}:"
    values = {
        key.removeprefix(prefix): _typed(key.removeprefix(prefix), text, f"setting {key} of stack {stack}")
        for key, text in config.items()
        if key.startswith(prefix)
    }
    return parse(values, environment, stack=stack, where=f"configuration of stack {stack}")


def from_file(path: Path, environment: Mapping[str, str], stack: str) -> Settings:
    """Settings from `Pulumi.<stack>.yaml`. Raises UserError where it is missing, unreadable or wrong."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"there are no settings for the stack {stack!r}",
            str(path),
            "create the file (stacks/Pulumi.demo.yaml is an example), or name another stack with --stack",
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"the settings cannot be read: {_short(error)}", str(path), "mend the file") from None
    if document is None:
        document = {}
    entries = document.get("config", {}) if isinstance(document, dict) else None
    if not isinstance(entries, dict):
        raise UserError(
            "the settings are not a mapping", str(path), "write them as `config:` with `truenorth:...` keys"
        )
    prefix = f"{NAMESPACE}:"
    values = {str(key).removeprefix(prefix): value for key, value in entries.items() if str(key).startswith(prefix)}
    for key, value in values.items():
        if isinstance(value, dict) and set(value) == {"secure"}:
            raise UserError(
                f"{NAMESPACE}:{key} is encrypted, and no setting of TrueNorth is a secret",
                str(path),
                f"run `pulumi config set {NAMESPACE}:{key} ...` without --secret; credentials go into the environment",
            )
    return parse(values, environment, stack=stack, where=str(path))


def _typed(key: str, text: str, where: str) -> Any:  # noqa: ANN401 - whatever the user wrote; the model checks it
    """The value in a text: taken as it is for a setting that is a text, else read as YAML (of which JSON is a part)."""
    field = Settings.model_fields.get(key)
    if field is not None and field.annotation is str:
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"the value is no YAML: {_short(error)}", where, "mend the value") from None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())
