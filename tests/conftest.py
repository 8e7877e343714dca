"""For all tests: the engine, a Kubernetes cluster, the marks of the suites, a printed seed, no skipped test in CI."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from cli.engine.install.install import install
from cli.engine.install.progress import Plain
from lab.kube.build import install as install_kube
from lab.kube.control_plane import control_plane
from lab.kube.programs import find
from lab.kube.proxy import Proxy, proxied
from lab.kube.unavailable import KubeUnavailable
from lab.pods.pod import PodError, alone
from stacks.model.errors import UserError
from tests.profiles import SHARES
from tests.suites import is_broad

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from xdist.workermanage import WorkerController  # type: ignore[import-untyped] # it has no types

    from cli.engine.install.find import Engine
    from lab.kube.cluster import Cluster
    from lab.kube.programs import Programs

_IN_CI = os.environ.get("CI") == "true"
_TESTS = Path(__file__).parent
_LAB = _TESTS / "lab"
_BUILT_FOR_KUBERNETES = {"kube_programs", "external_dns", "coredns", "opentofu"}
_SEED = "truenorth_seed"
_SEED_LIMIT = 1 << 32
_SEED_IN_CI = 20_261_202
"""The seed under CI=true: what turns red there is about the change. Runs by hand and `make campaign` draw new ones."""
_NUMBERS = itertools.count(1)

_engine = pytest.StashKey["Engine | UserError"]()
_kube = pytest.StashKey["Programs | KubeUnavailable"]()
_external_dns = pytest.StashKey["Programs | KubeUnavailable"]()
_coredns = pytest.StashKey["Programs | KubeUnavailable"]()
_opentofu = pytest.StashKey["Programs | KubeUnavailable"]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed and the profile of hypothesis before its plugin reads its options: any run can be repeated."""
    for profile in SHARES:
        # No test leans on an idle machine: how long an example takes, or to draw one, is no property of the code.
        hypothesis.settings.register_profile(
            profile, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
        )
    hypothesis.settings.load_profile("ci" if _IN_CI else "dev")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell has it ignored in what it runs in the background, and so would be every process that a test starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("--hypothesis-seed") is None:
        drawn = _SEED_IN_CI if _IN_CI else random.SystemRandom().randrange(_SEED_LIMIT)
        of_run = getattr(config, "workerinput", {}).get(_SEED, drawn)  # where this is a worker, that of the whole run
        config.option.hypothesis_seed = str(of_run)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Hand the seed to a worker, which gets the command line alone."""
    node.workerinput[_SEED] = node.config.getoption("--hypothesis-seed")


def pytest_report_header(config: pytest.Config) -> str:
    return f"repeat with: --hypothesis-seed={config.getoption('--hypothesis-seed')}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that run big programs, from which the Makefile makes its suites, and put their files first.

    Those of OpenTofu, which takes longer to build than all of them to run, are left out where it has not been built,
    unless `-m opentofu` asks for them.
    """
    if "opentofu" not in config.option.markexpr and find(os.environ, opentofu=True) is None:
        left_out = [item for item in items if "opentofu" in _fixtures(item)]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
    for item in items:
        fixtures = set(_fixtures(item))
        if "engine" in fixtures:
            item.add_marker(pytest.mark.engine)
            if _LAB in item.path.parents:
                item.add_marker(pytest.mark.stand_in)
            if is_broad(item.path.relative_to(_TESTS).as_posix()):
                item.add_marker(pytest.mark.broad)
        if _BUILT_FOR_KUBERNETES & fixtures:
            item.add_marker(pytest.mark.kube)
        if "opentofu" in fixtures:
            item.add_marker(pytest.mark.opentofu)
    # Files that run side by side and take minutes begin first: a short one fills the time at the end.
    big = Counter(item.path for item in items if item.get_closest_marker("engine") or item.get_closest_marker("kube"))
    items.sort(key=lambda item: -big[item.path])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write the name of a failed test at once: a run that is cut off has no summary."""
    if _IN_CI and report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        sys.stderr.write(f"\nfailed: {report.nodeid} ({report.when})\n")


def pytest_runtestloop(session: pytest.Session) -> None:
    """Gets the big programs before the first test's clock runs: on a new machine it takes minutes."""
    if session.config.option.collectonly:
        return
    if any("engine" in _fixtures(item) for item in session.items):
        _obtain(session.config)
    if any("kube_programs" in _fixtures(item) for item in session.items):
        _obtain_kube(session)
    if any("external_dns" in _fixtures(item) for item in session.items):
        _obtain_external_dns(session.config)
    if any("coredns" in _fixtures(item) for item in session.items):
        _built(session.config, _coredns, coredns=True)


def _fixtures(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


def _obtain(config: pytest.Config) -> Engine | UserError:
    """The engine of this run, or why there is none."""
    if _engine not in config.stash:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        try:
            config.stash[_engine] = install(os.environ, Plain(reporter.write_line) if reporter else None)
        except UserError as error:
            config.stash[_engine] = error
    return config.stash[_engine]


@pytest.fixture(scope="session")
def engine(pytestconfig: pytest.Config) -> Engine:
    """The real Pulumi engine; a test that asks for it is skipped where none can be had."""
    found = _obtain(pytestconfig)
    if isinstance(found, UserError):
        pytest.skip(f"no engine: {found}")
    return found


def _obtain_kube(session: pytest.Session) -> Programs | KubeUnavailable:
    """The programs of a control plane of this run, with helm and its like if a test asks, or why there are none."""
    deploy_tools = any("deploy_tools" in _fixtures(item) for item in session.items)
    return _built(session.config, _kube, controllers=True, deploy_tools=deploy_tools)


def _obtain_external_dns(config: pytest.Config) -> Programs | KubeUnavailable:
    return _built(config, _external_dns, external_dns=True)


def _built(
    config: pytest.Config, key: pytest.StashKey[Programs | KubeUnavailable], **wanted: bool
) -> Programs | KubeUnavailable:
    if key not in config.stash:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        progress = Plain(reporter.write_line, "kube") if reporter else None
        try:
            config.stash[key] = install_kube(os.environ, progress, **wanted)
        except KubeUnavailable as error:
            config.stash[key] = error
    return config.stash[key]


@pytest.fixture(scope="session")
def kube_programs(request: pytest.FixtureRequest) -> Programs:
    """The programs of a real control plane; a test that asks for them is skipped where none can be had."""
    found = _obtain_kube(request.session)
    if isinstance(found, KubeUnavailable):
        pytest.skip(f"no Kubernetes: {found}")
    return found


@pytest.fixture(scope="session")
def external_dns(pytestconfig: pytest.Config) -> Path:
    """The real external-dns; a test that asks for it is skipped where it cannot be had."""
    found = _obtain_external_dns(pytestconfig)
    if isinstance(found, KubeUnavailable):
        pytest.skip(f"no external-dns: {found}")
    return found.paths["external-dns"]


@pytest.fixture(scope="session")
def coredns(pytestconfig: pytest.Config) -> Path:
    """The real CoreDNS; a test that asks for it is skipped where it cannot be had."""
    found = _built(pytestconfig, _coredns, coredns=True)
    if isinstance(found, KubeUnavailable):
        pytest.skip(f"no CoreDNS: {found}")
    return found.paths["coredns"]


@pytest.fixture(scope="session")
def opentofu(pytestconfig: pytest.Config) -> Programs:
    """OpenTofu and a stand-in for a provider."""
    found = _built(pytestconfig, _opentofu, opentofu=True)
    if isinstance(found, KubeUnavailable):
        pytest.skip(f"no OpenTofu: {found}")
    return found


@pytest.fixture(scope="session")
def deploy_tools(kube_programs: Programs) -> Programs:
    """Helm, Kustomize and kubeconform beside them, and the definitions of what a deployment may come with."""
    return kube_programs


@pytest.fixture(scope="session")
def pods_cluster(kube_programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A control plane with all its controllers and a node: Pods run, what is deleted goes with all that is in it."""
    with control_plane(tmp_path_factory.mktemp("pods"), controllers=True, programs=kube_programs) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kube_cluster(kube_programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One API server for all tests, with the Gateway API, without controllers. Each test uses namespaces of its own.

    Who stops the API server starts it again; who removes definitions installs them again.
    """
    with control_plane(tmp_path_factory.mktemp("kube"), programs=kube_programs) as cluster:
        yield cluster


@pytest.fixture
def namespace(kube_cluster: Cluster) -> str:
    """A namespace of its own for each test; without controllers, none could be removed."""
    name = f"test-{next(_NUMBERS)}"
    kube_cluster.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name


@pytest.fixture
def proxy(kube_cluster: Cluster) -> Iterator[Proxy]:
    """A proxy in front of the shared cluster."""
    with proxied(kube_cluster) as made:
        yield made


@pytest.fixture
def lone_pods() -> None:
    """Pods in namespaces of processes of their own; a test that asks for them is skipped where the kernel has none."""
    try:
        alone()
    except PodError as error:
        pytest.skip(str(error))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_in_ci(report)
    return report


def _fail_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    """CI has to run every test: there a skip is a failure that gives the reason. An expected failure is none."""
    if _IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"may not be skipped in CI: {reason}"
