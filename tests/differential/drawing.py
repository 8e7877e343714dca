"""What is drawn by chance for a corpus, the same again for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from lab.external_dns import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
Manifest = dict[str, Any]

ZONE = "example.com"
PODS = f"pods.{ZONE}"
"""The domain of pods."""
OUTSIDE = "outside.test"
OWN_PREFIX = "internal.example.com/"
"""That of annotations which one instance reads, beside another."""
SHARED = 4
"""Names that several objects may ask for."""


@dataclass
class Draw:
    """Chance, and the names that it has given out. prefix: that of the annotations that external-dns reads."""

    seed: int
    prefix: str = ""
    rng: random.Random = field(init=False)
    namespaces: tuple[str, str] = field(init=False)
    _count: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - a corpus, no secret
        self.prefix = self.prefix or ANNOTATIONS[self.seed % 2]
        self.namespaces = (f"s{self.seed}-red", f"s{self.seed}-blue")

    def one(self, options: Sequence[T]) -> T:
        return self.rng.choice(options)

    def some(self, options: Sequence[T], least: int, most: int) -> list[T]:
        return self.rng.sample(options, self.rng.randint(least, min(most, len(options))))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def number(self) -> int:
        """Another one each time."""
        self._count += 1
        return self._count

    def name(self) -> str:
        """A DNS name: mostly a fresh one, some that others ask for too, some out of the zone."""
        kind = self.rng.random()
        if kind < 0.15:
            return f"shared{self.rng.randrange(SHARED)}.{ZONE}"
        if kind < 0.19:
            return f"n{self.number()}.{OUTSIDE}"
        return f"n{self.number()}.{self.one(['', 'apps.', 'a.b.'])}{ZONE}"

    def wildcard(self) -> str:
        return f"*.{self.name()}"

    def address(self) -> str:
        return f"192.0.2.{self.rng.randint(1, 250)}"

    def address6(self) -> str:
        return f"2001:db8::{self.rng.randint(1, 0xFFFE):x}"

    def alias(self) -> str:
        return f"lb{self.rng.randint(1, 40)}.example.net"

    def annotations(self, *, source: str = "", addresses: bool = True) -> dict[str, str]:
        """Annotations of external-dns, mostly none. source: that which chooses names. addresses: target too."""
        said: dict[str, str] = {}
        rng = self.rng
        if self.chance(0.3):
            said["ttl"] = self.one(["120", "10m", "1h30m", "300s", "600", "90.9s"] * 2 + ["soon", "-5", ""])
        if self.chance(0.25):
            said["cloudflare-proxied"] = self.one(["true", "true", "false", "TRUE", "f", "1", "maybe"])
        if self.chance(0.2):
            said["cloudflare-record-comment"] = f"comment {rng.randint(1, 9)}"
        if self.chance(0.1):
            said["controller"] = self.one(["dns-controller", "another"])
        if addresses and self.chance(0.2):
            said["target"] = self.targets()
        if self.chance(0.3):
            said["hostname"] = self.hostnames()
        if source and self.chance(0.25):
            said[source] = self.one(["defined-hosts-only", "annotation-only"] * 3 + ["Annotation-Only", "whatever"])
        prefix = next(one for one in ANNOTATIONS if one != self.prefix) if self.chance(0.06) else self.prefix
        return {prefix + key: value for key, value in said.items()}

    def targets(self) -> str:
        drawn = [self.address(), self.address6(), f"{self.address()}, {self.address()}", f"{self.alias()}."]
        return self.one([*drawn, f"{self.address()},{self.address6()}", f"{self.address()},{self.alias()}"])

    def hostnames(self) -> str:
        name = self.name()
        odd = [f"{name},{self.name()}", f"{name}, {self.name()}", name.upper(), f"{name}.", self.wildcard()]
        return self.one([name] * 12 + odd * 2 + [self.address(), f"{self.address()},{name}"])


def metadata(name: str, namespace: str, annotations: dict[str, str], **others: Any) -> Manifest:  # noqa: ANN401 - any
    """The metadata of an object; no namespace for those that have none."""
    inside = {"namespace": namespace} if namespace else {}
    said = {"annotations": annotations} if annotations else {}
    return {"name": name, **inside, **said, **others}
