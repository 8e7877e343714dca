"""For all tests: the engine, a printed seed, and no skipped test in CI."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from cli.engine.install import install
from cli.engine.progress import Plain
from cli.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Generator

    from cli.engine.find import Engine

_IN_CI = os.environ.get("CI") == "true"
_SEED_LIMIT = 1 << 32

_engine = pytest.StashKey["Engine | UserError"]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Chooses the seed of hypothesis before its plugin reads the option, so that any run can be repeated."""
    if config.getoption("--hypothesis-seed") is None:
        config.option.hypothesisseed = str(random.SystemRandom().randrange(_SEED_LIMIT))


def pytest_report_header(config: pytest.Config) -> str:
    return f"repeat with: --hypothesis-seed={config.getoption('--hypothesis-seed')}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that run the real engine: `-m "not engine"` is the quick suite, which needs nothing installed."""
    for item in items:
        if "engine" in _fixtures(item):
            item.add_marker(pytest.mark.engine)


def pytest_runtestloop(session: pytest.Session) -> None:
    """Gets the engine before the first test's clock runs: on a new machine it takes minutes."""
    if not session.config.option.collectonly and any("engine" in _fixtures(item) for item in session.items):
        _obtain(session.config)


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
