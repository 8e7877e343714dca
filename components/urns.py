"""The parts of Pulumi's URNs: `urn:pulumi:STACK::PROJECT::TYPE::NAME`.

Source: https://www.pulumi.com/docs/iac/concepts/resources/names/#urns.
"""

from __future__ import annotations

SEPARATOR = "::"
_SCHEME = "urn:pulumi:"


def stack(urn: str) -> str:
    """Return the stack that a URN names."""
    return urn.removeprefix(_SCHEME).partition(SEPARATOR)[0]


def project(urn: str) -> str:
    """Return the project that a URN names."""
    return urn.split(SEPARATOR, 2)[1]


def outermost_type(urn: str) -> str:
    """Return the type of the component around a resource that is declared at the top; its own where there is none."""
    return urn.split(SEPARATOR, 3)[2].partition("$")[0]


def logical_name(urn: str) -> str:
    """Return the logical name of the resource, the last part of its URN. It may hold the separator itself."""
    return urn.split(SEPARATOR, 3)[-1]
