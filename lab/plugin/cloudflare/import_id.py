"""Import ids: url-encoded segments with slashes between."""

from __future__ import annotations

from urllib.parse import unquote

from lab.plugin.cloudflare.api import Diagnostic


def parse_import_id(import_id: str, form: str) -> list[str]:
    """Split an import id such as `<zone_id>/<dns_record_id>`; raises Diagnostic where their number differs."""
    segments = import_id.split("/")
    if len(segments) != len(form.split("/")):
        raise Diagnostic("invalid ID", f'expected urlencoded segments "{form}", got "{import_id}"')
    return [unquote(segment) for segment in segments]
