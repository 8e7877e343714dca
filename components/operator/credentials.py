"""The Secret of an operator's credentials, and the digest by which pods follow it. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from components.operator.args import OperatorArgs
from components.operator.manifest import Manifest, manifest

ANNOTATION = "truenorth/credentials"
"""The pods' annotation with the digest: other credentials make other pods."""
OUTPUT = "credentials"
"""The component's output with the name of the Secret; "" where somebody else has made it."""
_ROUNDS = 100_000
"""Whoever sees the digest pays 50 ms for each guess."""
_BYTES = 16


def secret(args: OperatorArgs, credentials: Mapping[str, str]) -> Manifest:
    """Return the Secret of these credentials.

    They are in `data`: of `stringData` the API server forgets which keys were ours, and would keep those that go.
    """
    data = {name: base64.b64encode(value.encode()).decode() for name, value in sorted(credentials.items())}
    return manifest(args, "v1", "Secret", args.secret, type="Opaque", data=data)


def digest(args: OperatorArgs, credentials: Mapping[str, str]) -> str:
    """Return a digest of the credentials, from which none can be had; it differs from operator to operator."""
    content = "\0".join(f"{name}={value}" for name, value in sorted(credentials.items()))
    salt = f"{args.namespace}/{args.secret}"
    return hashlib.pbkdf2_hmac("sha256", content.encode(), salt.encode(), _ROUNDS, _BYTES).hex()
