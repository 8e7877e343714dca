"""The pods of one estate: real `truenorth watch` processes, each with ways of its own to all that it talks to."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.campaigns.daemon.estate import STACK, STATE, TOKEN, Estate
from cli.engine.install.find import Engine
from cli.engine.install.install import engine_environment
from cli.session.backend import without_sidecars
from lab.addresses.http import HttpBehaviour, serve_http
from lab.addresses.stun import StunBehaviour, serve_stun
from lab.api.proxy import HOST, HttpProxy, in_thread
from lab.cloudflare.routes import PREFIX
from lab.kube.proxy import Proxy, proxied
from lab.plugin.executable import CLOUDFLARE, choose
from lab.pods.clock import Clock
from lab.pods.disk import Disk, small_disk
from lab.pods.pod import Container, Pod
from lab.world import DOCUMENTATION_RANGES

DISK = 64
"""MB of a pod's own file system."""
_INHERITED = ("LANG", "TZ")
_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Write:
    """A request that changes something at the provider: when it came on the monotonic clock, of which pod, and what."""

    moment: float
    pod: str
    request: str


@dataclass
class Link:
    """The way of a pod to the provider's API. heard: called with each request, before it goes on."""

    heard: Callable[[str], None]
    delay: float = 0.0
    silent: bool = False

    def ask(self, request: str) -> bytes | None:
        """Take note of a request, which always goes on."""
        self.heard(request)
        return None

    def clear(self) -> None:
        """Let everything work again."""
        self.delay, self.silent = 0.0, False


@dataclass(frozen=True)
class Member:
    """A pod, and what can be done to it."""

    pod: Pod
    kube: Proxy
    api: HttpProxy
    link: Link
    stun: StunBehaviour
    http: HttpBehaviour
    clock: Clock | None
    disk: Disk | None
    folder: Path

    @property
    def name(self) -> str:
        """Its name, with which its identity begins."""
        return self.pod.name

    def lift(self) -> None:
        """Let everything work again; connections that have fallen silent stay so."""
        self.pod.thaw()
        self.kube.faults.clear()
        self.link.clear()
        self.stun.silent = self.http.silent = False
        if self.disk:
            self.disk.free()


@dataclass
class Ears:
    """What is heard of the pods: called in the order in which it happens, from many threads.

    wrote: of a request that changes something. told: of a line of a pod's log.
    """

    wrote: Callable[[Write], None]
    told: Callable[[str, Mapping[str, Any]], None]
    asked: list[tuple[str, str]] = field(default_factory=list)
    """The requests to the provider: the pod and `METHOD /path`."""


@contextmanager
def member(name: str, estate: Estate, engine: Engine, ears: Ears, *, clocks: bool = True) -> Iterator[Member]:
    """A pod that is not started yet; it is ended with the block. clocks: whether its clock can be made to jump."""
    folder = estate.folder / name

    def heard(request: str) -> None:
        ears.asked.append((name, request))
        if not request.startswith("GET "):
            ears.wrote(Write(time.monotonic(), name, request))

    with ExitStack() as running:
        disk = running.enter_context(small_disk(folder, DISK))
        kube = running.enter_context(proxied(estate.cluster))
        listening = running.enter_context(socket.create_server((HOST, 0)))
        link = Link(heard)
        api = HttpProxy(link, estate.port, listening)
        running.enter_context(in_thread(api))
        stun, http = StunBehaviour(), HttpBehaviour()
        ways = [
            running.enter_context(serve_stun(estate.addresses, behaviour=stun)),
            running.enter_context(serve_http(estate.addresses, behaviour=http)),
        ]
        clock = _clock(estate.folder / f"{name}.clock") if clocks else None
        environment = {
            **_environment(estate, engine, folder, ways),
            "CLOUDFLARE_BASE_URL": f"http://{HOST}:{api.port}{PREFIX}",
            "KUBECONFIG": str(kube.kubeconfig(name)),
            "POD_NAME": name,
            **(clock.environment if clock else {}),
        }
        command = [sys.executable, "-m", "truenorth", "watch", "--json", "--stack", STACK]
        command += ["--settings", str(estate.settings_file)]
        pod = Pod(name, Container(command, environment, _ROOT), estate.folder, lambda line: ears.told(name, line))
        running.callback(pod.abandon)
        yield Member(pod, kube, api, link, stun, http, clock, disk, folder)


def _clock(file: Path) -> Clock | None:
    try:
        return Clock(file)
    except FileNotFoundError:
        return None


def _environment(estate: Estate, engine: Engine, folder: Path, ways: list[str]) -> dict[str, str]:
    """What the pods have in common, but for their folders and their ways."""
    wan = {
        "stun": ways[:1],
        "http": ways[1:],
        "accept": list(DOCUMENTATION_RANGES),
        "attempts": 1,
        "interval": estate.look,
    }
    variables = engine_environment(engine, {"PATH": os.environ["PATH"]})
    plugin = choose(variables, estate.folder / "plugin", kind=CLOUDFLARE)
    for place in ("home", "tmp"):
        (folder / place).mkdir()
    if estate.state == "file":
        (estate.folder / "state").mkdir(exist_ok=True)
        state = without_sidecars((estate.folder / "state").as_uri())
    else:
        state = f"kubernetes://{estate.namespace}/{STATE}"
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        **variables,
        "PATH": os.pathsep.join([str(plugin.folder), variables["PATH"]]),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_BACKEND_URL": state,
        "TRUENORTH_ENGINE_DIR": str(engine.folder),
        "TRUENORTH_WAN": json.dumps(wan | {"timeout": 2}),
        "CLOUDFLARE_API_TOKEN": TOKEN,
        "NO_COLOR": "1",
    }
