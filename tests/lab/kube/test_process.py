from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab.kube.process import group
from lab.kube.unavailable import KubeUnavailable

_ROOT = Path(__file__).parents[3]
_STARTS = """
import sys, time
from pathlib import Path
from lab.kube.process import group
with group(Path(sys.argv[1])) as services:
    service = services.add("sleeper", ["sleep", "600"])
    service.start(lambda: True, 5)
    print(service.pid, flush=True)
    sys.stdin.read()
"""


def test_a_service_ends_with_its_group(tmp_path: Path) -> None:
    with group(tmp_path) as services:
        service = services.add("sleeper", ["sleep", "600"])
        service.start(lambda: True, 5)
        assert service.pid
        number = service.pid

    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_service_ends_also_where_its_starter_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    command = [sys.executable, "-c", _STARTS, str(tmp_path)]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout
        watched = os.pidfd_open(int(starter.stdout.readline()))
        try:
            starter.send_signal(signal.SIGKILL)
            starter.wait(60)

            ended, _, _ = select.select([watched], [], [], 60)
        finally:
            os.close(watched)

    assert ended


def test_a_service_that_ends_before_it_is_ready_is_told_with_its_last_words(tmp_path: Path) -> None:
    with group(tmp_path) as services, pytest.raises(KubeUnavailable, match="broken ended: what a pity"):
        services.add("broken", ["/bin/sh", "-c", "echo what a pity; exit 1"]).start(lambda: False, 60)


def test_a_service_that_is_not_ready_in_time_is_told_and_ended(tmp_path: Path) -> None:
    with group(tmp_path) as services:
        slow = services.add("slow", ["sleep", "600"])
        with pytest.raises(KubeUnavailable, match="slow is not ready after 0 s"):
            slow.start(lambda: False, 0.1)
        assert slow.pid is None


def test_a_service_can_be_started_again(tmp_path: Path) -> None:
    with group(tmp_path) as services:
        service = services.add("sleeper", ["sleep", "600"])
        service.start(lambda: True, 5)
        first = service.pid
        service.stop(kill=True)
        service.start(lambda: True, 5)

        assert service.pid not in {first, None}


def test_nothing_of_our_environment_reaches_a_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETCD_NAME", "elsewhere")
    written = tmp_path / "environment.log"

    with group(tmp_path) as services:
        command = ["/bin/sh", "-c", "env; echo done; exec sleep 600"]
        services.add("environment", command).start(lambda: "done" in written.read_text(), 60)

    assert "ETCD_NAME" not in written.read_text()
