"""Starts the plugin."""

from __future__ import annotations

import sys

from lab.plugin.process import run

if __name__ == "__main__":
    sys.exit(run(__package__ or "", sys.argv[1:]))
