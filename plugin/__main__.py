# ruff: noqa: INP001 - a folder that Python runs, no package
"""Where Pulumi starts the plugin in this folder."""

from __future__ import annotations

from components.plugin import main

if __name__ == "__main__":
    main()
