# ruff: noqa: INP001 - a folder that Python runs, no package
"""Entry point of the plugin in this folder, which Pulumi starts."""

from __future__ import annotations

from truenorth.plugin import main

if __name__ == "__main__":
    main()
