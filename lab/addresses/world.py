"""The front door of the address services: one settable world, and the services that answer by it."""

from __future__ import annotations

from lab.addresses.http import HttpBehaviour, serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun

__all__ = ["Addresses", "HttpBehaviour", "StunBehaviour", "serve_http", "serve_stun"]
