"""The real external-dns, which one comes from or is measured against, on a cluster and the Cloudflare stand-in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOURCES = (
    *("gateway-httproute", "gateway-grpcroute", "gateway-tlsroute", "gateway-tcproute", "gateway-udproute"),
    *("ingress", "service", "node", "pod", "crd"),
)
ANNOTATIONS = ("external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/")
"""The prefixes of annotations, of which external-dns reads one: up to 0.21 the first by default, then the second."""
_CLOUDFLARE = ("--provider=cloudflare",)
_DEADLINE = 120.0
_END = 60.0
"""Seconds."""
_REFUSED = "failed to submit all changes for the following zones"
"""What it says after it has written all that the zone would take."""
_TOLD = 2000
"""Characters of a log that are told."""


class ExternalDnsError(Exception):
    """It did not do its work. Says its last words."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The program and what it works on. api, token: of the Cloudflare stand-in; zone: the only one it sees.

    webhook: the URL of a provider that it asks in the stand-in's place; "" for none. provider: the options of another.
    """

    program: Path
    kubeconfig: Path
    api: str
    token: str
    zone: str
    sources: Sequence[str] = SOURCES
    prefix: str = ANNOTATIONS[0]
    webhook: str = ""
    provider: Sequence[str] = ()

    def command(self, arguments: Sequence[str]) -> list[str]:
        """The command line, without what the program would look for elsewhere."""
        return [
            str(self.program),
            f"--kubeconfig={self.kubeconfig}",
            *(("--provider=webhook", f"--webhook-provider-url={self.webhook}") if self.webhook else self._provider()),
            f"--domain-filter={self.zone}",
            "--policy=sync",
            f"--annotation-prefix={self.prefix}",
            *(f"--source={source}" for source in self.sources),
            *arguments,
        ]

    def _provider(self) -> Sequence[str]:
        return self.provider or _CLOUDFLARE

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's own may change what it does."""
        path, home = os.environ.get("PATH", os.defpath), str(self.kubeconfig.parent)
        return {"PATH": path, "HOME": home, "CF_API_TOKEN": self.token, "CLOUDFLARE_BASE_URL": self.api}


def sync_once(setup: Setup, *arguments: str) -> bool:
    """Let it bring the zone to what the cluster wants. Returns whether the zone took everything.

    Raises ExternalDnsError where it fails otherwise, or takes two minutes.
    """
    command = setup.command(["--once", "--metrics-address=127.0.0.1:0", *arguments])
    try:
        done = subprocess.run(  # noqa: S603 - the lab's own program
            command,
            env=setup.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_DEADLINE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        said = (error.stdout or b"").decode(errors="replace")  # which is bytes, also where text is asked for
        raise ExternalDnsError(f"external-dns did not end in {_DEADLINE:.0f} s: {said[-_TOLD:]}") from error
    if done.returncode != 0 and _REFUSED not in done.stdout:
        raise ExternalDnsError(f"external-dns ended with {done.returncode}: {done.stdout[-_TOLD:]}")
    return done.returncode == 0


@contextmanager
def following(setup: Setup, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Let it follow the cluster while the context lasts. What it says has to be read off its output as it comes."""
    with subprocess.Popen(  # noqa: S603 - the lab's own program
        setup.command(["--events", "--metrics-address=127.0.0.1:0", *arguments]),
        env=setup.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_END)
            except subprocess.TimeoutExpired:
                process.kill()
