"""Reads how tools that follow a changing address find it, into `wan`."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from cli.setup.moving.draft import Draft

TRACE = "https://cloudflare.com/cdn-cgi/trace"
_USUAL = {"cloudflare.trace", "cloudflare.doh", "cloudflare", "ipify", ""}
"""Providers in whose place several operators are asked."""
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
    sources = []
    for what, provider in own.values():
        if source := _source(provider):
            draft.otherwise(what, f"wan.sources: {source}, which is asked for each family")
            sources.append(source)
        else:
            draft.lost(what, "no source is like it: docs/wan.md; several operators are asked instead")
    if sources:
        sources += [TRACE] if len(own) < len(published) else []
        value = {"mode": "list", "sources": list(dict.fromkeys(sources)), "agreement": 1}
        for key, part in value.items():
            draft.settings.setdefault("wan", {})[key] = part


def _source(provider: str) -> str:
    """Return the source like a provider; "" for none, and for a URL with what may be a secret."""
    kind, _, rest = provider.partition(":")
    if kind == "local":
        return "interface"
    if kind == "local.iface" and rest:
        return f"interface:{rest}"
    if kind in ("url", "url.via4", "url.via6") and is_plain(rest):
        return rest
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
