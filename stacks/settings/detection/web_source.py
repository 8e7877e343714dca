"""The settings of a web service as a source: its URL, with headers and an expression for the address."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import ip_address
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    field_validator,
    model_validator,
)

from components.plain_text import quoted
from stacks.model.addresses import expression
from stacks.model.values import Family
from stacks.settings.problems import fault
from stacks.settings.wan_source import Spec, WebRequest, parse

MOST_HEADERS = 16
LONGEST_HEADER = 4096
"""Characters of a header's value."""
OUR_OWN = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "upgrade"})
"""Headers by which a connection is spoken: no setting changes them."""
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}\Z")
"""RFC 9110, section 5.1."""
_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?\Z")
"""RFC 9110, section 5.5, in ASCII."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")


def _header(name: str) -> str:
    if not _NAME.match(name) or name.lower() in OUR_OWN:
        raise fault(f"{quoted(name)} is no header of a request", "write its name as in X-API-Key")
    return name


def is_value(text: str) -> bool:
    """Return whether a header can have a value."""
    return len(text) <= LONGEST_HEADER and _VALUE.match(text) is not None


def _value(text: object) -> object:
    # What is refused is not shown: it may be a secret that was put into the wrong place.
    if not isinstance(text, str) or not is_value(text):
        what = f"a header's value has up to {LONGEST_HEADER} printable ASCII characters, and none of a line's end"
        raise fault(what, "mend it; a secret stands in a variable, which secret_headers names")
    return text


def _variable(name: object) -> object:
    if not isinstance(name, str) or not _VARIABLE.match(name):
        do = "write the name of a variable, such as ROUTER_KEY, and set it to the secret"
        raise fault("secret_headers has something that is no name of a variable", do)
    return name


def _pattern(text: str) -> str:
    try:
        expression.compiled(text)
    except ValueError as error:
        do = r'write it with the address in parentheses, as in "ip": "([^"]+)"; docs/wan.md says what it may have'
        raise fault(f"the expression {quoted(text)} is refused: {error}", do) from None
    return text


Header = Annotated[str, AfterValidator(_header)]
Headers = Field(max_length=MOST_HEADERS)


class WebSource(BaseModel):
    """A web service that is asked for the address."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str
    """`https://HOST/PATH`, or `http://...`, which anybody on the way can read and forge."""
    headers: Annotated[dict[Header, Annotated[str, BeforeValidator(_value)]], Headers] = {}
    """Headers of the request, by name."""
    secret_headers: Annotated[dict[Header, Annotated[str, BeforeValidator(_variable)]], Headers] = {}
    """Headers with secrets, by name: each the environment variable that holds its value, or VARIABLE_FILE its file."""
    pattern: Annotated[str, AfterValidator(lambda text: text and _pattern(text))] = ""
    """A regular expression found in the answer, with the address as its one group; empty: the usual forms."""
    over: Literal["", "ipv4", "ipv6"] = ""
    """The family of the connection; empty: that of the address."""
    _secrets: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("headers", "secret_headers", mode="before")
    @classmethod
    def _is_a_mapping(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise fault("the headers are no mapping", "write a line each, as in X-API-Key: ROUTER_KEY")
        return value

    @model_validator(mode="after")
    def _can_be_asked(self) -> WebSource:
        try:
            spec = parse(self.url)
        except ValueError as error:
            raise fault(str(error), "write it as https://HOST/PATH", ("url",)) from None
        if spec.kind != "http":
            raise fault(f"{quoted(self.url)} is no URL", "write it as https://HOST/PATH", ("url",))
        if self.secret_headers and not self.url.startswith("https://") and not _is_inside(spec.host):
            what = f"anybody on the way to {quoted(self.url)} could read its secret_headers"
            raise fault(what, "use https; http is taken to private addresses, such as http://192.168.1.1", ("url",))
        names = [name.lower() for name in (*self.headers, *self.secret_headers)]
        if len(set(names)) < len(names):
            raise fault("a header stands twice", "keep one of the two", ("headers",))
        return self

    @property
    def spec(self) -> Spec:
        """The described source, with its secrets."""
        request = WebRequest(
            headers=tuple({**self.headers, **self._secrets}.items()),
            missing=tuple(name for header, name in self.secret_headers.items() if header not in self._secrets),
            pattern=self.pattern,
            over=Family(self.over) if self.over else None,
        )
        return replace(parse(self.url), request=request)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of `secret_headers` that are there."""
        return tuple(self._secrets.values())

    def sign(self, secrets: dict[str, str]) -> None:
        """Take the secrets of headers, by the variables that hold them."""
        self._secrets = {header: secrets[name] for header, name in self.secret_headers.items() if name in secrets}


def _is_inside(host: str) -> bool:
    """Whether a host is a private address, as it is written."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


def _kind(entry: Any) -> str:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
    return "[web]" if isinstance(entry, dict | WebSource) else "[text]"


Source = Annotated[Annotated[str, Tag("[text]")] | Annotated[WebSource, Tag("[web]")], Discriminator(_kind)]
"""An entry of `sources` or `http`."""
