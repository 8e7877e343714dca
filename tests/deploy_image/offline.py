"""The lab and the image on it in a network of their own: nothing else can be reached."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from pyroute2.iproute.linux import IPRoute  # type: ignore[import-untyped] # ships no types

from lab import remote
from lab.pods.processes import children
from lab.world import Places, running
from tests.deploy_image.container import Container, container

DEADLINE = 180
_CLONE_NEWNET = 0x40000000  # sched.h; unshare(2)
_LOOPBACK = 1  # the index of the only interface that a new network has


def offline(tree: Path, folder: Path) -> dict[str, Any]:
    """What came of `up`, and of a `watch` that was ended when it had changed something.

    A network belongs to a thread, and to all threads and processes that this one starts.
    """
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(_try, tree, folder).result()


def _try(tree: Path, folder: Path) -> dict[str, Any]:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    with IPRoute() as network:
        network.link("set", index=_LOOPBACK, state="up")
    place = container(tree, folder)
    with running() as places:
        document = {"config": {"truenorth:zone": places.zone, "truenorth:names": ["www"]}}
        (place.settings / "Pulumi.home.yaml").write_text(yaml.safe_dump(document))
        wan = json.loads(places.environment()["TRUENORTH_WAN"]) | {"interval": 1, "timeout": 60}
        variables = {
            **places.environment(),
            "TRUENORTH_WAN": json.dumps(wan),
            "TRUENORTH_STACK": "home",
            "TRUENORTH_SETTINGS": "/etc/truenorth/Pulumi.home.yaml",
        }
        up = place.run("up", "--json", variables=variables)
        after_up = _zone(places)
        remote.set_address(places, "203.0.113.8")
        watch = _watch(place, variables)
        return {
            "up": {"code": up.returncode, "said": up.stderr + up.stdout, "zone": after_up},
            "watch": {**watch, "zone": _zone(places)},
        }


def _watch(place: Container, variables: Mapping[str, str]) -> dict[str, Any]:
    """Watch until it has changed something, then end it as a cluster does: SIGTERM to process 1."""
    with subprocess.Popen(
        place.command(variables, "watch", "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as watcher:
        try:
            assert watcher.stdout is not None
            for line in watcher.stdout:
                if json.loads(line)["event"] == "result":
                    break
            else:
                raise AssertionError(watcher.communicate(timeout=DEADLINE)[1])
            (first,) = children(watcher.pid)
            name = Path(f"/proc/{first}/comm").read_text().strip()
            status = dict(line.split(":\t", 1) for line in Path(f"/proc/{first}/status").read_text().splitlines())
            subprocess.run(["kill", f"-{signal.SIGTERM.value}", str(first)], check=True)
            said = watcher.communicate(timeout=DEADLINE)
        finally:
            watcher.kill()
    kept = {key: status[key] for key in ("Uid", "Gid", "CapEff", "NoNewPrivs")}
    return {"code": watcher.returncode, "said": "".join(said), "first": name, "status": kept}


def _zone(places: Places) -> dict[str, str]:
    records = remote.records(places)
    return {f"{one['name']}/{one['type']}": one["content"] for one in records if "heritage=" not in one["content"]}
