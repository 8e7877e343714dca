"""The files of the page, from the package: a document, a style sheet, scripts, and the icon."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path

_SCRIPTS = ("theme", "script", "dom", "sections", "names", "balancing")
_PLACES = {
    "/": ("index.html", "text/html"),
    "/style.css": ("style.css", "text/css"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    **{f"/{name}.js": (f"{name}.js", "text/javascript") for name in _SCRIPTS},
}
File = tuple[bytes, bytes, str, str]
"""The content, the same compressed, its etag, and its media type."""


def files() -> Mapping[str, File]:
    """The files by the path that they are served at."""
    folder = Path(__file__).with_name("page")
    return {path: _file((folder / name).read_text("utf-8"), kind) for path, (name, kind) in _PLACES.items()}


def _file(text: str, kind: str) -> File:
    content = text.encode()
    return content, gzip.compress(content, mtime=0), f'W/"{hashlib.sha256(content).hexdigest()[:16]}"', kind
