"""The record types that can be declared. A further one needs its canonical content and each provider's fields."""

from __future__ import annotations

RECORD_TYPES = ("A", "AAAA", "CNAME", "TXT", "MX", "SRV", "CAA")
