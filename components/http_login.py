"""The login that requests sends with a request."""

from __future__ import annotations

import requests


def without_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return the request as it is: where requests is given some `auth`, no login of ~/.netrc replaces the headers'."""
    return request
