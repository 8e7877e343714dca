"""Keep the providers' plugins running between runs of the engine, which attaches to them.

Started without an engine's address, a plugin serves whoever attaches
(https://www.pulumi.com/docs/iac/packages-and-automation/pulumi-packages/debugging-provider-packages/). Several engines
may at once: each configures it alike, and the Cancel that each sends at its end does nothing in a plugin that is
bridged from Terraform. What it logs goes to the engine that attached last; how an operation ended, to its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cli.engine.dying import ending_with_us
from components.records.providers import PROVIDERS
from stacks.settings.secrets.children import PLUGINS, needed

if TYPE_CHECKING:
    from stacks.settings.stack import Settings

VARIABLE = "PULUMI_DEBUG_PROVIDERS"
"""Names the plugins that the engine attaches to: `cloudflare:12345,gandi:12346`."""
STARTING = 30.0
"""Seconds within which a plugin has to print its port."""
ENDING = 60.0
"""Seconds that a killed plugin may take to end: a busy machine takes some."""
_NOT_ON_PATH = "PULUMI_IGNORE_AMBIENT_PLUGINS"


class NotStarted(Exception):  # noqa: N818 - a state, not a fault
    """A plugin cannot be started. The text is the reason."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """A running plugin: its process, its port on loopback, and the environment of its start."""

    process: subprocess.Popen[str]
    port: int
    environment: Mapping[str, str]
    reader: threading.Thread

    def stop(self) -> None:
        """End the plugin at once: it has no state. Requests under way are lost."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)  # not reaped yet: the group is its own
        self.process.wait(ENDING)
        self.reader.join(ENDING)
        if self.process.stdout:
            self.process.stdout.close()


class Plugins:
    """The plugins of a process that runs the engine again and again.

    report: called, once for each fault, when a plugin has ended or cannot be started; the engine then starts its own.
    """

    def __init__(self, report: Callable[[str], object]) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._running: dict[str, Plugin] = {}
        self._reported: set[str] = set()
        # The kernel ends a plugin with the thread that has started it: this one lives as long as we do.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="plugins")

    def environment(self, environment: Mapping[str, str], providers: Iterable[str]) -> dict[str, str]:
        """Return the variables with which an engine attaches to the plugins of these providers.

        A plugin that has ended, or runs with another environment, is started anew; one that cannot start is left out.
        """
        given = environment.get(VARIABLE, "")
        elsewhere = {entry.partition(":")[0] for entry in given.split(",")}
        with self._lock:
            wanted = [provider for provider in sorted(set(providers)) if provider not in elsewhere]
            ports = {provider: self._port(provider, environment) for provider in wanted}
        attached = [given] if given else []
        attached += [f"{provider}:{port}" for provider, port in ports.items() if port]
        return {VARIABLE: ",".join(attached)} if attached else {}

    def stop(self) -> None:
        """End all plugins now; the next run starts them anew."""
        with self._lock, ExitStack() as ending:
            for plugin in self._running.values():
                ending.callback(plugin.stop)
            self._running = {}

    def close(self) -> None:
        """End all plugins for good."""
        self.stop()
        self._starter.shutdown()

    def _port(self, provider: str, environment: Mapping[str, str]) -> int | None:
        given = needed(PLUGINS[provider], environment)
        running = self._running.get(provider)
        if running:
            code = running.process.poll()
            if code is None and running.environment == given:
                return running.port
            if code is not None:
                self._report(f"the plugin {provider} has ended (code {code}); it is started anew")
            del self._running[provider]
            running.stop()
        program = find(provider, environment)
        if program is None:  # the engine may fetch it
            return None
        try:
            started = self._starter.submit(start, program, given).result()
        except NotStarted as fault:
            if provider not in self._reported:
                self._reported.add(provider)
                self._report(
                    f"the plugin {program} is not kept running: {fault}; each run of the engine starts its own"
                )
            return None
        self._reported.discard(provider)
        self._running[provider] = started
        return started.port


def shared(settings: Settings) -> frozenset[str]:
    """Return the providers with plugins that can be kept.

    An attached plugin does not get the tokens that zones name themselves: providers of such zones are left out, and
    those with another one for each server.
    """
    zones = settings.each_zone()
    wanted = {zone.provider for zone in zones} & PLUGINS.keys()
    return frozenset(wanted - {zone.provider for zone in zones if zone.token})


def find(provider: str, environment: Mapping[str, str]) -> Path | None:
    """Find the plugin as the engine does: on PATH, else in the program's version in Pulumi's home; None for neither."""
    name = f"pulumi-resource-{provider}"
    if environment.get(_NOT_ON_PATH, "").lower() not in {"1", "true"}:
        on_path = shutil.which(name, path=environment.get("PATH", os.defpath))
        if on_path:
            return Path(on_path).absolute()
    home = Path(environment.get("PULUMI_HOME") or Path(environment.get("HOME") or Path.home()) / ".pulumi")
    if provider not in PROVIDERS:
        return None
    installed = home / "plugins" / f"resource-{provider}-v{PROVIDERS[provider].version}" / name
    return installed.absolute() if os.access(installed, os.X_OK) else None


def start(program: Path, environment: Mapping[str, str]) -> Plugin:
    """Start a plugin. It ends by `stop`, and with the calling thread. Raises NotStarted."""
    if not sys.platform.startswith("linux"):
        raise NotStarted("only Linux would end it with us")
    try:
        process = subprocess.Popen(  # noqa: S603 - the engine's own plugin
            ending_with_us([str(program)]),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            start_new_session=True,  # a terminal's Ctrl-C and the end of an engine's session are not meant for it
        )
    except OSError as error:
        raise NotStarted(f"{error.strerror}") from error
    first_line: Future[str] = Future()
    reader = threading.Thread(
        target=partial(_read, process.stdout, first_line), name=f"stdout of {program.name}", daemon=True
    )
    reader.start()
    try:
        port = int(first_line.result(STARTING))
    except (NoAnswer, ValueError) as error:
        Plugin(process, 0, environment, reader).stop()
        why = f"no port after {STARTING:.0f} s" if isinstance(error, NoAnswer) else "it does not tell its port"
        raise NotStarted(why) from error
    return Plugin(process, port, dict(environment), reader)


def _read(pipe: IO[str] | None, first_line: Future[str]) -> None:
    """Pass on the first line of a plugin's output, "" for none, and read the rest: a full pipe would stop it."""
    if pipe is None:
        raise RuntimeError("the plugin was started without a pipe")
    first_line.set_result(pipe.readline())
    for _ in pipe:
        pass
