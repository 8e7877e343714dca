"""Reads how tools that follow a changing address find it, into `wan`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from cli.setup.moving.draft import Draft, shown

TRACE = "https://cloudflare.com/cdn-cgi/trace"
_USUAL = {"cloudflare.trace", "cloudflare.doh", "cloudflare", "ipify", ""}
"""Providers in whose place several operators are asked."""
_OVER = {"url": "", "url.via4": "ipv4", "url.via6": "ipv6"}
"""The providers with a URL, and the family over which it is asked; "" for that of the address."""
_HARMLESS = {"", "format=text", "format=txt"}
"""Queries of a URL that surely hold no secret."""


def families(draft: Draft, providers: Mapping[str, tuple[str, str]]) -> None:
    """Tell the providers of both families. providers: by family, what was written and the provider."""
    published = [family for family, (_, provider) in providers.items() if provider != "none"]
    for family, (what, provider) in providers.items():
        if provider == "none":
            draft.same(what, f"wan.families without {family}")
    if not published:
        draft.lost("the families", "no address is looked for; leave the names out, or give one family a provider")
        return
    draft.carry("families", "wan.families", published)
    own = {family: providers[family] for family in published if providers[family][1].partition(":")[0] not in _USUAL}
    for family in published:
        if family not in own:
            way = "several operators are asked, and have to agree (docs/wan.md)" if not own else f"{TRACE} is asked"
            draft.otherwise(providers[family][0], way)
    if sources := [*_sources(draft, own)]:
        sources += [TRACE] if len(own) < len(published) else []
        value = {"mode": "list", "sources": sources, "agreement": 1}
        for key, part in value.items():
            draft.settings.setdefault("wan", {})[key] = part


def _sources(draft: Draft, own: Mapping[str, tuple[str, str]]) -> Iterator[object]:
    """Yield the sources in place of providers, each once, and tell them."""
    found: list[object] = []
    for family, (what, provider) in own.items():
        source = _source(family, provider)
        if not source:
            draft.lost(what, "no source is like it: docs/wan.md; several operators are asked instead")
        elif draft.fits(what, "wan", {"mode": "list", "sources": [*found, source], "agreement": 1}):
            draft.otherwise(what, f"wan.sources: {shown(source)}, which is asked for each family")
            found += [] if source in found else [source]
    yield from found


def _source(family: str, provider: str) -> str | dict[str, str]:
    """Return the source like a provider; "" for none, and for a URL with what may be a secret."""
    kind, _, rest = provider.partition(":")
    if kind in _OVER:
        over = _OVER[kind] or family
        return "" if not is_plain(rest) else rest if over == family else {"url": rest, "over": over}
    if kind == "local":
        return "interface"
    if kind == "local.iface" and rest:
        return f"interface:{rest}"
    if kind == "file" and rest.startswith("/"):
        return provider
    if kind in ("static", "literal") and rest:
        return f"static:{','.join(part.strip().partition('/')[0] for part in rest.split(','))}"
    return ""


def is_plain(url: str) -> bool:
    """Return whether a URL can be asked as it is, and surely holds no secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "@" not in parts.netloc and parts.query.lower() in _HARMLESS
