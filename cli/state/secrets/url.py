"""Parse the URL of state in Secrets: `kubernetes://NAMESPACE/NAME`, and `?context=` or `?kubeconfig=` where needed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, unquote, urlsplit

from stacks.model.errors import UserError
from stacks.model.shards import INFIX, label_of

SCHEME = "kubernetes"
LONGEST_NAME = 63
"""Characters: the name is the value of a label, too."""
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_OPTIONS = ("context", "kubeconfig")
_FORM = "kubernetes://NAMESPACE/NAME, e.g. kubernetes://truenorth/state-home"


@dataclass(frozen=True, slots=True)
class StateUrl:
    """The Secret of a state. context, kubeconfig: "" for those of the setting `cluster`, or the pod's."""

    namespace: str
    name: str
    context: str = ""
    kubeconfig: str = ""

    def of(self, stack: str) -> StateUrl:
        """Return the Secret of another stack of the estate: named after this, with the shard's label or its digest."""
        label = label_of(stack)
        if not label:
            return self
        name = f"{self.name}{INFIX}{label}"
        if len(name) > LONGEST_NAME or not _NAME.fullmatch(name) or ".." in name:
            ending = f"{INFIX}{hashlib.sha256(label.encode()).hexdigest()[:10]}"
            name = f"{self.name[: LONGEST_NAME - len(ending)]}{ending}"
        return replace(self, name=name)

    def __str__(self) -> str:
        return f"{SCHEME}://{self.namespace}/{self.name}"


def is_kubernetes(url: str) -> bool:
    """Tell whether the URL, well-formed or not, is one of state in Secrets."""
    return url.partition(":")[0].lower() == SCHEME


def parse(url: str) -> StateUrl:
    """Parse a URL. Raises UserError with the fault."""
    try:
        parts = urlsplit(url)
        options = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise _bad(url, str(error)) from error
    namespace, name = unquote(parts.netloc), unquote(parts.path.removeprefix("/"))
    if not _NAMESPACE.fullmatch(namespace):
        raise _bad(url, f"{namespace!r} is no namespace" if namespace else "it names no namespace")
    if not _NAME.fullmatch(name) or ".." in name:
        raise _bad(url, f"{name!r} is no name of a Secret" if name else "it names no Secret")
    if len(name) > LONGEST_NAME:
        raise _bad(url, f"the name has {len(name)} characters, and may have {LONGEST_NAME}")
    if parts.fragment or not url.partition(":")[2].startswith("//"):
        raise _bad(url, "it is not of that form")
    for option, values in options.items():
        if option not in _OPTIONS:
            raise _bad(url, f"it has the option {option!r}; there are: {', '.join(_OPTIONS)}")
        if len(values) != 1 or not values[0]:
            raise _bad(url, f"it says {option} {'more than once' if len(values) > 1 else 'without a value'}")
    return StateUrl(namespace, name, **{option: values[0] for option, values in options.items()})


def _bad(url: str, what: str) -> UserError:
    return UserError(f"the URL of the state cannot be used: {what}", url, f"write it as {_FORM}")
