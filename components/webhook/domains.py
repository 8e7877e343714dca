"""The names that a provider is for, as it says in the negotiation.

Source: external-dns, endpoint/domain_filter.go `Match`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from components.plain_text import cut, listed
from components.webhook.shapes import ShapeError, are_texts

_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class DomainFilter:
    """The included and the excluded domains of a provider; with none of them all are included.

    Regular expressions (`regexInclude`, `regexExclude`), which it may have instead, are not evaluated: they are of
    another language, and may take for ever. There a provider says so itself, by what it lists after a change.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: object) -> DomainFilter:
        """Return the filter of an answer. Raises ShapeError."""
        if not isinstance(document, Mapping):
            raise ShapeError("the filter of domains is no mapping")
        lists = [document.get("include"), document.get("exclude")]
        if not all(map(are_texts, lists)):
            raise ShapeError("the filter of domains has no lists of texts")
        included, excluded = (tuple(filter(None, map(_bare, one or ()))) for one in lists)
        return cls(included, excluded)

    def takes(self, zone: str) -> bool:
        """Return whether names of the zone are taken."""
        return (not self.include or _matches(self.include, zone)) and not _matches(self.exclude, zone)

    def __str__(self) -> str:
        def said(domains: tuple[str, ...]) -> str:
            return listed([cut(one, _LONGEST_SHOWN) for one in domains])

        return "; ".join(
            f"{word} {said(domains)}" for word, domains in (("only", self.include), ("not", self.exclude)) if domains
        )


def _matches(domains: tuple[str, ...], zone: str) -> bool:
    """Return whether the names of a zone match; `.example.com` is for those below it."""
    return any(f".{zone}".endswith(f".{one.removeprefix('.')}") for one in domains)


def _bare(domain: str) -> str:
    return domain.strip().rstrip(".").lower()
