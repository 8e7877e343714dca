"""A program of components, run by the real engine against the lab's Cloudflare."""

from __future__ import annotations

from tests.components.conftest import cloudflare, environment, make_world, world  # noqa: F401 - fixtures
