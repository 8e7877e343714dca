"""The command line as a module: `python -m truenorth`."""

from __future__ import annotations

from cli.main import run

if __name__ == "__main__":
    run()
