"""A plugin as a process: prints the port that it listens on, then serves the engine until it is told to end."""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import sys
import threading
import types
from collections.abc import Sequence
from pathlib import Path

_PARENT_LOOK = 1.0  # seconds between looks at whether the engine is still there


def run(package: str, arguments: Sequence[str]) -> int:
    """Run the stand-in in this package (`lab.plugin.cloudflare`), whose module `server` serves it.

    The last argument that is no flag is the engine's address; there is none when attached to.
    """
    parent = os.getppid()  # before anything else: it may be killed at any moment from here on
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    _without_the_sdk()
    serving = importlib.import_module(f"{package}.server").serving  # loads protocol modules, see _without_the_sdk

    addresses = [argument for argument in arguments if not argument.startswith("-")]
    with serving(addresses[-1] if addresses else "") as port:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        while os.getppid() == parent:  # an engine that was killed tells nobody
            threading.Event().wait(_PARENT_LOOK)
    return 0


def _end(number: int, frame: types.FrameType | None) -> None:
    """End at once: the engine waits for its plugins, and nothing here outlives a request."""
    del number, frame
    os._exit(0)


def _without_the_sdk() -> None:
    """Let the protocol's modules be imported without all of `pulumi`, whose import is most of the start-up time."""
    spec = importlib.util.find_spec("pulumi")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("pulumi")
    folder = Path(spec.submodule_search_locations[0])
    for name in ("pulumi", "pulumi.runtime", "pulumi.runtime.proto"):
        package = types.ModuleType(name)
        package.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
