"""A source of WAN addresses as it is shown to everybody: in metrics and on the page."""

from __future__ import annotations

from urllib.parse import urlsplit


def shown(source: str) -> str:
    """A source's name as a label: of a URL the scheme and host, for its path may hold a key; of a file nothing."""
    if source.startswith(("http://", "https://")):
        parts = urlsplit(source)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    kind = source.partition(":")[0]
    return kind if kind in {"static", "file"} else source
