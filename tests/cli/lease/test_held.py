"""A lease that is held while a block runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.engine.hold import Hold, NotHeld
from cli.lease.held import LOST, held
from cli.lease.record import LeaseName
from cli.lease.timing import free, stop
from stacks.model.errors import NotNow
from stacks.settings.watch import ElectionSettings
from tests.cli.lease.electing import CALM, NAME, PATIENT, QUICK, home, vacant

if TYPE_CHECKING:
    from lab.kube.cluster import Cluster
    from lab.kube.proxy import Proxy

STUBBORN = (
    "import signal, sys; signal.signal(signal.SIGINT, lambda *_: print('asked', flush=True)); print('up', flush=True)"
)

LONG = ElectionSettings(lease_duration=32, renew_deadline=5, retry_period=1)
"""An engine is killed 5.4 s before the end of the lease: enough on a busy machine."""


def engine(program: str) -> subprocess.Popen[str]:
    """A program in a session of its own, as the engine is; it says `up` when it has begun, and runs until it ends."""
    text = f"{program}\nimport time\nwhile True: time.sleep(0.1)"
    return subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, start_new_session=True)


def threads() -> int:
    """How many of this process hold a lease, or try to have one."""
    return sum(one.name.startswith("lease:") for one in threading.enumerate())


def test_nobody_else_has_it_meanwhile_and_then_somebody_may(kube_cluster: Cluster, namespace: str) -> None:
    here, place = home(kube_cluster.kubeconfig, namespace), LeaseName(namespace, NAME)
    vacant(kube_cluster, namespace)
    with held(here, place, CALM, Hold(), 0):
        with (
            pytest.raises(NotNow, match=rf"(?s)is at work here.*the Lease .*that takes {CALM.lease_duration:g} s"),
            held(here, place, CALM, Hold(), 0),
        ):
            pytest.fail("two hold it")
        assert threads() == 1
    assert threads() == 0
    began = time.monotonic()
    with held(here, place, CALM, Hold(), 0):
        assert time.monotonic() - began < free(CALM.lease_duration)


def test_a_process_that_waits_has_the_lease_when_it_is_given_back(
    kube_cluster: Cluster, proxy: Proxy, namespace: str
) -> None:
    place = LeaseName(namespace, NAME)
    vacant(kube_cluster, namespace)
    entered, left = threading.Event(), threading.Event()

    def first() -> None:
        with held(home(kube_cluster.kubeconfig, namespace), place, CALM, Hold(), 0):
            entered.set()
            proxy.faults.await_requests("/leases", 1, PATIENT)  # by who waits
            left.set()

    thread = threading.Thread(target=first)
    thread.start()
    assert entered.wait(PATIENT)
    with held(home(proxy.kubeconfig(), namespace), place, CALM, Hold(), PATIENT):
        assert left.is_set()
    thread.join()


def test_a_cluster_that_does_not_answer_is_a_reason_to_try_again(proxy: Proxy, namespace: str) -> None:
    proxy.go_silent()
    here = home(proxy.kubeconfig(), namespace)
    with (
        pytest.raises(NotNow, match=r"cannot be made sure that nobody else is at work here: .*answer"),
        held(here, LeaseName(namespace, NAME), QUICK, Hold(), 0),
    ):
        pytest.fail("it is held")


def test_an_engine_that_does_not_end_when_asked_is_killed_before_another_can_have_the_lease(
    proxy: Proxy, namespace: str
) -> None:
    hold, here = Hold(), home(proxy.kubeconfig(), namespace)
    with held(here, LeaseName(namespace, NAME), LONG, hold, PATIENT):
        with hold.running(lambda: engine(STUBBORN)) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "up\n"
            proxy.go_silent()
            silent = time.monotonic()
            assert child.stdout.readline() == "asked\n"
            assert time.monotonic() - silent <= stop(LONG)
            assert child.wait() < 0
            assert time.monotonic() - silent < LONG.lease_duration
        with pytest.raises(NotHeld, match=LOST), hold.running(lambda: engine("")):
            pytest.fail("it was started")
    with hold.running(lambda: engine("print('up', flush=True)")) as child:
        hold.kill()


def test_the_environment_names_the_holder(
    kube_cluster: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "POD_NAME", "truenorth-7")
    here = home(Path(kube_cluster.kubeconfig), namespace)
    path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{NAME}"
    vacant(kube_cluster, namespace)
    with held(here, LeaseName(namespace, NAME), CALM, Hold(), 0):
        assert kube_cluster.admin.call("GET", path)["spec"]["holderIdentity"].startswith("truenorth-7_")
